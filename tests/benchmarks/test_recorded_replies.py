"""Raw replies that were obtained elsewhere are read to the labels their authors recorded."""

import importlib.util
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def benchmark(project_root: Path) -> ModuleType:
    """The command, as a module."""
    path = project_root / "benchmarks" / "recorded_replies.py"
    spec = importlib.util.spec_from_file_location("recorded_replies", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclass(frozen=True, kw_only=True)
class Expected:
    judges: int
    units: int
    equal: int
    unreadable: int
    differences: Mapping[tuple[str, str], int]


EXPECTED = {
    # Three times a rating of 10 on a scale that was asked for as 0 to 9: the authors took it. The command compares all
    # 65 judges; these use every declared format, are those that differ and those that could be read least.
    "llmbar": Expected(
        judges=9, units=9_406, equal=9_274, unreadable=129, differences={("a", "b"): 1, ("b", "a"): 2}
    ),
    # Two replies that say A>>B and A>B: the authors took that for a contradiction.
    "judgebench": Expected(
        judges=2, units=1_240, equal=1_227, unreadable=11, differences={("a", ""): 1, ("b", ""): 1}
    ),
}

SOME = {
    "llmbar": [
        "ChatGPT/CoT",
        "ChatGPT/Rating",
        "ChatGPT/Rating_NoRules",
        "GPT-4/Rating_Reference",
        "GPT-4/Vanilla",
        "LLaMA2/Swap",
        "PaLM2/CoT",
        "PaLM2/Metrics_Reference",
        "PaLM2/Vanilla_NoRules",
    ]
}


@pytest.mark.parametrize("name", EXPECTED)
def test_labels_read_from_replies_are_the_recorded_ones_but_for_known_differences(
    benchmark: ModuleType, shared_data: Path, tmp_path: Path, name: str
) -> None:
    compared, expected = (
        list(benchmark.ImportedReplies(shared_data / name, tmp_path).compare(SOME.get(name))),
        EXPECTED[name],
    )
    differences = [difference for each in compared for difference in each.differences]
    assert Counter((each.read, each.recorded) for each in differences) == expected.differences
    assert len(compared) == expected.judges
    assert sum(each.replies for each in compared) == expected.units
    assert sum(each.equal for each in compared) == expected.equal
    assert sum(each.both_unreadable for each in compared) == expected.unreadable
    assert sum(each.without_reply for each in compared) == 0


def test_every_judge_of_both_sets_has_a_declared_format(benchmark: ModuleType) -> None:
    formats = benchmark.read_formats(benchmark.FORMATS / "llmbar.yaml")
    used = {source.format for each in formats.judges for source in each.replies}
    assert used == set(formats.formats)
    assert formats.of("PaLM2/CoT").replies[0].format == "names_the_output"
    assert formats.of("GPT-4/CoT").replies[0].format == "says_is_better"
