"""Labels as `evenhand calibrate --humans FILE` reads them."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from evenhand.records.label import LabelLine
from evenhand.records.review import ReviewLabelKind
from evenhand.review.exchange.records import ExchangeAdjudication, Exchanged, ExchangeLabel

SETTLED: Final = "adjudicated"
"""Annotator of the decisions that settle items: one of the names that stand for reference labels."""


def calibrate_lines(given: Iterable[Exchanged]) -> Iterator[LabelLine]:
    """Yield what calibration reads: first labels that hold, and the last decision on each item.

    Repeats, changed minds, labels that were undone and gold items enter no estimate, so they are left out.
    """
    decided: dict[str, ExchangeAdjudication] = {}
    for said in given:
        if isinstance(said, ExchangeAdjudication):
            decided[said.item] = said
        elif said.kind is ReviewLabelKind.FIRST and not said.withdrawn and said.context.gold is None:
            yield _label(said)
    yield from (_decision(said) for said in decided.values() if said.context.gold is None)


def _label(said: ExchangeLabel) -> LabelLine:
    return LabelLine(
        **_item(said),
        annotator=said.person,
        note=said.comment,
        blind=said.blind,
        at=said.at,
        seconds=said.active_ms / 1000,
        defensible=said.defensible,
    )


def _decision(said: ExchangeAdjudication) -> LabelLine:
    return LabelLine(
        **_item(said), annotator=SETTLED, note=said.note, at=said.at, seconds=said.active_ms / 1000
    )


def _item(said: Exchanged) -> dict[str, Any]:
    context = said.context
    return {
        "case": context.case,
        "candidate": context.candidate,
        "principle": context.principle,
        "label": said.label,
        "design": context.design,
        "stratum": context.stratum,
        "inclusion": context.inclusion,
    }
