"""What the cascade benchmark chooses by: maps that can be read, and a split that keeps clusters together."""

import importlib.util
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from tests.judging.panel_kit import says

from evenhand.records.calibration import JudgeMap


@pytest.fixture(scope="module")
def benchmark(project_root: Path) -> Iterator[ModuleType]:
    """The command, as a module."""
    spec = importlib.util.spec_from_file_location(
        "cascade_benchmark", project_root / "benchmarks" / "cascade.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["cascade_benchmark"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["cascade_benchmark"]


@pytest.mark.parametrize("truth", [0.5, 0.9])
def test_a_boastful_judge_is_read_down_to_what_it_is_worth(benchmark: ModuleType, truth: float) -> None:
    dice = random.Random(20261127)
    items = [
        benchmark.Labelled(
            case=str(number),
            opinions={"j": says("complies", "j", distribution=(("complies", dice.uniform(0.8, 1.0)),))},
            people="complies" if dice.random() < truth else "violates",
        )
        for number in range(400)
    ]
    found = JudgeMap(judge="j", version="1.0.0", knots=tuple(map(tuple, benchmark.knots(items, "j"))))
    assert found.calibrate(0.9) == pytest.approx(truth, abs=0.1)


def test_cases_of_one_cluster_are_in_one_half(benchmark: ModuleType) -> None:
    halves = [benchmark.is_second(str(number)) for number in range(1000)]
    assert 400 < sum(halves) < 600
    assert halves == [benchmark.is_second(str(number)) for number in range(1000)]
