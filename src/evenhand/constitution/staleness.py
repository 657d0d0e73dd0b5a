"""Which answers and labels are stale through a change of a constitution."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from evenhand.constitution.asked import shown_beside
from evenhand.constitution.changes import ConstitutionDiff, Effect
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import Judge
from evenhand.records.scale import PAIR, Scale


class Standing(StrEnum):
    """How an answer or a label stands to the later constitution."""

    STALE = "stale"
    """It is of the earlier text, and the later one asks something else."""
    ORPHANED = "orphaned"
    """Its principle is gone."""
    REWORDED = "reworded"
    """The question is the same, and the judge would be asked in other words: its reply is not used again."""
    OLDER = "older"
    """It is of neither text: it was stale before."""
    CURRENT = "current"
    """It holds."""

    @property
    def is_lost(self) -> bool:
        """Whether it says nothing about the later constitution, and did about the earlier one."""
        return self in {Standing.STALE, Standing.ORPHANED}


Known = Literal["written", "pinned", "assumed"]
"""What tells of which text a label is: `written` beside it; `pinned` by the first run that read it; `assumed` to be the
earlier one, where no run has read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersHeld:
    """Answers on one principle in one run."""

    run: str
    suite: str
    principle: str
    """Its id in the run."""
    judge: str
    """The judge whose ratings these are; empty for the verdicts of the panel."""
    standing: Standing
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsHeld:
    """Human labels on one principle in one place."""

    source: str
    """A file of labels, or the review they were given in."""
    suite: str
    principle: str
    """Its id where the labels are."""
    standing: Standing
    known: Known
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Staleness:
    """What there is on the principles that changed, and how it stands."""

    answers: tuple[AnswersHeld, ...]
    """Of the newest run first: its verdicts, then its ratings by judge."""
    labels: tuple[LabelsHeld, ...]
    runs: int
    """Runs of the constitution that were looked at."""
    notes: tuple[str, ...] = ()
    """What could not be looked at."""

    @property
    def lost_verdicts(self) -> int:
        """Verdicts that are stale or have no principle any more."""
        return sum(each.count for each in self.answers if not each.judge and each.standing.is_lost)

    @property
    def lost_runs(self) -> int:
        """Runs that such verdicts are in."""
        return len({each.run for each in self.answers if not each.judge and each.standing.is_lost})

    @property
    def reworded_answers(self) -> int:
        """Ratings of judges that would be asked in other words."""
        return sum(each.count for each in self.answers if each.judge and each.standing is Standing.REWORDED)

    @property
    def lost_labels(self) -> int:
        """Labels that are stale or have no principle any more."""
        return sum(each.count for each in self.labels if each.standing.is_lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Touched:
    """A principle that changed in a way that can touch answers."""

    before: Principle
    after: Principle | None


class Standings:
    """Tells how answers and labels stand to a change."""

    def __init__(self, before: Constitution, after: Constitution, diff: ConstitutionDiff) -> None:
        self._before = before
        self._after = after
        touched = [
            _Touched(before=before.by_id[each.before], after=after.by_id.get(each.after))
            for each in diff.principles
            if each.before and (each.effect is not Effect.ADVISORY or each.before != each.after)
        ]
        self._touched = {
            **{alias: each for each in touched for alias in _aliases(each)},
            **{name: each for each in touched for name in _ids(each)},
        }

    @property
    def names(self) -> frozenset[str]:
        """Every name, earlier ones among them, of the principles that were touched."""
        return frozenset(self._touched)

    def of_hash(self, name: str, binding: str) -> Standing | None:
        """Return how a label stands, by the hash over what it rests on; None where its principle was not touched."""
        touched = self._touched.get(name)
        if touched is None:
            return None
        if touched.after is None:
            return Standing.ORPHANED
        if binding in self._hashes(self._after, touched.after):
            return Standing.CURRENT
        return Standing.STALE if binding in self._hashes(self._before, touched.before) else Standing.OLDER

    def of_earlier(self, name: str) -> Standing | None:
        """Return how something of the earlier text stands; None where its principle was not touched."""
        touched = self._touched.get(name)
        if touched is None:
            return None
        return self.of_hash(name, self._before.binding_hash(touched.before))

    def of_run(
        self, constitution: Constitution, name: str, *, pairwise: bool, judge: Judge | None = None
    ) -> Standing | None:
        """Return how what a run holds on a principle stands; None where the principle was not touched.

        Args:
            constitution: The one that the run pinned.
            name: The principle's id in it.
            pairwise: Whether the run compared two candidates.
            judge: The judge whose answers these are; None for verdicts and labels.
        """
        touched, then = self._touched.get(name), constitution.by_id.get(name)
        if touched is None or then is None:
            return None
        standing = self.of_hash(name, _hash(then, _scale(constitution, then, pairwise=pairwise)))
        if standing is not Standing.CURRENT or judge is None or touched.after is None:
            return standing
        shown = [shown_beside(each, judge) for each in (then, touched.before, touched.after)]
        is_reworded = shown[0] == shown[1] != shown[2]
        return Standing.REWORDED if is_reworded else Standing.CURRENT

    def _hashes(self, constitution: Constitution, principle: Principle) -> frozenset[str]:
        """Return the hashes of a principle: rated by itself, and of pairs."""
        return frozenset(
            _hash(principle, _scale(constitution, principle, pairwise=pairwise)) for pairwise in (False, True)
        )


def _scale(constitution: Constitution, principle: Principle, *, pairwise: bool) -> Scale:
    return PAIR if pairwise else constitution.scale_of(principle)


def _hash(principle: Principle, scale: Scale) -> str:
    return content_hash(principle.binding(scale))


def _ids(touched: _Touched) -> tuple[str, ...]:
    return (touched.before.id, touched.after.id) if touched.after else (touched.before.id,)


def _aliases(touched: _Touched) -> tuple[str, ...]:
    return (*touched.before.aliases, *(touched.after.aliases if touched.after else ()))


def by_principle(staleness: Staleness) -> Mapping[str, tuple[int, int]]:
    """Return how many verdicts and how many labels are lost on each principle, those with most first."""
    found: dict[str, list[int]] = {}
    for answer in staleness.answers:
        if not answer.judge and answer.standing.is_lost:
            found.setdefault(answer.principle, [0, 0])[0] += answer.count
    for label in staleness.labels:
        if label.standing.is_lost:
            found.setdefault(label.principle, [0, 0])[1] += label.count
    return {
        name: (verdicts, labels)
        for name, (verdicts, labels) in sorted(found.items(), key=lambda each: -sum(each[1]))
    }
