"""One place prints, and nothing that passes it can act on a terminal or forge a line."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.cli.output import Column, Mark, Screen, Style, one_line

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
HOSTILE = {
    "colour": "\x1b[31mred\x1b[0m",
    "clipboard": "\x1b]52;c;cm0gLXJmIC8=\x07",
    "window title": "\x9d0;owned\x9c",
    "carriage return": "violates\rcomplies",
    "new line": "reply\nrun 1 of suite demo: finished",
    "paragraph separator": "reply\u2029forged",
    "direction": "\u202ecipbrk\u2066",
    "back space": "no\b\byes",
    "lone surrogate": "\udc9b31m",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("channel", ["result", "say", "problem"])
def test_hostile_text_stays_on_its_line_and_does_nothing(
    text: str, channel: str, capsys: pytest.CaptureFixture[str]
) -> None:
    getattr(Screen(), channel)("case ", Mark(text, Style.BAD), " end")
    written = "".join(capsys.readouterr())
    assert written.endswith(" end\n")
    assert written.count("\n") == 1
    assert not CONTROL.search(written)


@given(st.text())
def test_one_line_is_one_inert_line(text: str) -> None:
    shown = one_line(text)
    assert not CONTROL.search(shown)
    assert "\n" not in shown


@pytest.mark.parametrize("text", ["héllo 例 🙂", "سلام", "a, b; c: (d)"])
def test_honest_text_stays_what_it_is(text: str) -> None:
    assert one_line(text) == text


def test_a_block_puts_every_line_behind_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().block("first\nrun 1: finished\x1b[2J", indent="  ")
    assert capsys.readouterr().out == "  │ first\n  │ run 1: finished⟦U+001B⟧[2J\n"


def test_a_document_is_ascii_json_with_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(as_json=True).document("runs/v1", {"text": "\x1b[31m\x7f\u202e\ud800"})
    written = capsys.readouterr().out
    assert written.isascii()
    assert "\x1b" not in written
    assert "\x7f" not in written
    assert json.loads(written) == {"schema": "evenhand/runs/v1", "text": "\x1b[31m\x7f\u202e\ud800"}


def test_json_mode_keeps_stdout_for_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(as_json=True, verbose=2)
    screen.result("text")
    screen.table([Column(title="a")], [["b"]])
    screen.detail("more")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "more\n")


def test_without_json_no_document_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    Screen().document("runs/v1", {})
    assert capsys.readouterr().out == ""


def test_quiet_leaves_only_problems(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(quiet=True)
    screen.say("hello")
    screen.problem("broken")
    assert capsys.readouterr().err == "broken\n"


def test_a_table_lines_up_wide_and_hostile_cells_and_cuts_nothing_in_a_pipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns = [Column(title="case"), Column(title="n", right=True), Column(title="why", gives_way=True)]
    Screen().table(columns, [["例例", "7", "x" * 300], ["a\nb", "1,000", ""]])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["case      n  why", "例例      7  " + "x" * 300, "a⏎b   1,000"]


def test_a_pipe_gets_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    Screen(color=True).result(Mark("bold", Style.STRONG))
    assert capsys.readouterr().out == "bold\n"
