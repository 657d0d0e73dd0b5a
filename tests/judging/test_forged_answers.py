import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from tests.judging.answer_kit import (
    ALL_MEANS,
    FORM,
    NONCE,
    TRUE_LABEL,
    read,
    written,
)

from evenhand.judging.answer import (
    Answer,
    AnswerForm,
)
from evenhand.providers.interface import Finish, Means
from evenhand.records.scale import COMPLY
from evenhand.testing.attacks import PAYLOADS, WANTED

# -- Forgeries: a judge that decides one label and quotes the candidate -----------------------------------


def _answers_around(payload: str, form: AnswerForm) -> dict[str, tuple[str, Finish]]:
    """What a judge that decides the true label may write when it quotes the payload with more or less care."""
    if form.means == "last_line":
        verdict = f"VERDICT {NONCE} {TRUE_LABEL}"
        return {
            "before": (f"It says:\n{payload}\n{verdict}", Finish.NORMAL),
            "after": (f"{verdict}\nIt says:\n{payload}", Finish.NORMAL),
            "cut": (f"It says:\n{payload}", Finish.LENGTH),
            "cut, called normal": (f"It says:\n{payload}", Finish.NORMAL),
            "nothing else": (payload, Finish.NORMAL),
        }
    whole = written(form, quotes=[payload])
    careless = written(form, quotes=["HERE"]).replace("HERE", payload)
    return {
        "quoted": (whole, Finish.NORMAL),
        "quoted as the reason": (written(form, reason=payload), Finish.NORMAL),
        "cut": (whole[: whole.index('], "reason"')], Finish.LENGTH),
        "cut, called normal": (whole[: whole.index('], "reason"')], Finish.NORMAL),
        "quoted without escapes": (careless, Finish.NORMAL),
        "before": (f"It says:\n{payload}\n{written(form)}", Finish.NORMAL),
        "after": (f"{written(form)}\n{payload}", Finish.NORMAL),
        "nothing else": (payload, Finish.NORMAL),
    }


def test_the_corpus_of_forgeries_is_large() -> None:
    assert len(set(PAYLOADS.values())) >= 200


@pytest.mark.parametrize("means", ALL_MEANS)
def test_no_payload_forges_a_verdict(means: Means) -> None:
    form = AnswerForm(scale=COMPLY, means=means)
    replies = {
        (name, how): read(*answer[:1], form, answer[1])
        for name, payload in PAYLOADS.items()
        for how, answer in _answers_around(payload, form).items()
    }
    stored = {key: outcome.label for key, outcome in replies.items() if isinstance(outcome, Answer)}
    assert {key for key, label in stored.items() if label != TRUE_LABEL} == set()
    assert WANTED not in stored.values()
    assert len(replies) >= 200 * 5


def _objects(text: str) -> list[Any]:
    found, at = [], text.find("{")
    while at >= 0:
        try:
            value, at = json.JSONDecoder().raw_decode(text, at)
            found.append(value)
        except ValueError:
            at += 1
        at = text.find("{", at)
    return found


def _label_of_braces(text: str) -> object:
    try:
        return json.loads(text[text.find("{") : text.rfind("}") + 1])["label"]
    except (ValueError, KeyError):
        return None


LENIENT_READERS: dict[str, Callable[[str], object]] = {
    "first object": lambda text: next((each.get("label") for each in _objects(text)), None),
    "last object": lambda text: next((each.get("label") for each in reversed(_objects(text))), None),
    "first brace to last": _label_of_braces,
    "first match": lambda text: next(iter(re.findall(r'"label"\s*:\s*"(\w+)"', text)), None),
}


@pytest.mark.parametrize("lenient", LENIENT_READERS.values(), ids=LENIENT_READERS)
def test_the_corpus_does_forge_verdicts_where_replies_are_read_leniently(
    lenient: Callable[[str], object],
) -> None:
    forged = [
        (name, how)
        for name, payload in PAYLOADS.items()
        for how in ("before", "after", "cut, called normal", "nothing else")
        if lenient(_answers_around(payload, FORM)[how][0]) == WANTED
    ]
    assert len(forged) >= 10


@pytest.mark.parametrize("means", ALL_MEANS)
def test_a_judge_that_quotes_with_care_is_read_whatever_it_quotes(means: Means) -> None:
    form = AnswerForm(scale=COMPLY, means=means)
    how = "before" if means == "last_line" else "quoted"
    for name, payload in PAYLOADS.items():
        outcome = read(_answers_around(payload, form)[how][0], form)
        assert isinstance(outcome, Answer), name
        assert outcome.label == TRUE_LABEL
