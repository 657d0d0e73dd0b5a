"""Print every figure that the authors of the recorded data print, beside the same computed from their files.

    python -m benchmarks.published [FOLDER] [--differences | --summary]

FOLDER holds the recorded data sets; by default it is the one beside the checkout. The command ends with 1 if a figure
differs without a known reason, or if a known reason is no longer needed.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.published import (
    alttest,
    humanebench,
    judgebench,
    judging_judges,
    llmbar,
    openqa_eval,
    pandalm,
    rb2_repeats,
    safety_judges,
    trust_or_escalate,
    xstest_refusals,
)
from benchmarks.published.explained import EXPLAINED
from benchmarks.published.figure import Figure

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
SETS: tuple[Callable[[Path], list[Figure]], ...] = (
    alttest.figures,
    safety_judges.figures,
    humanebench.figures,
    pandalm.figures,
    llmbar.figures,
    judgebench.figures,
    judging_judges.figures,
    rb2_repeats.figures,
    xstest_refusals.figures,
    openqa_eval.figures,
    trust_or_escalate.figures,
)


def all_figures(data: Path) -> list[Figure]:
    """Return the figures of every set.

    Raises:
        KeyError: A set has printed figures and no recipe here.
    """
    found = [figure for figures in SETS for figure in figures(data)]
    printed = {path.parent.relative_to(data).as_posix() for path in data.rglob("published.json")}
    if left := printed - {figure.group for figure in found}:
        raise KeyError(f"figures without a recipe: {', '.join(sorted(left))}")
    return found


def unexplained(figures: Iterable[Figure]) -> list[Figure]:
    """Return the figures that differ and have no reason."""
    return [figure for figure in figures if not figure.same and (figure.group, figure.name) not in EXPLAINED]


def needless(figures: Iterable[Figure]) -> list[tuple[str, str]]:
    """Return the reasons whose figures do not differ, or are not there."""
    differing = {(figure.group, figure.name) for figure in figures if not figure.same}
    return [key for key in EXPLAINED if key not in differing]


def line(figure: Figure) -> str:
    """Return a figure as a line: set, name, printed, ours, difference, same or differs."""
    if isinstance(figure.ours, str) or figure.difference is None:
        cells = [figure.printed, str(figure.ours), ""]
    else:
        digits = min(figure.decimals, 6) + 1
        cells = [figure.printed[:10], f"{figure.ours:.{digits}f}", f"{figure.difference:+.{digits}f}"]
    numbers = "  ".join(cell.rjust(12) for cell in cells)
    return f"{figure.group:22}  {figure.name:72}  {numbers}  {'same' if figure.same else 'differs'}"


def summary(figures: Sequence[Figure]) -> str:
    """Return the counts of each set."""
    rows = []
    for group in dict.fromkeys(figure.group for figure in figures):
        own = [figure for figure in figures if figure.group == group]
        same = sum(figure.same for figure in own)
        rows.append(f"{group:22}  {len(own):8}  {same:8}  {len(own) - same:8}")
    same = sum(figure.same for figure in figures)
    total = f"{'all':22}  {len(figures):8}  {same:8}  {len(figures) - same:8}"
    return "\n".join([f"{'set':22}  {'figures':>8}  {'same':>8}  {'differ':>8}", *rows, total])


def main() -> int:
    """Compare and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    left_out = parser.add_mutually_exclusive_group()
    left_out.add_argument(
        "--differences", action="store_true", help="leave out the figures that are the same"
    )
    left_out.add_argument("--summary", action="store_true", help="print the counts and the reasons alone")
    arguments = parser.parse_args()
    figures = all_figures(arguments.folder)
    listed = (
        [] if arguments.summary else [each for each in figures if not (each.same and arguments.differences)]
    )
    for figure in listed:
        print(line(figure))
    print(f"\n{summary(figures)}\n\nFigures that differ, and why")
    for figure in figures:
        if not figure.same:
            reason = EXPLAINED.get((figure.group, figure.name), "NO REASON IS KNOWN")
            ours = figure.ours if isinstance(figure.ours, str) else f"{figure.ours:.6g}"
            print(f"{figure.group}, {figure.name}: printed {figure.printed}, ours {ours}: {reason}")
    for group, name in needless(figures):
        print(f"{group}, {name}: has a reason, but does not differ")
    return 1 if unexplained(figures) or needless(figures) else 0


if __name__ == "__main__":
    sys.exit(main())
