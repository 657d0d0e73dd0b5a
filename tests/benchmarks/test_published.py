"""The figures that authors print of their recorded data, computed again."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from benchmarks.published.__main__ import all_figures, line, needless, summary, unexplained
from benchmarks.published.explained import EXPLAINED
from benchmarks.published.figure import Figure, compared, printed_figures
from benchmarks.published.rb2_repeats import accuracies

COMPARED = {
    "alttest/summeval": 12,
    "alttest/framing": 12,
    "alttest/cebab_aspects": 12,
    "alttest/cebab_stars": 12,
    "alttest/lesion": 8,
    "alttest/wax": 12,
    "alttest/mtbench": 12,
    "safety_judges": 477,
    "humanebench": 24,
    "pandalm": 8,
    "llmbar": 4188,
    "judgebench": 6,
    "judging_judges": 14,
    "rb2_repeats": 19,
    "xstest_refusals": 18,
    "openqa_eval": 7,
    "trust_or_escalate": 6,
}
"""Figures of each set, so that none silently drops."""


def figure(printed: str, ours: float | str, *, decimals: int | None = None) -> Figure:
    return compared("set", {"name": printed}, {"name": ours}, decimals=decimals)[0]


@pytest.fixture(scope="module")
def figures(shared_data: Path) -> list[Figure]:
    return all_figures(shared_data)


@pytest.mark.shared
def test_every_printed_figure_is_compared(figures: list[Figure]) -> None:
    assert dict(Counter(each.group for each in figures)) == COMPARED


@pytest.mark.shared
def test_no_figure_differs_without_a_reason(figures: list[Figure]) -> None:
    assert [line(each) for each in unexplained(figures)] == []


@pytest.mark.shared
def test_the_figures_that_differ_are_the_known_ones(figures: list[Figure]) -> None:
    differing = {(each.group, each.name): round(float(each.ours), 2) for each in figures if not each.same}
    assert needless(figures) == []
    assert differing == {
        ("judging_judges", "kappa_x100 / GPT-4"): 76.88,
        ("judging_judges", "kappa_x100 / Llama-7B"): 63.44,
        ("judging_judges", "kappa_x100 / Contains"): 65.52,
        ("rb2_repeats", "accuracy_pct / gpt-5.4-nano base k=1"): 52.22,
        ("rb2_repeats", "accuracy_pct / gpt-5.4-nano base k=8"): 71.65,
        ("trust_or_escalate", "mistral-7b-instruct, calibration error"): 0.10,
    }
    assert set(differing) == set(EXPLAINED)


# -- Comparing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "ours", "decimals", "same"),
    [
        ("0.38", 0.375, None, True),
        ("0.38", 0.3751, None, True),
        ("0.38", 0.3849, None, True),
        ("0.38", 0.3851, None, False),
        ("0.7", 0.74, None, True),
        ("0.7", 0.74, 2, False),
        ("84", 83.51, None, True),
        ("84", 83.49, None, False),
        ("0.8473618050119164", 0.8473618050, None, True),
        ("0.8473618050119164", 0.84736181, None, False),
        ("PASS", "PASS", None, True),
        ("PASS", "FAIL", None, False),
    ],
)
def test_a_figure_is_the_same_at_the_precision_it_is_printed_with(
    printed: str, ours: float | str, decimals: int | None, *, same: bool
) -> None:
    assert figure(printed, ours, decimals=decimals).same is same


def test_every_leaf_is_a_figure_but_settings() -> None:
    text = '{"source": "x", "a": {"n": 4, "rate": 0.50, "right": "3 / 4 = 75.0%", "stage": "PASS"}, "b": [1, 2.5]}'
    assert printed_figures(text, settings=frozenset({"source"})) == {
        "a / n": "4",
        "a / rate": "0.50",
        "a / right / count": "3",
        "a / right / of": "4",
        "a / right / percent": "75.0",
        "a / stage": "PASS",
        "b / 0": "1",
        "b / 1": "2.5",
    }


@pytest.mark.parametrize(("printed", "ours"), [({"a": "1"}, {}), ({}, {"a": 1.0})])
def test_a_figure_without_a_recipe_and_a_recipe_without_a_figure_are_errors(
    printed: dict[str, str], ours: dict[str, float | str]
) -> None:
    with pytest.raises(KeyError, match="not both: a"):
        compared("set", printed, ours)


def test_a_new_difference_and_a_needless_reason_are_told() -> None:
    assert unexplained([figure("1.0", 1.2), figure("1.0", 1.04)]) == [figure("1.0", 1.2)]
    assert needless([figure("1.0", 1.2)]) == list(EXPLAINED)


def test_lines_and_counts_tell_what_differs() -> None:
    some = [figure("1.0", 1.2), figure("1.0", 1.04), figure("PASS", "PASS")]
    assert line(some[0]).split()[-3:] == ["1.20", "+0.20", "differs"]
    assert line(some[2]).split()[-3:] == ["PASS", "PASS", "same"]
    assert summary(some).splitlines()[-1].split() == ["all", "3", "2", "1"]


def test_a_tie_at_the_top_is_wrong_or_shared() -> None:
    groups = [np.array([3.0, 2.0]), np.array([3.0, 3.0]), np.array([1.0, 2.0]), np.array([4.0, 1.0])]
    assert accuracies(groups) == (50.0, 62.5)
