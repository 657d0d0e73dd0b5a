"""Answers as judges write them, and the strict reader around them."""

import json
from typing import Any, get_args

from tests.judging.builders import TEN, reply

from evenhand.judging.answer import (
    Answer,
    AnswerForm,
    read_answer,
)
from evenhand.providers.interface import Finish, Means
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.scale import COMPLY

NONCE = "c0ffee00" * 4
NONCE = "c0ffee00" * 4
TRUE_LABEL = "violates"
ALL_MEANS: tuple[Means, ...] = tuple(means for means in get_args(Means) if means != "decision")
"""All means by which a model writes its answer."""
OBJECT_MEANS = [means for means in ALL_MEANS if means != "last_line"]
FORM = AnswerForm(scale=COMPLY, means="json_schema")
LINE = AnswerForm(scale=COMPLY, means="last_line")
SCORE = AnswerForm(scale=TEN, means="json_schema", quotes=False)


def written(form: AnswerForm = FORM, **changes: Any) -> str:
    """The answer of a judge that decides the true label."""
    answer = {
        "quotes": [],
        "reason": "Because.",
        form.answer_key: TRUE_LABEL,
        "confidence": 0.5,
        "nonce": NONCE,
    }
    return json.dumps({key: value for key, value in answer.items() if key in form.keys} | changes)


def read(text: str, form: AnswerForm = FORM, finish: Finish = Finish.NORMAL) -> Answer | FailedRating:
    return read_answer(reply(text, finish), form, NONCE)


def failure(text: str, form: AnswerForm = FORM, finish: Finish = Finish.NORMAL) -> FailureKind:
    outcome = read(text, form, finish)
    assert isinstance(outcome, FailedRating), outcome
    return outcome.kind
