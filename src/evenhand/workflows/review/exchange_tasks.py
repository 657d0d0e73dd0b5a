"""Items of the review ledger as other tools show them, and their labels as they travel."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from evenhand.records.rating import Order
from evenhand.records.review import Adjudication, ReviewItem, ReviewLabel, ShownPrinciple
from evenhand.records.scale import Scale
from evenhand.review.adjudication import settle
from evenhand.review.chance import side_order
from evenhand.review.exchange.records import (
    ExchangeAdjudication,
    ExchangeLabel,
    ExchangeTask,
    ItemContext,
    JudgeAnswer,
)
from evenhand.store.review.reading import LabelledItem, Reading
from evenhand.workflows.review.judged import JudgedItem

_EXPORTED = "export"
"""Stands for the person in the draw of sides: a tool shows everybody the same ones."""


class LedgerTasks(Mapping[str, ExchangeTask]):
    """The items of a review ledger by id, each read when it is asked for."""

    def __init__(self, reading: Reading) -> None:
        """Read from one state of the ledger."""
        self._reading = reading
        self._items: dict[str, ReviewItem | None] = {}
        self._principles: Callable[[str], Mapping[str, ShownPrinciple]] = cache(reading.principles)
        self._seeds = {draw.design: draw.seed for draw in reading.draws()}
        self._cases: dict[str, dict[str, list[ReviewItem]]] = {}

    def __getitem__(self, name: str) -> ExchangeTask:
        item = self.item(name)
        if item is None:
            raise KeyError(name)
        return self.task(item)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.item(name) is not None

    def __iter__(self) -> Iterator[str]:
        for design in self._seeds:
            yield from (item.id for item in self._reading.items(design))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def item(self, name: str) -> ReviewItem | None:
        """Return an item; None where there is none of that id."""
        if name not in self._items:
            self._items[name] = self._reading.find_items([name]).get(name)
        return self._items[name]

    def items_of(self, case: str, principle: str) -> Sequence[str]:
        """Return the items of a case in the newest design that has it, under one principle or under any."""
        for design in reversed(self._seeds):
            found = [
                item.id
                for item in self._by_case(design).get(case, ())
                if principle in {"", item.principle_id}
            ]
            if found:
                return found
        return ()

    def principle_of(self, item: ReviewItem) -> ShownPrinciple:
        """Return the principle of an item, as it was when the item was drawn."""
        return self._principles(item.design)[item.principle_id]

    def task(self, item: ReviewItem, judges: tuple[JudgeAnswer, ...] = ()) -> ExchangeTask:
        """Return an item as other tools show it."""
        is_pair = "|" in item.candidate_id
        return ExchangeTask(
            item=item.id,
            case=self._reading.content(item.content),
            principle=self.principle_of(item),
            order=side_order(self._seeds[item.design], _EXPORTED, item.id) if is_pair else Order.GIVEN,
            judges=judges,
        )

    def _by_case(self, design: str) -> Mapping[str, Sequence[ReviewItem]]:
        if design not in self._cases:
            found: dict[str, list[ReviewItem]] = {}
            for item in self._reading.items(design):
                found.setdefault(item.case_id, []).append(item)
            self._cases[design] = found
        return self._cases[design]


def judge_answers(judged: JudgedItem) -> tuple[JudgeAnswer, ...]:
    """Return what the judges said, those whose rating failed left out."""
    return tuple(
        JudgeAnswer(judge=each.judge, label=each.label, reason=each.reason)
        for each in judged.ratings
        if each.label is not None
    )


def travelling(
    found: LabelledItem, constitution: str, scale: Scale
) -> Iterator[ExchangeLabel | ExchangeAdjudication]:
    """Yield the labels of an item and then its adjudication, as they travel."""
    item = found.item
    context = ItemContext(
        run=item.run,
        constitution=constitution,
        case=item.case_id,
        candidate=item.candidate_id,
        principle=item.principle_id,
        design=item.design,
        stratum=item.stratum,
        inclusion=item.inclusion,
        gold=item.gold,
        provenance=settle(found.labels, found.adjudication, scale).provenance,
    )
    yield from (as_exchanged(label, context) for label in found.labels)
    if found.adjudication is not None:
        yield _decision(found.adjudication, context)


def as_exchanged(label: ReviewLabel, context: ItemContext) -> ExchangeLabel:
    """Return a label of the ledger as it travels."""
    return ExchangeLabel(
        id=label.id,
        item=label.item,
        person=label.person,
        kind=label.kind,
        blind=label.blind,
        label=label.label,
        sure=label.sure,
        defensible=label.defensible,
        comment=label.comment,
        evidence=label.evidence,
        order=label.order,
        at=label.at,
        active_ms=label.spent.active_ms,
        idle_ms=label.spent.idle_ms,
        revisits=label.revisits,
        principle_hash=label.principle_hash,
        via=label.via,
        withdrawn=label.withdrawn,
        context=context,
    )


def _decision(decision: Adjudication, context: ItemContext) -> ExchangeAdjudication:
    return ExchangeAdjudication(
        id=decision.id,
        item=decision.item,
        person=decision.person,
        label=decision.label,
        reason=decision.reason,
        note=decision.note,
        at=decision.at,
        active_ms=decision.spent.active_ms,
        idle_ms=decision.spent.idle_ms,
        principle_hash=decision.principle_hash,
        own=decision.own,
        context=context,
    )
