"""A comparison of constitutions as Markdown for pull requests: short enough to post, hostile texts inert."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate
from evenhand.constitution.comparison import Comparison
from evenhand.reporting.calibration.wording import said
from evenhand.reporting.constitution.changes import (
    DETAILS,
    TABLE,
    WHOLE,
    principle_folds,
    principles_table,
    warnings,
    whole_pieces,
)
from evenhand.reporting.constitution.impact import FLIPPED, impact_blocks
from evenhand.reporting.constitution.stale import STALE, stale_blocks
from evenhand.reporting.document import Bullets, Paragraph, foreign, words
from evenhand.reporting.markdown import MOST_BYTES, Piece, block_pieces, fit_pieces
from evenhand.reporting.markdown_words import line, own

DROP_ORDER: Final = (WHOLE, FLIPPED, DETAILS, STALE, TABLE)
"""What is left out first."""


def render_markdown(comparisons: Sequence[Comparison], *, most_bytes: int = MOST_BYTES) -> str:
    """Return comparisons as Markdown of at most `most_bytes`; the last line says what was left out for that."""
    return fit_pieces(partial(_pieces, comparisons), drop_order=DROP_ORDER, most_bytes=most_bytes)


def _pieces(comparisons: Sequence[Comparison], rows: int) -> Iterator[Piece]:
    for comparison in comparisons:
        yield from _comparison_pieces(comparison, rows)


def _comparison_pieces(comparison: Comparison, rows: int) -> Iterator[Piece]:
    diff = comparison.diff
    sides = words("From ", foreign(diff.before.name), " to ", foreign(diff.after.name))
    yield Piece(text=f"> [!{_alert(diff)}]\n> **{own(comparison.headline)}**\n>\n> {line(sides)}")
    yield from block_pieces(Paragraph(words=(said(diff.version_rule.said),)), rows, folded=True)
    if told := tuple(warnings(diff)):
        yield from block_pieces(Bullets(points=told), rows, folded=True)
    for table in principles_table(diff):
        yield from block_pieces(table, rows, folded=True)
    for block in (*impact_blocks(comparison.impact), *stale_blocks(comparison.staleness)):
        yield from block_pieces(block, rows, folded=True)
    yield from principle_folds(diff, rows)
    yield from whole_pieces(diff, rows)


def _alert(diff: ConstitutionDiff) -> str:
    if not diff.version_rule.holds or any(warnings(diff)):
        return "WARNING"
    return "IMPORTANT" if diff.with_effect(Effect.BINDING) or diff.with_fate(Fate.REMOVED) else "NOTE"
