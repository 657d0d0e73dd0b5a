"""Proposed amendments made of evidence: coverage gaps, what judges miss, guideline gaps; others add theirs.

A proposal is a stub and the evidence for it. It never says what the rule should be where nobody said so: what a person
has to write is named in words. `add_proposals` is the one way into a file of proposals, for whoever makes them.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.constitution.inverse.results import Inference
from evenhand.records.amendments import (
    Amendments,
    DraftPrinciple,
    EvidenceItem,
    MeasuredGain,
    Proposal,
    ProposalKind,
)
from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution
from evenhand.records.reveal import reveal
from evenhand.stats.estimate import Estimate, Measured

MOST_ITEMS: Final = 20
"""Replies that a proposal quotes."""
MOST_CHARACTERS: Final = 800
"""Characters of each text that it quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineEvidence:
    """What adjudicators found missing in a principle."""

    principle: str
    change: str
    """Which part of it, one of `Proposal.change`."""
    place: str
    """The same in words."""
    items: tuple[EvidenceItem, ...]


def quoted(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return the beginning of a hostile text with its hidden characters drawn."""
    shown = reveal(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return shown if len(shown) <= most else f"{shown[:most].rstrip()} [cut]"


def coverage_proposals(gaps: Iterable[tuple[EvidenceItem, ...]]) -> Iterator[Proposal]:
    """Yield a proposal for a new principle for each group of replies that people fail as a whole."""
    for items in gaps:
        name = proposal_id("coverage_gap", "", items)
        yield Proposal(
            id=name,
            kind="coverage_gap",
            change="new_principle",
            draft=DraftPrinciple(id=f"draft.{name.rpartition('-')[2]}"),
            to_write=(
                "Say in one sentence what these replies do that no reply may do.",
                "Say where it does not hold (exceptions), and where it applies (when).",
                "Give it an id, a tier and a severity.",
                "Take one of these replies as an example that violates, and write one that complies.",
                "If a principle covers it already, say there what judges did not see, and decline this one.",
            ),
            why=f"People fail {_replies(items)} as a whole, and no principle fires on them.",
            people=_people(items),
            replies=len(items),
            items=items[:MOST_ITEMS],
        )


def missed_proposals(
    constitution: Constitution, missed: Iterable[tuple[str, Sequence[EvidenceItem]]]
) -> Iterator[Proposal]:
    """Yield a proposal for each principle under which people fail replies that no principle fires on."""
    for principle, items in missed:
        yield Proposal(
            id=proposal_id("missed_by_judges", principle, items),
            kind="missed_by_judges",
            change="inspect",
            draft=_as_it_stands(constitution, principle),
            to_write=(
                "Read what people saw that the judges did not, and say it in the text.",
                "Or add one of these replies as an example that violates.",
                "If people are wrong by the text, add an exception or decline this one.",
            ),
            why=f"People fail {_replies(items)} under {principle}, and no principle fires on them.",
            people=_people(items),
            replies=len(items),
            items=tuple(items[:MOST_ITEMS]),
        )


def guideline_proposals(constitution: Constitution, gaps: Iterable[GuidelineEvidence]) -> Iterator[Proposal]:
    """Yield a proposal for each principle whose text, by the word of an adjudicator, did not say what to do."""
    for gap in gaps:
        yield Proposal.model_validate(
            {
                "id": proposal_id("guideline_gap", gap.principle, gap.items),
                "kind": "guideline_gap",
                "change": gap.change,
                "draft": _as_it_stands(constitution, gap.principle),
                "to_write": (
                    f"Look at {gap.place}.",
                    "Add a decided reply as an example of kind borderline, with what was decided as expect.",
                    "Have new replies labelled: labels given so far rest on the text as it was.",
                ),
                "why": f"On {_replies(gap.items)} people differed because {gap.principle} does not say.",
                "people": _people(gap.items),
                "replies": len(gap.items),
                "items": gap.items[:MOST_ITEMS],
            }
        )


def inferred_proposals(inference: Inference) -> Iterator[Proposal]:
    """Yield the proposals of an inference that are put before people, each with its gain on held-out decisions."""
    for each in inference.kept:
        items = tuple(EvidenceItem(case=quoted(name)) for name in each.examples)
        yield Proposal(
            id=proposal_id("inferred", each.principle_id, items, each.text),
            kind="inferred",
            change="inspect",
            draft=DraftPrinciple(id=each.principle_id, text=quoted(each.text)),
            to_write=(
                f"Hold it against {each.principle_id}, and say it there or in a principle of its own if you mean it.",
                "A text that tells what people decided need not be the reason why they did.",
            ),
            why=f"People decided against the panel in a way that this text tells; {each.reason}.",
            replies=each.learned.right,
            items=items[:MOST_ITEMS],
            gain=_gain(each.gain, each.p),
        )


def _gain(measured: Measured | None, p: float | None) -> MeasuredGain | None:
    if not isinstance(measured, Estimate):
        return None
    return MeasuredGain(
        what="agreement of the panel with people",
        value=measured.value,
        low=measured.interval.low,
        high=measured.interval.high,
        confidence=measured.interval.confidence,
        n=measured.n,
        adjusted_p=p,
    )


def proposal_id(kind: ProposalKind, principle: str, items: Sequence[EvidenceItem], text: str = "") -> str:
    """Return the name of a proposal: of its kind and principle, the replies behind it and the text it proposes."""
    key = [kind, principle, [[each.case, each.candidate] for each in items], text]
    return f"{kind.replace('_', '-')}-{hashlib.sha256(canonical_json(key)).hexdigest()[:10]}"


def add_proposals(
    constitution: Constitution, before: Amendments | None, proposals: Iterable[Proposal]
) -> Amendments:
    """Return a file's proposals with others added; what people decided stays as it is.

    An open proposal of the same name is made anew, and one that is no longer made stays: its evidence was there.

    Args:
        constitution: What they are for.
        before: What the file holds; None where there is none.
        proposals: The new ones, of any kind.
    """
    known = {each.id: each for each in (before.proposals if before else ())}
    for each in proposals:
        if each.id not in known or known[each.id].decision == "open":
            known[each.id] = each
    return Amendments(
        schema_="amendments/v1",
        constitution=constitution.id,
        version=constitution.version,
        hash=constitution.hash,
        proposals=tuple(known.values()),
    )


def _as_it_stands(constitution: Constitution, name: str) -> DraftPrinciple:
    principle = constitution.by_id.get(name)
    if principle is None:
        return DraftPrinciple(id=name)
    return DraftPrinciple(
        id=name,
        title=principle.title,
        text=principle.text,
        exceptions=principle.exceptions,
        when=principle.when,
    )


def _people(items: Iterable[EvidenceItem]) -> int:
    return len({said.by for item in items for said in item.said})


def _replies(items: Sequence[EvidenceItem]) -> str:
    return "1 reply" if len(items) == 1 else f"{len(items):,} replies"
