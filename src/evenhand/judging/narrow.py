"""Which items belong to a part of a suite: tests of membership only, so that a plan is still streamed."""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from pydantic import ValidationError

from evenhand.errors import NothingSelectedError, UsageError, nearest_name
from evenhand.records.canonical import canonical_json
from evenhand.records.panel import NEED_A_FIT, Panel
from evenhand.records.patterns import fits
from evenhand.records.suite import Item

_NAME_BYTES = 16


def item_name(*place: str, seed: int | None = None) -> bytes:
    """Return a short digest of an item's case, candidate and principle; with a seed, one that draws a sample."""
    start = [] if seed is None else [str(seed)]
    name = "\0".join([*start, *place])
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:_NAME_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a suite, as tests of what belongs to it."""

    principles: tuple[str, ...] = ()
    """Principles, by id or pattern; none means all."""
    cases: tuple[str, ...] = ()
    """Cases, by id or pattern; none means all."""
    named: AbstractSet[bytes] | None = None
    """Names of the only items that may belong to it; None means any."""
    seed: int = 0
    """Seed of the draw."""
    drawn_up_to: bytes | None = None
    """The largest seeded name that was drawn; None means that nothing is drawn."""

    def takes_principle(self, principle_id: str) -> bool:
        """Tell whether items of a principle may belong to it."""
        return not self.principles or fits(principle_id, self.principles)

    def takes_case(self, case_id: str) -> bool:
        """Tell whether items of a case may belong to it."""
        return not self.cases or fits(case_id, self.cases)

    @property
    def tests_items(self) -> bool:
        """Whether items of a case and a principle that belong to it may still not."""
        return self.named is not None or self.drawn_up_to is not None

    def takes(self, *place: str) -> bool:
        """Tell whether an item belongs to it, by its place, where its case and its principle do."""
        if self.named is not None and item_name(*place) not in self.named:
            return False
        return self.drawn_up_to is None or item_name(*place, seed=self.seed) <= self.drawn_up_to


WHOLE = Part()
"""All of a suite."""


@dataclass(slots=True)
class Survey:
    """What one pass over the items of a whole suite found about a part of it."""

    items_of: int = 0
    """Items of the whole suite."""
    items: int = 0
    """Items of the part."""
    met: Counter[str] = field(default_factory=Counter)
    """How many items each pattern of cases met."""
    digest: str = ""
    """Digest over the names of the part's items, in order."""


def draw(items: Iterable[Item], part: Part, sample: int, seed: int) -> Part:
    """Return `part` narrowed to `sample` of its items: those whose seeded names are the smallest.

    Which items are drawn depends on their names and the seed alone, not on their order.
    """
    names = (
        item_name(item.case.id, item.candidate_id, item.principle_id, seed=seed)
        for item in items
        if _belongs(item, part)
    )
    drawn = heapq.nsmallest(sample, names)
    return replace(part, seed=seed, drawn_up_to=drawn[-1] if drawn else b"")


def survey(items: Iterable[Item], part: Part) -> Survey:
    """Count the items of a suite and of a part of it, and take the digest of the part."""
    found, digest = Survey(), hashlib.sha256()
    for item in items:
        found.items_of += 1
        for pattern in part.cases:
            found.met[pattern] += fits(item.case.id, [pattern])
        if _belongs(item, part):
            found.items += 1
            digest.update(item_name(item.case.id, item.candidate_id, item.principle_id))
    found.digest = f"sha256:{digest.hexdigest()}"
    return found


def _belongs(item: Item, part: Part) -> bool:
    return (
        part.takes_principle(item.principle_id)
        and part.takes_case(item.case.id)
        and part.takes(item.case.id, item.candidate_id, item.principle_id)
    )


def choose(kind: str, patterns: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the names that fit a pattern; all of them where there is none.

    Raises:
        NothingSelectedError: A pattern fits no name; near ones are told.
    """
    for pattern in patterns:
        if not any(fits(name, [pattern]) for name in known):
            raise nothing_fits(kind, pattern, known)
    return tuple(name for name in known if not patterns or fits(name, patterns))


def nothing_fits(kind: str, pattern: str, known: Sequence[str]) -> NothingSelectedError:
    """Return the error for a pattern that fits nothing."""
    near = nearest_name(pattern, known)
    hint = f'did you mean "{near}"?' if near else f"known: {', '.join(known[:12])}"
    return NothingSelectedError(f"no {kind} of the suite fits {pattern!r}", hint=hint)


def restrict_panel(panel: Panel, judges: Sequence[str]) -> Panel:
    """Return the panel of some of its judges alone, all asked at once, with the same rule and a quorum they can make.

    Raises:
        UsageError: The panel has no meaning without the others.
    """
    if set(judges) == set(panel.judges):
        return panel
    changes: Mapping[str, object] = {
        "judges": [judge for judge in panel.judges if judge in judges],
        "weights": {judge: weight for judge, weight in panel.weights.items() if judge in judges},
        "cascade": [],
        "calibration": "",
        "fit": "" if panel.rule in NEED_A_FIT else panel.fit,
        "quorum": None if panel.quorum is None else min(panel.quorum, len(judges)),
    }
    try:
        return Panel.model_validate_json(canonical_json({**panel.canonical(), **changes}))
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UsageError(
            f"panel {panel.id} has no meaning with {', '.join(judges)} alone: {reason}",
            hint="name more judges with --only judge=NAME, or write a panel of its own",
        ) from error


def names_of(items: Iterable[Item], most: int) -> Iterator[str]:
    """Yield the names of the first cases of a suite."""
    last = ""
    for item in items:
        if item.case.id != last:
            last, most = item.case.id, most - 1
            yield last
        if most <= 0:
            return
