"""Units for offline judges, built from little."""

from collections.abc import Callable
from typing import Any

import pytest

from evenhand.records.judge import PatternJudge
from evenhand.records.rating import Order
from evenhand.records.run import Unit
from evenhand.records.scale import COMPLY, PAIR
from evenhand.records.suite import Candidate, Case, Item

ANY_JUDGE = PatternJudge.model_validate_json(
    '{"schema": "judge/v1", "id": "any", "version": "1.0.0", "kind": "pattern",'
    ' "principles": {"*": {"prior": {"complies": 0, "violates": 0}}}}'
)


@pytest.fixture
def make_unit() -> Callable[..., Unit]:
    """A unit about one reply, or about two when `other` is given."""

    def make(response: Any = "", *, other: Any = None, prompt: Any = None, **places: Any) -> Unit:
        texts = [response] if other is None else [response, other]
        candidates = tuple(Candidate(id=str(n), text=text) for n, text in enumerate(texts, start=1))
        item = Item(
            seq=0,
            case=Case(id=places.get("case", "c1"), prompt=prompt),
            candidates=candidates,
            principle_id=places.get("principle", "p"),
            scale=places.get("scale", COMPLY if other is None else PAIR),
        )
        order, repeat = places.get("order", Order.GIVEN), places.get("repeat", 0)
        return Unit(seq=0, item=item, judge=ANY_JUDGE, order=order, repeat=repeat)

    return make
