"""The one comment on a pull request: what failed and why, short enough for every host, hostile names inert."""

import hashlib
from collections.abc import Iterator
from functools import partial
from typing import Final

from evenhand.gate.results import GateResult, Status
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import one_line
from evenhand.reporting.document import Block, Bullets, Paragraph, words
from evenhand.reporting.gate.document import accepting
from evenhand.reporting.gate.extras import DROP_ORDER
from evenhand.reporting.gate.sections import background, cells, tests
from evenhand.reporting.markdown import MOST_BYTES, Piece, block_pieces, fit_pieces
from evenhand.reporting.markdown_words import own

_ALERTS: Final = {
    Status.PASSED: "TIP",
    Status.FAILED: "CAUTION",
    Status.UNDECIDED: "WARNING",
    Status.COULD_NOT_MEASURE: "WARNING",
}
_MOST_BROKEN: Final = 5
"""Cells named of each principle that fails."""
_MOST_FOLDS: Final = 8
_MOST_OTHERS: Final = 10
_MOST_REASONS: Final = 2
"""Reasons beside that of the headline; the table says the others."""
_MOST_TESTS: Final = 6
"""Tests that stand in the open."""
_MOST_HEADLINE: Final = 600
_MOST_MARKED: Final = 180
"""Characters of a suite's name in the marker; a longer one ends in its digest."""
_SAFE_IN_A_MARK: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/")


def marker(suite: str) -> str:
    """Return the hidden line by which the comment of a suite is found again; no two suites share one."""
    name = "".join(_in_a_mark(char, before) for before, char in zip(f" {suite}", suite, strict=False))
    if len(name) > _MOST_MARKED:
        digest = hashlib.sha256(suite.encode(errors="surrogatepass")).hexdigest()[:24]
        name = f"{name[: _MOST_MARKED - len(digest) - 1]}%{digest}"
    return f"<!-- evenhand:gate:{name or '%'} -->"


def render_comment(result: GateResult, *, most_bytes: int = MOST_BYTES) -> str:
    """Return the comment as Markdown of at most `most_bytes`; its first line is `marker`.

    It holds names and numbers, and no text of a case. Where it would be longer, parts are left out in the order of
    `extras.DROP_ORDER`, then rows of tables; a line says which.
    """
    return fit_pieces(partial(_pieces, result), drop_order=DROP_ORDER, most_bytes=most_bytes)


def _pieces(result: GateResult, rows: int) -> Iterator[Piece]:
    alert = f"> [!{_ALERTS[result.status]}]\n> {_headline(result.headline)}"
    yield Piece(text=f"{marker(result.suite)}\n{alert}")
    for block in _blocks(result):
        yield from block_pieces(block, rows, folded=True)


def _headline(text: str) -> str:
    """Return the outcome in one sentence, of which the words up to the first colon stand out."""
    said = one_line(text)
    said = said if len(said) <= _MOST_HEADLINE else f"{said[: _MOST_HEADLINE - 1]}…"
    first, colon, rest = said.strip().partition(": ")
    if not first.strip():
        return own(said.strip()) or "(empty)"
    return f"**{own(first.strip())}{colon.strip()}** {own(rest)}".rstrip()


def _blocks(result: GateResult) -> Iterator[Block]:
    others = [reason for reason in result.reasons if reason not in result.headline]
    if others:
        shown = tuple((said(reason),) for reason in others[:_MOST_REASONS])
        left = len(others) - len(shown)
        more = (words(f"and {plural(left, 'more reason')} in the report"),) if left else ()
        yield Bullets(points=(*shown, *more))
    yield from background.rules_changed(result)
    yield from tests.told_table(result, most_shown=_MOST_TESTS)
    yield from background.not_comparable(result)
    yield from cells.broken(result, most_rows=_MOST_BROKEN, most_folds=_MOST_FOLDS)
    yield from background.by_principle(result)
    yield from tests.missing(result)
    yield from tests.sight(result)
    yield from tests.corrected(result)
    yield from background.judges(result)
    yield from background.changes(result)
    yield from background.flips(result)
    yield from background.quarantine(result)
    yield from background.spend(result)
    yield from cells.others(result, most_rows=_MOST_OTHERS)
    yield from background.notes(result)
    yield from background.accepted(result)
    yield from (Paragraph(words=each) for each in accepting(result))


def _in_a_mark(char: str, before: str) -> str:
    """Return a character of a suite's name for a hidden comment, which two dashes in a row could end."""
    if char in _SAFE_IN_A_MARK or (char == "-" and before != "-"):
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode(errors="surrogatepass"))
