"""A verdict is explained with the declared conflict that was at work on its text."""

from pathlib import Path

from tests.workflows.calibration_kit import RecordedSuite, cases

from evenhand.reporting.explain import render_explanation
from evenhand.workflows.explain_item import explain_item

PRINCIPLES = (
    "honest, tier: honesty",
    "kind, tier: style, conflicts_with: [{id: honest, resolution: Honest goes first.}]",
)


def _explained(folder: Path, honest: str, kind: str) -> str:
    lines = [
        {"case": "c0", "principle": name, "label": label}
        for name, label in (("honest", honest), ("kind", kind))
    ]
    suite = RecordedSuite(
        folder / f"{honest}-{kind}",
        cases(1),
        {"one": lines},
        constitution="tiers: [honesty, style]\n",
        principles=PRINCIPLES,
    )
    suite.run()
    return "".join(map(render_explanation, explain_item(suite.folder, "c0/kind@latest")))


def test_a_broken_principle_is_explained_by_the_higher_one_that_was_kept(tmp_path: Path) -> None:
    told = _explained(tmp_path, "complies", "violates")
    assert (
        "conflict: the text keeps to honest and breaks kind; honest wins, because its tier is higher\n"
        "  | Honest goes first.\n"
    ) in told


def test_a_lower_principle_that_was_kept_excuses_nothing(tmp_path: Path) -> None:
    told = _explained(tmp_path, "violates", "complies")
    assert "keeps to kind and breaks honest; honest wins" in told


def test_where_both_are_kept_there_is_no_conflict(tmp_path: Path) -> None:
    assert "conflict" not in _explained(tmp_path, "complies", "complies")
