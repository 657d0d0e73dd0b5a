"""Say what the accepted baseline of a suite holds."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.errors import UsageError
from evenhand.records.baseline import BaselineHead, Said
from evenhand.workflows.baseline.find import find_place, load_accepted

UNDECIDED = "undecided"
MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBaseline:
    """The accepted baseline of a suite, counted."""

    path: str
    head: BaselineHead
    cases: int
    cells: int
    verdicts: Mapping[str, Mapping[str, int]]
    """How often the panel gave each verdict, by principle, most frequent first."""
    labelled: Mapping[str, int]
    """Cells with a reference label, by principle."""
    again: int
    """Cells that were judged several times."""


def show_baseline(start: Path, suite: str = "") -> ShownBaseline:
    """Return what the accepted baseline of a suite holds.

    Raises:
        UsageError: There is none yet, or no suite can be told.
        FileError: The baseline or the suite is wrong.
    """
    place = find_place(start, suite)
    found = load_accepted(place)
    if found is None:
        raise UsageError(
            f"suite {place.suite.id} has no baseline yet ({place.shown_baseline})",
            hint=f"judge it and accept the run: evenhand baseline accept {place.shown} --reason TEXT",
        )
    verdicts: dict[str, Counter[str]] = {name: Counter() for name in found.head.principles}
    labelled: Counter[str] = Counter()
    again = 0
    for case in found.cases.values():
        for row in case.said.values():
            for principle, said in row.items():
                verdicts[principle][_word(said[0])] += 1
        for labels in case.reference.values():
            labelled.update(labels.keys())
        again += sum(len(row) for row in case.again.values())
    return ShownBaseline(
        path=place.shown_baseline,
        head=found.head,
        cases=len(found.cases),
        cells=found.cells,
        verdicts={name: dict(_by_count(counts)) for name, counts in verdicts.items()},
        labelled=dict(labelled),
        again=again,
    )


def _by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))


def _word(said: Said) -> str:
    if said is None:
        return UNDECIDED
    return MISSING if said is False else str(said)
