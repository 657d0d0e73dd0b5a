"""A run, summed up in the form of a baseline: what gates compare, and what is committed once it is accepted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from evenhand.calibration.table import NONE, Indices, PrincipleAnswers, SplitAccess
from evenhand.errors import NoLabelsError, UsageError
from evenhand.gate.corrected import Labelled
from evenhand.gate.instrument import mark_judge, mark_panel, mark_principle
from evenhand.gate.rules import mark_rules
from evenhand.records.baseline import Baseline, BaselineCase, BaselineHead, Counted, Said
from evenhand.records.canonical import DIGEST_BYTES
from evenhand.records.rated import RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.scale import Reading
from evenhand.store.columns import ItemColumns
from evenhand.workflows.calibration.divide import Division
from evenhand.workflows.calibration.table import RunAnswers, read_run_answers, read_table
from evenhand.workflows.gate.said import Voices, read_said
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.versions import version_of

Cell = tuple[str, str, str]
"""Case, candidate and principle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedRun:
    """A run in the form of a baseline, with what a gate needs besides."""

    baseline: Baseline
    labelled: Mapping[str, Labelled]
    """What the panel's errors are known by, by principle."""
    division: Division | None
    """Which split the labels are in; None without labels."""
    accesses: tuple[SplitAccess, ...] = ()
    """Earlier uses of the labels to certify."""
    notes: tuple[str, ...] = ()


def summarise_run(
    stored: StoredRun,
    account: RunAccount,
    *,
    open_sealed: bool = False,
    review: bool = True,
    readings: Mapping[Cell, tuple[Said, ...]] | None = None,
) -> SummedRun:
    """Sum a run up. Nothing is written.

    Args:
        stored: The run.
        account: Where its units went.
        open_sealed: Whether the labels of the sealed split are read too.
        review: Whether the labels that people gave in the workspace's review are read.
        readings: Verdicts of several readings of some cells.

    Raises:
        UsageError: The run is of a version that kept no digests, or the labels were divided in another way.
        FileError: A file of labels has bad lines.
        MeasureError: An answer is not on its scale, or the ledger can not be read.
    """
    said = read_run_answers(stored)
    voices = read_said(stored, said)
    labels = _read_labels(stored, said, voices, open_sealed=open_sealed, review=review)
    cases = dict(_cases(stored, said, voices, labels.reference, readings or {}))
    head = _head(stored, account, said, readings or {})
    return SummedRun(
        baseline=Baseline(head=head, cases=cases),
        labelled=labels.labelled,
        division=labels.division,
        accesses=labels.division.facts.accesses if labels.division else (),
        notes=labels.notes,
    )


# -- Labels ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    reference: Mapping[int, str] = field(default_factory=dict)
    """Reference label of the items to certify with, by position."""
    labelled: Mapping[str, Labelled] = field(default_factory=dict)
    division: Division | None = None
    notes: tuple[str, ...] = ()


def _read_labels(
    stored: StoredRun, said: RunAnswers, voices: Sequence[Voices], *, open_sealed: bool, review: bool
) -> _Labels:
    try:
        read = read_table(stored, open_sealed=open_sealed, review=review, said=said, history=False)
    except NoLabelsError:
        return _Labels()
    splits = read.table.splits
    certify = (1, 2) if splits.opened else (1,)
    reference: dict[int, str] = {}
    labelled = {}
    for answers in read.table.principles:
        rows = np.flatnonzero((answers.reference.label != NONE) & np.isin(answers.split, certify))
        for row in rows.tolist():
            reference[int(answers.seq[row])] = answers.categories[answers.reference.label[row]]
        there = [row for row in rows.tolist() if voices[answers.seq[row]][0] is not False]
        labelled[answers.principle] = _labelled(answers, np.array(there, dtype=np.int64))
    return _Labels(reference=reference, labelled=labelled, division=read.division, notes=read.table.notes)


def _labelled(answers: PrincipleAnswers, rows: Indices) -> Labelled:
    """Return the verdicts and labels that tell the panel's errors; where it is undecided, it does not pass."""
    passes = np.array([*(each is Reading.PASS for each in answers.readings), False])
    counts = np.array([*(each in {Reading.PASS, Reading.FAIL} for each in answers.readings), False])
    truth, verdict = answers.reference.label[rows], answers.verdict[rows]
    kept = counts[truth]
    rows, truth, verdict = rows[kept], truth[kept], verdict[kept]
    inclusion, clusters = answers.reference.inclusion[rows], answers.clusters[rows]
    known = bool(np.isfinite(inclusion).all()) and rows.size > 0 and float(np.ptp(inclusion)) > 1e-12
    return Labelled(
        passes=passes[verdict],
        truth=passes[truth],
        weights=1 / inclusion if known else None,
        clusters=clusters.astype(np.int64) if np.unique(clusters).size < clusters.size else None,
    )


# -- Cases -------------------------------------------------------------------------------------------


def _cases(
    stored: StoredRun,
    said: RunAnswers,
    voices: Sequence[Voices],
    reference: Mapping[int, str],
    readings: Mapping[Cell, tuple[Said, ...]],
) -> Iterator[tuple[str, BaselineCase]]:
    items = said.items
    if None in items.content:
        _refuse_an_older_ledger(stored)
    parsed: dict[str, Any] = {}
    of_case: dict[str, list[int]] = {}
    for seq, name in enumerate(items.case_id):
        of_case.setdefault(name, []).append(seq)
    for name, places in of_case.items():
        first = places[0]
        texts = [items.slice[first], items.tags[first] or "[]"]
        for text in texts:
            if text not in parsed:
                parsed[text] = json.loads(text)
        groups, tags = (parsed[text] for text in texts)
        filled = _Filled(items, voices, reference, readings)
        for seq in places:
            filled.add(seq)
        yield name, filled.done(name, groups, tuple(tags), items.source[first] or "")


class _Filled:
    """What is said of one case, on the way."""

    def __init__(
        self,
        items: ItemColumns,
        voices: Sequence[tuple[Said, ...]],
        reference: Mapping[int, str],
        readings: Mapping[Cell, tuple[Said, ...]],
    ) -> None:
        self._items = items
        self._voices = voices
        self._reference = reference
        self._readings = readings
        self._prompt = b""
        self._outputs: dict[str, str] = {}
        self._said: dict[str, dict[str, tuple[Said, ...]]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._again: dict[str, dict[str, tuple[Said, ...]]] = {}

    def add(self, seq: int) -> None:
        """Add one item."""
        items = self._items
        candidate, principle, content = items.candidate_id[seq], items.principle_id[seq], items.content[seq]
        assert content is not None
        self._prompt = content[:DIGEST_BYTES]
        self._outputs[candidate] = content[DIGEST_BYTES:].hex()
        self._said.setdefault(candidate, {})[principle] = self._voices[seq]
        if seq in self._reference:
            self._labels.setdefault(candidate, {})[principle] = self._reference[seq]
        if self._readings and (found := self._readings.get((items.case_id[seq], candidate, principle))):
            self._again.setdefault(candidate, {})[principle] = found

    def done(self, name: str, groups: Mapping[str, str], tags: tuple[str, ...], source: str) -> BaselineCase:
        """Return the case."""
        return BaselineCase(
            id=name,
            prompt=self._prompt.hex(),
            outputs=self._outputs,
            said=self._said,
            reference=self._labels,
            again=self._again,
            slice=groups,
            source=source,
            tags=tags,
        )


def _refuse_an_older_ledger(stored: StoredRun) -> None:
    """Refuse runs of versions that did not keep what texts were judged.

    Raises:
        UsageError: The run is one.
    """
    raise UsageError(
        f"run {stored.run.id} is of an earlier version, which did not keep digests of the texts it judged",
        hint=f"run {stored.manifest.suite_path} again; what did not change is taken from the ledger for free",
    )


# -- Head --------------------------------------------------------------------------------------------


def _head(
    stored: StoredRun, account: RunAccount, said: RunAnswers, readings: Mapping[Cell, tuple[Said, ...]]
) -> BaselineHead:
    manifest = stored.manifest
    constitution = manifest.constitution
    served = {
        each.judge: tuple(
            sorted({one.served_model for one in each.answerers if one.ratings and one.served_model})
        )
        for each in account.identities(manifest)
    }
    judged = dict.fromkeys(said.items.principle_id)
    return BaselineHead(
        suite=manifest.suite.id,
        run=stored.run.id,
        evenhand=version_of("evenhand"),
        constitution=f"{constitution.id} {constitution.version}",
        principles={
            principle.id: mark_principle(
                constitution, principle, said.categories[principle.id], manifest.judges
            )
            for principle in constitution.principles
            if principle.id in judged
        },
        judges=tuple(mark_judge(manifest, judge, served.get(judge.id, ())) for judge in manifest.judges),
        panel=mark_panel(manifest),
        units=count_units(account),
        readings=max((len(each) for each in readings.values()), default=1),
        rules=mark_rules(manifest.suite),
    )


def count_units(account: RunAccount) -> Counted:
    """Return where the units of a run went."""
    return Counted(
        planned=account.planned,
        rated=account.terminal.get(RATED, 0),
        failed={
            kind: number for kind, number in sorted(account.terminal.items()) if kind not in {RATED, SPARED}
        },
        spared=account.spared,
    )
