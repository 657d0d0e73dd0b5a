"""Score lines of a rubric: `* 1.0: text`, `-0.5: text`, or a row of a table with the score in its first cell."""

import re
from collections.abc import Sequence

from evenhand.catalog.interchange.headings import Line
from evenhand.records.scale import OrdinalScale, number_text

_DASHES = "\N{MINUS SIGN}\N{EN DASH}\N{EM DASH}"
_MINUS = str.maketrans(dict.fromkeys(_DASHES, "-"))
_SCORE = r"[+-]?\d{1,3}(?:\.\d{1,3})?"
_PLAIN = re.compile(
    rf"(?:[*-][ \t]+)?(?:\*\*)?(?P<score>{_SCORE})(?P<name>[ \t]*\([^()]*\))?(?:\*\*)?[ \t]*:[ \t]*(?P<text>\S.*)"
)
_CELL = re.compile(_SCORE)
_RULE = re.compile(r"[|:\- \t]+")
_LONGEST = 5_000


def score_line(text: str) -> tuple[str, str] | None:
    """Return the score a line describes, as a label, and its description; None where it is no such line."""
    if len(text) > _LONGEST:
        return None
    bare = text.strip().replace("\\", "")
    if bare.startswith("|"):
        cells = [cell.strip().strip("*").strip() for cell in bare.strip("|").split("|")]
        score = cells[0].translate(_MINUS)
        if len(cells) < 2 or not _CELL.fullmatch(score):
            return None
        return _label(score), ": ".join(cell for cell in cells[1:] if cell)
    match = _PLAIN.fullmatch(bare.translate(_MINUS) if bare[:1] in _DASHES else bare)
    if match is None:
        return None
    name = (match["name"] or "").strip(" \t()")
    return _label(match["score"]), f"{name}: {match['text']}" if name else match["text"]


def is_table_head(text: str) -> bool:
    """Tell whether a line only draws a table: its rule, or its head of `Score`."""
    bare = text.strip()
    if not bare.startswith("|"):
        return False
    return bool(_RULE.fullmatch(bare)) or bare.strip("| ").lower().startswith("score")


def take_scores(body: Sequence[Line]) -> tuple[list[tuple[int, str, str]], list[Line]]:
    """Return the score lines (line, label, description) of a section, and its other lines."""
    scores, others = [], []
    for number, text in body:
        found = score_line(text)
        if found:
            scores.append((number, *found))
        elif not is_table_head(text):
            others.append((number, text))
    return scores, others


def ordinal(scores: Sequence[tuple[int, str, str]]) -> OrdinalScale:
    """Return the scale of score lines, worst first; the lowest score above zero passes where scores go below it.

    Raises:
        ValueError: There are fewer than two scores, or one stands twice.
    """
    described = {label: text for _, label, text in scores}
    if len(described) != len(scores):
        raise ValueError("a score is described twice")
    if len(described) == 1:
        raise ValueError("there is one score only")
    values = sorted(described, key=float)
    above = [label for label in values if float(label) > 0]
    signed = bool(above) and float(values[0]) < 0
    return OrdinalScale(
        type="ordinal",
        values=tuple(values),
        describe={label: described[label] for label in values},
        pass_at=above[0] if signed else None,
    )


def _label(score: str) -> str:
    return number_text(float(score))
