"""All paired tests of a gate as one family: adjusted for each other, bounded by what is missing, and decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from evenhand.calibration.words import count, points
from evenhand.gate.asked import Asked, ask, ask_together
from evenhand.gate.cells import GateTable
from evenhand.gate.compare import Compared, cells_needed, detectable_drop
from evenhand.gate.results import Bound, TestResult, Tier
from evenhand.gate.scores import Missing, questions
from evenhand.gate.words import p_words, sight
from evenhand.records.gate import GateSpec
from evenhand.stats.change.multiplicity import holm
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Undefined


def decide_tests(table: GateTable, spec: GateSpec, *, seed: int) -> tuple[TestResult, ...]:
    """Return every paired test of a gate, decided.

    A test passes where the lower limit of new - old (one-sided at alpha) is above -margin, and fails where it does not
    and McNemar's p-value, or that of the sign-flip test, is at most alpha after Holm's adjustment over all tests of the
    gate: those of each principle and slice, and those of all principles together, which see what none sees alone. All
    of this is done three times: with missing verdicts left out, all taken against the new side, and all for it. It
    passes only if it does in the worst case, and fails only if it does in the best.

    Where nothing that verdicts rest on changed, nobody was asked and every answer is as it was, both sides are one
    measurement: there is nothing to infer, and the test passes.

    The chance that a gate fails though nothing changed is at most about alpha; the chance that a principle passes
    though it lost its margin is at most about alpha too (Berger (1982), Technometrics 24, 295-300).

    Source: methods.md 6.1 to 6.4.
    """
    asked = [
        ask(question, spec, seed)
        for cells in table.principles
        for question in questions(cells, spec.compares)
    ]
    asked += ask_together(table, spec, seed)
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


def _adjusted(asked: Sequence[Asked], missing: Missing) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return holm(np.array([one.under(missing).p for one in asked]))


def _ranks(p_values: Iterable[float]) -> list[int]:
    order = np.argsort(np.array(list(p_values)), kind="stable")
    ranks = np.empty(order.size, dtype=np.int64)
    ranks[order] = np.arange(1, order.size + 1)
    return [int(rank) for rank in ranks]


# -- One test ----------------------------------------------------------------------------------------


def _decide(
    asked: Asked,
    spec: GateSpec,
    adjusted: Mapping[Missing, float],
    better: float,
    rank: int,
    family: int,
) -> TestResult:
    observed = asked.observed
    margin = asked.margin
    outcomes = {each: _outcome(asked.under(each), adjusted[each], margin, spec.alpha) for each in Missing}
    bounded = len(asked.compared) > 1
    outcome = _bounded(outcomes) if bounded else outcomes[Missing.LEFT_OUT]
    if asked.same:
        outcome = Outcome.PASSED
    unreliable = not asked.same and asked.noise.old is not None and asked.noise.old > 1 - spec.reliability
    if unreliable:
        outcome = Outcome.UNDECIDED
    detectable = detectable_drop(observed, level=spec.alpha / family)
    needed = cells_needed(observed, margin=margin, alpha=spec.alpha)
    could_fail = outcome is Outcome.UNDECIDED and bounded and outcomes[Missing.WORST] is Outcome.FAILED
    return TestResult(
        principle=asked.principle,
        severity=asked.severity,
        measure=asked.measure,
        slice=asked.slice,
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
        flip_error=asked.noise.standard_error,
        discordance=observed.discordance,
        detectable=detectable,
        cells_needed=needed,
        missing_old=asked.missing_old,
        missing_new=asked.missing_new,
        worst=_bound(asked, Missing.WORST, adjusted, outcomes) if bounded else None,
        best=_bound(asked, Missing.BEST, adjusted, outcomes) if bounded else None,
        same=asked.same,
        decides=asked.decides or (could_fail and spec.blocks(asked.severity)),
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
        )
        if not asked.same
        else _SAME,
    )


_SAME: Final = "nothing changed: the same judges, panel and principle, and every answer taken over"


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
    asked: Asked, missing: Missing, adjusted: Mapping[Missing, float], outcomes: Mapping[Missing, Outcome]
) -> Bound:
    compared = asked.compared[missing]
    assert compared.old is not None
    assert compared.new is not None
    return Bound(
        cells=compared.cells,
        lost=compared.lost,
        won=compared.won,
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


def _reason(asked: Asked, outcomes: Mapping[Missing, Outcome], numbers: _Numbers, *, unreliable: bool) -> str:
    observed = asked.observed
    if observed.cells == 0:
        return f"no cell to compare: {asked.measure.value} can not be known"
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
        f"no drop is shown ({p_value}), but one of {margin} is not excluded; "
        f"{sight(observed.cells, numbers.detectable, numbers.margin)}{wanted}"
    )
