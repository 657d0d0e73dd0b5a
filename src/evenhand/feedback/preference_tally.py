"""Preference labels counted one after the other: a few bytes are kept of each pair, and none of its texts."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from evenhand.feedback.preference_results import JudgeLabels, JudgePair, PrincipleLabels
from evenhand.feedback.results import DECIDED, LabelledPair, PairOutcome, PreferenceBasis, RawPreference
from evenhand.stats.estimate import Measured

SATURATED = 0.95
"""A probability beyond this, or below one minus this, says no more than an answer."""


@dataclass(slots=True)
class ShareCount:
    """Successes, each with the source of its pair: pairs of one source are not independent."""

    success: "array[int]" = field(default_factory=lambda: array("b"))
    cluster: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, cluster: int, *, success: bool) -> None:
        """Count one."""
        self.success.append(success)
        self.cluster.append(cluster)

    def share(self) -> Measured:
        """Return the share with an interval that knows the sources."""
        import numpy as np  # noqa: PLC0415 - slow to load, and reading labels needs none

        from evenhand.stats.shares import weighted_share  # noqa: PLC0415 - as above

        success = np.frombuffer(self.success, dtype=np.int8).astype(np.bool_)
        clusters = np.unique(np.frombuffer(self.cluster, dtype=np.int64), return_inverse=True)[1]
        return weighted_share(success, clusters=clusters)


@dataclass(slots=True)
class PreferenceTally:
    """Counts of the labels of a run."""

    pairs: int = 0
    outcomes: Counter[PairOutcome] = field(default_factory=Counter)
    bases: Counter[PreferenceBasis] = field(default_factory=Counter)
    flips: ShareCount = field(default_factory=ShareCount)
    agreement: ShareCount = field(default_factory=ShareCount)
    human_ties: int = 0
    human_sides_open: int = 0
    clamped: ShareCount = field(default_factory=ShareCount)
    longer: ShareCount = field(default_factory=ShareCount)
    _margins: float = 0.0
    _principles: dict[str, "_PrincipleTally"] = field(default_factory=dict)
    _judges: dict[str, "_JudgeTally"] = field(default_factory=dict)
    _both: dict[tuple[str, str], ShareCount] = field(default_factory=dict)

    def add(self, pair: LabelledPair) -> None:
        """Count one pair."""
        cluster = _number(pair.source)
        self.pairs += 1
        self.outcomes[pair.outcome] += 1
        if pair.basis is not None:
            self.bases[pair.basis] += 1
        if pair.flipped is not None:
            self.flips.add(cluster, success=pair.flipped)
        if pair.p_first is not None:
            self.clamped.add(cluster, success=pair.p_clamped != pair.p_first)
        if pair.outcome in DECIDED:
            self._add_decided(pair, cluster)
        self._add_principles(pair, cluster)
        self._add_judges(pair.raw, cluster)

    def _add_decided(self, pair: LabelledPair, cluster: int) -> None:
        assert pair.p_first is not None
        self._margins += abs(2 * pair.p_first - 1)
        if len(pair.first) != len(pair.second):
            first_is_longer = len(pair.first) > len(pair.second)
            self.longer.add(cluster, success=first_is_longer is (pair.outcome is PairOutcome.FIRST))

    def _add_principles(self, pair: LabelledPair, cluster: int) -> None:
        for each in pair.principles:
            tally = self._principles.setdefault(each.principle_id, _PrincipleTally())
            tally.outcomes[each.outcome] += 1
            if each.human is None:
                continue
            decided, side = each.outcome in DECIDED, each.human != "tie"
            if decided and side:
                for count in (self.agreement, tally.agreement):
                    count.add(cluster, success=each.outcome.value == each.human)
            self.human_ties += decided and not side
            self.human_sides_open += side and not decided

    def _add_judges(self, raw: Sequence[RawPreference], cluster: int) -> None:
        for each in raw:
            self._judges.setdefault(each.judge, _JudgeTally()).add(each, cluster)
        for _, sides in _sides(raw):
            for first, second in combinations(sides, 2):
                count = self._both.setdefault((first, second), ShareCount())
                count.add(cluster, success=sides[first] is sides[second])

    @property
    def margin(self) -> float | None:
        """Mean margin of decided pairs."""
        decided = sum(self.outcomes[each] for each in DECIDED)
        return self._margins / decided if decided else None

    def principles(self) -> Iterator[PrincipleLabels]:
        """Yield what came of each principle."""
        for name, tally in self._principles.items():
            yield PrincipleLabels(
                principle_id=name,
                pairs=tally.outcomes.total(),
                outcomes={each: tally.outcomes[each] for each in PairOutcome},
                agreement=tally.agreement.share(),
            )

    def judges(self) -> Iterator[JudgeLabels]:
        """Yield how each judge gave its probabilities."""
        for name, tally in self._judges.items():
            yield JudgeLabels(
                judge=name,
                ratings=tally.basis.total(),
                basis={each: tally.basis[each] for each in PreferenceBasis},
                saturated=tally.saturated.share(),
                first_shown=tally.first_shown.share(),
            )

    def judge_pairs(self) -> Iterator[JudgePair]:
        """Yield how often each two judges are on the same side."""
        for (first, second), count in self._both.items():
            yield JudgePair(first=first, second=second, agreement=count.share())


@dataclass(slots=True)
class _PrincipleTally:
    outcomes: Counter[PairOutcome] = field(default_factory=Counter)
    agreement: ShareCount = field(default_factory=ShareCount)


@dataclass(slots=True)
class _JudgeTally:
    basis: Counter[PreferenceBasis] = field(default_factory=Counter)
    saturated: ShareCount = field(default_factory=ShareCount)
    first_shown: ShareCount = field(default_factory=ShareCount)

    def add(self, raw: RawPreference, cluster: int) -> None:
        if raw.basis is None:
            return
        self.basis[raw.basis] += 1
        if raw.p_first is None:
            return
        if raw.basis is PreferenceBasis.PROBABILITIES:
            self.saturated.add(cluster, success=max(raw.p_first, 1 - raw.p_first) > SATURATED)
        if raw.p_first != 0.5:
            shown_first = raw.p_first if raw.order == "given" else 1 - raw.p_first
            self.first_shown.add(cluster, success=shown_first > 0.5)


def _sides(raw: Sequence[RawPreference]) -> Iterator[tuple[str, Mapping[str, bool]]]:
    """Yield which side each judge takes under each principle, the mean over its orders and repeats; True is the first.

    A judge that leans to neither takes none.
    """
    for principle in dict.fromkeys(each.principle_id for each in raw):
        given: dict[str, list[float]] = {}
        for each in raw:
            if each.principle_id == principle and each.p_first is not None:
                given.setdefault(each.judge, []).append(each.p_first)
        means = {judge: sum(shares) / len(shares) for judge, shares in sorted(given.items())}
        yield principle, {judge: mean > 0.5 for judge, mean in means.items() if abs(mean - 0.5) > 1e-9}


def _number(source: str) -> int:
    """Return a number for a source, the same wherever it comes up."""
    digest = hashlib.blake2b(source.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


__all__ = ["SATURATED", "PreferenceTally", "ShareCount"]
