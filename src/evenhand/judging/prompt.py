"""From a unit to the messages of one call: template, fenced case text, answer form, nonce."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from evenhand.judging.answer import AnswerForm
from evenhand.judging.fence import fence, mask, new_nonce
from evenhand.judging.template import PromptTemplate, PromptTooLongError, Untrusted
from evenhand.providers.interface import ChatRequest, Turn
from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.judge import ModelJudge
from evenhand.records.message import flatten
from evenhand.records.rating import FailedRating, FailureKind, Order
from evenhand.records.run import Endpoint, Unit
from evenhand.records.scale import NumericScale, Scale, number_text
from evenhand.records.suite import Candidate, Case

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
        turns = tuple(
            replace(turn, content=turn.content.replace(self.nonce, nonce)) for turn in self.request.turns
        )
        system = self.request.system.replace(self.nonce, nonce)
        return replace(self, request=replace(self.request, system=system, turns=turns), nonce=nonce)


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
        self._user = PromptTemplate(template, mode=judge.mode, sees=judge.sees)
        self._system = PromptTemplate(judge.system, mode=judge.mode, sees=judge.sees)
        self._principles: dict[str, Mapping[str, Any]] = {}

    def render(self, unit: Unit) -> Prompt | FailedRating:
        """Return the prompt of `unit`, or a failed rating when its text can not be shown whole."""
        nonce = new_nonce()
        shown = unit.item.candidates if unit.order is Order.GIVEN else unit.item.candidates[::-1]
        if failure := self._cannot_show(shown):
            return failure
        context = {
            **self._principle_context(unit.item.principle_id, unit.item.scale),
            "case": _case_context(unit.item.case, shown),
            "data": lambda name, value: value.fenced_by(lambda text: fence(name, text, nonce)),
        }
        form = AnswerForm(
            scale=unit.item.scale,
            means=self.endpoint.means,
            quotes=self._judge.answer.quotes,
            confidence=self._judge.answer.confidence == "stated",
        )
        try:
            system = self._system.render(context)
            user = f"{self._user.render(context)}\n\n{form.instructions(nonce)}"
        except PromptTooLongError as error:
            return FailedRating(kind=FailureKind.TOO_LONG, detail=str(error))
        request = self._request(system, user, form)
        return Prompt(request=request, form=form, nonce=nonce, key=self._key(unit, request, nonce))

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

    def _principle_context(self, principle_id: str, scale: Scale) -> Mapping[str, Any]:
        if principle_id not in self._principles:
            principle = self._constitution.by_id[principle_id]
            self._principles[principle_id] = {
                "principle": _principle_namespace(principle),
                "scale": _scale_namespace(scale),
                "shots": _shots(principle, self._judge.shots.max),
            }
        return self._principles[principle_id]

    def _request(self, system: str, user: str, form: AnswerForm) -> ChatRequest:
        params, left_out = self._judge.params, self.endpoint.left_out
        return ChatRequest(
            model=self.endpoint.model,
            system=system,
            turns=(Turn(role="user", content=user),),
            means=form.means,
            schema=None if form.means == "last_line" else form.schema(),
            max_tokens=params.max_tokens,
            token_limit_field=self.endpoint.token_limit_field,
            temperature=None if "temperature" in left_out else params.temperature,
            top_p=None if "top_p" in left_out else params.top_p,
            seed=None if "seed" in left_out else params.seed,
            reasoning_effort=None if "reasoning_effort" in left_out else params.reasoning_effort,
            logprobs=self.endpoint.logprobs,
            timeout_s=self._judge.timeout_s,
        )

    def _key(self, unit: Unit, request: ChatRequest, nonce: str) -> bytes:
        """Digest what is sent, the nonce left out, where it is sent, and which asking of the question it is."""
        asked = {
            "protocol": self.endpoint.protocol,
            "base_url": self.endpoint.base_url,
            "order": unit.order,
            "repeat": unit.repeat,
            **{name: getattr(request, name) for name in _DECIDING_FIELDS},
        }
        digest = hashlib.sha256(canonical_json(asked))
        for text in (request.system, *(turn.content for turn in request.turns)):
            masked = mask(text, nonce).encode("utf-8", "surrogatepass")
            digest.update(f"\0{len(masked)}\0".encode() + masked)
        return digest.digest()


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


def _case_context(case: Case, shown: tuple[Candidate, ...]) -> SimpleNamespace:
    texts = [Untrusted(flatten(candidate.text or "")) for candidate in shown]
    return SimpleNamespace(
        prompt=Untrusted(flatten(case.prompt or "")),
        reference=Untrusted(_reference_text(case)),
        response=texts[0],
        response_a=texts[0],
        response_b=texts[-1],
    )


def _reference_text(case: Case) -> str:
    reference = case.reference
    if isinstance(reference, tuple) and reference and isinstance(reference[0], str):
        return "\n".join(str(line) for line in reference)
    return flatten(reference or "")  # type: ignore[arg-type] # the tuple of plain strings was handled above
