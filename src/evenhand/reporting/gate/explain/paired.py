"""One paired test: counts, p-value, Holm, limits, flips, decision, and what it could see."""

import math
from collections.abc import Iterator
from math import comb

from evenhand.gate.results import Bound, GateResult, TestResult, Tier
from evenhand.reporting.display import one_line
from evenhand.reporting.gate.explain.numbers import quantile, written, yes_or_no
from evenhand.reporting.gate.wording import what_is_tested_in_words
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.change.power import POWER
from evenhand.stats.estimate import Estimate

_EDGE = 1e-9
_MOST_WRITTEN_OUT = 60
"""Cells that differ up to which the sum of binomial coefficients is written as whole numbers."""


def test_lines(test: TestResult, result: GateResult) -> Iterator[str]:
    """Yield a test step by step."""
    tier = f" ({test.tier.value})" if test.tier.value != test.outcome.value else ""
    yield f"test of {what_is_tested_in_words(test.principle, test.measure, test.slice)}: {test.outcome.value}{tier}"
    yield f"  {one_line(test.reason)}"
    yield from (f"  {line}" for line in _steps(test, result))
    yield ""


def _steps(test: TestResult, result: GateResult) -> Iterator[str]:
    yield from _counts(test)
    if not test.cells:
        yield "there is nothing to compare, so the test is undecided"
        return
    yield from _p_value(test)
    yield _adjusted(test, len(result.tests))
    yield from _limits(test)
    yield from _flips(test)
    yield from _decision(test, result)
    yield from _tier(test, result)
    yield from _sight(test, len(result.tests))


def _counts(test: TestResult) -> Iterator[str]:
    yield (
        f"cells: n = {test.cells}, in {test.clusters} independent groups; lost = {test.lost}, won = {test.won}, "
        f"full score on both sides = {test.both}, equal below that = {test.neither}"
    )
    if not isinstance(test.difference, Estimate) or test.old is None or test.new is None:
        return
    if test.method == "mcnemar":
        yield f"before = (both + lost) / n = ({test.both} + {test.lost}) / {test.cells} = {written(test.old)}"
        yield f"now = (both + won) / n = ({test.both} + {test.won}) / {test.cells} = {written(test.new)}"
        change = f"(won - lost) / n = ({test.won} - {test.lost}) / {test.cells}"
        yield f"change = {change} = {written(test.difference.value)}"
    else:
        yield f"before = {written(test.old)} and now = {written(test.new)}, the mean scores"
        yield f"change = now - before = {written(test.difference.value)}"


# -- The p-value -------------------------------------------------------------------------------------


def _p_value(test: TestResult) -> Iterator[str]:
    if test.method == "sign-flip":
        yield (
            f'p of "not worse" (sign-flip test): the total change of each of the {test.clusters} groups is as likely '
            f"to be plus as minus; p = the share of sign patterns with a lower sum, those with an equal one half "
            f"= {written(test.p)} (patterns are drawn, from the seed, where there are many; the command above draws "
            "them again)"
        )
        return
    d, w = test.lost + test.won, test.won
    if d == 0:
        yield f'p of "not worse" (McNemar, mid-p): no cell differs, so p = 1 / 2 = {written(test.p)}'
        return
    yield (
        f'p of "not worse" (McNemar, mid-p): of the lost + won = {d} cells that differ, as many are won as '
        f"Binomial({d}, 1/2) says; p = P(fewer than {w}) + P({w}) / 2"
    )
    if d <= _MOST_WRITTEN_OUT:
        below = sum(comb(d, k) for k in range(w))
        yield (
            f"  = (sum of C({d}, k) for k < {w} + C({d}, {w}) / 2) / 2^{d} = ({below} + {comb(d, w)} / 2) / {2**d} "
            f"= {written(test.p)}"
        )
    else:
        share_below, share_at = _tail(d, w)
        yield f"  = {written(share_below)} + {written(share_at)} / 2 = {written(test.p)}"


def _tail(d: int, w: int) -> tuple[float, float]:
    """Return P(X < w) and P(X = w) of X ~ Binomial(d, 1/2)."""
    at = math.exp(math.lgamma(d + 1) - math.lgamma(w + 1) - math.lgamma(d - w + 1) - d * math.log(2))
    masses, mass = [], at
    for k in range(w, 0, -1):
        mass *= k / (d - k + 1)
        masses.append(mass)
    return math.fsum(masses), at


def _adjusted(test: TestResult, family: int) -> str:
    return (
        f"adjusted for {family} tests (Holm): the p-value has rank {test.rank}, so its factor is "
        f"{family} - {test.rank} + 1 = {family - test.rank + 1}, and "
        f"{family - test.rank + 1} x {written(test.p)} = {written((family - test.rank + 1) * test.p)}; "
        f"the largest such product up to its rank, at most 1, is the adjusted p = {written(test.p_adjusted)}"
    )


# -- The limits --------------------------------------------------------------------------------------


def _limits(test: TestResult) -> Iterator[str]:
    if not isinstance(test.difference, Estimate):
        yield f"there is no interval: {one_line(test.difference.reason)}"
        return
    low, high, z = test.difference.interval.low, test.difference.interval.high, quantile(test.alpha)
    yield f"z(alpha) = z({written(test.alpha)}) = {written(z)}"
    if test.method == "sign-flip":
        yield (
            f"limits of the change: {written(low)} to {written(high)}, by a bootstrap that draws whole groups, each "
            "one-sided at alpha; the lower one never above that of a t interval with one more group lost and one more "
            "won, nor nearer to the change than 1 - alpha^(1 / groups)"
        )
        if test.low is not None:
            error = (test.difference.value - test.low) / z
            yield f"  standard error = (change - lower limit that decides) / z(alpha) = {written(error)}"
        return
    yield (
        "lower limit L of the change (Tango), one-sided at alpha: the L at which "
        "(won - lost - n L) / sqrt(n (2 q + L (1 - L))) = z(alpha), with q = (sqrt(b^2 - 8 n c) - b) / (4 n), "
        "b = (2 n - won + lost) L - (lost + won) and c = -lost L (1 - L)"
    )
    yield f"  {_put_in(test.lost, test.won, test.cells, low)}"
    yield "upper limit: minus the lower limit with lost and won exchanged"
    yield f"  {_put_in(test.won, test.lost, test.cells, -high)}; upper limit = {written(high)}"


def _put_in(lost: int, won: int, n: int, limit: float) -> str:
    """Return Tango's equation with the numbers put in."""
    b = (2 * n - won + lost) * limit - (lost + won)
    c = -lost * limit * (1 - limit)
    q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    variance = n * (2 * q + limit * (1 - limit))
    excess = won - lost - n * limit
    z = written(excess / math.sqrt(variance)) if variance > 0 else "infinite" if excess else "0"
    edge = " (the least there is)" if limit <= -1 + _EDGE else ""
    return (
        f"L = {written(limit)}{edge}: b = {written(b)}, c = {written(c)}, q = {written(q)}, left side = {z}"
    )


def _flips(test: TestResult) -> Iterator[str]:
    known = [rate for rate in (test.flip_old, test.flip_new) if rate is not None]
    if not known or test.low is None or not isinstance(test.difference, Estimate):
        return
    old, new = (known[0] if rate is None else rate for rate in (test.flip_old, test.flip_new))
    yield (
        f"flips: two readings of a cell differ with chance f_old = {written(old)} at the baseline and f_new = "
        f"{written(new)} now (a side that was not measured is taken to be like the other)"
    )
    if test.low < test.difference.interval.low:
        z = quantile(test.alpha)
        alone = math.sqrt((old + new) / (2 * test.cells))
        yield (
            "  flips alone give the change a standard error s = sqrt(sum over cells of f_old / 2 k_old + "
            f"f_new / 2 k_new) / n with k readings of a cell; s = {written(test.flip_error)} (one reading of each "
            f"cell: sqrt((f_old + f_new) / (2 n)) = {written(alone)})"
        )
        yield (
            f"  lower limit by flips = change - z(alpha) s = {written(test.difference.value)} - {written(z)} x "
            f"{written(test.flip_error)} = {written(test.low)}, which is lower, so this one decides"
        )
    else:
        yield "  flips alone ask for no lower limit than the one above"


# -- The decision ------------------------------------------------------------------------------------


def _decision(test: TestResult, result: GateResult) -> Iterator[str]:
    if test.low is None:
        yield "without a lower limit the test is undecided"
    else:
        yield from _decided(test.low, test.p_adjusted, test)
    if test.worst is not None and test.best is not None:
        yield (
            f"missing verdicts: {test.missing_old} at the baseline and {test.missing_new} now; the test is decided "
            "again with these cells in it"
        )
        yield from _bound("all against the new side (full score before, none now)", test.worst, test)
        yield from _bound("all for the new side (none before, full score now)", test.best, test)
        yield "  it passes only if it passes in the first case, and fails only if it fails in the second"
    if test.tier is Tier.UNRELIABLE and test.flip_old is not None:
        yield (
            f"the baseline contradicts itself: f_old = {written(test.flip_old)} is more than 1 - reliability = "
            f"{written(1 - result.reliability)}, so the test is undecided whatever the numbers"
        )
    elif test.same:
        yield (
            "nothing that verdicts rest on changed, nobody was asked, and every answer was taken over: both sides are "
            "one measurement, and the test passes"
        )
    yield f"outcome: {test.outcome.value}"


def _decided(low: float, p_adjusted: float, test: TestResult) -> Iterator[str]:
    passes = low > -test.margin
    fails = p_adjusted <= test.alpha
    yield (
        f"lower limit {written(low)} > -margin = {written(-test.margin)}? {yes_or_no(holds=passes)}"
        f"{': a drop of the margin is excluded, which passes' if passes else ''}"
    )
    if not passes:
        yield (
            f"adjusted p {written(p_adjusted)} <= alpha = {written(test.alpha)}? {yes_or_no(holds=fails)}: "
            f"{'worse, which fails' if fails else 'neither is shown, which is undecided'}"
        )


def _bound(words: str, bound: Bound, test: TestResult) -> Iterator[str]:
    yield (
        f"  {words}: n = {bound.cells}, lost = {bound.lost}, won = {bound.won}, before = {written(bound.old)}, "
        f"now = {written(bound.new)}"
    )
    if bound.low is None:
        yield "    there is no interval"
    else:
        yield from (f"    {line}" for line in _decided(bound.low, bound.p_adjusted, test))
    yield f"    {bound.outcome.value}"


def _tier(test: TestResult, result: GateResult) -> Iterator[str]:
    if test.outcome is Outcome.PASSED:
        better = test.p_better <= test.alpha
        yield (
            f'beside it: adjusted p of "not better" {written(test.p_better)} <= alpha? {yes_or_no(holds=better)}: '
            f"{test.tier.value}"
        )
    elif test.tier is Tier.LIKELY:
        yield f"beside it: p {written(test.p)} <= alpha before adjustment: likely"
    elif test.tier is Tier.WATCH:
        yield (
            f"beside it: the change is -margin or less and p {written(test.p)} <= {written(result.likely)}: watch"
        )


# -- What it could see -------------------------------------------------------------------------------


def _sight(test: TestResult, family: int) -> Iterator[str]:
    level = test.alpha / family
    z_level, z_power = quantile(level), quantile(1 - POWER)
    yield (
        f"what it could see: level = alpha / {family} = {written(level)}, z(level) = {written(z_level)}, "
        f"z of a power of {written(POWER)} = {written(z_power)}"
    )
    if test.detectable is None:
        yield "  no drop would be seen with that power"
    elif test.method == "sign-flip":
        yield f"  smallest detectable drop D = (z(level) + z(power)) x standard error = {written(test.detectable)}"
    else:
        yield from _detectable(test, test.detectable, z_level, z_power)
    if test.cells_needed is not None:
        yield from _needed(test, z_power)
    if test.detectable is not None:
        yield f"  D <= margin? {yes_or_no(holds=test.sees_margin)}"


def _detectable(test: TestResult, drop: float, z_level: float, z_power: float) -> Iterator[str]:
    seen = (test.lost + test.won + 1) / (test.cells + 2)
    yield (
        f"  share of cells that differ d = max((lost + won + 1) / (n + 2), (f_old + f_new) / 2) = "
        f"max({written(seen)}, flips) = {written(test.discordance)}"
    )
    share = max(test.discordance, drop)
    right = z_level * math.sqrt(share) + z_power * math.sqrt(max(share - drop * drop, 0.0))
    yield (
        f"  smallest detectable drop D: D sqrt(n) = z(level) sqrt(s) + z(power) sqrt(s - D^2), s = max(d, D); "
        f"D = {written(drop)}: left side = {written(drop * math.sqrt(test.cells))}, right side = {written(right)}"
    )


def _needed(test: TestResult, z_power: float) -> Iterator[str]:
    z = quantile(test.alpha)
    told = "  cells that exclude a drop of the margin when nothing changed = "
    if test.method == "sign-flip":
        yield (
            f"{told}n ((z(alpha) + z(power)) x standard error / margin)^2 = {test.cells} x (({written(z)} + "
            f"{written(z_power)}) x standard error / {written(test.margin)})^2, rounded up = {test.cells_needed}"
        )
        return
    yield (
        f"{told}(z(alpha) + z(power))^2 d / margin^2 = ({written(z)} + {written(z_power)})^2 x "
        f"{written(test.discordance)} / {written(test.margin)}^2, rounded up = {test.cells_needed}"
    )
