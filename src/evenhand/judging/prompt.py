"""From a unit to the messages of one call: template, fenced case text, answer form, nonce."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import SimpleNamespace
from typing import Any

from evenhand.judging.answer import AnswerForm
from evenhand.judging.fence import fence, mask, new_nonce, nonces
from evenhand.judging.template import Outline, PromptTemplate, PromptTooLongError, Untrusted, fill
from evenhand.providers.interface import ChatRequest, Turn
from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.judge import ModelJudge, ModelParams
from evenhand.records.message import flatten
from evenhand.records.rating import FailedRating, FailureKind, Order
from evenhand.records.run import Endpoint, Unit
from evenhand.records.scale import NumericScale, PairwiseScale, Scale, number_text
from evenhand.records.suite import Candidate, Case, Item

_DECIDING_FIELDS = (
    "model",
    "means",
    "schema",
    "max_tokens",
    "temperature",
    "top_p",
    "seed",
    "reasoning_effort",
    "logprobs",
)
"""Fields of a request beside its messages that could change the answer; how long to wait for it could not."""
_OPTIONAL_PARAMETERS = ("temperature", "top_p", "seed", "reasoning_effort")
"""Parameters that an endpoint may refuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """The messages of one call and what is needed to read its reply."""

    request: ChatRequest
    form: AnswerForm
    nonce: str
    key: bytes
    """The unit's key: a digest of everything that could change the answer, 32 bytes."""

    def with_new_nonce(self) -> "Prompt":
        """Return the same prompt under a fresh nonce, for asking again."""
        nonce = new_nonce()
        return replace(self, request=with_other_nonce(self.request, self.nonce, nonce), nonce=nonce)


def with_other_nonce(request: ChatRequest, old: str, new: str) -> ChatRequest:
    """Return a request with another nonce in its messages."""
    turns = tuple(replace(turn, content=turn.content.replace(old, new)) for turn in request.turns)
    return replace(request, system=request.system.replace(old, new), turns=turns)


def sampling_fields(params: ModelParams, endpoint: Endpoint) -> Mapping[str, Any]:
    """Return the fields of a request that say how its model samples; parameters the endpoint refuses are left out."""
    left_out = endpoint.left_out
    return {
        "model": endpoint.model,
        "max_tokens": params.max_tokens,
        "token_limit_field": endpoint.token_limit_field,
        **{name: None if name in left_out else getattr(params, name) for name in _OPTIONAL_PARAMETERS},
    }


def digest_messages(digest: "hashlib._Hash", request: ChatRequest, nonce: str) -> None:
    """Add the messages of a request to the digest of a key, the nonce left out."""
    for text in (request.system, *(turn.content for turn in request.turns)):
        masked = mask(text, nonce).encode("utf-8", "surrogatepass")
        digest.update(f"\0{len(masked)}\0".encode() + masked)


class Prompter:
    """Renders the prompts of one judge."""

    def __init__(
        self, *, judge: ModelJudge, template: str, constitution: Constitution, endpoint: Endpoint
    ) -> None:
        """Compile the judge's templates.

        Args:
            judge: The judge.
            template: Text of its template.
            constitution: The principles it is shown.
            endpoint: What its endpoint can do; stays readable as `endpoint`.

        Raises:
            UsageError: A template has problems.
        """
        self._judge = judge
        self._constitution = constitution
        self.endpoint = endpoint
        self._sampling = sampling_fields(judge.params, endpoint)
        self._user = PromptTemplate(template, mode=judge.mode, sees=judge.sees)
        self._system = PromptTemplate(judge.system, mode=judge.mode, sees=judge.sees)
        self._questions: dict[str, _Question] = {}
        self._nonces = nonces()

    def render(self, unit: Unit) -> Prompt | FailedRating:
        """Return the prompt of `unit`, or a failed rating when its text can not be shown whole."""
        shown = unit.item.candidates if unit.order is Order.GIVEN else unit.item.candidates[::-1]
        if failure := self._cannot_show(shown):
            return failure
        nonce, question = next(self._nonces), self._question(unit.item)
        texts = _case_texts(unit.item.case, shown)
        try:
            system_outline, user_outline = question.outlines(texts)
            system = fill(system_outline, texts, partial(fence, nonce=nonce))
            user = fill(user_outline, texts, partial(fence, nonce=nonce))
        except PromptTooLongError as error:
            return FailedRating(kind=FailureKind.TOO_LONG, detail=str(error))
        form = question.form
        request = self._request(system, f"{user}\n\n{form.instructions(nonce)}", form)
        return Prompt(request=request, form=form, nonce=nonce, key=self._key(unit, request, question, nonce))

    def _question(self, item: Item) -> "_Question":
        if item.principle_id not in self._questions:
            principle = self._constitution.by_id[item.principle_id]
            scale = _offered(item.scale, self._judge)
            form = AnswerForm(
                scale=scale,
                means=self.endpoint.means,
                quotes=self._judge.answer.quotes,
                confidence=self._judge.answer.confidence == "stated",
                reason=self._judge.answer.reason == "before",
            )
            context = {
                "principle": _principle_namespace(principle),
                "scale": _scale_namespace(scale),
                "shots": _shots(principle, self._judge.shots.max),
            }
            self._questions[item.principle_id] = _Question(
                form=form, context=context, templates=(self._system, self._user)
            )
        return self._questions[item.principle_id]

    def _cannot_show(self, shown: tuple[Candidate, ...]) -> FailedRating | None:
        if any(candidate.text is None for candidate in shown):
            return FailedRating(
                kind=FailureKind.NOT_COVERED, detail="the suite does not hold the candidate's text"
            )
        longest = max(len(flatten(candidate.text or "")) for candidate in shown)
        if longest > self._judge.max_candidate_chars:
            detail = f"{longest} characters; the judge is shown at most {self._judge.max_candidate_chars}"
            return FailedRating(kind=FailureKind.TOO_LONG, detail=detail)
        return None

    def _request(self, system: str, user: str, form: AnswerForm) -> ChatRequest:
        return ChatRequest(
            system=system,
            turns=(Turn(role="user", content=user),),
            means=form.means,
            schema=None if form.means == "last_line" else form.schema,
            logprobs=self.endpoint.logprobs,
            timeout_s=self._judge.timeout_s,
            **self._sampling,
        )

    def _key(self, unit: Unit, request: ChatRequest, question: "_Question", nonce: str) -> bytes:
        """Digest what is sent, the nonce left out, where it is sent, and which asking of the question it is."""
        place = (unit.order, unit.repeat)
        if place not in question.digests:
            question.digests[place] = hashlib.sha256(canonical_json(self._asked(unit, request)))
        digest = question.digests[place].copy()
        digest_messages(digest, request, nonce)
        return digest.digest()

    def _asked(self, unit: Unit, request: ChatRequest) -> Mapping[str, Any]:
        return {
            "protocol": self.endpoint.protocol,
            "base_url": self.endpoint.base_url,
            "order": unit.order,
            "repeat": unit.repeat,
            **{name: getattr(request, name) for name in _DECIDING_FIELDS},
        }


@dataclass(slots=True)
class _Question:
    """What the prompts of all units of one principle have in common, made once."""

    form: AnswerForm
    context: Mapping[str, Any]
    """What the templates know but for the case."""
    templates: tuple[PromptTemplate, PromptTemplate]
    """System and user."""
    digests: dict[tuple[Order, int], "hashlib._Hash"] = field(default_factory=dict)
    """The part of the key before the messages, by order and repeat."""
    _outlines: dict[tuple[bool, ...], tuple[Outline, Outline]] = field(default_factory=dict)

    def outlines(self, texts: Mapping[str, str]) -> tuple[Outline, Outline]:
        """Return the outlines of both messages for cases that have the same texts as this one."""
        there = tuple(map(bool, texts.values()))
        if there not in self._outlines:
            case = {name: Untrusted(text) for name, text in texts.items()}
            context = {**self.context, "case": SimpleNamespace(**case)}
            system, user = (template.outline(context, case) for template in self.templates)
            self._outlines[there] = (system, user)
        return self._outlines[there]


def _offered(scale: Scale, judge: ModelJudge) -> Scale:
    """Return the answers a judge may choose from: of a pair, only its two sides where it must take one."""
    if not isinstance(scale, PairwiseScale) or judge.answer.ties:
        return scale
    sides = {label: text for label, text in scale.describe.items() if label in {"a", "b"}}
    return scale.model_copy(update={"allow_tie": False, "allow_both_bad": False, "describe": sides})


def _principle_namespace(principle: Principle) -> SimpleNamespace:
    return SimpleNamespace(
        id=principle.id,
        title=principle.title,
        text=principle.text,
        exceptions=principle.exceptions,
        scope=scope_words(principle),
        rationale=principle.rationale if "judges" in principle.show_rationale_to else "",
    )


def scope_words(principle: Principle) -> str:
    """Return the scope of a principle in words, as raters see it."""
    dimensions = [f"{name}: {', '.join(values)}" for name, values in principle.scope.items()]
    return "; ".join([*dimensions, *([principle.when] if principle.when else [])])


def _scale_namespace(scale: Scale) -> SimpleNamespace:
    labels = [
        SimpleNamespace(label=label, description=scale.describe.get(label, "")) for label in scale.labels
    ]
    ends = (scale.minimum, scale.maximum) if isinstance(scale, NumericScale) else ()
    minimum, maximum = [number_text(end) for end in ends] or ["", ""]
    return SimpleNamespace(kind=scale.type, labels=labels, minimum=minimum, maximum=maximum)


def _shots(principle: Principle, most: int) -> list[SimpleNamespace]:
    shots = [example for example in principle.examples if example.use == "shot"]
    return [_shot(example) for example in shots[:most]]


def _shot(example: Example) -> SimpleNamespace:
    return SimpleNamespace(
        prompt=Untrusted(flatten(example.prompt)),
        response=Untrusted(flatten(example.response)),
        label=example.expect or example.kind,
        why=example.why,
    )


def _case_texts(case: Case, shown: tuple[Candidate, ...]) -> Mapping[str, str]:
    """Return what a template may show of a case, by field."""
    first, last = flatten(shown[0].text or ""), flatten(shown[-1].text or "")
    return {
        "prompt": flatten(case.prompt or ""),
        "reference": _reference_text(case),
        "response": first,
        "response_a": first,
        "response_b": last,
    }


def _reference_text(case: Case) -> str:
    reference = case.reference
    if isinstance(reference, tuple) and reference and isinstance(reference[0], str):
        return "\n".join(str(line) for line in reference)
    return flatten(reference or "")  # type: ignore[arg-type] # the tuple of plain strings was handled above
