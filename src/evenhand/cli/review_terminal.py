"""`evenhand review terminal`: review in a shell, also over ssh or from a pipe."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.review_options import DesignName, ReviewerName
from evenhand.cli.review_terminal_lines import Step, read_change, read_others, read_steps
from evenhand.cli.review_terminal_view import (
    answer_words,
    show_answers,
    show_draft,
    show_help,
    show_item,
    show_principle,
    show_revealed,
    show_texts,
)
from evenhand.cli.session import session_of
from evenhand.errors import EvenhandError, ReviewConflictError, UsageError
from evenhand.records.review import CANNOT_TELL, OpenItem

if TYPE_CHECKING:
    from evenhand.workflows.review.terminal import TerminalReview


def review_terminal(
    context: typer.Context,
    *,
    name: ReviewerName = "",
    design: DesignName = None,
) -> int:
    """Review items in this terminal, blind, by the rules of the pages.

    A digit chooses an answer and Enter gives it; ? shows the other keys. Everything entered is kept at once: leave with
    `quit`, Ctrl-D or Ctrl-C, and the item comes back with its draft. Lines may come from a pipe too.
    """
    session = session_of(context)
    if session.as_json:
        raise UsageError(
            "a review is held with a person, not as JSON",
            hint="take its labels out with: evenhand review export",
        )
    from evenhand.workflows.review.open_review import open_desk  # noqa: PLC0415 - this command only
    from evenhand.workflows.review.terminal import TerminalReview, reviewer_at  # noqa: PLC0415 - this command only

    desk = open_desk(session.workspace, via="terminal")
    who = reviewer_at(desk, name)
    return Conversation(session.screen, TerminalReview(desk, who, design)).hold()


class Conversation:
    """Lines in, lines out, until the person leaves or nothing is left."""

    def __init__(self, screen: Screen, review: "TerminalReview") -> None:
        """Begin."""
        self._screen = screen
        self._review = review
        self._is_over = False
        self._opened = False
        """Whether tagged content of the item is shown."""
        self._shown = 0
        """How many lines of its texts were shown so far; 0 where all are."""
        self._told_break = False
        self._told_end = False
        self._sees_judges = False
        """Whether the judges of the last item are shown just now."""
        self._labelled: OpenItem | None = None
        """The item labelled just before."""
        self._given = 0

    def hold(self) -> int:
        """Hold the conversation."""
        try:
            self._next()
            while not self._is_over:
                self._take(self._screen.read_line(self._prompt()))
        finally:
            was_open = self._review.item is not None
            with suppress(EvenhandError):
                self._review.put_back()
        back = "; the open item was put back with its draft" if was_open else ""
        self._screen.say(f"{plural(self._given, 'label')} given{back}")
        self._screen.say("how the review stands: evenhand review status")
        return 0

    def _prompt(self) -> str:
        if self._sees_judges:
            return "Enter: next item; or another answer and why, such as: 2 I overlooked it > "
        if self._review.item is None:
            return "Enter: go on; u undoes, r shows the judges > "
        chosen = self._review.draft.label
        if not chosen:
            return "answer, ? for help > "
        return f"{answer_words(self._review.item, chosen)[0]}: Enter gives it, ? for help > "

    def _take(self, line: str | None) -> None:
        """Do what a line asks for, and tell what is wrong with it."""
        if line is None:
            self._is_over = True
            return
        self._review.note()
        try:
            self._obey(line)
        except ReviewConflictError as error:
            self._tell(error)
            self._next()
        except UsageError as error:
            self._tell(error)

    def _obey(self, line: str) -> None:
        if line.strip().lower() in {"quit", "exit", ":q"}:
            self._is_over = True
        elif self._sees_judges:
            self._change_mind(line)
        elif self._review.item is None:
            self._between(line)
        else:
            for step in read_steps(line, self._review.item):
                self._do(step)

    def _between(self, line: str) -> None:
        """Obey a line while no item is open."""
        if line.strip() == "u":
            self._undo("")
        elif line.strip() == "r":
            self._reveal()
        elif line.strip() == "?":
            show_help(self._screen)
        else:
            self._next()

    def _do(self, step: Step) -> None:
        actions: Mapping[str, Callable[[str], None]] = {
            "choose": self._choose,
            "cannot_tell": lambda _: self._choose(CANNOT_TELL),
            "unsure": self._unsure,
            "defensible": self._defensible,
            "comment": self._comment,
            "evidence": self._evidence,
            "remove_evidence": lambda _: self._remove_evidence(),
            "commit": lambda _: self._commit(),
            "skip": self._skip,
            "flag": self._flag,
            "undo": self._undo,
            "reveal": lambda _: self._reveal(),
            "look": lambda _: self._more(),
            "open_content": lambda _: self._open_content(),
            "principle": lambda _: show_principle(self._screen, self._item, full=True),
            "help": lambda _: show_help(self._screen),
            "break": lambda _: self._break(),
        }
        actions[step.action](step.text)

    # -- Entering ----------------------------------------------------------------------------------

    @property
    def _item(self) -> OpenItem:
        assert self._review.item is not None
        return self._review.item

    def _choose(self, label: str) -> None:
        if label not in self._item.principle.answers and not self._item.principle.holds(label):
            raise UsageError(f"{label!r} is no answer here")
        self._review.enter(replace(self._review.draft, label=label))

    def _unsure(self, _: str) -> None:
        draft = replace(self._review.draft, sure=not self._review.draft.sure)
        self._review.enter(draft)
        self._screen.result("sure" if draft.sure else "unsure")

    def _defensible(self, text: str) -> None:
        others = read_others(text, self._item)
        self._review.enter(replace(self._review.draft, defensible=others))
        self._show_draft()

    def _comment(self, text: str) -> None:
        self._review.enter(replace(self._review.draft, comment=text))
        self._show_draft()

    def _evidence(self, text: str) -> None:
        places = self._review.add_evidence(text)
        if places > 1:
            self._screen.result(f"it stands at {places} places; the first is meant, or add words around it")
        self._show_draft()

    def _remove_evidence(self) -> None:
        removed = self._review.drop_evidence()
        self._screen.result("no passage is marked" if removed is None else f"removed: {removed.quote}")

    def _show_draft(self) -> None:
        show_draft(self._screen, self._item, self._review.draft)

    # -- Deciding ----------------------------------------------------------------------------------

    def _commit(self) -> None:
        item = self._item
        committed = self._review.commit()
        self._given += 1
        self._labelled = item
        look = ", r shows the judges" if committed.may_reveal else ""
        self._screen.result(
            Mark("saved: ", Style.GOOD), f"{answer_words(item, committed.label)[0]}  (u undoes it{look})"
        )
        self._next()

    def _skip(self, reason: str) -> None:
        self._review.skip(reason)
        self._screen.result("skipped: it goes to others")
        self._next()

    def _flag(self, text: str) -> None:
        if not text:
            raise UsageError("say what the lead should know", hint="f WORDS")
        self._review.flag(text)
        self._screen.result("the lead is told")

    def _undo(self, _: str) -> None:
        self._show(self._review.undo())

    def _next(self) -> None:
        self._sees_judges = False
        item = self._review.open_next()
        if item is not None:
            self._show(item)
            return
        self._screen.result("Nothing is left for you. Thank you.")
        self._is_over = self._told_end or self._review.last is None
        self._told_end = True

    def _show(self, item: OpenItem) -> None:
        self._opened = False
        self._shown = show_item(self._screen, item, opened=False)
        if self._review.needs_break and not self._told_break:
            self._told_break = True
            minutes = item.session_active_ms / 60_000
            self._screen.result(
                Mark("Time for a break? ", Style.WARNING),
                f"{minutes:.0f} minutes on {plural(item.session_done, 'item')}: b takes one",
            )

    # -- Looking -----------------------------------------------------------------------------------

    def _more(self) -> None:
        if not self._shown:
            raise UsageError("all of it is shown")
        self._shown = show_texts(self._screen, self._item, opened=self._opened, after=self._shown)
        show_answers(self._screen, self._item)

    def _open_content(self) -> None:
        self._opened = True
        self._shown = show_texts(self._screen, self._item, opened=True)
        show_answers(self._screen, self._item)

    def _reveal(self) -> None:
        if self._labelled is None:
            raise UsageError("the judges are shown on the item you labelled just before")
        revealed = self._review.reveal()
        show_revealed(self._screen, revealed, self._labelled)
        self._sees_judges = True

    def _change_mind(self, line: str) -> None:
        if line.strip() and self._labelled is not None:
            label, reason = read_change(line, self._labelled)
            self._review.change_mind(label, reason)
            self._screen.result("a second answer is stored; the first stays, and it alone calibrates judges")
        self._next()

    def _break(self) -> None:
        self._review.take_break()
        self._told_break = False
        self._screen.result("You are on a break. The item went back, its draft is kept.")

    def _tell(self, error: EvenhandError) -> None:
        self._screen.problem(Mark("error: ", Style.BAD), str(error))
        if error.hint:
            self._screen.problem(Mark("help:  ", Style.NAME), error.hint)
