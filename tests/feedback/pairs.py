"""Pairs as a run leaves them: ratings written down as letters, verdicts by the real panel."""

import json
from collections.abc import Mapping, Sequence

from evenhand.feedback.label_pair import Labelling, label_pair
from evenhand.feedback.pair_shares import Weighing
from evenhand.feedback.results import LabelledPair
from evenhand.judging.decide import Decider
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating, TerminalState
from evenhand.records.scale import PAIR, swap_label
from evenhand.records.suite import Candidate, Case

FAILED = FailedRating(kind=FailureKind.MALFORMED)
CASE = Case(
    id="c1",
    prompt="Which is better?",
    candidates=(
        Candidate(id="x", text="the first", producer="m1"),
        Candidate(id="y", text="the second, longer", producer="m2"),
    ),
)

Said = Mapping[str, Sequence[tuple[Order, TerminalState]]]
"""What each judge answered, in the frame of the case."""


def hard(label: str) -> Rating:
    """One answer without probabilities."""
    return Rating(label=label, distribution=((label, 1.0),), basis=Basis.ANSWER)


def soft(**shares: float) -> Rating:
    """An answer with log-probabilities."""
    leader = max(shares, key=lambda label: shares[label])
    return Rating(label=leader, distribution=tuple(shares.items()), basis=Basis.LOGPROBS)


def both(given: Outcome, swapped: Outcome) -> list[tuple[Order, Outcome]]:
    """One answer in each order."""
    return [(Order.GIVEN, given), (Order.SWAPPED, swapped)]


def panel_of(said: Said, **settings: object) -> Panel:
    """A panel of the judges that answered."""
    return Panel.model_validate_json(
        json.dumps({"schema": "panel/v1", "id": "p", "judges": list(said), **settings})
    )


def item_of(
    said: Said,
    panel: Panel,
    *,
    principle: str = "honesty",
    labels: Sequence[HumanLabel] = (),
    left_open: bool = False,
    fit: PanelFit | None = None,
) -> RatedItem:
    """The item of the pair under a principle, with its verdict."""
    counts: dict[tuple[str, Order], int] = {}
    units = []
    for judge, answers in said.items():
        for order, outcome in answers:
            repeat = counts.get((judge, order), 0)
            counts[judge, order] = repeat + 1
            units.append(RatedUnit(judge=judge, order=order, repeat=repeat, outcome=outcome))
    per_judge = {judge: len(answers) + left_open for judge, answers in said.items()}
    decider = Decider(panel=panel, units_by_judge=per_judge, scales={principle: PAIR}, fit=fit)
    return RatedItem(
        seq=0,
        case_id=CASE.id,
        candidate_id="x|y",
        principle_id=principle,
        slice={},
        units=tuple(units),
        verdict=decider.decide(principle, units),
        labels=tuple(labels),
    )


def labelled(
    *principles: Said,
    clamp: tuple[float, float] | None = None,
    tie_within: float = 0.0,
    case: Case = CASE,
    **settings: object,
) -> LabelledPair:
    """The pair labelled under one principle for each table of answers."""
    panel = panel_of(principles[0], **settings)
    items = [item_of(said, panel, principle=f"p{place}") for place, said in enumerate(principles)]
    labelling = Labelling(weighing=Weighing(panel, None), clamp=clamp, tie_within=tie_within)
    return label_pair(case, items, labelling)


def mirrored(said: Said) -> Said:
    """The same answers about the pair with its candidates swapped."""
    other = {Order.GIVEN: Order.SWAPPED, Order.SWAPPED: Order.GIVEN}
    return {
        judge: [(other[order], _mirror(one)) for order, one in answers] for judge, answers in said.items()
    }


def person(label: str, annotator: str = "ann", kind: LabelKind = LabelKind.PERSON) -> HumanLabel:
    """What one person said of the pair."""
    return HumanLabel(
        case_id="c1", candidate_id="", principle_id="honesty", annotator=annotator, kind=kind, label=label
    )


def _mirror(outcome: TerminalState) -> TerminalState:
    if not isinstance(outcome, Rating):
        return outcome
    return Rating(
        label=swap_label(outcome.label),
        distribution=tuple((swap_label(label), share) for label, share in outcome.distribution),
        basis=outcome.basis,
    )
