"""All paired tests of a gate as one family: adjusted for each other, bounded by what is missing, and decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.words import count, points
from evenhand.gate.cells import GateTable
from evenhand.gate.compare import Compared, cells_needed, compare, detectable_drop
from evenhand.gate.flip_noise import SILENT, FlipNoise, flip_noise
from evenhand.gate.results import Bound, TestResult, Tier
from evenhand.gate.scores import Missing, Question, questions, score_cells
from evenhand.gate.words import p_words, sight
from evenhand.records.gate import GateSpec
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Undefined


def decide_tests(table: GateTable, spec: GateSpec, *, seed: int) -> tuple[TestResult, ...]:
    """Return every paired test of a gate, decided.

    A test passes where the lower limit of new - old (one-sided at alpha) is above -margin, and fails where it does not
    and McNemar's p-value, or that of the sign-flip test, is at most alpha after Holm's adjustment over all tests of the
    gate. All of this is done three times: with missing verdicts left out, all taken against the new side, and all for
    it. It passes only if it does in the worst case, and fails only if it does in the best.

    The chance that a gate fails though nothing changed is at most about alpha; the chance that a principle passes
    though it lost its margin is at most about alpha too (Berger (1982), Technometrics 24, 295-300).

    Source: methods.md 6.1 to 6.4.
    """
    asked = [
        _compare_all(question, spec, seed)
        for cells in table.principles
        for question in questions(cells, spec.compares)
    ]
    family = {each: _adjusted(asked, each) for each in Missing}
    better = holm(np.array([one.observed.p_better for one in asked]))
    ranks = _ranks([one.observed.p for one in asked])
    return tuple(
        _decide(
            one,
            spec,
            {each: float(family[each][place]) for each in Missing},
            float(better[place]),
            ranks[place],
            len(asked),
        )
        for place, one in enumerate(asked)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question with its numbers under each treatment of what is missing."""

    question: Question
    noise: FlipNoise
    compared: Mapping[Missing, Compared]
    """With verdicts missing, all three treatments; else only the one that leaves them out."""

    @property
    def observed(self) -> Compared:
        return self.compared[Missing.LEFT_OUT]

    def under(self, missing: Missing) -> Compared:
        return self.compared.get(missing, self.observed)


def _compare_all(question: Question, spec: GateSpec, seed: int) -> _Asked:
    cells, rows = question.cells, question.rows
    any_missing = bool((cells.old.missing[rows] | cells.new.missing[rows]).any())
    compared = {}
    noise = SILENT
    for missing in Missing if any_missing else (Missing.LEFT_OUT,):
        scores = score_cells(question, missing)
        found = flip_noise(cells, scores)
        noise = found if missing is Missing.LEFT_OUT else noise
        names = (cells.principle, question.measure, str(question.slice or ""), missing)
        rng = Measuring(choices=Choices(seed=seed)).rng("gate", *names)
        compared[missing] = compare(scores, found, alpha=spec.alpha, rng=rng)
    return _Asked(question=question, noise=noise, compared=compared)


def _adjusted(asked: Sequence[_Asked], missing: Missing) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return holm(np.array([one.under(missing).p for one in asked]))


def _ranks(p_values: Iterable[float]) -> list[int]:
    order = np.argsort(np.array(list(p_values)), kind="stable")
    ranks = np.empty(order.size, dtype=np.int64)
    ranks[order] = np.arange(1, order.size + 1)
    return [int(rank) for rank in ranks]


# -- One test ----------------------------------------------------------------------------------------


def _decide(
    asked: _Asked,
    spec: GateSpec,
    adjusted: Mapping[Missing, float],
    better: float,
    rank: int,
    family: int,
) -> TestResult:
    cells, observed = asked.question.cells, asked.observed
    margin = spec.margin_of(cells.severity)
    outcomes = {each: _outcome(asked.under(each), adjusted[each], margin, spec.alpha) for each in Missing}
    bounded = len(asked.compared) > 1
    outcome = _bounded(outcomes) if bounded else outcomes[Missing.LEFT_OUT]
    unreliable = asked.noise.old is not None and asked.noise.old > 1 - spec.reliability
    if unreliable:
        outcome = Outcome.UNDECIDED
    detectable = detectable_drop(observed, level=spec.alpha / family)
    needed = cells_needed(observed, margin=margin, alpha=spec.alpha)
    rows = asked.question.rows
    return TestResult(
        principle=cells.principle,
        severity=cells.severity,
        measure=asked.question.measure,
        slice=asked.question.slice,
        cells=observed.cells,
        clusters=observed.clusters,
        old=observed.old,
        new=observed.new,
        lost=observed.lost,
        won=observed.won,
        both=observed.both,
        neither=observed.neither,
        difference=observed.difference,
        low=observed.low,
        margin=margin,
        alpha=spec.alpha,
        method=observed.method,
        p=observed.p,
        p_adjusted=adjusted[Missing.LEFT_OUT],
        p_better=better,
        rank=rank,
        flip_old=asked.noise.old,
        flip_new=asked.noise.new,
        discordance=observed.discordance,
        detectable=detectable,
        cells_needed=needed,
        missing_old=int(cells.old.missing[rows].sum()),
        missing_new=int(cells.new.missing[rows].sum()),
        worst=_bound(asked, Missing.WORST, adjusted, outcomes) if bounded else None,
        best=_bound(asked, Missing.BEST, adjusted, outcomes) if bounded else None,
        decides=(asked.question.slice is None or spec.slices_must_pass) and spec.blocks(cells.severity),
        outcome=outcome,
        tier=_tier(outcome, observed, better, margin, spec, unreliable=unreliable),
        reason=_reason(
            asked,
            outcomes,
            _Numbers(
                p_adjusted=adjusted[Missing.LEFT_OUT],
                margin=margin,
                detectable=detectable,
                needed=needed or 0,
            ),
            unreliable=unreliable,
        ),
    )


def _outcome(compared: Compared, p_adjusted: float, margin: float, alpha: float) -> Outcome:
    if compared.low is None:
        return Outcome.UNDECIDED
    if compared.low > -margin:
        return Outcome.PASSED
    return Outcome.FAILED if p_adjusted <= alpha else Outcome.UNDECIDED


def _bounded(outcomes: Mapping[Missing, Outcome]) -> Outcome:
    if outcomes[Missing.WORST] is Outcome.PASSED:
        return Outcome.PASSED
    return Outcome.FAILED if outcomes[Missing.BEST] is Outcome.FAILED else Outcome.UNDECIDED


def _bound(
    asked: _Asked, missing: Missing, adjusted: Mapping[Missing, float], outcomes: Mapping[Missing, Outcome]
) -> Bound:
    compared = asked.compared[missing]
    assert compared.old is not None
    assert compared.new is not None
    return Bound(
        old=compared.old,
        new=compared.new,
        low=compared.low,
        p_adjusted=adjusted[missing],
        outcome=outcomes[missing],
    )


def _tier(
    outcome: Outcome, observed: Compared, better: float, margin: float, spec: GateSpec, *, unreliable: bool
) -> Tier:
    if unreliable:
        return Tier.UNRELIABLE
    if outcome is Outcome.FAILED:
        return Tier.REGRESSION
    if outcome is Outcome.PASSED:
        return Tier.IMPROVEMENT if better <= spec.alpha else Tier.STABLE
    if isinstance(observed.difference, Undefined):
        return Tier.UNDECIDED
    if observed.p <= spec.alpha:
        return Tier.LIKELY
    fell = observed.difference.value <= -margin
    return Tier.WATCH if fell and observed.p <= spec.likely else Tier.UNDECIDED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbers:
    """Numbers that a reason names."""

    p_adjusted: float
    margin: float
    detectable: float | None
    needed: int


def _reason(
    asked: _Asked, outcomes: Mapping[Missing, Outcome], numbers: _Numbers, *, unreliable: bool
) -> str:
    observed = asked.observed
    if observed.cells == 0:
        return f"no cell to compare: {asked.question.measure.value} can not be known"
    if unreliable:
        share = f"{asked.noise.old or 0:.0%}"
        return f"two readings of a cell of the baseline differ with a chance of {share}, so that it is no measure"
    if len(asked.compared) > 1 and len(set(outcomes.values())) > 1:
        return (
            f"missing verdicts could turn it: {outcomes[Missing.WORST].value} with all of them against the new side, "
            f"{outcomes[Missing.BEST].value} with all of them for it"
        )
    if isinstance(observed.difference, Undefined):
        return f"there is no interval: {observed.difference.reason}"
    return _plain_reason(outcomes[Missing.LEFT_OUT], observed, numbers)


def _plain_reason(outcome: Outcome, observed: Compared, numbers: _Numbers) -> str:
    margin, p_value = points(numbers.margin), f"adjusted {p_words(numbers.p_adjusted)}"
    if outcome is Outcome.PASSED:
        return f"a drop of {margin} is excluded"
    if outcome is Outcome.FAILED:
        return f"worse ({p_value}), and a drop of {margin} is not excluded"
    more = max(0, numbers.needed - observed.cells)
    wanted = f"; about {count(more, 'more cell')} could exclude it" if more else ""
    return (
        f"neither a drop ({p_value}) nor its absence within {margin} is shown; "
        f"{sight(numbers.detectable, numbers.margin)}{wanted}"
    )
