"""An item as lines of a terminal. No character of a text acts on the terminal, and none starts a line of ours.

Lines are broken here, by the cells their characters take, and each stands behind a bar: a text that is padded to the
width of the window can not make a line of its own.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from shutil import get_terminal_size
from typing import Final

from evenhand.cli.output import Mark, Screen, Style, one_line, plural
from evenhand.cli.review_terminal_lines import PLAIN_ACTIONS, TEXT_ACTIONS, answers_by_key
from evenhand.records.message import Text
from evenhand.records.review import CANNOT_TELL, Draft, OpenItem, Revealed
from evenhand.records.scale import NumericScale, number_text
from evenhand.review.keys import KEYS
from evenhand.review.prose import flowing

_GUTTER: Final = "│ "
_LEAST_WIDTH: Final = 20
_USUAL_WIDTH: Final = 100
_LINES_ELSEWHERE: Final = 200
"""Lines of a text that are shown at once where no terminal says how many fit."""
_SIDES: Final = ("LEFT", "RIGHT")
_PAIR_WORDS: Final = {
    "a": ("LEFT", "The left candidate keeps to the principle better."),
    "b": ("RIGHT", "The right candidate keeps to the principle better."),
}
_ABOUT_KEYS: Final = {
    "choose": "choose an answer (its name works too)",
    "cannot_tell": "cannot tell",
    "unsure": "sure or unsure",
    "defensible": "other answers are defensible: m 1 3; m alone for none",
    "comment": "comment: c WORDS; c alone takes it away",
    "evidence": "evidence: e and a passage, pasted as it is shown",
    "remove_evidence": "remove the last passage",
    "commit": "give the answer and go on",
    "skip": "skip: s and why, or s alone",
    "flag": "tell the lead: f WORDS",
    "undo": "undo the last decision, and the one before it",
    "reveal": "see what the judges said on the item before this one",
    "look": "show more of a long text",
    "open_content": "show tagged content",
    "principle": "show all of the principle",
    "help": "this help",
}
_OWN_KEYS: Final = (
    ("b", "take a break: the item goes back, its draft is kept"),
    ("quit", "leave, as Ctrl-D does"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How much fits."""

    width: int
    lines: int


def paper() -> Paper:
    """Return how much fits on the terminal, or into a pipe."""
    if not sys.stdout.isatty():
        return Paper(width=_USUAL_WIDTH, lines=_LINES_ELSEWHERE)
    columns, lines = get_terminal_size()
    return Paper(width=max(_LEAST_WIDTH, columns), lines=max(10, lines - 16))


# -- The item --------------------------------------------------------------------------------------


def show_item(screen: Screen, item: OpenItem, *, opened: bool) -> int:
    """Write an item.

    Args:
        screen: Where to write.
        item: The item.
        opened: Whether tagged content is shown.

    Returns:
        Where to go on with its texts: the number of lines shown, 0 where all of them are.
    """
    _show_head(screen, item)
    show_principle(screen, item, full=False)
    shown = show_texts(screen, item, opened=opened)
    show_answers(screen, item)
    show_draft(screen, item, item.draft)
    return shown


def _show_head(screen: Screen, item: OpenItem) -> None:
    done, left = plural(item.done, "item"), f"{item.left:,} left"
    minutes = f"{item.session_active_ms / 60_000:.0f} min active since your last break"
    screen.result("")
    screen.result(
        Mark("── ", Style.FAINT), Mark(item.suite, Style.STRONG), f"  {done} labelled, {left}, {minutes}"
    )


def show_principle(screen: Screen, item: OpenItem, *, full: bool) -> None:
    """Write the principle: what binds, and the rest where it is asked for."""
    principle = item.principle.principle
    screen.result(
        Mark(principle.title or principle.id, Style.STRONG),
        f"  {principle.id}, {principle.strength}, {principle.severity}",
    )
    parts = [
        ("", flowing(principle.text)),
        ("Exceptions: ", principle.exceptions),
        ("When: ", principle.when),
    ]
    parts += [(f"Only {name}: ", ", ".join(values)) for name, values in principle.scope.items()]
    if full and "reviewers" in principle.show_rationale_to:
        parts.append(("Why: ", flowing(principle.rationale)))
    for heading, text in parts:
        if text:
            _block(screen, heading + text)
    if full:
        for example in principle.examples:
            hidden = f"tagged {', '.join(example.sensitive)}" if example.sensitive else ""
            screen.result(Mark(f"Example, {example.kind}", Style.STRONG))
            _block(screen, hidden or "\n".join(text for _, text in _turns(example.response)))
            if example.why:
                _block(screen, example.why)
    if principle.evidence == "required":
        screen.result(Mark("A failing answer needs a passage that shows it (e).", Style.FAINT))


def show_texts(screen: Screen, item: OpenItem, *, opened: bool, after: int = 0) -> int:
    """Write what is judged, from line `after` on, as much as fits; return where to go on, 0 for nowhere."""
    tags = item.case.sensitive
    if tags and not opened:
        screen.result(Mark(f"Content tagged {', '.join(tags)}: o shows it", Style.WARNING))
        return 0
    fits = paper()
    lines = list(_lines(item, fits.width))
    shown = lines[after : after + fits.lines]
    for heading, line in shown:
        if heading:
            screen.result(Mark(line, Style.STRONG))
        else:
            screen.result(Mark(_GUTTER, Style.FAINT), line)
    left = len(lines) - after - len(shown)
    if left:
        screen.result(Mark(f"{plural(left, 'more line')}: v shows them", Style.WARNING))
    return after + len(shown) if left else 0


def _lines(item: OpenItem, width: int) -> Iterator[tuple[bool, str]]:
    """Yield every line of the texts, and whether it is a heading of ours."""
    for heading, text in _blocks(item):
        yield True, heading
        yield from ((False, line) for line in wrapped(text or "(empty)", width - len(_GUTTER)))


def _blocks(item: OpenItem) -> Iterator[tuple[str, str]]:
    case = item.case
    if case.prompt is not None:
        yield from _named("Prompt", case.prompt)
    for at, text in enumerate(_references(case.reference), 1):
        yield f"Reference answer {at}", text
    names = _SIDES if item.is_pair else ("Candidate",)
    for name, output in zip(names, case.outputs, strict=True):
        yield from _named(name, output.text)


def _references(reference: Text | tuple[str, ...] | None) -> Iterator[str]:
    if isinstance(reference, str):
        yield reference
    else:
        yield from (
            each if isinstance(each, str) else f"{each.role}: {each.content}" for each in reference or ()
        )


def _named(name: str, text: Text) -> Iterator[tuple[str, str]]:
    for role, said in _turns(text):
        yield (f"{name}, {role}" if role else name), said


def _turns(text: Text) -> Iterator[tuple[str, str]]:
    if isinstance(text, str):
        yield "", text
    else:
        yield from ((f"{turn.role}, turn {at}", turn.content) for at, turn in enumerate(text, 1))


def show_answers(screen: Screen, item: OpenItem) -> None:
    """Write the answers with their digits."""
    keys = {label: key for key, label in answers_by_key(item).items()}
    scale = item.principle.scale
    if isinstance(scale, NumericScale):
        low, high = number_text(scale.minimum), number_text(scale.maximum)
        screen.result(Mark("  # ", Style.NAME), f"a number from {low} to {high}")
        for number, meaning in scale.describe.items():
            screen.result("    ", f"{number}: {meaning}")
    for label, meaning in item.principle.answers.items():
        key = keys.get(label, "t" if label == CANNOT_TELL else " ")
        name, says = answer_words(item, label, meaning)
        screen.result(Mark(f"  {key} ", Style.NAME), Mark(name, Style.STRONG), f"  {says}")


def answer_words(item: OpenItem, label: str, meaning: str = "") -> tuple[str, str]:
    """Return the name of an answer and what it means, in the frame of the person."""
    return _PAIR_WORDS.get(label, (label, meaning)) if item.is_pair else (label, meaning)


def show_draft(screen: Screen, item: OpenItem, draft: Draft) -> None:
    """Write what was entered so far."""
    if draft == Draft():
        return
    said = [answer_words(item, draft.label)[0] if draft.label else "no answer yet"]
    said += [] if draft.sure else ["unsure"]
    if draft.defensible is not None:
        others = ", ".join(answer_words(item, label)[0] for label in draft.defensible)
        said.append(f"defensible: {others or 'no other'}")
    screen.result(Mark("entered: ", Style.GOOD), ", ".join(said))
    for span in draft.evidence:
        _block(screen, f"evidence: {span.quote}")
    if draft.comment:
        _block(screen, f"comment: {draft.comment}")


# -- Judges and help -------------------------------------------------------------------------------


def show_revealed(screen: Screen, revealed: Revealed, item: OpenItem) -> None:
    """Write what the judges said."""
    screen.result("")
    screen.result(Mark("your answer: ", Style.STRONG), answer_words(item, revealed.label)[0])
    verdict = f"undecided ({revealed.undecided})"
    if revealed.verdict is not None:
        verdict = answer_words(item, revealed.verdict)[0]
    screen.result(Mark("the panel:   ", Style.STRONG), verdict)
    for rating in revealed.ratings:
        label = f"failed ({rating.failed})" if rating.label is None else answer_words(item, rating.label)[0]
        screen.result(Mark(f"{rating.judge}: ", Style.NAME), label)
        for text in (rating.reason, *rating.quotes):
            if text:
                _block(screen, text)
    screen.result(Mark(f"drawn as {revealed.stratum}", Style.FAINT))


def show_help(screen: Screen) -> None:
    """Write the keys."""
    known = TEXT_ACTIONS | PLAIN_ACTIONS | {"choose", "commit"}
    for key in KEYS:
        if key.action in known:
            screen.result(Mark(f"  {key.key:<6}", Style.NAME), _ABOUT_KEYS[key.action])
    for name, says in _OWN_KEYS:
        screen.result(Mark(f"  {name:<6}", Style.NAME), says)


# -- Lines -----------------------------------------------------------------------------------------


def _block(screen: Screen, text: str) -> None:
    for line in wrapped(text, paper().width - len(_GUTTER)):
        screen.result(Mark(_GUTTER, Style.FAINT), line)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Yield a text in lines of so many cells at most, broken at spaces if there are some; hidden characters drawn."""
    for line in text.replace("\r\n", "\n").split("\n"):
        drawn = one_line(line.expandtabs(4))
        yield from [drawn] if drawn.isascii() and len(drawn) <= width else _broken(drawn, width)


def _broken(line: str, width: int) -> Iterator[str]:
    from rich.cells import get_character_cell_size  # noqa: PLC0415 - long or foreign lines only

    start, space, cells = 0, -1, 0
    at = 0
    while at < len(line):
        cells += get_character_cell_size(line[at])
        if cells > width and at > start:
            end = space + 1 if space > start else at
            yield line[start:end]
            start, space, cells, at = end, -1, 0, end
            continue
        if line[at] == " ":
            space = at
        at += 1
    yield line[start:]
