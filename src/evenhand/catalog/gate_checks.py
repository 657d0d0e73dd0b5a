"""What is wrong between the gate of a suite and the rest of it: rules that could never bite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from evenhand.catalog.files import Refusal, follow, locate
from evenhand.catalog.gate_files import quarantine_path
from evenhand.catalog.quarantine import check_days, check_meaning, read_quarantine
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Place
from evenhand.errors import Finding, Severity
from evenhand.records.constitution import Constitution
from evenhand.records.gate import GateSpec
from evenhand.records.patterns import fits
from evenhand.records.suite import Case, Suite

_FLOORS: Final[Mapping[str, frozenset[str]]] = {
    "judges": frozenset({"sensitivity", "specificity", "agreement"}),
    "candidates": frozenset({"pass_rate"}),
}
_DISCORDANCE: Final = 0.15
"""Share of cells on which two close judges are taken to differ (methods of paired tests, non-inferiority)."""
_PER_SQUARE: Final = 6.18
"""(z(.95) + z(.8))^2: cells to exclude a drop m with a chance of 80 % are this times the discordance over m^2."""


def check_gate(file: RecordFile[Suite], constitution: Constitution, root: Path) -> Iterator[Finding]:
    """Yield what is wrong in the gate of a suite before a single case is read."""
    suite = file.record
    gate = suite.gate if suite else None
    if suite is None or gate is None:
        return
    folder = file.path.parent
    if gate.baseline:
        yield from _refusal(file, ("gate", "baseline"), locate(gate.baseline, folder=folder, root=root))
    if gate.quarantine:
        yield from _refusal(file, ("gate", "quarantine"), follow(gate.quarantine, folder=folder, root=root))
    ids = tuple(constitution.by_id)
    for index, pattern in enumerate(gate.zero_tolerance):
        if not any(fits(name, [pattern]) for name in ids):
            place: Place = ("gate", "zero_tolerance", index)
            message, hint = f"{quoted(pattern)} matches no principle", did_you_mean(pattern, ids)
            yield file.finding("S009", message, place, suggestion=hint)
    if gate.compares == "judges" and not suite.labels:
        message = "the gate compares judges with human labels, and the suite names no file of labels"
        hint = "add labels: [{path: labels.jsonl}], or write compares: candidates"
        yield file.finding("S010", message, ("gate", "compares"), suggestion=hint)
    yield from _floors(file, gate)


def _refusal(file: RecordFile[Suite], place: Place, target: Path | Refusal) -> Iterator[Finding]:
    if isinstance(target, Refusal):
        yield file.finding(target.code, target.message, place, suggestion=target.suggestion)


def _floors(file: RecordFile[Suite], gate: GateSpec) -> Iterator[Finding]:
    held = _FLOORS[gate.compares]
    for name in gate.floors.by_measure:
        if name not in held:
            message = f"a gate that compares {gate.compares} measures no {name.replace('_', ' ')}"
            hint = f"floors may name {', '.join(sorted(held))}"
            yield file.finding("S013", message, ("gate", "floors", name), suggestion=hint)


@dataclass(slots=True, kw_only=True)
class GateCases:
    """What a gate has to know of all cases; each is noted once."""

    names: list[str] = field(default_factory=list)
    dimensions: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)

    def note(self, case: Case) -> None:
        """Keep what matters of a case."""
        self.names.append(case.id)
        self.dimensions.update(case.slice)
        self.tags.update(case.tags)


def lint_gate(
    file: RecordFile[Suite], constitution: Constitution, cases: GateCases, root: Path, today: date | None
) -> Iterator[Finding]:
    """Yield what is wrong in a gate, and in the quarantine beside it, once all cases were read.

    Args:
        file: The suite's file, without errors.
        constitution: Its constitution.
        cases: What was noted of its cases.
        root: The workspace.
        today: The day; None leaves the ages of the quarantine unchecked.
    """
    suite = file.record
    if suite is None or suite.gate is None:
        return
    yield from _unmet(file, "slices", "S011", "no case has a slice", suite.gate.slices, cases.dimensions)
    yield from _unmet(file, "anchors", "S012", "no case has a tag", suite.gate.anchors, cases.tags)
    path = quarantine_path(suite, file.path, root)
    if path is not None:
        found = read_quarantine(path)
        yield from found.findings
        yield from check_meaning(found, suite.id, cases.names, constitution.by_id)
        yield from check_days(found, today) if today else ()


def _unmet(
    file: RecordFile[Suite], key: str, code: str, words: str, named: tuple[str, ...], known: set[str]
) -> Iterator[Finding]:
    for index, name in enumerate(named):
        if name not in known:
            hint = did_you_mean(name, sorted(known))
            yield file.finding(code, f"{words} {quoted(name)}", ("gate", key, index), suggestion=hint)


def lint_margin(file: RecordFile[Suite], labelled: Mapping[str, int]) -> Iterator[Finding]:
    """Yield a warning where too few items are labelled to exclude the drop that the gate is about.

    Args:
        file: The suite's file.
        labelled: How many items of each principle people labelled, in all splits.
    """
    suite = file.record
    gate = suite.gate if suite else None
    if suite is None or gate is None or gate.compares != "judges" or gate.anchors or not labelled:
        return
    principle, count = min(labelled.items(), key=lambda each: (each[1], each[0]))
    held = round(count * suite.splits.gate)
    needed = round(_PER_SQUARE * _DISCORDANCE / gate.margin**2)
    if held < needed:
        message = (
            f"about {held:,} labelled items of {principle} are in the gate split, and it takes about {needed:,}"
            f" to exclude a drop of {100 * gate.margin:g} points"
        )
        source = file.document.source
        span = source.value_span(("gate", "margin"))
        hint = "label more, widen margin, or expect undecided"
        yield source.finding("L027", message, span, suggestion=hint, severity=Severity.WARNING)
