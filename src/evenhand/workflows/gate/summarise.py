"""A run, summed up in the form of a baseline: what gates compare, and what is committed once it is accepted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

import numpy as np

from evenhand.calibration.table import NONE, PrincipleAnswers, SplitAccess
from evenhand.catalog.cases import read_cases
from evenhand.errors import NoLabelsError, UsageError
from evenhand.gate.corrected import Labelled
from evenhand.gate.instrument import mark_judge, mark_panel, mark_principle
from evenhand.records.baseline import Baseline, BaselineCase, BaselineHead, Counted, Said
from evenhand.records.canonical import canonical_json
from evenhand.records.message import Text
from evenhand.records.rated import RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.scale import Reading
from evenhand.records.suite import Case
from evenhand.workflows.calibration.divide import Division
from evenhand.workflows.calibration.table import RunAnswers, read_run_answers, read_table
from evenhand.workflows.gate.said import read_said
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.versions import version_of

_DIGEST_BYTES: Final = 16

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
        UsageError: A case file is not what it was when the run read it, or the labels were divided in another way.
        FileError: A file of labels has bad lines.
        MeasureError: An answer is not on its scale, or the ledger can not be read.
    """
    said = read_run_answers(stored)
    labels = _read_labels(stored, said, open_sealed=open_sealed, review=review)
    cases = dict(_cases(stored, said, labels.reference, readings or {}))
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


def _read_labels(stored: StoredRun, said: RunAnswers, *, open_sealed: bool, review: bool) -> _Labels:
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
        labelled[answers.principle] = _labelled(answers, rows)
    return _Labels(reference=reference, labelled=labelled, division=read.division, notes=read.table.notes)


def _labelled(answers: PrincipleAnswers, rows: "np.ndarray[tuple[int], np.dtype[np.intp]]") -> Labelled:
    """Return the verdicts and labels that tell the panel's errors; a verdict that is not there does not pass."""
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
    reference: Mapping[int, str],
    readings: Mapping[Cell, tuple[Said, ...]],
) -> Iterator[tuple[str, BaselineCase]]:
    voices = read_said(stored, said)
    of_case: dict[str, list[int]] = {}
    for seq, name in enumerate(said.items.case_id):
        of_case.setdefault(name, []).append(seq)
    for case in _case_texts(stored):
        places = of_case.get(case.id)
        if places:
            yield case.id, _case(case, places, said, voices, reference, readings)


def _case_texts(stored: StoredRun) -> Iterator[Case]:
    """Yield the cases of a run's files as they were.

    Raises:
        UsageError: A file has changed since.
    """
    paths, whole = stored.unchanged_case_files()
    if not whole:
        raise UsageError(
            f"a case file of run {stored.run.id} has changed since, so that its texts can not be told from others",
            hint=f"run {stored.manifest.suite_path} again; what did not change is taken from the ledger for free",
        )
    tags = {file.path: file.tag for file in stored.manifest.suite.cases}
    folder = (stored.root / stored.manifest.suite_path).parent
    by_path = {(folder / path).resolve(): tag for path, tag in tags.items()}
    return read_cases({path: by_path.get(path.resolve(), "") for path in paths}, read_before=True)


def _case(
    case: Case,
    places: Sequence[int],
    said: RunAnswers,
    voices: Sequence[tuple[Said, ...]],
    reference: Mapping[int, str],
    readings: Mapping[Cell, tuple[Said, ...]],
) -> BaselineCase:
    answers: dict[str, dict[str, tuple[Said, ...]]] = {}
    labels: dict[str, dict[str, str]] = {}
    again: dict[str, dict[str, tuple[Said, ...]]] = {}
    for seq in places:
        candidate, principle = said.items.candidate_id[seq], said.items.principle_id[seq]
        answers.setdefault(candidate, {})[principle] = voices[seq]
        if seq in reference:
            labels.setdefault(candidate, {})[principle] = reference[seq]
        if readings and (found := readings.get((case.id, candidate, principle))):
            again.setdefault(candidate, {})[principle] = found
    texts = {output.id: output.text for output in case.outputs}
    return BaselineCase(
        id=case.id,
        prompt=_digest([_plain(case.prompt), _plain_reference(case.reference)]),
        outputs={
            name: _digest([_plain(texts.get(part)) for part in _parts(name, texts)]) for name in answers
        },
        said=answers,
        reference=labels,
        again=again,
        slice=dict(case.slice),
        source=case.source,
        tags=case.tags,
    )


def _parts(name: str, texts: Mapping[str, Text | None]) -> Sequence[str]:
    """Return the candidates that a name names: one, or both of a pair."""
    return (name,) if name in texts else name.split("|")


def _digest(content: Any) -> str:
    return blake2b(canonical_json(content), digest_size=_DIGEST_BYTES).hexdigest()


def _plain(text: Text | None) -> Any:
    return text if text is None or isinstance(text, str) else [turn.canonical() for turn in text]


def _plain_reference(reference: Text | tuple[str, ...] | None) -> Any:
    if reference is None or isinstance(reference, str):
        return reference
    return [each if isinstance(each, str) else each.canonical() for each in reference]


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
