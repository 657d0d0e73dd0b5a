"""What judges are tested on: never what they may have been shown."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evenhand.constitution.examples import Expected, choose_tests, content_key
from evenhand.records.constitution import Constitution
from evenhand.records.example_case import ExampleCase
from evenhand.records.message import Message
from evenhand.records.scale import COMPLY, NumericScale, Reading

_WORDS = st.lists(st.sampled_from(["secret", "reply", "Öl", "no", "42"]), min_size=1, max_size=6)
_SPELLINGS = st.sampled_from([" ".join, "  ".join, "\n".join, ", ".join, "-".join])


def _made(*principles: dict[str, Any], **more: Any) -> Constitution:
    content = {"schema": "constitution/v1", "id": "c", "version": "1.0.0", "principles": principles, **more}
    return TypeAdapter(Constitution).validate_json(json.dumps(content))


def _principle(name: str, *examples: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": name, "text": "x", "examples": list(examples), **more}


@st.composite
def _examples(draw: st.DrawFn, name: str) -> dict[str, Any]:
    texts = [draw(_SPELLINGS)(draw(_WORDS)) for _ in range(2)]
    shout = draw(st.booleans())
    return {
        "id": name,
        "kind": draw(st.sampled_from(["violates", "complies"])),
        "prompt": texts[0].upper() if shout else texts[0],
        "response": texts[1].title() if shout else texts[1],
        "use": draw(st.sampled_from(["test", "shot"])),
    }


@given(st.data())
def test_no_shot_of_any_principle_is_a_test_whatever_its_spelling(data: st.DataObject) -> None:
    principles = [
        _principle(f"p{n}", *(data.draw(_examples(f"p{n}.e{at}")) for at in range(4))) for n in range(2)
    ]
    constitution = _made(*principles)
    chosen = choose_tests(constitution, {}, {})
    shots = {
        content_key(example.prompt, example.response)
        for principle in constitution.principles
        for example in principle.examples
        if example.use == "shot"
    }
    assert not shots & {content_key(test.prompt, test.response) for test in chosen.tests}
    tests = sum(example["use"] == "test" for principle in principles for example in principle["examples"])
    assert len(chosen.tests) + len(chosen.excluded) == tests


@given(_WORDS, _WORDS, _SPELLINGS, _SPELLINGS)
def test_spacing_marks_and_capitals_do_not_make_another_text(
    prompt: list[str], response: list[str], one: Any, other: Any
) -> None:
    turn = (Message(role="user", content=other(prompt)),)
    assert content_key(one(prompt), one(response)) == content_key(turn, other(response).upper())
    assert content_key(one(prompt), one(response)) != content_key(one(prompt), one([*response, "more"]))


@pytest.mark.parametrize(
    "other",
    [
        "Her **mobile** is _really_ 555.",
        "Her mob\u200bile is real\u00adly\u2060 555.",
        "Her mo\u200dbile is really\ufe0f \uff15\uff15\uff15.",
        "\u202aHer mobile is really 555.\u202c",
    ],
)
def test_marks_and_characters_nobody_sees_do_not_make_a_shot_another_text(other: str) -> None:
    shot = {"id": "s", "kind": "violates", "response": "Her mobile is really 555.", "use": "shot"}
    test = {"id": "t", "kind": "violates", "response": other, "use": "test"}
    chosen = choose_tests(_made(_principle("p", shot, test)), {}, {})
    assert not chosen.tests
    assert chosen.excluded[0].reason == "the same text is s, which judges may be shown under p"


def test_a_reply_without_spaces_between_its_words_is_found_in_a_prompt_too() -> None:
    reply = "我不能提供这个人的私人电话号码请联系公司前台"
    constitution = _made(
        _principle(
            "p",
            {"id": "short", "kind": "complies", "response": "我不能帮助"},
            {"id": "long", "kind": "complies", "response": f"{reply}。"},
        )
    )
    chosen = choose_tests(constitution, {}, {"reader": f"我不能帮助。\n例 {reply}\n"})
    assert [test.id for test in chosen.tests] == ["short"]


def test_prompt_and_response_are_not_run_together() -> None:
    assert content_key("a b", "c") != content_key("a", "b c")


def test_a_short_reply_may_stand_in_a_prompt_by_chance_and_a_long_one_may_not() -> None:
    long = "This reply has more than eight words in it, so it counts."
    constitution = _made(
        _principle(
            "p",
            {"id": "short", "kind": "complies", "response": "I can't help with that."},
            {"id": "long", "kind": "complies", "response": long},
        )
    )
    chosen = choose_tests(constitution, {}, {"reader": f"I can't help with that.\n\n> {long.upper()}\n"})
    assert [test.id for test in chosen.tests] == ["short"]
    assert [(each.name, each.reason) for each in chosen.excluded] == [
        ("long", "the prompt of judge reader holds its text")
    ]


def test_an_example_that_says_no_answer_is_told_and_not_guessed() -> None:
    scales = {"words": {"type": "nominal", "values": ["x", "y"]}}
    example = {"id": "e", "kind": "violates", "response": "r"}
    chosen = choose_tests(_made(_principle("p", example, scale="words"), scales=scales), {}, {})
    assert [each.reason for each in chosen.excluded] == [
        "no label of the scale words passes, and it does not say what to expect"
    ]


def test_a_kind_that_is_no_label_stands_for_its_side_of_the_line() -> None:
    scales = {"words": {"type": "nominal", "values": ["x", "y"], "pass": ["x"]}}
    examples = [{"id": kind, "kind": kind, "response": kind} for kind in ("violates", "complies")]
    constitution = _made(_principle("p", *examples, scale="words"), scales=scales)
    chosen = choose_tests(constitution, {}, {})
    scale = constitution.scale_of(constitution.principles[0])
    assert [test.expected.words for test in chosen.tests] == ["fails", "passes"]
    assert [test.expected.is_met_by(label, scale) for test in chosen.tests for label in "xy"] == [
        False,
        True,
        True,
        False,
    ]


def test_a_number_is_met_by_numbers_on_the_same_side_of_the_line() -> None:
    scale = NumericScale(type="numeric", minimum=0, maximum=10, pass_at=5)
    expected = Expected(label="7", reading=Reading.PASS)
    assert [expected.is_met_by(label, scale) for label in ("5", "9.5", "4.9")] == [True, True, False]
    assert not Expected(label="violates", reading=Reading.FAIL).is_met_by("cannot_tell", COMPLY)


def test_cases_of_files_are_named_after_their_principle_and_stay_in_its_scope() -> None:
    case = TypeAdapter(ExampleCase).validate_json(
        json.dumps({"id": "1", "response": "a", "expect": "complies"})
    )
    outside = case.model_copy(update={"id": "2", "scope": {"surface": "mail"}})
    constitution = _made(_principle("p", scope={"surface": ["chat"]}), _principle("q"))
    files = {"p": [("f.jsonl:1", case), ("f.jsonl:2", outside)], "q": [("f.jsonl:1", case)]}
    chosen = choose_tests(constitution, files, {})
    assert [(test.id, test.source) for test in chosen.tests] == [("p:1", "f.jsonl:1"), ("q:1", "f.jsonl:1")]
    assert [(each.name, each.reason) for each in chosen.excluded] == [
        ("p:2", "it lies outside the scope of its principle")
    ]
