"""From the bytes of a reply to a rating or a failed rating; a pure function, so that it can be computed again."""

from dataclasses import dataclass

from evenhand.judging.answer import Answer, AnswerForm, listed_answers, read_answer
from evenhand.judging.label_probabilities import MAX_MISSING_MASS, label_probabilities
from evenhand.providers.interface import Reply, UnreadableReplyError
from evenhand.providers.read_reply import read_reply
from evenhand.records.message import Text, flatten
from evenhand.records.rating import Basis, Distribution, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.reveal import reveal
from evenhand.records.run import Unit
from evenhand.records.scale import PairwiseScale, Reading, swap_label


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadReply:
    """What a reply came to."""

    outcome: Outcome
    reply: Reply | None
    """The envelope; None where the bytes are not a reply at all."""


def parse_reply(
    body: bytes, *, protocol: str, form: AnswerForm, nonce: str, unit: Unit, evidence_required: bool
) -> ReadReply:
    """Read the stored bytes of a reply to `unit`."""
    try:
        reply = read_reply(protocol, body)
    except UnreadableReplyError as error:
        return ReadReply(outcome=FailedRating(kind=FailureKind.MALFORMED, detail=str(error)), reply=None)
    answer = read_answer(reply, form, nonce)
    if isinstance(answer, FailedRating):
        return ReadReply(outcome=answer, reply=reply)
    return ReadReply(
        outcome=_rating(answer, reply, form, unit, evidence_required=evidence_required), reply=reply
    )


def _rating(answer: Answer, reply: Reply, form: AnswerForm, unit: Unit, *, evidence_required: bool) -> Rating:
    distribution, missing = _probabilities(answer, reply, form)
    flags = list(_evidence_flags(answer, unit, evidence_required=evidence_required))
    basis = Basis.DECISION if answer.distribution else Basis.LOGPROBS
    if not distribution:
        basis, distribution = Basis.ANSWER, ((answer.label, 1.0),)
        flags += ["logprobs_unusable"] if reply.tokens else []
    swapped = unit.order is Order.SWAPPED and isinstance(form.scale, PairwiseScale)
    return Rating(
        label=swap_label(answer.label) if swapped else answer.label,
        distribution=tuple((swap_label(label), p) for label, p in distribution) if swapped else distribution,
        basis=basis,
        missing_mass=missing if basis is Basis.LOGPROBS else 0.0,
        stated=answer.stated,
        reason=answer.reason,
        quotes=answer.quotes,
        flags=tuple(flags),
    )


def _probabilities(answer: Answer, reply: Reply, form: AnswerForm) -> tuple[Distribution, float]:
    if answer.distribution:
        return answer.distribution, 0.0
    labels = listed_answers(form.scale)
    if not reply.tokens or answer.label not in labels:
        return (), 1.0
    distribution, missing = label_probabilities(
        reply.tokens,
        text=reply.text,
        start=answer.start,
        label=answer.label,
        labels=labels,
        closing=answer.closing,
    )
    return ((), missing) if missing > MAX_MISSING_MASS else (distribution, missing)


def _evidence_flags(answer: Answer, unit: Unit, *, evidence_required: bool) -> tuple[str, ...]:
    fails = unit.item.scale.reading(answer.label) is Reading.FAIL
    if not answer.quotes:
        return ("unquoted",) if evidence_required and fails else ()
    shown = [flatten(text or "") for text in (unit.item.case.prompt, *_candidate_texts(unit))]
    texts = [*shown, *(reveal(text) for text in shown)]
    misquoted = any(not any(quote in text for text in texts) for quote in answer.quotes)
    return ("misquoted",) if misquoted else ()


def _candidate_texts(unit: Unit) -> tuple[Text | None, ...]:
    return tuple(candidate.text for candidate in unit.item.candidates)
