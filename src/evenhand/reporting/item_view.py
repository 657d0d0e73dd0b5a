"""One item with everything said about it, cut to what a page can hold."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from evenhand.records.candidate_flag import CandidateFlag
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.message import Text, flatten
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import Basis, Distribution, FailedRating, FailureKind, Order, Outcome, Spared
from evenhand.records.suite import Candidate
from evenhand.records.verdict import Opinion, Undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseText:
    """The text of a case as the suite holds it."""

    prompt: Text | None
    """What the person asked; None where the suite does not hold it."""
    candidates: tuple[Candidate, ...]
    """The output under judgement, or the two that are compared."""


FindTexts = Callable[[Collection[tuple[str, str]]], Mapping[tuple[str, str], CaseText]]
"""Returns texts by the names of case and candidate, all in one go; those that can not be shown are absent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewLimits:
    """How much of an item is shown; None shows all."""

    prompt: int | None = None
    """Characters of the prompt."""
    candidate: int | None = None
    """Characters of a candidate."""
    detail: int | None = None
    """Characters of a reason, a note or a failure."""
    quote: int | None = None
    """Characters of a quote."""
    quotes: int | None = None
    """Quotes of an answer."""
    answers: int | None = None
    """Answers of a judge."""
    labels: int | None = None
    """Human labels."""


REPORT_LIMITS = ViewLimits(
    prompt=1_000, candidate=1_500, detail=500, quote=250, quotes=3, answers=6, labels=12
)
"""How much of an item a report shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """The beginning of a text, hostile."""

    text: str
    left_out: int
    """Characters that follow and are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """One terminal state of a judge on an item."""

    order: Order
    repeat: int
    label: str | None
    """The answer; None for a failed rating."""
    distribution: Distribution
    """The rating's probabilities over the scale; empty for a failed rating."""
    basis: Basis | None
    """Where the probabilities come from; None for a failed rating."""
    failure: FailureKind | None
    detail: Excerpt
    """The judge's reason, or what was seen instead of an answer; hostile."""
    quotes: tuple[Excerpt, ...]
    """Passages the judge quoted; hostile."""
    quotes_left_out: int
    """Further passages that are not shown."""
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeView:
    """What one judge says on an item."""

    judge: str
    label: str | None
    abstains: bool
    inconsistent: bool
    """Whether its two orders of a pair differ."""
    one_order: bool
    """Whether it saw a pair in one order only."""
    spared: str
    """Why it was not asked; empty where it was."""
    answers: tuple[AnswerView, ...]
    answers_left_out: int
    """Further answers that are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelView:
    """What one annotator says on an item."""

    annotator: str
    kind: LabelKind
    label: str
    note: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateView:
    """One output under judgement."""

    candidate: str
    text: Excerpt | None
    """None where the source does not hold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """The text of a case."""

    prompt: Excerpt | None
    """None where the source does not hold it."""
    candidates: tuple[CandidateView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One item with everything said about it."""

    name: str
    case: str
    candidate: str
    principle: str
    slice: Mapping[str, str]
    flags: tuple[CandidateFlag, ...]
    """What was noticed about its candidates, before any judge saw them."""
    label: str | None
    """The panel's verdict; None while undecided or open."""
    undecided: Undecided | None
    disagreement: float
    units: int
    """Ratings and failed ratings of the item; spared units are none."""
    failed: int
    """Failed ratings among them."""
    judges: tuple[JudgeView, ...]
    labels: tuple[LabelView, ...]
    labels_left_out: int
    """Further labels that are not shown."""
    text: CaseView | None
    """None where the case can not be shown."""

    @property
    def asked(self) -> int:
        """How many judges were asked; a cascade spares the others."""
        return sum(not judge.spared for judge in self.judges)


def excerpt(text: str, limit: int | None) -> Excerpt:
    """Return the first `limit` characters of `text`, and how many follow."""
    shown = text if limit is None else text[:limit]
    return Excerpt(text=shown, left_out=len(text) - len(shown))


def view_item(item: RatedItem, text: CaseText | None, limits: ViewLimits) -> ItemView:
    """Return `item` with its texts, cut to `limits`."""
    opinions = {opinion.judge: opinion for opinion in item.verdict.opinions} if item.verdict else {}
    judges = dict.fromkeys(unit.judge for unit in item.units)
    return ItemView(
        name=item.name,
        case=item.case_id,
        candidate=item.candidate_id,
        principle=item.principle_id,
        slice=dict(item.slice),
        flags=flags_of(item),
        label=item.verdict.label if item.verdict else None,
        undecided=item.verdict.undecided if item.verdict else None,
        disagreement=item.verdict.disagreement if item.verdict else 0.0,
        units=len(item.asked),
        failed=sum(isinstance(unit.outcome, FailedRating) for unit in item.asked),
        judges=tuple(_judge_view(judge, opinions.get(judge), item.units, limits) for judge in judges),
        labels=tuple(_label_view(label, limits) for label in item.labels[: limits.labels]),
        labels_left_out=_left_out(len(item.labels), limits.labels),
        text=None if text is None else _case_view(text, limits),
    )


def flags_of(item: RatedItem) -> tuple[CandidateFlag, ...]:
    """Return what was noticed about the candidates of an item, each flag once."""
    return tuple(dict.fromkeys(flag for flags in item.flags or () for flag in flags))


def _judge_view(
    judge: str, opinion: Opinion | None, units: tuple[RatedUnit, ...], limits: ViewLimits
) -> JudgeView:
    own = [unit for unit in units if unit.judge == judge]
    spared = [unit.outcome.reason for unit in own if isinstance(unit.outcome, Spared)]
    answers = [(unit, unit.outcome) for unit in own if not isinstance(unit.outcome, Spared)]
    return JudgeView(
        judge=judge,
        label=opinion.label if opinion else None,
        abstains=opinion.abstains if opinion else False,
        inconsistent=opinion.inconsistent if opinion else False,
        one_order=opinion.one_order if opinion else False,
        spared=spared[0] if spared else "",
        answers=tuple(_answer_view(unit, outcome, limits) for unit, outcome in answers[: limits.answers]),
        answers_left_out=_left_out(len(answers), limits.answers),
    )


def _answer_view(unit: RatedUnit, outcome: Outcome, limits: ViewLimits) -> AnswerView:
    if isinstance(outcome, FailedRating):
        return AnswerView(
            order=unit.order,
            repeat=unit.repeat,
            label=None,
            distribution=(),
            basis=None,
            failure=outcome.kind,
            detail=excerpt(outcome.detail, limits.detail),
            quotes=(),
            quotes_left_out=0,
            flags=(),
        )
    return AnswerView(
        order=unit.order,
        repeat=unit.repeat,
        label=outcome.label,
        distribution=outcome.distribution,
        basis=outcome.basis,
        failure=None,
        detail=excerpt(outcome.reason, limits.detail),
        quotes=tuple(excerpt(quote, limits.quote) for quote in outcome.quotes[: limits.quotes]),
        quotes_left_out=_left_out(len(outcome.quotes), limits.quotes),
        flags=outcome.flags,
    )


def _label_view(label: HumanLabel, limits: ViewLimits) -> LabelView:
    return LabelView(
        annotator=label.annotator, kind=label.kind, label=label.label, note=excerpt(label.note, limits.detail)
    )


def _case_view(text: CaseText, limits: ViewLimits) -> CaseView:
    return CaseView(
        prompt=None if text.prompt is None else excerpt(flatten(text.prompt), limits.prompt),
        candidates=tuple(
            CandidateView(
                candidate=candidate.id,
                text=None if candidate.text is None else excerpt(flatten(candidate.text), limits.candidate),
            )
            for candidate in text.candidates
        ),
    )


def _left_out(count: int, limit: int | None) -> int:
    return 0 if limit is None else max(0, count - limit)
