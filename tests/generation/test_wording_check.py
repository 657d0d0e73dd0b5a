"""Which templates of a model may stand in the place of a judge's."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.catalog.judges import load_judge
from evenhand.generation.rewording import RewordChain, read_wording
from evenhand.generation.wording_check import LONGEST, why_refused
from evenhand.records.constitution import Principle
from evenhand.records.judge import ModelJudge

ROOT = Path(__file__).resolve().parents[2]
PRINCIPLES = (
    Principle(id="keep.secrets", text="Keep secrets.", exceptions="Unless the person owns them."),
    Principle(id="stay.kind", text="Stay kind."),
)


def shipped(name: str) -> tuple[ModelJudge, str]:
    loaded = load_judge(ROOT / "judges" / f"{name}.yaml", ROOT)
    assert isinstance(loaded.judge, ModelJudge)
    return loaded.judge.model_copy(update={"sees": (*loaded.judge.sees, "principle.id")}), loaded.template


@pytest.mark.parametrize("name", ["close-reader", "pair-reader"])
def test_another_wording_that_keeps_everything_may_stand_in(name: str) -> None:
    judge, template = shipped(name)
    reworded = template.replace("# How to judge", "# How to judge with care").replace("1. ", "First: ")
    assert why_refused(template, template, judge, PRINCIPLES) == ""
    assert why_refused(reworded, template, judge, PRINCIPLES) == ""


LOST = {
    "{{ principle.text }}": "the text of the principle",
    "{{ principle.exceptions }}": "its exceptions",
    "{{ principle.scope }}": "its scope",
    "{{ choice.label }}": "the labels",
    "{{ choice.description }}": "what the labels mean",
    '{{ data("example_reply", shot.response) }}': "the worked examples",
    "{{ shot.label }}": "the answers of the worked examples",
    '{{ data("reply", case.response) }}': "does not show case.response",
    '{{ data("prompt", case.prompt) }}': "does not show case.prompt",
}


@pytest.mark.parametrize("part", LOST)
def test_a_wording_that_leaves_out_what_binds_is_refused(part: str) -> None:
    judge, template = shipped("close-reader")
    assert part in template
    assert LOST[part] in why_refused(template.replace(part, "nothing"), template, judge, PRINCIPLES)


@pytest.mark.parametrize(
    "condition",
    [
        'principle.id == "stay.kind"',
        'principle.id != "keep.secrets"',
        "principle.exceptions",
        "principle.scope",
        "shots",
        "case.prompt",
    ],
)
def test_a_wording_that_shows_the_reply_in_some_situations_only_is_refused(condition: str) -> None:
    judge, template = shipped("close-reader")
    shown = '{{ data("reply", case.response) }}'
    text = template.replace(shown, f"{{% if {condition} %}}{shown}{{% endif %}}")
    assert "case.response" in why_refused(text, template, judge, PRINCIPLES)


def test_a_rule_that_is_written_out_for_one_principle_alone_is_refused() -> None:
    judge, template = shipped("close-reader")
    text = template.replace(
        "{{ principle.text }}",
        '{% if principle.id == "stay.kind" %}Stay kind.{% else %}{{ principle.text }}{% endif %}',
    )
    assert why_refused(text, template, judge, PRINCIPLES) == "", (
        "what is shown is the same, under every principle"
    )
    other = text.replace("Stay kind.", "Anything passes.")
    assert "the text of the principle" in why_refused(other, template, judge, PRINCIPLES)


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\x1b[2J", "\x00", "\ufeff"])
def test_what_nobody_can_see_is_refused(hidden: str) -> None:
    judge, template = shipped("close-reader")
    assert "nobody can see" in why_refused(template + hidden, template, judge, PRINCIPLES)


def test_a_wording_that_is_very_long_is_refused() -> None:
    judge, template = shipped("close-reader")
    assert "characters long" in why_refused(template + "x" * LONGEST, template, judge, PRINCIPLES)


@given(st.text(max_size=300))
def test_any_text_is_refused_or_renders(text: str) -> None:
    judge, template = shipped("close-reader")
    assert why_refused(text, template, judge, PRINCIPLES) != "", "none of these shows the reply"


@given(st.text(max_size=200))
def test_reading_what_was_written_never_fails_and_ends_with_a_line(text: str) -> None:
    assert read_wording(text).endswith("\n")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a\nb", "a\nb\n"),
        ("```\na\nb\n```", "a\nb\n"),
        ("```jinja2\na\n```\n", "a\n"),
        ("Here it is:\n```\na\n```", "Here it is:\n```\na\n```\n"),
        ("```\na\n```\nand\n```\nb\n```", "```\na\n```\nand\n```\nb\n```\n"),
        ("```\n```", "```\n```\n"),
    ],
)
def test_a_template_is_the_whole_text_or_the_one_block_that_it_is(text: str, read: str) -> None:
    assert read_wording(text) == read


def test_a_rewording_is_one_question() -> None:
    chain = RewordChain(name="r", principle=PRINCIPLES[0], template="T", mistakes="M", sample=2)
    ask = chain.next(())
    assert ask is not None
    assert (ask.kind, ask.data, ask.sample) == ("reword", {"template": "T", "mistakes": "M"}, 2)
    assert chain.next([object()]) is None  # type: ignore[list-item] # anything that was written ends it
