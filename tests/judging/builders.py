"""Small records and replies for the tests of judging."""

import json
from collections.abc import Mapping
from typing import Any

from evenhand.providers.interface import Finish, Reply, TokenChoice
from evenhand.records.constitution import Constitution
from evenhand.records.judge import ModelJudge
from evenhand.records.panel import Panel
from evenhand.records.rating import Order
from evenhand.records.run import Endpoint, Unit
from evenhand.records.scale import COMPLY, NumericScale, OrdinalScale, PairwiseScale, Scale
from evenhand.records.suite import Candidate, Case, Item, Suite

STARS = OrdinalScale(
    type="ordinal", values=tuple("12345"), describe={str(n): f"{n} of 5" for n in range(1, 6)}
)
GRADES = OrdinalScale(
    type="ordinal",
    values=("poor", "fair", "good"),
    describe={"poor": "p", "fair": "f", "good": "g"},
    pass_at="good",
)
TEN = NumericScale(type="numeric", minimum=0, maximum=10)
PAIR_WITHOUT_TIES = PairwiseScale(type="pairwise", allow_tie=False, allow_both_bad=False)


def constitution(*principles: Mapping[str, Any], **fields: Any) -> Constitution:
    """A constitution of these principles; `id` and `text` are filled in where they are left out."""
    filled = [
        {"id": f"p{number}", "text": "Be kind."} | dict(each)
        for number, each in enumerate(principles or [{}])
    ]
    return Constitution.model_validate_json(
        json.dumps(
            {"schema": "constitution/v1", "id": "c", "version": "1.0.0", "principles": filled} | fields
        )
    )


def judge(name: str = "reader", **fields: Any) -> ModelJudge:
    """A model judge."""
    plain = {"schema": "judge/v1", "id": name, "version": "1.0.0", "kind": "model"}
    return ModelJudge.model_validate_json(
        json.dumps({**plain, "model": "openai/m", "template": "t.j2", **fields})
    )


def panel(*judges: str, **fields: Any) -> Panel:
    """A panel of these judges."""
    return Panel.model_validate_json(json.dumps({"schema": "panel/v1", "id": "p", "judges": judges} | fields))


def suite(**fields: Any) -> Suite:
    """A suite."""
    plain = {
        "schema": "suite/v1",
        "id": "s",
        "constitution": "c.md",
        "panel": "p",
        "cases": [{"path": "c.jsonl"}],
    }
    return Suite.model_validate_json(json.dumps(plain | fields))


def endpoint(**fields: Any) -> Endpoint:
    """An endpoint that takes everything."""
    plain: dict[str, Any] = {
        "judge": "reader",
        "account": "openai",
        "protocol": "openai-chat",
        "model": "m",
        "means": "json_schema",
    }
    return Endpoint.model_validate(plain | fields)


def case(response: str | None = "Hello.", **fields: Any) -> Case:
    """A case with one candidate."""
    return Case.model_validate({"id": "case-1", "prompt": "Say hello.", "response": response} | fields)


def unit(
    shown: Case | None = None,
    *,
    principle: str = "p0",
    scale: Scale = COMPLY,
    order: Order = Order.GIVEN,
    repeat: int = 0,
    asked: ModelJudge | None = None,
) -> Unit:
    """A unit on the candidates of a case: one, or the first two."""
    shown = shown or case()
    item = Item(seq=0, case=shown, candidates=shown.outputs[:2], principle_id=principle, scale=scale)
    return Unit(seq=0, item=item, judge=asked or judge(), order=order, repeat=repeat)


def pair_case(first: str, second: str) -> Case:
    """A case with two candidates."""
    return case(None, candidates=(Candidate(id="x", text=first), Candidate(id="y", text=second)))


def reply(text: str, finish: Finish = Finish.NORMAL, **fields: Any) -> Reply:
    """An envelope around `text`."""
    return Reply(text=text, finish=finish, finish_text=finish.value, **fields)


def token(text: str, logprob: float = 0.0, *alternatives: tuple[str, float]) -> TokenChoice:
    """A generated token and its alternatives."""
    return TokenChoice(token=text, logprob=logprob, alternatives=alternatives)
