import json
from collections.abc import Mapping, Sequence

import pytest

from evenhand.errors import UsageError
from evenhand.records.review import Draft, EvidenceSpan, OpenItem, Spent
from evenhand.web.item_page_form import MOST_MARKS, SentAnswer, read_answer
from evenhand.workflows.review.typed import LONGEST_TEXT

from .items import PERCENT, make_item, turns

Fields = Mapping[str, str | Sequence[str]]

PAIR = make_item(outputs=("one two", "two three"))


def sent(fields: Fields, item: OpenItem | None = None) -> SentAnswer:
    lists = {
        name: [value] if isinstance(value, str) else value for name, value in {"turn": "3", **fields}.items()
    }
    return read_answer(lists, item or make_item())


def draft_of(item: OpenItem | None = None, **fields: str | Sequence[str]) -> Draft:
    return sent(fields, item).draft


def passage(block: str, start: int, end: int, quote: str) -> str:
    return json.dumps({"block": block, "start": start, "end": end, "quote": quote})


def test_an_answer_is_read() -> None:
    answer = read_answer(
        {
            "turn": ["3"],
            "label": ["violates"],
            "unsure": ["1"],
            "defensible": ["complies"],
            "comment": ["one\r\ntwo"],
            "evidence": [passage("candidate", 0, 3, "Six")],
            "visit": ["v"],
            "time": ['[[0,"shown"],[30000,"now"]]'],
            "commit": ["1"],
        },
        make_item(),
    )
    assert answer.commit
    assert answer.turn == 3
    assert answer.visit == "v"
    assert answer.spent == Spent(active_ms=30_000)
    assert answer.draft == Draft(
        label="violates",
        sure=False,
        defensible=("complies",),
        comment="one\ntwo",
        evidence=(EvidenceSpan(block="output:output-0", start=0, end=3, quote="Six"),),
    )


def test_an_empty_form_is_an_empty_draft() -> None:
    answer = read_answer({"turn": ["0"]}, make_item())
    assert answer.draft == Draft()
    assert answer.spent == Spent()
    assert not answer.commit


def test_not_asked_none_found_and_some_found_are_three_things() -> None:
    assert draft_of().defensible is None
    assert draft_of(defensible="").defensible == ()
    assert draft_of(defensible=["violates", "violates", ""]).defensible == ("violates",)


@pytest.mark.parametrize(("number", "label"), [("42", "42"), (" 0.5 ", "0.5"), ("0,5", "0.5"), ("", "")])
def test_a_number_is_an_answer_of_a_numeric_scale(number: str, label: str) -> None:
    assert draft_of(make_item(scale=PERCENT), number=number).label == label


def test_cannot_tell_wins_over_a_number_that_was_left_in_its_field() -> None:
    assert draft_of(make_item(scale=PERCENT), number="7", label="cannot_tell").label == "cannot_tell"


def test_a_passage_of_a_side_is_stored_by_candidate() -> None:
    item = make_item(outputs=("one two", "two three"))
    assert draft_of(item, evidence=passage("right", 4, 9, "three")).evidence == (
        EvidenceSpan(block="output:output-1", start=4, end=9, quote="three"),
    )


def test_a_passage_of_a_turn_names_the_turn() -> None:
    item = make_item(outputs=(turns("one", "two"),))
    assert (
        draft_of(item, evidence=passage("candidate/1", 0, 3, "two")).evidence[0].block == "output:output-0/1"
    )


def test_a_pasted_passage_that_stands_once_is_marked() -> None:
    assert draft_of(PAIR, quote="three").evidence == (
        EvidenceSpan(block="output:output-1", start=4, end=9, quote="three"),
    )


def test_a_pasted_passage_that_stands_twice_is_asked_about() -> None:
    answer = read_answer({"turn": ["3"], "commit": ["1"], "quote": ["two"]}, PAIR)
    assert [span.block for span in answer.choices] == ["output:output-0", "output:output-1"]
    assert answer.draft.evidence == ()
    assert not answer.is_settled


def test_the_place_that_was_picked_is_marked() -> None:
    answer = read_answer({"turn": ["3"], "quote": ["two"], "pick": [passage("left", 4, 7, "two")]}, PAIR)
    assert answer.draft.evidence == (EvidenceSpan(block="output:output-0", start=4, end=7, quote="two"),)
    assert answer.is_settled


def test_a_pasted_passage_that_is_nowhere_is_told() -> None:
    answer = read_answer({"turn": ["3"], "quote": ["nine"]}, PAIR)
    assert answer.not_found
    assert not answer.is_settled


def test_a_passage_marked_twice_is_one() -> None:
    assert len(draft_of(evidence=[passage("candidate", 0, 3, "Six")] * 2, quote="Six").evidence) == 1


EGG = "Six minutes from the fridge into boiling water, then straight into cold water."
DEEP = "[" * 100_000
REFUSED: dict[str, Fields] = {
    "no turn": {"turn": []},
    "two turns": {"turn": ["1", "2"]},
    "a turn in words": {"turn": "one"},
    "a negative turn": {"turn": "-1"},
    "an unknown label": {"label": "great"},
    "two labels": {"label": ["complies", "violates"]},
    "an unknown other label": {"defensible": "great"},
    "a comment without end": {"comment": "x" * (LONGEST_TEXT + 1)},
    "a passage without JSON": {"evidence": "candidate 0 3"},
    "a passage without end": {"evidence": DEEP},
    "a passage of another text": {"evidence": passage("candidate", 0, 3, "Sox")},
    "a passage with a number as text": {"evidence": '{"block":"candidate","start":"0","end":3,"quote":"Six"}'},
    "a passage of no block": {"evidence": passage("../etc/passwd", 0, 3, "Six")},
    "too many passages": {
        "evidence": [
            passage("candidate", start, end, EGG[start:end]) for start in (0, 1) for end in range(2, 60)
        ]
    },
    "a time that is no list": {"time": "{}"},
    "a time of strings": {"time": '["0"]'},
    "a time of unknown events": {"time": '[[0,"slept"]]'},
    "a time below zero": {"time": '[[-1,"shown"]]'},
    "a time in fractions": {"time": '[[0.5,"shown"]]'},
    "a time without end": {"time": json.dumps([[0, "now"]] * (MOST_MARKS + 1))},
    "a time that is not a number": {"time": '[[NaN,"shown"]]'},
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_form_that_no_page_sends_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        sent(REFUSED[name])
