"""Rows of training data: what one record comes to in the shape a trainer reads, or why it is left out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.feedback.dedup import normalised
from evenhand.feedback.judged import JudgedRevision, JudgedText, RawRating, TextOutcome, Unwritten
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.results import LabelledPair, PairOutcome, RawPreference, RevisedCase
from evenhand.feedback.shapes import Shape
from evenhand.records.canonical import content_hash
from evenhand.records.message import Message, Text, plain

Record = LabelledPair | JudgedText | JudgedRevision | Unwritten
"""What a row is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a record comes to, before it is known whether other rows say the same."""

    prompt: Text
    texts: tuple[str, ...]
    """Chosen and rejected, or the one completion."""
    compared: tuple[str, ...]
    """The same as they are compared with those of other rows."""
    label: bool | None
    """Whether the completion is a good one; None in the other shapes."""
    columns: dict[str, Any]
    """Columns that differ from row to row, as far as the record says."""


def draft(record: Record, shape: Shape) -> Draft | LeftOut:
    """Return what a record comes to in a shape, or why it is no row of it."""
    if isinstance(record, LabelledPair):
        return _of_pair(record, shape)
    if isinstance(record, JudgedText):
        return _of_text(record, shape)
    return _of_revision(record, shape) if isinstance(record, JudgedRevision) else LeftOut.UNWRITTEN


def source_of(record: Record) -> str:
    """Return what records that are not independent share."""
    return record.revised.source if isinstance(record, JudgedRevision) else record.source


def items_of(record: Record, shape: Shape) -> tuple[int, ...]:
    """Return the positions of the items that the label of a row rests on."""
    if isinstance(record, JudgedRevision):
        return (*record.after.items, *(record.before.items if shape is Shape.PREFERENCE else ()))
    return () if isinstance(record, Unwritten) else record.items


# -- Kinds of records ------------------------------------------------------------------------------

_PAIRS: Final = {
    PairOutcome.TIE: LeftOut.TIE,
    PairOutcome.ABSTAINED: LeftOut.ABSTAINED,
    PairOutcome.INCONSISTENT: LeftOut.INCONSISTENT,
    PairOutcome.SPLIT: LeftOut.UNDECIDED,
    PairOutcome.UNMEASURED: LeftOut.UNMEASURED,
}
_TEXTS: Final = {
    TextOutcome.ABSTAINED: LeftOut.ABSTAINED,
    TextOutcome.UNDECIDED: LeftOut.UNDECIDED,
    TextOutcome.NEUTRAL: LeftOut.NEUTRAL,
    TextOutcome.UNMEASURED: LeftOut.UNMEASURED,
}


def _of_pair(pair: LabelledPair, shape: Shape) -> Draft | LeftOut:
    if pair.outcome in _PAIRS:
        return _PAIRS[pair.outcome]
    first = pair.outcome is PairOutcome.FIRST
    texts = (pair.first, pair.second) if first else (pair.second, pair.first)
    names = (pair.first_id, pair.second_id) if first else (pair.second_id, pair.first_id)
    producers = (pair.first_producer, pair.second_producer)
    whole = shape is Shape.PREFERENCE
    columns = _columns(
        pair,
        candidate_ids=names if whole else names[:1],
        producers=producers if first else producers[::-1],
        outcome=pair.outcome.value,
        probability=_of_chosen(pair.p_first, first=first),
        clamped=_of_chosen(pair.p_clamped, first=first),
        principle_ids=pair.principle_ids,
        raw=pair.raw,
        by_people=pair.by_people,
    )
    if not whole:
        columns["producers"] = columns["producers"][:1]
        if normalised(pair.first) == normalised(pair.second):
            return LeftOut.SAME_TEXTS if pair.first.strip() else LeftOut.NO_TEXT
    return _checked(pair.prompt, texts if whole else texts[:1], columns)


def _of_text(text: JudgedText, shape: Shape) -> Draft | LeftOut:
    if text.outcome in _TEXTS:
        return _TEXTS[text.outcome]
    passed = text.outcome is TextOutcome.PASSED
    if shape is not Shape.UNPAIRED and not passed:
        return LeftOut.FAILED
    if not isinstance(text.text, str):
        return LeftOut.NO_TEXT
    columns = _columns(
        text,
        candidate_ids=(text.candidate_id,),
        producers=(text.producer,),
        outcome=text.outcome.value,
        probability=text.p_pass,
        clamped=text.p_pass,
        principle_ids=text.principle_ids,
        raw=text.raw,
        by_people=text.by_people,
    )
    return _checked(text.prompt, (text.text,), columns, label=passed if shape is Shape.UNPAIRED else None)


def _of_revision(record: JudgedRevision, shape: Shape) -> Draft | LeftOut:
    """Return what a revision comes to: learned from where it passes, and preferred where the first reply fails too."""
    case, before, after = record.revised, record.before, record.after
    if normalised(case.final) == normalised(case.original):
        return LeftOut.UNCHANGED
    if after.outcome in _TEXTS:
        return _TEXTS[after.outcome]
    whole = shape is Shape.PREFERENCE
    if after.outcome is TextOutcome.FAILED:
        return LeftOut.NOT_BETTER if whole else LeftOut.FAILED
    if whole and before.outcome in _TEXTS:
        return _TEXTS[before.outcome]
    if whole and before.outcome is not TextOutcome.FAILED:
        return LeftOut.NOT_BETTER
    columns = _columns(
        case,
        candidate_ids=("revised", case.candidate_id) if whole else ("revised",),
        producers=(after.producer, case.original_producer) if whole else (after.producer,),
        outcome="revised",
        probability=None if whole else after.p_pass,
        clamped=None if whole else after.p_pass,
        principle_ids=tuple(dict.fromkeys(step.principle_id for step in case.steps)),
        raw=(),
        by_people=after.by_people and (before.by_people or not whole),
    )
    columns["ratings"] = _json(
        [
            {"text": name, **_rating(each)}
            for name, text in (("revised", after), ("first", before))
            for each in text.raw
        ]
    )
    columns["prompt_hashes"] = [key for step in case.steps for key in step.keys]
    return _checked(case.prompt, (case.final, case.original) if whole else (case.final,), columns)


def _of_chosen(p_first: float | None, *, first: bool) -> float | None:
    return p_first if p_first is None or first else 1 - p_first


def _columns(
    record: LabelledPair | JudgedText | RevisedCase,
    *,
    candidate_ids: Sequence[str],
    producers: Sequence[str],
    outcome: str,
    probability: float | None,
    clamped: float | None,
    principle_ids: Sequence[str],
    raw: Sequence[RawPreference | RawRating],
    by_people: bool,
) -> dict[str, Any]:
    """Return the columns that every kind of record has, in the order of the table."""
    return {
        "case_id": record.case_id,
        "candidate_ids": list(candidate_ids),
        "producers": list(producers),
        "source": record.source,
        "slice": _json(dict(record.slice)),
        "principle_ids": list(principle_ids),
        "outcome": outcome,
        "probability": probability,
        "probability_clamped": clamped,
        "probability_margin": None if probability is None else 2 * probability - 1,
        "ratings": _json([_rating(each) for each in raw]),
        "prompt_hashes": [],
        "label_source": "people" if by_people else "panel",
    }


def _rating(raw: RawPreference | RawRating) -> Mapping[str, Any]:
    said = {"judge": raw.judge, "principle": raw.principle_id, "repeat": raw.repeat, "said": raw.said}
    if isinstance(raw, RawRating):
        return {**said, "p_pass": raw.p_pass}
    basis = raw.basis.value if raw.basis else None
    return {**said, "order": raw.order, "p_first": raw.p_first, "p_neither": raw.p_neither, "basis": basis}


_json: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


# -- Texts -----------------------------------------------------------------------------------------


def _checked(
    prompt: Text | None, texts: tuple[str, ...], columns: dict[str, Any], *, label: bool | None = None
) -> Draft | LeftOut:
    if not prompt:
        return LeftOut.NO_PROMPT
    compared = tuple(normalised(text) for text in texts)
    if not all(compared):
        return LeftOut.NO_TEXT
    if len(compared) > 1 and compared[0] == compared[1]:
        return LeftOut.SAME_TEXTS
    if any(map(_is_broken, (*_strings(prompt), *texts, *_names(columns)))):
        return LeftOut.BROKEN_TEXT
    return Draft(prompt=prompt, texts=texts, compared=compared, label=label, columns=columns)


def _strings(prompt: Text) -> Iterator[str]:
    if isinstance(prompt, str):
        yield prompt
    else:
        yield from (turn.content for turn in prompt)


def _names(columns: Mapping[str, Any]) -> Iterator[str]:
    """Yield what else comes from outside; JSON in a column is ASCII."""
    yield from (columns["case_id"], columns["source"], *columns["candidate_ids"], *columns["producers"])


def _is_broken(text: str) -> bool:
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


# -- Shapes ----------------------------------------------------------------------------------------


def texts_of(made: Draft, shape: Shape, *, conversational: bool) -> dict[str, Any] | LeftOut:
    """Return the keys that a trainer reads; a conversation can not be a plain text."""
    prompt: Any = _turns(made.prompt) if conversational else _one_text(made.prompt)
    if prompt is None:
        return LeftOut.CONVERSATION
    texts: list[Any] = [reply(text) for text in made.texts] if conversational else list(made.texts)
    if shape is Shape.PREFERENCE:
        return {"prompt": prompt, "chosen": texts[0], "rejected": texts[1]}
    if shape is Shape.UNPAIRED:
        return {"prompt": prompt, "completion": texts[0], "label": made.label}
    return {"prompt": prompt, "completion": texts[0]}


def flat_texts_of(made: Draft, shape: Shape) -> dict[str, Any]:
    """Return the same for a table of flat columns: the prompt as text, where it is one, and as JSON messages."""
    prompt = {"prompt": _one_text(made.prompt), "prompt_messages": _json(_turns(made.prompt))}
    if shape is Shape.PREFERENCE:
        return {**prompt, "chosen": made.texts[0], "rejected": made.texts[1]}
    label = {"label": made.label} if shape is Shape.UNPAIRED else {}
    return {**prompt, "completion": made.texts[0], **label}


def messages_of(made: Draft) -> dict[str, Any]:
    """Return a row of prompt and reply as the messages of one conversation."""
    return {"messages": [*_turns(made.prompt), *reply(made.texts[0])]}


def row_id(made: Draft, shape: Shape) -> str:
    """Return the digest of a row's content: two rows of one shape have the same where they say the same."""
    return content_hash([shape.value, plain(made.prompt), list(made.texts), made.label])


def reply(text: str) -> list[dict[str, str]]:
    """Return a text as what an assistant says."""
    return [{"role": "assistant", "content": text}]


def _turns(prompt: Text) -> list[dict[str, str]]:
    turns = (Message(role="user", content=prompt),) if isinstance(prompt, str) else prompt
    return [{"role": turn.role, "content": turn.content} for turn in turns]


def _one_text(prompt: Text) -> str | None:
    if isinstance(prompt, str):
        return prompt
    return prompt[0].content if len(prompt) == 1 and prompt[0].role == "user" else None


__all__ = [
    "Draft",
    "Record",
    "draft",
    "flat_texts_of",
    "items_of",
    "messages_of",
    "reply",
    "row_id",
    "source_of",
    "texts_of",
]
