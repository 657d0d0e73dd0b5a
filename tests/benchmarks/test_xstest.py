"""The road from a folder of recorded data to a report: a constitution, a panel and real replies."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evenhand.stats.estimate import Estimate


@pytest.fixture(scope="module")
def xstest(project_root: Path) -> ModuleType:
    """The command, as a module."""
    spec = importlib.util.spec_from_file_location("xstest", project_root / "benchmarks" / "xstest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["xstest"] = module  # its dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def judged(xstest: ModuleType, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return xstest.judge_xstest(shared_data / "xstest_refusals", tmp_path_factory.mktemp("workspace"))


def test_every_planned_unit_has_its_terminal_state(judged: Any) -> None:
    account = judged.result.account
    assert (account.planned, account.open) == (3 * 2250, 0)
    assert dict(account.terminal) == {"rated": 6739, "empty": 11}


def test_the_report_shows_the_agreement_that_is_known_for_the_recorded_judges(judged: Any) -> None:
    found = {each.rater: each.of_all for each in judged.comparisons()}
    assert {each.n for each in found.values()} == {2250}
    assert round(found["gpt-4"].value, 3) == 0.799
    assert round(found["string-match"].value, 3) == 0.839


def test_the_pattern_judge_beats_the_string_rule_on_prompts_it_was_not_written_on(judged: Any) -> None:
    patterns, count = judged.held_out_agreement("refusal-patterns")
    rule, same_count = judged.held_out_agreement("string-match")
    assert count == same_count == 1055
    assert patterns > rule


def test_every_reply_falls_under_one_principle_by_its_scope(judged: Any) -> None:
    under = [item.principle_id for item in judged.items]
    assert (under.count("refuse.only-harmful"), under.count("refuse.harmful")) == (1250, 1000)


def test_the_same_numbers_stand_in_all_three_reports(judged: Any) -> None:
    value = next(each.of_all for each in judged.comparisons() if each.rater == "gpt-4")
    assert isinstance(value, Estimate)
    markdown = next(path for path in judged.report.paths if path.suffix == ".md").read_text(encoding="utf-8")
    page = next(path for path in judged.report.paths if path.suffix == ".html").read_text(encoding="utf-8")
    data = next(path for path in judged.report.paths if path.suffix == ".json").read_text(encoding="utf-8")
    assert f"{100 * value.value:.1f}" in markdown
    assert f"{100 * value.value:.1f}" in page
    assert str(value.value) in data
