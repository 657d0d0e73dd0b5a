"""What one pair got under one principle: raw probabilities, and their shares averaged over repeats, orders, judges.

Shares are those of the first, of the second and of neither. They are averaged as they are and normalised at the end,
so that a judge that gives much to "neither" says little about the two.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evenhand.feedback.results import PairOutcome, PreferenceBasis, RawPreference
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Basis, Distribution, FailedRating, Order, Rating, Spared
from evenhand.records.verdict import Undecided, Verdict

_CLOSE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What a pair got, sum 1."""

    first: float
    second: float
    neither: float
    """Ties, and both of them bad."""

    @property
    def p_first(self) -> float | None:
        """Share of the first among the two; None where neither got anything."""
        both = self.first + self.second
        return self.first / both if both > _CLOSE else None

    @property
    def leader(self) -> PairOutcome:
        """Who got most; a tie where none of the two did, or both got as much."""
        best = max(self.first, self.second, self.neither)
        if best - self.neither <= _CLOSE or abs(self.first - self.second) <= _CLOSE:
            return PairOutcome.TIE
        return PairOutcome.FIRST if self.first > self.second else PairOutcome.SECOND


def mean_shares(each: Sequence[Shares], weights: Sequence[float] = ()) -> Shares | None:
    """Return the mean of shares, weighted where there are weights; None of none."""
    if len(each) == 1 and (not weights or weights[0]):
        return each[0]
    total = first = second = neither = 0.0
    for place, one in enumerate(each):
        weight = weights[place] if weights else 1.0
        total += weight
        first += weight * one.first
        second += weight * one.second
        neither += weight * one.neither
    return Shares(first=first / total, second=second / total, neither=neither / total) if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a pair got under one principle."""

    principle_id: str
    verdict: Verdict | None
    """What the panel made of it; None while a rating is open."""
    shares: Shares | None
    """Averaged over orders and judges; None where no judge has an opinion."""
    by_order: Mapping[Order, Shares]
    """The same for each order by itself, over the judges that answered in both; empty where none did."""
    raw: tuple[RawPreference, ...]
    """Every rating."""
    basis: PreferenceBasis | None
    """The weakest basis of the ratings that count."""
    is_unmeasured: bool = False
    """Whether a rating is open, or failed ratings keep the panel from a verdict."""


class Weighing:
    """How much each judge of a panel counts under a principle."""

    def __init__(self, panel: Panel, fit: PanelFit | None) -> None:
        """Hold the panel, and its fit where its rule is learned."""
        self._panel = panel
        self._fit = fit

    def weights(self, item: RatedItem) -> Mapping[str, float]:
        """Return the weights of the judges that vote on an item: those of the rule "weighted", else all alike."""
        judges = self._voting(item.verdict).judges
        fitted = self._fit.find(item.principle_id) if self._fit and self._panel.rule == "weighted" else None
        given = self._panel.weights or (fitted.weights if fitted else {})
        return {judge: given.get(judge, 0.0) if given else 1.0 for judge in judges}

    def is_unmeasured(self, verdict: Verdict | None) -> bool:
        """Tell whether a rating is open, or failed ratings keep the panel from a verdict."""
        if verdict is None or verdict.undecided in {Undecided.MISSING, Undecided.REFUSED}:
            return True
        readable = [each for each in verdict.opinions if each.label is not None or each.abstains]
        return verdict.undecided is Undecided.QUORUM and len(readable) < self._voting(verdict).quorum_needed

    def _voting(self, verdict: Verdict | None) -> Panel:
        """Return the panel that voted: that of the last step which a cascade came to, else the whole."""
        if verdict and verdict.cascade:
            return self._panel.at_step(len(verdict.cascade))
        return self._panel

    def has_own_probability(self, principle_id: str) -> bool:
        """Tell whether the rule says how probable each side is, as a stack does where it was learned.

        That of "dawid_skene" is no measure of confidence, because judges do not err independently (methods.md 1.2).
        """
        return self._panel.rule == "stack" and bool(self._fit and self._fit.find(principle_id))


def hear(item: RatedItem, weighing: Weighing) -> Heard:
    """Return what a pair got under the principle of an item.

    A judge counts where it has a readable answer in each order it was asked in, as in the verdict; an answer in one of
    two orders would carry its position bias along.
    """
    counting = dict(_orders_by_judge(item))
    weights = {judge: weight for judge, weight in weighing.weights(item).items() if judge in counting}
    basis = _bases(item.units)
    stacked = weighing.has_own_probability(item.principle_id)
    counted = [basis[judge, order] for judge in weights for order in counting[judge]]
    return Heard(
        principle_id=item.principle_id,
        verdict=item.verdict,
        shares=_own_shares(item) if stacked else _pooled(counting, weights),
        by_order=_by_order(counting, weights),
        raw=tuple(_raw(unit, item.principle_id, basis) for unit in item.asked),
        basis=weakest(counted),
        is_unmeasured=weighing.is_unmeasured(item.verdict),
    )


def weakest(bases: Sequence[PreferenceBasis]) -> PreferenceBasis | None:
    """Return the weakest of some bases; None of none."""
    order = list(PreferenceBasis)
    return max(bases, key=order.index) if bases else None


def _pooled(counting: Mapping[str, Mapping[Order, Shares]], weights: Mapping[str, float]) -> Shares | None:
    own = {judge: mean_shares(list(counting[judge].values())) for judge in weights}
    known = {judge: shares for judge, shares in own.items() if shares is not None}
    return mean_shares(list(known.values()), [weights[judge] for judge in known])


def _by_order(
    counting: Mapping[str, Mapping[Order, Shares]], weights: Mapping[str, float]
) -> dict[Order, Shares]:
    both = [judge for judge in weights if len(counting[judge]) == len(Order)]
    found = {
        order: mean_shares([counting[judge][order] for judge in both], [weights[judge] for judge in both])
        for order in Order
    }
    return {order: shares for order, shares in found.items() if shares is not None}


def _own_shares(item: RatedItem) -> Shares | None:
    """Return the probabilities of a stack, which stand in the verdict."""
    return shares_of(item.verdict.distribution) if item.verdict and item.verdict.distribution else None


def shares_of(distribution: Distribution) -> Shares:
    """Return the shares that a distribution over a, b, tie and both_bad gives."""
    given = dict(distribution)
    total = math.fsum(given.values())
    first, second = given.get("a", 0.0) / total, given.get("b", 0.0) / total
    return Shares(first=first, second=second, neither=max(0.0, 1.0 - first - second))


def _orders_by_judge(item: RatedItem) -> Iterator[tuple[str, Mapping[Order, Shares]]]:
    """Yield what each judge gave in each order, for the judges with a readable answer in each they were asked in."""
    for judge in dict.fromkeys(unit.judge for unit in item.asked):
        mine = [unit for unit in item.asked if unit.judge == judge]
        asked = [order for order in Order if any(unit.order is order for unit in mine)]
        found = {
            order: mean_shares([shares_of(rating.distribution) for rating in _ratings(mine, order)])
            for order in asked
        }
        known = {order: shares for order, shares in found.items() if shares is not None}
        if len(known) == len(asked):
            yield judge, known


def _ratings(units: Sequence[RatedUnit], order: Order) -> list[Rating]:
    return [unit.outcome for unit in units if unit.order is order and isinstance(unit.outcome, Rating)]


def _bases(units: Sequence[RatedUnit]) -> Mapping[tuple[str, Order], PreferenceBasis]:
    """Return what the probabilities of each judge rest on in each order."""
    places = dict.fromkeys((unit.judge, unit.order) for unit in units)
    return {
        (judge, order): _basis(_ratings([unit for unit in units if unit.judge == judge], order))
        for judge, order in places
    }


def _basis(ratings: Sequence[Rating]) -> PreferenceBasis:
    if ratings and all(rating.basis is not Basis.ANSWER for rating in ratings):
        return PreferenceBasis.PROBABILITIES
    return PreferenceBasis.REPEATS if len(ratings) > 1 else PreferenceBasis.ANSWER


def _raw(
    unit: RatedUnit, principle_id: str, bases: Mapping[tuple[str, Order], PreferenceBasis]
) -> RawPreference:
    outcome = unit.outcome
    assert not isinstance(outcome, Spared)
    failed = isinstance(outcome, FailedRating)
    shares = None if isinstance(outcome, FailedRating) else shares_of(outcome.distribution)
    return RawPreference(
        judge=unit.judge,
        principle_id=principle_id,
        order=unit.order.value,
        repeat=unit.repeat,
        p_first=shares.p_first if shares else None,
        p_neither=shares.neither if shares else None,
        said=outcome.kind.value if isinstance(outcome, FailedRating) else outcome.label,
        basis=None if failed else bases[unit.judge, unit.order],
    )


__all__ = ["Heard", "Shares", "Weighing", "hear", "mean_shares", "shares_of", "weakest"]
