"""The road of one attack: a real prompt, a scripted judge in the place of the model, the real reader of its reply."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args

from evenhand.judging.parse import parse_reply
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.interface import Means
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.judge import ModelJudge
from evenhand.records.rating import FailedRating, Order, Outcome
from evenhand.records.run import Endpoint, Unit
from evenhand.records.scale import COMPLY, PAIR
from evenhand.records.suite import Candidate, Case, Item
from evenhand.testing import Finish, Judge, JudgeAnswer, JudgeRequest, Message
from evenhand.testing.rendering import generate

ALL_MEANS: Final[tuple[Means, ...]] = tuple(means for means in get_args(Means) if means != "decision")
"""The means by which a model writes its answer; where it only decides there is no text to forge."""
SINGLE: Final = (
    'Rule: {{ principle.text }}\n{% for shot in shots %}{{ data("shot", shot.response) }}\n{% endfor %}'
    '{{ data("prompt", case.prompt) }}\n{{ data("reference", case.reference) }}\n{{ data("reply", case.response) }}'
)
PAIRWISE: Final = '{{ data("reply_a", case.response_a) }}\n{{ data("reply_b", case.response_b) }}'
_SIGHT: Final = ("principle.text", "shots", "case.prompt", "case.reference", "case.response")
_FINISHES: Final = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.CONTENT_FILTER: "content_filter",
    Finish.PAUSE: "pause_turn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    id: str
    """Row of the matrix of faults and attacks."""
    what: str
    """What was tried."""
    payloads: int
    judges: str
    replies: int
    """Replies read, or texts looked at."""
    figures: str
    """What came of it, every zero with its n."""
    held: bool
    """Whether what is promised held."""


def judge(**fields: Any) -> ModelJudge:
    """Return a model judge."""
    plain = {"schema": "judge/v1", "id": "reader", "version": "1.0.0", "kind": "model"}
    return ModelJudge.model_validate_json(
        json.dumps(
            {**plain, "model": "loop/m", "template": "t.j2", "sees": _SIGHT, "shots": {"max": 4}, **fields}
        )
    )


def prompter(
    means: Means = "json_schema", *, pairwise: bool = False, shot: str = "", **fields: Any
) -> Prompter:
    """Return what renders the prompts of one judge."""
    example = (
        (Example(id="one", kind="complies", prompt="Say hello.", response=shot, use="shot"),) if shot else ()
    )
    if pairwise:
        fields = {
            "mode": "pairwise",
            "sees": ("principle.text", "case.response_a", "case.response_b"),
            **fields,
        }
    return Prompter(
        judge=judge(**fields),
        template=PAIRWISE if pairwise else SINGLE,
        constitution=Constitution(
            schema_="constitution/v1",
            id="c",
            version="1.0.0",
            principles=(Principle(id="p", text="Be kind.", examples=example),),
        ),
        endpoint=Endpoint(judge="reader", account="loop", protocol="openai-chat", model="m", means=means),
    )


def single(text: str, **fields: Any) -> Unit:
    """Return a unit on one candidate."""
    case = Case(**{"id": "case", "prompt": "Say hello.", "reference": "Hello.", "response": text, **fields})
    return Unit(seq=0, item=item(case), judge=judge())


def item(case: Case) -> Item:
    """Return the item of a case with one candidate."""
    return Item(seq=0, case=case, candidates=case.outputs[:1], principle_id="p", scale=COMPLY)


def pair(first: str, second: str) -> Iterator[Unit]:
    """Yield the two units on a pair, one for each order."""
    case = Case(id="case", candidates=(Candidate(id="x", text=first), Candidate(id="y", text=second)))
    shown = Item(seq=0, case=case, candidates=case.outputs, principle_id="p", scale=PAIR)
    for order in Order:
        yield Unit(seq=0, item=shown, judge=judge(mode="pairwise", sees=["case.response_a"]), order=order)


def ask(asker: Prompter, unit: Unit, scripted: Judge) -> Outcome:
    """Return what a scripted judge's reply to a unit is read as."""
    prompt = asker.render(unit)
    if isinstance(prompt, FailedRating):
        return prompt
    request = request_of(prompt)
    return read(prompt, unit, body(request, scripted(request), asker.endpoint.means))


def request_of(prompt: Prompt) -> JudgeRequest:
    """Return a prompt as a scripted judge sees it."""
    sent = prompt.request
    messages = (Message(role="system", text=sent.system),) if sent.system else ()
    return JudgeRequest(
        protocol="chat",
        number=1,
        attempt=1,
        model=sent.model,
        messages=(*messages, *(Message(role=turn.role, text=turn.content) for turn in sent.turns)),
        schema=None if sent.means == "json_object" else sent.schema,
        structured=sent.means != "last_line",
    )


def body(request: JudgeRequest, answer: JudgeAnswer, means: Means) -> bytes:
    """Return the bytes of a chat completion that says what the judge answered."""
    if answer.finish is Finish.REFUSAL:
        return _completion({"role": "assistant", "content": None, "refusal": answer.reason}, "stop")
    return said(generate(request, answer).text, means, _FINISHES[answer.finish])


def said(text: str, means: Means, finish: str = "stop") -> bytes:
    """Return the bytes of a chat completion with this text, as its content or as the arguments of its tool call."""
    if means != "tool":
        return _completion({"role": "assistant", "content": text}, finish)
    call = {"id": "1", "type": "function", "function": {"name": "answer", "arguments": text}}
    message: dict[str, object] = {"role": "assistant", "content": None, "tool_calls": [call]}
    return _completion(message, "tool_calls" if finish == "stop" else finish)


def _completion(message: dict[str, object], finish: str) -> bytes:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return json.dumps({"object": "chat.completion", "model": "m", "choices": [choice]}).encode()


def read(prompt: Prompt, unit: Unit, content: bytes) -> Outcome:
    """Read the bytes of a reply."""
    return parse_reply(
        content,
        protocol="openai-chat",
        form=prompt.form,
        nonce=prompt.nonce,
        unit=unit,
        evidence_required=False,
    ).outcome
