"""Attacks on parser, fence, templates and panel (faults.md C01 to C09): payloads of the project, scripted judges.

    python benchmarks/attacks.py                             # the table
    python benchmarks/attacks.py --out reports/attacks.md    # the table, written

Prompts, readers, panels and reports are the real ones; in the place of a model stand scripted judges, whose right
answer is known. So this measures this code, and says nothing about how well a model resists persuasion. Honest texts
for the share of false flags are the recorded sets beside the checkout, where they are there.
"""

import argparse
import platform
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.attack_rows import parser_and_fence, reports, rules, texts  # noqa: E402
from benchmarks.attack_rows.road import Row  # noqa: E402 - all need the line above
from tests.records.multilingual import SENTENCES  # noqa: E402

DATA = ROOT.parent / "shared" / "data"


def rows(data: Path) -> Iterator[Row]:
    """Yield every row, in the order of the matrix."""
    yield from parser_and_fence.forged_verdicts()
    yield parser_and_fence.fence_escapes()
    yield from texts.instructions()
    yield from texts.false_flags(data)
    yield texts.cost_of_flags()
    yield texts.hidden_characters(SENTENCES)
    yield from texts.null_answers()
    yield from rules.over_long()
    yield rules.position()
    yield from rules.induced_refusals()
    yield parser_and_fence.templates_in_prompts()
    yield reports.templates_in_reports()


def markdown(found: Sequence[Row], seconds: float) -> str:
    """Return the table as it is committed."""
    lines = [
        "# Attacks on parser, fence and panel",
        "",
        _how(seconds),
        "",
        "| row | what was tried | payloads | judges | replies or texts | figures | held |",
        "|---|---|---:|---|---:|---|---|",
        *(
            f"| {row.id} | {row.what} | {row.payloads:,} | {row.judges} | {row.replies:,} | {row.figures} | "
            f"{'yes' if row.held else '**no**'} |"
            for row in found
        ),
    ]
    return "\n".join(lines) + "\n"


def _how(seconds: float) -> str:
    return (
        f"Written by `python benchmarks/attacks.py` on {datetime.now(tz=UTC).date().isoformat()}, Python "
        f"{platform.python_version()}, in {seconds:.0f} s. Payloads are written by the project; judges are scripted, "
        "so this measures the code around a judge and not how well a model resists persuasion. 0 of n is at most 3/n "
        "at 95 % confidence, for texts like these. Scores on a scale may rise when the judge with the lowest one "
        "refuses; set `on_missing: undecided` where a score itself is gated."
    )


def main() -> int:
    """Measure, print and write; exits with 1 where something did not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the recorded sets")
    parser.add_argument("--out", type=Path, help="where to write the table")
    arguments = parser.parse_args()
    started, found = time.monotonic(), []
    for row in rows(arguments.data):
        found.append(row)
        print(f"{row.id}  {'held' if row.held else 'NOT HELD'}  {row.what}: {row.figures}", flush=True)
    if arguments.out:
        arguments.out.write_text(markdown(found, time.monotonic() - started), encoding="utf-8")
    return 0 if all(row.held for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
