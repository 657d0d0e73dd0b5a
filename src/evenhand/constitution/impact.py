"""Compare the verdicts of a run with those on the same items after the constitution changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evenhand.constitution.asked import shown_beside
from evenhand.constitution.changes import ConstitutionDiff
from evenhand.constitution.impact_results import Agreement, FlippedItem, PrincipleImpact, Rejudged
from evenhand.records.baseline import Baseline, BaselineCase, Said
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.scale import PAIR, Reading
from evenhand.stats.arrays import Bools, Integers
from evenhand.stats.change.clustered import clustered_mean
from evenhand.stats.change.paired import paired_counts, paired_difference
from evenhand.stats.estimate import Measured
from evenhand.stats.shares import weighted_share

_COUNTED = frozenset({Reading.PASS, Reading.FAIL})
_COUNTS = (
    "items",
    "compared",
    "to_fail",
    "to_pass",
    "to_other",
    "became_undecided",
    "became_decided",
    "stayed_undecided",
    "missing",
    "left",
    "joined",
)
_FLIPS = {(Reading.PASS, Reading.FAIL): "to_fail", (Reading.FAIL, Reading.PASS): "to_pass"}


def find_rejudged(
    before: Constitution,
    after: Constitution,
    diff: ConstitutionDiff,
    judges: Sequence[Judge],
    *,
    pairwise: bool,
) -> tuple[Rejudged, ...]:
    """Return the principles in both that have to be judged again: their question changed, or what a judge is shown."""
    found = []
    for each in diff.principles:
        if not (each.before and each.after):
            continue
        old, new = before.by_id[each.before], after.by_id[each.after]
        binding = _binds(before, old, pairwise=pairwise) != _binds(after, new, pairwise=pairwise)
        if binding or any(shown_beside(old, judge) != shown_beside(new, judge) for judge in judges):
            judged_as = each.after if sees_ids(judges) else each.before
            found.append(Rejudged(before=each.before, after=each.after, judged_as=judged_as, binding=binding))
    return tuple(found)


def sees_ids(judges: Sequence[Judge]) -> bool:
    """Tell whether a judge may be shown the ids of principles, so that another name is another prompt."""
    return any(isinstance(judge, ModelJudge) and "principle.id" in judge.sees for judge in judges)


def _binds(constitution: Constitution, principle: Principle, *, pairwise: bool) -> Mapping[str, object]:
    return principle.binding(PAIR if pairwise else constitution.scale_of(principle))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What came of a comparison."""

    overall: PrincipleImpact
    principles: tuple[PrincipleImpact, ...]
    changed: tuple[FlippedItem, ...]


def measure_impact(old: Baseline, new: Baseline, rejudged: Sequence[Rejudged], *, seed: int) -> Measures:
    """Return which verdicts flipped, each way and by principle, and how agreement with people changed.

    Intervals hold with 95 % confidence each, and count items of one source as one; they are not adjusted for how many
    there are. What is undecided or missing on one side is counted apart and enters no share.

    Args:
        old: The run, summed up.
        new: The run in which the principles were judged again.
        rejudged: Those principles.
        seed: Seed of the intervals' draws.
    """
    cells = {each: _Cells(each, old, new) for each in rejudged}
    for name, case in old.cases.items():
        for each in cells.values():
            each.add(case, new.cases.get(name))
    for name, case in new.cases.items():
        for each in cells.values():
            each.count_joined(old.cases.get(name), case)
    together = _Tally(
        of=Rejudged(before="", after="", judged_as="", binding=any(each.binding for each in rejudged))
    )
    for each in cells.values():
        together.extend(each.tally)
    return Measures(
        overall=together.measured(seed),
        principles=tuple(each.tally.measured(seed) for each in cells.values()),
        changed=tuple(together.changed),
    )


@dataclass(slots=True)
class _Pairs:
    """Answers right or not before and now, and what each item comes from."""

    old: list[bool] = field(default_factory=list)
    new: list[bool] = field(default_factory=list)
    source: list[str] = field(default_factory=list)

    def add(self, source: str, *, old: bool, new: bool) -> None:
        self.old.append(old)
        self.new.append(new)
        self.source.append(source)

    def extend(self, other: "_Pairs") -> None:
        self.old += other.old
        self.new += other.new
        self.source += other.source

    def shares(self) -> tuple[Measured, Measured]:
        """Return the share that is right before, and now."""
        clusters = _clusters(self.source)
        old, new = (weighted_share(_flags(each), clusters=clusters) for each in (self.old, self.new))
        return old, new

    def change(self, seed: int) -> Measured:
        """Return the one minus the other."""
        old, new, clusters = _flags(self.old), _flags(self.new), _clusters(self.source)
        if clusters is None:
            return paired_difference(paired_counts(old, new))
        differences = new.astype(np.float64) - old.astype(np.float64)
        return clustered_mean(differences, clusters=clusters, span=1.0, rng=np.random.default_rng(seed))


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was counted of one principle, or of all together."""

    of: Rejudged
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTS, 0))
    flipped: _Pairs = field(default_factory=_Pairs)
    passes: _Pairs = field(default_factory=_Pairs)
    agreement: _Pairs = field(default_factory=_Pairs)
    changed: list[FlippedItem] = field(default_factory=list)

    def extend(self, other: "_Tally") -> None:
        """Add what was counted of another principle."""
        for name, count in other.counts.items():
            self.counts[name] += count
        self.flipped.extend(other.flipped)
        self.passes.extend(other.passes)
        self.agreement.extend(other.agreement)
        self.changed += other.changed

    def measured(self, seed: int) -> PrincipleImpact:
        """Return what came of it."""
        before, now = self.agreement.shares()
        return PrincipleImpact(
            principle=self.of.after,
            before=self.of.before,
            binding=self.of.binding,
            **self.counts,
            flipped=weighted_share(_flags(self.flipped.new), clusters=_clusters(self.flipped.source)),
            passes=self.passes.change(seed),
            agreement=Agreement(
                before=before,
                now=now,
                change=self.agreement.change(seed),
                of_earlier_text=self.of.binding,
            ),
        )


class _Cells:
    """Counts the cells of one principle."""

    def __init__(self, rejudged: Rejudged, old: Baseline, new: Baseline) -> None:
        self._rejudged = rejudged
        self._old = _readings(old, rejudged.before)
        self._new = _readings(new, rejudged.judged_as)
        self.tally = _Tally(of=rejudged)

    def add(self, case: BaselineCase, now: BaselineCase | None) -> None:
        """Add the items of one case of the run."""
        for candidate, said in case.said.items():
            words = said.get(self._rejudged.before)
            if words is None:
                continue
            self.tally.counts["items"] += 1
            others = now.said.get(candidate, {}).get(self._rejudged.judged_as) if now else None
            if others is None:
                self.tally.counts["left"] += 1
                continue
            reference = case.reference.get(candidate, {}).get(self._rejudged.before, "")
            self._pair(case, candidate, words[0], others[0], reference)

    def count_joined(self, before: BaselineCase | None, case: BaselineCase) -> None:
        """Count the items of a case that fall under the principle only now."""
        for candidate, said in case.said.items():
            if self._rejudged.judged_as in said:
                then = before.said.get(candidate, {}) if before else {}
                self.tally.counts["joined"] += self._rejudged.before not in then

    def _pair(self, case: BaselineCase, candidate: str, old: Said, new: Said, reference: str) -> None:
        if old is False or new is False:
            self.tally.counts["missing"] += 1
            return
        if old != new:
            self.tally.changed.append(
                FlippedItem(
                    case=case.id,
                    candidate=candidate,
                    principle=self._rejudged.after,
                    before=old,
                    now=new,
                    reference=reference,
                )
            )
        if old is None or new is None:
            self.tally.counts[_undecided(old, new)] += 1
            return
        self._compare(case.source or f"\0{case.id}", old, new, reference)

    def _compare(self, source: str, old: str, new: str, reference: str) -> None:
        self.tally.counts["compared"] += 1
        then, now = self._old.get(old, Reading.NEUTRAL), self._new.get(new, Reading.NEUTRAL)
        self.tally.flipped.add(source, old=False, new=old != new)
        if old != new:
            self.tally.counts[_FLIPS.get((then, now), "to_other")] += 1
        if {then, now} <= _COUNTED:
            self.tally.passes.add(source, old=then is Reading.PASS, new=now is Reading.PASS)
        if reference:
            wanted = self._old.get(reference, Reading.NEUTRAL)
            self.tally.agreement.add(
                source,
                old=_agree(old, then, reference, wanted),
                new=_agree(new, now, reference, wanted),
            )


def _undecided(old: Said, new: Said) -> str:
    if old is None:
        return "stayed_undecided" if new is None else "became_decided"
    return "became_undecided"


def _agree(verdict: str, reading: Reading, reference: str, wanted: Reading) -> bool:
    """Tell whether a verdict agrees with people: on the same side of the rule, or else in the very word."""
    return reading is wanted if wanted in _COUNTED else verdict == reference


def _readings(side: Baseline, principle: str) -> Mapping[str, Reading]:
    mark = side.head.principles.get(principle)
    return mark.readings if mark else {}


def _flags(values: Sequence[bool]) -> Bools:
    return np.array(values, dtype=np.bool_)


def _clusters(sources: Sequence[str]) -> Integers | None:
    """Return the number of what each item comes from; None where each comes from something else."""
    numbers = {source: number for number, source in enumerate(dict.fromkeys(sources))}
    if len(numbers) == len(sources):
        return None
    return np.array([numbers[source] for source in sources], dtype=np.int64)
