"""The comparisons of a gate in numbers, before they are adjusted for each other and decided."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.gate.cells import GateTable
from evenhand.gate.compare import Compared, compare
from evenhand.gate.flip_noise import FlipNoise, flip_noise
from evenhand.gate.results import Measure, Slice
from evenhand.gate.scores import Missing, Question, Scores, questions, score_cells
from evenhand.records.constitution import Importance
from evenhand.records.gate import GateSpec

TOGETHER: Final = "all principles"
"""Stands for the principle of a test over all of them; no principle can have a name with a space."""
_ORDER: Final[Sequence[Importance]] = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A comparison with its numbers under each treatment of what is missing."""

    principle: str
    severity: Importance
    margin: float
    """That of the severity; over several principles the mean of theirs by cells, so that drops they allow do not add
    up to one that none of them allows."""
    measure: Measure
    slice: Slice | None
    noise: FlipNoise
    compared: Mapping[Missing, Compared]
    """With verdicts missing, all three treatments; else only the one that leaves them out."""
    missing_old: int
    missing_new: int
    same: bool
    """Whether both sides are one measurement: nothing changed, nobody was asked, every answer is as it was."""
    decides: bool
    """Whether an undecided outcome leaves the gate undecided."""

    @property
    def observed(self) -> Compared:
        """The numbers without the cells that have a missing verdict."""
        return self.compared[Missing.LEFT_OUT]

    def under(self, missing: Missing) -> Compared:
        """Return the numbers under a treatment."""
        return self.compared.get(missing, self.observed)


def ask(question: Question, spec: GateSpec, seed: int) -> Asked:
    """Return the numbers of one question."""
    cells = question.cells
    name = (cells.principle, question.measure, str(question.slice or ""))
    decides = (question.slice is None or spec.slices_must_pass) and spec.blocks(cells.severity)
    return _ask([question], name, cells.severity, question.slice, spec, seed, decides=decides)


def ask_together(table: GateTable, spec: GateSpec, seed: int) -> Iterator[Asked]:
    """Yield the numbers of each measure over all principles that have it, where there are several.

    A drop that is spread over principles is seen here with the cells of all of them. Cells of one case, or of cases
    with one source, are a cluster. What stays undecided here leaves nothing undecided: each principle has its own test.
    """
    whole = [
        question
        for cells in table.principles
        for question in questions(cells, spec.compares)
        if question.slice is None and question.rows.size
    ]
    for measure in Measure:
        mine = [question for question in whole if question.measure is measure]
        if len(mine) > 1:
            worst = min((each.cells.severity for each in mine), key=_ORDER.index)
            yield _ask(mine, (TOGETHER, measure, ""), worst, None, spec, seed, decides=False)


def _ask(
    mine: Sequence[Question],
    name: tuple[str, Measure, str],
    severity: Importance,
    group: Slice | None,
    spec: GateSpec,
    seed: int,
    *,
    decides: bool,
) -> Asked:
    gone = [
        sum(int(getattr(each.cells, side).missing[each.rows].sum()) for each in mine)
        for side in ("old", "new")
    ]
    compared, noises = {}, {}
    for missing in Missing if any(gone) else (Missing.LEFT_OUT,):
        parts = [score_cells(question, missing) for question in mine]
        noises[missing] = _noise(mine, parts)
        rng = Measuring(choices=Choices(seed=seed)).rng("gate", *name, missing)
        compared[missing] = compare(_joined(parts), noises[missing], alpha=spec.alpha, rng=rng)
    return Asked(
        principle=name[0],
        severity=severity,
        margin=_margin(mine, spec),
        measure=name[1],
        slice=group,
        noise=noises[Missing.LEFT_OUT],
        compared=compared,
        missing_old=gone[0],
        missing_new=gone[1],
        same=all(_is_same(each) for each in mine),
        decides=decides,
    )


def _margin(mine: Sequence[Question], spec: GateSpec) -> float:
    margins = [spec.margin_of(each.cells.severity) for each in mine]
    sizes = [max(1, each.rows.size) for each in mine]
    return (
        math.fsum(m * n for m, n in zip(margins, sizes, strict=True)) / sum(sizes)
        if len(mine) > 1
        else margins[0]
    )


def _is_same(question: Question) -> bool:
    cells, rows = question.cells, question.rows
    return cells.unchanged and rows.size > 0 and not cells.differs[rows].any()


def _joined(parts: Sequence[Scores]) -> Scores:
    if len(parts) == 1:
        return parts[0]
    return Scores(
        old=np.concatenate([part.old for part in parts]),
        new=np.concatenate([part.new for part in parts]),
        clusters=np.concatenate([part.clusters for part in parts]),
        rows=np.concatenate([part.rows for part in parts]),
    )


def _noise(mine: Sequence[Question], parts: Sequence[Scores]) -> FlipNoise:
    """Return the noise of flips in the mean over all parts: variances add, by the shares of their cells."""
    found = [flip_noise(question.cells, part) for question, part in zip(mine, parts, strict=True)]
    if len(found) == 1:
        return found[0]
    sizes = np.array([part.rows.size for part in parts], dtype=np.float64)
    shares = sizes / max(1.0, sizes.sum())
    return FlipNoise(
        old=_mean([each.old for each in found], shares),
        new=_mean([each.new for each in found], shares),
        standard_error=math.sqrt(float(((shares * [each.standard_error for each in found]) ** 2).sum())),
        discordance=float((shares * [each.discordance for each in found]).sum()),
    )


def _mean(
    rates: Sequence[float | None], shares: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> float | None:
    known = [(rate, share) for rate, share in zip(rates, shares.tolist(), strict=True) if rate is not None]
    total = sum(share for _, share in known)
    return sum(rate * share for rate, share in known) / total if total else None
