"""What a run's panel may decide alone: a calibration of the same instrument on the same items, or why none holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from evenhand.calibration.alone import DecidedAlone, decide_alone
from evenhand.calibration.choices import Choices
from evenhand.calibration.table import CalibrationTable, Split
from evenhand.errors import NoLabelsError, UnknownNameError
from evenhand.feedback.trust import Standing, StandingFacts, no_standing
from evenhand.records.run import Manifest
from evenhand.records.scale import Reading
from evenhand.store.splits import split_uses
from evenhand.workflows.calibration.divide import note_use
from evenhand.workflows.calibration.table import ReadTable, read_table
from evenhand.workflows.feedback.people import People
from evenhand.workflows.read_run import StoredRun, read_run

_LABEL_FIRST: Final = (
    "label items with `evenhand review sample RUN` and `evenhand review serve`, hold the panel against them with "
    "`evenhand calibrate RUN`, and export again"
)
_NO_ANSWER: Final = frozenset({"price", "title", "owner", "timeout_s", "attempts"})
"""Keys of a judge that decide no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """The promise that is looked for."""

    humans: Sequence[Path]
    alpha: float
    passing: bool
    command: str


def find_standing(
    stored: StoredRun,
    people: People,
    *,
    name: str | None,
    humans: Sequence[Path],
    alpha: float,
    passing: bool,
    command: str,
) -> Standing:
    """Return what the panel of a run may decide alone. The use of the labels is written into the ledger.

    Args:
        stored: The run that is exported.
        people: Its labels.
        name: The run whose calibration is meant; None looks for the newest that was calibrated and is the same
            instrument on the same items.
        humans: Files of labels beside those of the suite.
        alpha: At most this share of the decisions made alone may be wrong.
        passing: Whether only verdicts that do not fail a text are meant.
        command: The command line, for the record of the use.

    Raises:
        UnknownNameError: There is no run called `name`.
        LedgerError: The use can not be written down.
    """
    wanted = _Wanted(humans=humans, alpha=alpha, passing=passing, command=command)
    if name is not None:
        other = read_run(stored.root, name)
        reasons = tuple(_differences(other.manifest, stored.manifest))
        if not reasons:
            return _certify(stored, people, other, wanted)
        return no_standing(
            f"the calibration of the run named is none of this run: {'; '.join(reasons)}",
            hint=_LABEL_FIRST,
            run=other.run.id,
        )
    calibrated = tuple(_calibrated(stored))
    if not calibrated:
        return no_standing("no run of this suite was calibrated", hint=_LABEL_FIRST)
    for other in calibrated:
        if not any(_differences(other.manifest, stored.manifest)):
            return _certify(stored, people, other, wanted)
    newest = calibrated[0]
    why = "; ".join(_differences(newest.manifest, stored.manifest))
    return no_standing(
        f"no calibrated run of this suite is the same; of the newest, {why}",
        hint=_LABEL_FIRST,
        run=newest.run.id,
    )


def _calibrated(stored: StoredRun) -> Iterator[StoredRun]:
    """Yield the runs of the suite whose labels were used to certify, the run itself first and then the newest."""
    uses = [use.run for use in reversed(split_uses(stored.ledger, stored.manifest.suite.id))]
    names = dict.fromkeys(uses)
    if stored.run.id in names:
        yield stored
    for name in names:
        if name != stored.run.id:
            try:
                yield read_run(stored.root, name)
            except UnknownNameError:  # it was removed, and its labels with it
                continue


def _differences(calibrated: Manifest, exported: Manifest) -> Iterator[str]:
    """Yield in what two runs differ that a certificate rests on."""
    if calibrated.suite.id != exported.suite.id:
        yield "its labels were drawn from the items of another suite"
        return
    if calibrated.mode != exported.mode:
        yield "one of them compares and the other rates"
    for what, then, now in (
        ("the panel is another one", calibrated.panel, exported.panel),
        ("a judge is another one, or has another version", _judges(calibrated), _judges(exported)),
        ("a prompt was changed", calibrated.templates, exported.templates),
        ("the panel learned other weights", calibrated.fit, exported.fit),
        ("the calibration map is another one", calibrated.calibration, exported.calibration),
        ("another model answered", _served(calibrated), _served(exported)),
        ("a principle or its scale was changed", _principles(calibrated), _principles(exported)),
        ("the cases are others", _cases(calibrated), _cases(exported)),
        ("another part of the suite was judged", calibrated.narrow, exported.narrow),
        ("judges were asked more or less often", calibrated.units_per_item, exported.units_per_item),
    ):
        if then != now:
            yield what


def _served(manifest: Manifest) -> dict[str, str]:
    return {each.judge: each.served_model for each in manifest.endpoints if not each.imported}


def _judges(manifest: Manifest) -> list[dict[str, object]]:
    """Return the judges without what decides no answer."""
    return [
        {name: value for name, value in judge.canonical().items() if name not in _NO_ANSWER}
        for judge in manifest.judges
    ]


def _principles(manifest: Manifest) -> tuple[object, ...]:
    constitution = manifest.constitution
    rests_on = {each.id: (constitution.binding_hash(each), each.examples) for each in constitution.principles}
    return (manifest.suite.principles, rests_on)


def _cases(manifest: Manifest) -> list[str]:
    return [file.sha256 for file in manifest.files if file.role == "cases"]


def _certify(stored: StoredRun, people: People, other: StoredRun, wanted: "_Wanted") -> Standing:
    try:
        own = other.run.id == stored.run.id
        read = people.read if own else read_table(other, humans=wanted.humans, history=False)
        on = None if own else read_table(stored, humans=wanted.humans, history=False)
    except NoLabelsError:
        read = on = None
    if read is None or (not own and on is None):
        return no_standing("its labels are not there any more", hint=_LABEL_FIRST, run=other.run.id)
    if not other.run.finished or not read.division.facts.labelled[Split.GATE]:
        return no_standing(
            "the run has not ended, or none of its labels lies in the gate split",
            hint=_LABEL_FIRST,
            run=other.run.id,
        )
    note_use(other.ledger, other.manifest.suite, read.division, run=other.run.id, purpose=wanted.command)
    found = decide_alone(
        _without_history(read),
        Choices(alpha=(wanted.alpha,)),
        on=on.table if on else None,
        readings=set(Reading) - {Reading.FAIL} if wanted.passing else set(Reading),
    )
    return _standing(found, other.run.id, passing=wanted.passing)


def _without_history(read: ReadTable) -> CalibrationTable:
    """Return the table as it is whenever it is read: how often its labels were used before decides nothing."""
    table = read.table
    return replace(table, splits=replace(table.splits, accesses=()))


def _standing(found: DecidedAlone, run: str, *, passing: bool) -> Standing:
    automation = found.automation
    if automation.threshold is None:
        return no_standing(
            _told(automation.words),
            hint=f"more labels: at least {automation.least_labels:,} that the panel agrees with certify anything at "
            "this error rate; `evenhand review sample RUN --top-up` draws more",
            run=run,
        )
    facts = StandingFacts(
        certified=True,
        run=run,
        alpha=automation.alpha,
        delta=automation.delta,
        threshold=automation.threshold,
        confidence_source=automation.confidence_source,
        automated=automation.automated,
        passing=passing,
    )
    return Standing(facts=facts, confidence=found.confidence, covered=found.covered)


def _told(words: str) -> str:
    """Return why nothing is certified, out of the sentences of the calibration."""
    return words.removeprefix("Nothing may be decided alone: ").partition(". All items")[0].rstrip(".")


__all__ = ["find_standing"]
