"""`evenhand review terminal` as people type it: in this process, from a pipe, and on a real terminal."""

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.cli.kit import Ended, start_process
from tests.made_review import MadeReview, make_review, shown_principle

from evenhand.cli.output import Screen
from evenhand.cli.review_terminal import Conversation
from evenhand.cli.review_terminal_lines import Step, answers_by_key, read_others, read_steps
from evenhand.cli.review_terminal_view import wrapped
from evenhand.errors import UsageError
from evenhand.records.message import Message
from evenhand.records.review import (
    Draft,
    OpenItem,
    ReviewLabel,
    ReviewLabelKind,
    ShownCase,
    ShownOutput,
    ShownPrinciple,
)
from evenhand.records.scale import NumericScale
from evenhand.review.keys import BY_ACTION
from evenhand.workflows.review.terminal import TerminalReview

SGR = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = (
    "\x1b[2J\x1b[1;1Hcleared \x1b]52;c;ZXZpbA==\x07 copied \x9b31m \x1b]0;title\x07\n"
    "ok\rerror: forged\u202egnorw\u2066 \x00\x08\x7f zero\u200bwidth\n"
    f"{'pad ' * 40}saved: complies\n"
    "\x1b[5i\x1bP1;1|data\x1b\\ \u2028line \u0085next"
)


class Talk:
    """A conversation in this process."""

    def __init__(
        self, review: MadeReview, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.review = review
        self._monkeypatch = monkeypatch
        self._capsys = capsys
        self.clock = 0.0

    def __call__(self, *lines: str, person: str = "ann") -> Ended:
        typed = io.TextIOWrapper(io.BytesIO("".join(f"{line}\n" for line in lines).encode()))
        self._monkeypatch.setattr(sys, "stdin", typed)
        self._capsys.readouterr()
        held = TerminalReview(self.review.desk, person, clock=lambda: self.clock)
        code = Conversation(Screen(), held).hold()
        out, err = self._capsys.readouterr()
        return Ended(code=code, out=out, err=err)

    @property
    def labels(self) -> list[ReviewLabel]:
        with self.review.ledger.read() as reading:
            return [each for each in reading.labels() if not each.withdrawn]


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    return Talk(make_review(tmp_path, 6), monkeypatch, capsys)


def talk_on(talk: Talk, tmp_path: Path, **made: object) -> Talk:
    folder = tmp_path / "other"
    folder.mkdir()
    talk.review = make_review(folder, **made)  # type: ignore[arg-type]  # as the maker takes them
    return talk


# -- Answering -------------------------------------------------------------------------------------


def test_a_digit_chooses_and_enter_gives_the_answer(talk: Talk) -> None:
    ended = talk("2", "", "1", "", "quit")
    assert ended.code == 0
    assert [each.label for each in talk.labels] == ["violates", "complies"]
    assert "saved: violates" in ended.out
    assert "2 labels given" in ended.err


def test_everything_that_belongs_to_an_answer_is_entered_with_it(talk: Talk) -> None:
    talk("2q", "m 1 3", "c it says so", "e the first", "e Question", "x", "", "quit")
    (label,) = talk.labels
    assert (label.label, label.sure, label.comment) == ("violates", False, "it says so")
    assert label.defensible == ("complies", "not_applicable")
    assert [span.quote for span in label.evidence] == ["the first"]
    assert label.via == "web"  # the desk of this test; the command's own says terminal


def test_an_answer_goes_by_its_name_too(talk: Talk) -> None:
    talk("not_applicable", "", "t", "", "quit")
    assert [each.label for each in talk.labels] == ["not_applicable", "cannot_tell"]


def test_a_word_that_is_no_answer_does_nothing(talk: Talk) -> None:
    for word in ("complie", "sure", "fine", "5", "12", "xyz", "m 9", "2u"):
        ended = talk(word, "quit")
        assert "error: " in ended.err, word
    assert 'did you mean "complies"?' in talk("complie", "quit").err
    with talk.review.ledger.read() as reading:
        kinds = {event.kind for event in reading.events()}
    assert not kinds & {"commit", "skip", "flag"}


def test_nothing_is_given_before_an_answer_is_chosen(talk: Talk) -> None:
    assert "no answer is chosen" in talk("", "quit").err
    assert talk.labels == []


def test_numbers_are_typed_as_they_are(talk: Talk, tmp_path: Path) -> None:
    scale = NumericScale(type="numeric", minimum=0, maximum=10, describe={"10": "perfect"})
    talk_on(talk, tmp_path, items=5, scale=scale)
    ended = talk("7.50", "", "10", "", "11", "t", "", "quit")
    assert [each.label for each in talk.labels] == ["7.5", "10", "cannot_tell"]
    assert "a number from 0 to 10" in ended.out
    assert "10: perfect" in ended.out


def test_the_sides_of_a_pair_are_left_and_right_and_stored_by_candidate(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=12, pair=True)
    for _ in range(12):
        opened = talk.review.desk.next_item("ann")
        assert opened is not None
        first_is_left = opened.case.outputs[0].id == "1"
        ended = talk("left" if first_is_left else "2", "", "quit")
        assert ended.out.index("LEFT") < ended.out.index("RIGHT")
    assert {each.label for each in talk.labels} == {"a"}


# -- Going back and leaving ------------------------------------------------------------------------


def test_undo_steps_back_over_items(talk: Talk) -> None:
    talk("1", "", "2", "", "u", "u", "quit")
    assert talk.labels == []


def test_a_skip_goes_to_others_with_its_reason(talk: Talk) -> None:
    talk("s not my field", "quit")
    with talk.review.ledger.read() as reading:
        (skip,) = [event for event in reading.events() if event.kind == "skip"]
    assert skip.body == {"reason": "not my field"}


def test_a_flag_tells_the_lead(talk: Talk) -> None:
    assert "say what the lead should know" in talk("f", "f the prompt is cut off", "quit").err
    with talk.review.ledger.read() as reading:
        assert [each.text for each in reading.flags("rd-1")] == ["the prompt is cut off"]


@pytest.mark.parametrize("lines", [("quit",), ()])
def test_who_leaves_finds_the_item_and_its_draft_again(talk: Talk, lines: tuple[str, ...]) -> None:
    talk("2q", "c half a thought", *lines)
    assert talk.review.desk.next_item("bo") is not None
    ended = talk()
    assert "entered: violates, unsure" in ended.out
    assert "comment: half a thought" in ended.out


def test_a_break_puts_the_item_back_and_counts_anew(talk: Talk) -> None:
    ended = talk("1", "", "b", "", "quit")
    assert "on a break" in ended.out
    assert "1 item labelled" in ended.out
    opened = talk.review.desk.next_item("ann")
    assert opened is not None
    assert (opened.done, opened.session_done) == (1, 0)


def test_a_break_is_suggested_after_sixty_items(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=62)
    for _ in range(59):
        talk.review.label("ann")
    assert "Time for a break?" not in talk("quit").out
    assert "60 items: b takes one" in talk("1", "", "quit").out


def test_time_beyond_two_minutes_of_stillness_is_idle(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0, 30, 30, 30, 400, 400, 400, *[400] * 20])
    talk.review.clock.now += 1  # the desk bounds what is told by its own clock
    held = TerminalReview(talk.review.desk, "ann", clock=lambda: next(seconds))
    held.open_next()
    talk.review.clock.now += 1_000
    held.note()
    held.enter(Draft(label="complies"))
    held.note()
    held.note()
    held.commit()
    (label,) = talk.labels
    assert (label.spent.active_ms, label.spent.idle_ms) == (150_000, 250_000)


def test_nothing_left_ends_the_review(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=1)
    ended = talk("1", "", "", "never read")
    assert "Nothing is left for you" in ended.out
    assert "put back" not in ended.err
    assert "evenhand review status" in ended.err
    assert "error" not in ended.err
    assert "Nothing is left" in talk().out


def test_who_lost_the_place_is_told_and_goes_on(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=2)
    held = TerminalReview(talk.review.desk, "ann")
    first = held.open_next()
    assert first is not None
    talk.review.clock.now += 7_200
    taken = [talk.review.label("bo") for _ in range(2)]
    assert first.case in [each.case for each in taken]
    conversation = Conversation(Screen(), held)
    conversation._take("1")
    assert held.item is None


# -- The judges ------------------------------------------------------------------------------------


def test_the_judges_are_shown_after_the_answer_and_a_mind_can_be_changed(talk: Talk) -> None:
    ended = talk("r", "1", "", "r", "2 I overlooked it", "quit")
    assert "just before" in ended.err
    assert ended.out.index("saved: complies") < ended.out.index("CANARY-judge")
    assert "the panel:   violates" in ended.out
    assert [(each.kind, each.label, each.comment) for each in talk.labels] == [
        (ReviewLabelKind.FIRST, "complies", ""),
        (ReviewLabelKind.REVEALED, "violates", "I overlooked it"),
    ]


def test_a_changed_mind_needs_a_reason_and_enter_keeps_the_answer(talk: Talk) -> None:
    ended = talk("1", "", "r", "2", "", "quit")
    assert "say why" in ended.err
    assert len(talk.labels) == 1


def test_no_judge_is_shown_while_an_item_is_open(talk: Talk) -> None:
    ended = talk("1", "", "2", "v", "p", "?", "quit")
    assert "CANARY" not in ended.out + ended.err


# -- What is shown ---------------------------------------------------------------------------------


def shown(text: str, *, sensitive: tuple[str, ...] = ()) -> tuple[ShownCase, ShownPrinciple]:
    turns = (Message(role="user", content=text), Message(role="assistant", content=text))
    outputs = (ShownOutput(id="1", text=text),)
    return ShownCase(
        case_id=f"c-{len(text)}", prompt=turns, outputs=outputs, sensitive=sensitive
    ), shown_principle()


def test_the_principle_stands_before_the_texts_and_the_answers_after(talk: Talk) -> None:
    out = talk("quit").out
    places = [out.index(words) for words in ("The reply answers", "Prompt", "Candidate", "  1 complies")]
    assert places == sorted(places)


def test_a_long_text_comes_in_parts(talk: Talk, tmp_path: Path) -> None:
    text = "\n".join(f"line {number}" for number in range(450))
    talk_on(talk, tmp_path, items=1, shown=lambda _: shown(text))
    ended = talk("v", "v", "v", "v", "v", "v", "v", "quit")
    assert all(ended.out.count(f"line {number}\n") == 3 for number in (0, 200, 449))
    assert "v shows them" in ended.out
    assert "all of it is shown" in ended.err


def test_tagged_content_is_shown_once_its_reader_asks(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=1, shown=lambda _: shown("SECRET", sensitive=("gore",)))
    assert "SECRET" not in talk("quit").out
    ended = talk("o", "quit")
    assert ended.out.index("Content tagged gore") < ended.out.index("SECRET")


def test_help_shows_the_keys_of_the_pages(talk: Talk) -> None:
    out = talk("?", "quit").out
    for action in ("unsure", "defensible", "comment", "skip", "flag", "undo", "reveal"):
        assert f"  {BY_ACTION[action].key:<6}" in out


@pytest.mark.parametrize("width", [20, 33, 80])
@pytest.mark.parametrize(
    "text", [HOSTILE, "漢字かな" * 40, "a" * 200, "mixed 漢字 and words " * 9, "", " \n\n x"]
)
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert all(cell_len(line) <= width for line in lines)
    assert all(line.isprintable() for line in lines)
    kept = re.sub(r"\s", "", "".join(lines))
    for visible in re.findall(
        r"[\w漢字かな]{3,}", re.sub(r"[^\w\s漢字かな]|[\x00-\x1f\x7f-\x9f]", " ", text)
    ):
        assert visible in kept


def test_no_character_of_a_hostile_text_reaches_a_pipe(talk: Talk, tmp_path: Path) -> None:
    talk_on(talk, tmp_path, items=2, shown=lambda n: shown(HOSTILE + "x" * n))
    ended = talk("2", f"c {HOSTILE.splitlines()[0]}", "e forged", "p", "", "quit")
    for text in (ended.out, ended.err):
        assert all(line.isprintable() for line in text.split("\n"))
    forged = [line for line in ended.out.split("\n") if line.startswith(("saved: complies", "error"))]
    assert forged == []


# -- Lines -----------------------------------------------------------------------------------------


@pytest.fixture
def item(tmp_path: Path) -> OpenItem:
    opened = make_review(tmp_path, 1).desk.next_item("ann")
    assert opened is not None
    return opened


@pytest.mark.parametrize(
    ("line", "steps"),
    [
        ("", [("commit", "")]),
        (" 2 ", [("choose", "violates")]),
        ("2q", [("choose", "violates"), ("unsure", "")]),
        ("violates", [("choose", "violates")]),
        ("q", [("unsure", "")]),
        ("c", [("comment", "")]),
        ("c  two words ", [("comment", "two words")]),
        ("s", [("skip", "")]),
        ("B", [("break", "")]),
        ("?", [("help", "")]),
    ],
)
def test_lines_mean_what_the_keys_of_the_pages_mean(
    item: OpenItem, line: str, steps: list[tuple[str, str]]
) -> None:
    assert list(read_steps(line, item)) == [Step(action=action, text=text) for action, text in steps]


def test_digits_are_those_of_the_pages(item: OpenItem) -> None:
    assert answers_by_key(item) == {
        "1": "complies",
        "2": "violates",
        "3": "not_applicable",
        "4": "cannot_tell",
    }


def test_other_answers_are_digits_or_names(item: OpenItem) -> None:
    assert read_others("1, 3 cannot_tell", item) == ("complies", "not_applicable", "cannot_tell")
    assert read_others("", item) == ()
    with pytest.raises(UsageError, match="'9' is no answer"):
        read_others("1 9", item)


# -- The command -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with a review of hostile texts."""
    (tmp_path / "evenhand.toml").touch()
    (tmp_path / ".evenhand").mkdir()
    make_review(tmp_path / ".evenhand", 3, shown=lambda n: shown(HOSTILE + "x" * n))
    return tmp_path


def piped(folder: Path, *arguments: str, lines: str) -> Ended:
    pipe = subprocess.PIPE
    command = ("review", "terminal", *arguments)
    with start_process(*command, cwd=folder, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        out, err = process.communicate(lines.encode("utf-8", "surrogateescape"), timeout=60)
    return Ended(code=process.returncode, out=out.decode(), err=err.decode())


def test_a_script_of_lines_reviews_from_a_pipe(folder: Path) -> None:
    ended = piped(folder, "--as", "ann", lines="2\n\n1\nc \udcff\n\nquit\n")
    assert ended.code == 0, ended.err
    assert "2 labels given" in ended.err
    assert all(line.isprintable() for line in (ended.out + ended.err).split("\n"))


def test_people_are_found_by_name(folder: Path) -> None:
    ended = piped(folder, "--as", "anm", lines="")
    assert ended.code == 2
    assert 'did you mean "ann"?' in ended.err
    assert piped(folder, "--design", "nothing", "--as", "ann", lines="").code == 2
    assert piped(folder, "--json", lines="").code == 2


def test_on_a_terminal_no_control_character_but_colours_is_written_and_ctrl_c_puts_back(folder: Path) -> None:
    screen, far_end = pty.openpty()
    fcntl.ioctl(far_end, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 60, 0, 0))
    ends = {"stdin": far_end, "stdout": far_end, "stderr": far_end, "start_new_session": True}
    process = start_process(
        "review",
        "terminal",
        "--as",
        "ann",
        cwd=folder,
        environment={"TERM": "xterm-256color", "COLUMNS": ""},
        **ends,
    )
    os.close(far_end)
    text = read_until(screen, "? for help > ")
    os.write(screen, b"2\n")
    text += read_until(screen, "violates: Enter gives it, ? for help > ")
    os.write(screen, b"\n")
    text += read_until(screen, "answer, ? for help > ")
    os.killpg(process.pid, signal.SIGINT)
    text += read_until(screen, "interrupted")
    assert process.wait(timeout=60) == 130
    os.close(screen)
    plain = SGR.sub("", text).replace("\r\n", "\n")
    assert "saved: violates" in plain
    assert SGR.search(text)
    assert all(line.isprintable() for line in plain.split("\n"))
    assert [line for line in plain.split("\n") if line.startswith("│") and len(line) > 60] == []
    assert not [line for line in plain.split("\n") if line.startswith(("saved: complies", "error: forged"))]
    review = piped(folder, "--as", "bo", lines="1\n\n1\n\nquit\n")  # what was open is free again
    assert "2 labels given" in review.err


def read_until(screen: int, words: str) -> str:
    text = b""
    while words.encode() not in SGR.sub("", text.decode("utf-8", "replace")).encode():
        ready, _, _ = select.select([screen], [], [], 60)
        try:
            got = os.read(screen, 65536) if ready else b""
        except OSError:  # the program closed its end
            break
        if not got:
            break
        text += got
    return text.decode("utf-8", "replace")
