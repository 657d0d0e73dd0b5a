"""`evenhand baseline review`: walk the cells that a run would change, in a shell or over a pipe."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

import typer

from evenhand.cli.baseline_lines import cell_name, judges_for, said_words, show_accepted
from evenhand.cli.baseline_options import RunName, SuiteName
from evenhand.cli.output import Mark, Screen, Style, plural
from evenhand.cli.review_terminal_view import paper, wrapped
from evenhand.cli.session import session_of
from evenhand.errors import UsageError
from evenhand.gate.baseline_diff import CellChange
from evenhand.records.message import flatten
from evenhand.workflows.baseline.decisions import Decision

if TYPE_CHECKING:
    from evenhand.workflows.baseline.review import BaselineReview

_GUTTER: Final = "│ "
_FIRST_LINES: Final = 12
"""Lines of a text that are shown before more is asked for."""
_KEYS: Final = (
    ("a", "accept this change"),
    ("r", "reject it: the run can not become the baseline as it is"),
    ("s", "skip it: it comes again in another walk"),
    ("p", "accept all open changes of this principle"),
    ("t", "show its texts in full"),
    ("j", "show why the judges say it"),
    ("u", "take the last step back"),
    ("q", "leave; what was decided is kept"),
    ("?", "this help"),
)


def baseline_review(context: typer.Context, suite: SuiteName = "", run: RunName = "") -> int:
    """Walk the cells that a run would change in the baseline, and accept, reject or skip each.

    One letter and Enter decides; ? shows the letters. Every decision is kept at once, beside the ledger: leave with q,
    Ctrl-D or Ctrl-C, and the next walk goes on. The baseline itself is only written by `evenhand baseline accept`.
    Lines may come from a pipe too.
    """
    session = session_of(context)
    if session.as_json:
        raise UsageError(
            "a review is held with a person, not as JSON",
            hint="see the changes with: evenhand baseline diff --json",
        )
    from evenhand.workflows.baseline.review import BaselineReview  # noqa: PLC0415 - this command only

    review = BaselineReview(session.workspace, suite, run)
    return _Walk(session.screen, review).hold()


class _Walk:
    """Lines in, lines out, until the person leaves or nothing is left."""

    def __init__(self, screen: Screen, review: "BaselineReview") -> None:
        self._screen = screen
        self._review = review
        self._at: int | None = None
        self._is_over = False
        self._actions: Mapping[str, Callable[[], None]] = {
            "a": lambda: self._decide(Decision.ACCEPTED),
            "r": lambda: self._decide(Decision.REJECTED),
            "s": self._skip,
            "p": self._accept_principle,
            "t": lambda: self._show_texts(full=True),
            "j": self._show_reasons,
            "u": self._undo,
            "q": self._leave,
            "quit": self._leave,
            "?": self._help,
            "help": self._help,
        }

    def hold(self) -> int:
        """Hold the walk."""
        compared = self._review.compared
        self._screen.result(
            Mark(compared.place.shown_baseline, Style.STRONG), f" and run {compared.stored.run.id}"
        )
        show_accepted(self._screen, compared.old.head.accepted)
        for change in compared.diff.instrument:
            self._screen.result(Mark("changed: ", Style.WARNING), change)
        try:
            self._next()
            while not self._is_over:
                self._take(self._screen.read_line("a accept, r reject, s skip, ? help > "))
        finally:
            self._tell_what_is_left()
        return 0

    def _take(self, line: str | None) -> None:
        if line is None:
            self._is_over = True
            return
        typed = line.strip().lower()
        if typed not in self._actions:
            self._tell(f"{line.strip()[:60]!r} is no letter of these", "? shows them")
            return
        try:
            self._actions[typed]()
        except UsageError as error:
            self._tell(str(error), error.hint)

    def _tell(self, problem: str, hint: str) -> None:
        self._screen.problem(Mark("error: ", Style.BAD), problem)
        if hint:
            self._screen.problem(Mark("help:  ", Style.NAME), hint)

    # -- Deciding ----------------------------------------------------------------------------------

    @property
    def _here(self) -> int:
        assert self._at is not None
        return self._at

    def _decide(self, decision: Decision) -> None:
        self._review.decide(self._here, decision)
        style = Style.GOOD if decision is Decision.ACCEPTED else Style.BAD
        self._screen.result(Mark(decision.value, style))
        self._next()

    def _accept_principle(self) -> None:
        name = self._review.changed[self._here].principle
        count = self._review.decide_principle(self._here, Decision.ACCEPTED)
        self._screen.result(Mark("accepted", Style.GOOD), f": {plural(count, 'change')} of {name}")
        self._next()

    def _skip(self) -> None:
        self._review.skip(self._here)
        self._screen.result("skipped")
        self._next()

    def _undo(self) -> None:
        count = self._review.undo()
        self._screen.result(f"taken back: {plural(count, 'decision')}")
        self._next()

    def _leave(self) -> None:
        self._is_over = True

    def _next(self) -> None:
        self._at = self._review.next()
        if self._at is None:
            self._is_over = True
        else:
            self._show(self._review.changed[self._at])

    # -- Looking -----------------------------------------------------------------------------------

    def _show(self, change: CellChange) -> None:
        screen, counts = self._screen, self._review.counts
        screen.result("")
        screen.result(
            Mark("── ", Style.FAINT),
            Mark(change.principle, Style.STRONG),
            f" ({change.severity})  {cell_name(change)}",
            Mark(f"   {counts.open:,} open of {len(self._review.changed):,}", Style.FAINT),
        )
        style = Style.BAD if change.direction < 0 else Style.GOOD if change.direction > 0 else Style.STRONG
        label = f"   people say {change.reference}" if change.reference else ""
        screen.result(
            f"{said_words(change.old)} -> ",
            Mark(said_words(change.new), style),
            f"   ({judges_for(change)} judges){label}",
        )
        for each in change.judges:
            screen.result(f"  {each.judge}: {said_words(each.old)} -> {said_words(each.new)}")
        for what in change.texts:
            screen.result(Mark(f"  {what} since the baseline", Style.WARNING))
        self._show_texts(full=False)

    def _show_texts(self, *, full: bool) -> None:
        change = self._review.changed[self._here]
        case = self._review.case(self._here)
        if case is None:
            self._screen.result(
                Mark("its file of cases has changed since, so its texts are not shown", Style.WARNING)
            )
            return
        if case.sensitive and not full:
            self._screen.result(
                Mark(f"Content tagged {', '.join(case.sensitive)}: t shows it", Style.WARNING)
            )
            return
        if case.prompt is not None:
            self._block("Prompt", flatten(case.prompt), full=full)
        wanted = {change.candidate, *change.candidate.split("|")}
        for output in case.outputs:
            if output.id in wanted:
                text = "(not recorded)" if output.text is None else flatten(output.text)
                self._block(
                    "Candidate" if len(case.outputs) == 1 else f"Candidate {output.id}", text, full=full
                )

    def _show_reasons(self) -> None:
        reasons = self._review.reasons(self._here)
        if not any(each.reason for each in reasons):
            self._screen.result("no judge gave a reason")
        for each in reasons:
            if each.reason:
                self._block(f"{each.judge}: {each.label}", each.reason, full=True)

    def _block(self, heading: str, text: str, *, full: bool) -> None:
        lines = list(wrapped(text or "(empty)", paper().width - len(_GUTTER)))
        shown = lines if full else lines[:_FIRST_LINES]
        self._screen.result(Mark(heading, Style.STRONG))
        for line in shown:
            self._screen.result(Mark(_GUTTER, Style.FAINT), line)
        if len(lines) > len(shown):
            self._screen.result(
                Mark(f"{plural(len(lines) - len(shown), 'more line')}: t shows them", Style.WARNING)
            )

    def _help(self) -> None:
        for key, says in _KEYS:
            self._screen.result(Mark(f"  {key:<3}", Style.NAME), says)

    # -- Ending ------------------------------------------------------------------------------------

    def _tell_what_is_left(self) -> None:
        counts, compared = self._review.counts, self._review.compared
        place = f"{compared.place.shown} {compared.stored.run.id}"
        self._screen.result(
            f"{plural(len(self._review.changed), 'changed cell')}: {counts.accepted:,} accepted, "
            f"{counts.rejected:,} rejected, {counts.open:,} left"
        )
        if counts.rejected:
            self._screen.say(
                "rejected cells keep the run from becoming the baseline: mend what changed them, and run again"
            )
        elif counts.open:
            self._screen.say(f"go on with: evenhand baseline review {place}")
        else:
            self._screen.say(f"next: evenhand baseline accept {place} --reason TEXT")
