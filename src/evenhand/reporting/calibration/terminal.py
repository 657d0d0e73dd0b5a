"""A calibration in a few plain lines for a terminal: the answer, and where to read on."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from evenhand.calibration.results import PANEL, Calibration, Trust, TrustCell
from evenhand.reporting.calibration.figures.names import room, shorten
from evenhand.reporting.calibration.sections.answer import warnings
from evenhand.reporting.display import one_line, percent_parts, sentence
from evenhand.stats.estimate import Measured

_LEAST_WIDTH = 40
_MOST_NAME = 40
_GAP = 2
_THE_PANEL = "the panel"


def render_terminal(calibration: Calibration, *, width: int = 100) -> str:
    """Return the answer as plain lines of at most `width` letters; control characters are drawn, never sent.

    The whole report is in the files: this is what to do next, the corrected share beside what the judges alone would
    say, and who may be trusted with what.
    """
    room_of_lines = max(width, _LEAST_WIDTH)
    parts = (
        [shorten(f"Calibration of {calibration.stamp.suite}, run {calibration.stamp.run}", room_of_lines)],
        [line for warning in warnings(calibration) for line in _bullet("! ", warning, room_of_lines)],
        list(_numbers(calibration, room_of_lines)),
        list(_advice(calibration, room_of_lines)),
        list(_trust(calibration, room_of_lines)),
        list(_since(calibration, room_of_lines)),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _numbers(calibration: Calibration, width: int) -> Iterator[str]:
    rate, panel = calibration.panel.rate, calibration.panel
    yield "Items that pass"
    yield from _aligned(
        [
            ("corrected by people", rate.rate),
            ("human labels alone", rate.humans_only),
            ("the judges alone would say", rate.judges_alone),
        ],
        width,
    )
    yield "Agreement with people"
    yield from _aligned(
        [
            ("one person with the others", calibration.people.overall.ceiling),
            (_THE_PANEL, panel.quality.agreement),
            *((each.judge, each.overall.agreement) for each in calibration.judges),
        ],
        width,
    )


def _aligned(rows: Sequence[tuple[str, Measured]], width: int) -> Iterator[str]:
    names = [shorten(name, _MOST_NAME) for name, _ in rows]
    column = max(room(name) for name in names)
    for name, (_, measured) in zip(names, rows, strict=True):
        line = f"  {_padded(name, column)}{' ' * _GAP}{sentence(percent_parts(measured))}"
        if room(line) <= width:
            yield line
        else:
            yield f"  {shorten(name, width - 2)}"
            yield from _bullet("    ", sentence(percent_parts(measured)), width)


def _advice(calibration: Calibration, width: int) -> Iterator[str]:
    if calibration.advice:
        yield "What to do next"
        for place, each in enumerate(calibration.advice, start=1):
            yield from _bullet(f"  {place}. ", each.words, width)


def _since(calibration: Calibration, width: int) -> Iterator[str]:
    if calibration.since_last:
        yield "Since the last calibrated run"
        for each in calibration.since_last:
            yield from _bullet("  - ", each, width)


def _bullet(mark: str, text: str, width: int) -> list[str]:
    return wrap(one_line(text), width, initial_indent=mark, subsequent_indent=" " * len(mark)) or [
        mark.rstrip()
    ]


# -- Trust -----------------------------------------------------------------------------------------

Cells = Mapping[tuple[str, str], TrustCell]


def _trust(calibration: Calibration, width: int) -> Iterator[str]:
    cells = {(each.principle, each.rater): each for each in calibration.trust}
    if not cells:
        return
    principles = tuple(dict.fromkeys(principle for principle, _ in cells))
    raters = tuple(sorted(dict.fromkeys(rater for _, rater in cells), key=lambda name: name != PANEL))
    yield "Who may be trusted with what"
    grid = _grid(cells, principles, raters)
    if max(map(room, grid)) <= width:
        yield from grid
    else:
        yield from _list(cells, principles, raters, width)


def _grid(cells: Cells, principles: Sequence[str], raters: Sequence[str]) -> list[str]:
    rows = [["principle", *(_rater(name) for name in raters)]]
    for principle in principles:
        found = [cells.get((principle, name)) for name in raters]
        rows.append(
            [shorten(principle, _MOST_NAME), *(_said(cell) if cell else "not asked" for cell in found)]
        )
    widths = [max(room(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  " + (" " * _GAP).join(_padded(text, size) for text, size in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _list(cells: Cells, principles: Sequence[str], raters: Sequence[str], width: int) -> Iterator[str]:
    """Yield the same below each other, for a narrow window or many judges."""
    for principle in principles:
        yield f"  {shorten(principle, width - 2)}"
        found = [cells[principle, name] for name in raters if (principle, name) in cells]
        found.sort(key=lambda cell: (tuple(Trust).index(cell.trust), cell.adds_nothing))
        for said, group in groupby(found, key=_said):
            yield from _bullet("    ", f"{said}: {', '.join(_rater(each.rater) for each in group)}", width)


def _said(cell: TrustCell) -> str:
    return f"{cell.trust.value}, adds nothing" if cell.adds_nothing else cell.trust.value


def _rater(name: str) -> str:
    return _THE_PANEL if name == PANEL else shorten(name, _MOST_NAME)


def _padded(text: str, size: int) -> str:
    return text + " " * (size - room(text))
