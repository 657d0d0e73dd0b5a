"""What is said on every item of a run, one word for each voice: the panel, then its judges."""

from collections.abc import Mapping, Sequence

import numpy as np

from evenhand.calibration.table import NONE, Codes
from evenhand.records.baseline import Said
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import FailedRating
from evenhand.records.verdict import Verdict
from evenhand.store.columns import units_of_items
from evenhand.workflows.calibration.table import RunAnswers
from evenhand.workflows.read_run import StoredRun

Voices = tuple[Said, ...]
"""The panel's verdict, then each judge's answer."""


def read_said(stored: StoredRun, said: RunAnswers) -> Sequence[Voices]:
    """Return what panel and judges say on every item, in the order of the suite.

    An answer that is not there is None where that is a result (an undecided panel, a judge that can not tell), and
    False where it is missing: ratings failed, or are open.
    """
    codes = np.column_stack([said.answers.verdict, said.answers.answers])
    voices = _with_answers(codes, said)
    silent = np.flatnonzero((codes == NONE).any(axis=1))
    if silent.size:
        _tell_missing(stored, said, voices, silent.tolist())
    return voices


def _with_answers(codes: Codes, said: RunAnswers) -> list[Voices]:
    """Return the voices of each item; equal ones of a principle are one object."""
    known: dict[str, dict[tuple[int, ...], Voices]] = {name: {} for name in said.categories}
    labels = {name: (*each.labels, None) for name, each in said.categories.items()}  # -1 finds the last
    found = []
    for principle, row in zip(said.items.principle_id, map(tuple, codes.tolist()), strict=True):
        of_principle = known[principle]
        if row not in of_principle:
            of_principle[row] = tuple(labels[principle][code] for code in row)
        found.append(of_principle[row])
    return found


def _tell_missing(stored: StoredRun, said: RunAnswers, voices: list[Voices], silent: Sequence[int]) -> None:
    """Put False where an answer is missing, in place."""
    judges = [judge.id for judge in stored.manifest.judges]
    told = dict(units_of_items(stored.ledger, stored.run, silent))
    for seq in silent:
        units = told.get(seq, [])
        verdict = stored.decider.decide(said.items.principle_id[seq], units)
        missing = {judge: _is_missing(judge, units, verdict) for judge in judges}
        panel, *answers = voices[seq]
        lost = verdict is None or any(missing.values())
        voices[seq] = (
            False if panel is None and lost else panel,
            *(
                False if answer is None and missing[judge] else answer
                for judge, answer in zip(judges, answers, strict=True)
            ),
        )


def _is_missing(judge: str, units: Sequence[RatedUnit], verdict: Verdict | None) -> bool:
    """Tell whether a judge has no answer for want of readable ratings."""
    if verdict is None:
        return True
    opinions: Mapping[str, bool] = {each.judge: each.label is None for each in verdict.opinions}
    failed = any(unit.judge == judge and isinstance(unit.outcome, FailedRating) for unit in units)
    return opinions.get(judge, True) and failed
