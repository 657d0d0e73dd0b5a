"""Judges that answer at once, and judges of pairs that must take a side."""

import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.judging import builders
from tests.judging.answer_kit import NONCE, read

from evenhand.judging.answer import Answer, AnswerForm
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.interface import Means
from evenhand.records.judge import AnswerSettings
from evenhand.records.rating import FailedRating, FailureKind
from evenhand.records.scale import COMPLY, PAIR

BOTH = '{{ scale.labels|join(", ", "label") }}\n{{ data("a", case.response_a) }}\n{{ data("b", case.response_b) }}'
AT_ONCE = {"reason": "none", "quotes": False}


def rendered(**answer: Any) -> Prompt:
    sees = ["scale", "case.response_a", "case.response_b"]
    prompter = Prompter(
        judge=builders.judge(mode="pairwise", sees=sees, answer=answer),
        template=BOTH,
        constitution=builders.constitution(),
        endpoint=builders.endpoint(),
    )
    prompt = prompter.render(builders.unit(builders.pair_case("X", "Y"), scale=PAIR))
    assert isinstance(prompt, Prompt)
    return prompt


@pytest.mark.parametrize("means", ["json_schema", "json_object", "tool"])
def test_at_once_the_label_is_the_first_thing_asked_for(means: Means) -> None:
    form = AnswerForm(scale=COMPLY, means=means, quotes=False, reason=False)
    assert form.keys == ("label", "nonce")
    assert list(form.schema["properties"]) == ["label", "nonce"]
    assert '"reason"' not in form.instructions(NONCE)
    answer = read(json.dumps({"label": "complies", "nonce": NONCE}), form)
    assert isinstance(answer, Answer)
    assert (answer.label, answer.reason) == ("complies", "")


def test_at_once_a_reason_that_was_not_asked_for_is_malformed() -> None:
    form = AnswerForm(scale=COMPLY, means="json_schema", quotes=False, reason=False)
    answer = read(json.dumps({"reason": "r", "label": "complies", "nonce": NONCE}), form)
    assert isinstance(answer, FailedRating)
    assert answer.kind is FailureKind.MALFORMED


@pytest.mark.parametrize(("before", "is_read"), [("", True), ("\n", True), ("Well.\n", False)])
def test_at_once_nothing_may_stand_before_the_one_line(before: str, *, is_read: bool) -> None:
    form = AnswerForm(scale=COMPLY, means="last_line", quotes=False, reason=False)
    assert "reasons" not in form.instructions(NONCE)
    assert isinstance(read(f"{before}VERDICT {NONCE} complies", form), Answer) is is_read


def test_quotes_and_an_answer_at_once_exclude_each_other() -> None:
    with pytest.raises(ValidationError, match="quotes: false"):
        AnswerSettings(reason="none")


def test_a_judge_that_must_take_a_side_is_offered_the_two_sides_alone() -> None:
    prompt = rendered(ties=False)
    assert prompt.form.scale.labels == ("a", "b")
    assert prompt.form.schema["properties"]["label"]["enum"] == ["a", "b"]
    assert prompt.request.turns[0].content.startswith("a, b\n")


def test_only_a_judge_of_pairs_can_be_made_to_take_a_side() -> None:
    with pytest.raises(ValidationError, match="mode: pairwise"):
        builders.judge(answer={"ties": False})


def test_every_way_of_answering_has_a_key_of_its_own() -> None:
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"quotes": False},
        AT_ONCE,
        {"ties": False},
        {**AT_ONCE, "ties": False},
    )
    assert len({rendered(**way).key for way in ways}) == len(ways)
