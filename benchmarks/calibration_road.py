"""CPU and memory of reading a run of recorded judges as the table of a calibration.

    python benchmarks/calibration_road.py [--items 200000] [--labelled 1000] [--quick]

The ratings are made up (a label by arithmetic); they measure the road of the data, not judges. The rows are written
straight into a ledger whose run was started in the usual way, so that the bench does not pay for a million ratings.
Reading is a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

JUDGES, PRINCIPLES = 5, 20
LABELS = ("complies", "violates")
_PER_COMMIT = 50_000


def write_workspace(folder: Path, cases: int) -> Path:
    """A suite of `cases` cases, each under all principles, with recorded judges."""
    with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
        for number in range(cases):
            case = {"id": f"case-{number}", "response": "An answer.", "source": f"source-{number // 2}"}
            file.write(json.dumps({**case, "slice": {"topic": f"topic {number % 7}"}}) + "\n")
    (folder / "none.jsonl").write_text("", encoding="utf-8")
    names = [f"j{judge}" for judge in range(JUDGES)]
    for name in names:
        (folder / f"{name}.yaml").write_text(
            f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: recorded\nwho: made up by a benchmark\n"
            "ratings: {path: none.jsonl}\n",
            encoding="utf-8",
        )
    principles = "".join(f"- {{id: p{number}, text: Be plain.}}\n" for number in range(PRINCIPLES))
    files = {
        "evenhand.toml": "",
        "c.yaml": f"schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n{principles}",
        "p.panel.yaml": f"schema: panel/v1\nid: p\njudges: [{', '.join(names)}]\n",
        "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: p.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "suite.yaml"


def write_run(folder: Path, rows_of: Callable[[int, int], Iterator[dict[str, object]]]) -> int:
    """Start a run, give every unit an answer and return how many there are; `rows_of` gets the run and that number."""
    from sqlalchemy import insert

    from evenhand.records.run import RunState
    from evenhand.store import tables
    from evenhand.store.ledger import chunks, open_ledger
    from evenhand.workflows.prepare import prepare

    prepared = prepare(folder, folder / "suite.yaml")
    ledger = open_ledger(prepared.workspace.ledger_path, create=True)
    with ledger.writing():
        run = ledger.start_run(prepared.manifest(command="made up"))
        number = ledger.run_number(run.id)
        ledger.add_items(number, prepared.plan.items())
        planned = run.manifest.planned_units
        for rows in chunks(rows_of(number, planned), _PER_COMMIT):
            with ledger.write() as connection:
                connection.execute(insert(tables.ratings), rows)
        ledger.set_state(run.id, RunState.FINISHED)
    return planned


def _ratings(run: int, units: int, *, probabilities: bool) -> Iterator[dict[str, object]]:
    for unit in range(units):
        item, judge = divmod(unit, JUDGES)
        violates = (item * 2_654_435_761 >> 8) % 7 == 0 or (item * (judge + 3)) % 11 == 0
        share = 0.5 + (item * 31 + judge) % 4_999 / 10_000
        shares = [[LABELS[violates], share], [LABELS[not violates], 1 - share]]
        yield {
            "run": run,
            "unit": unit,
            "item": item,
            "judge": f"j{judge}",
            "order": "given",
            "repeat": 0,
            "key": b"",
            "state": "rated",
            "label": LABELS[violates],
            "distribution": json.dumps(shares) if probabilities else None,
            "basis": "recorded" if probabilities else "answer",
        }


def write_labels(folder: Path, cases: int, labelled: int) -> Path:
    """Labels of two persons on every principle of some cases."""
    path = folder / "humans.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(min(cases, max(1, labelled // PRINCIPLES))):
            for principle in range(PRINCIPLES):
                for person in ("ann", "bea"):
                    line = {"case": f"case-{number}", "principle": f"p{principle}", "annotator": person}
                    label = LABELS[(number + principle) % 5 == 0]
                    file.write(json.dumps({**line, "label": label, "inclusion": 0.1}) + "\n")
    return path


def measure(folder: Path) -> dict[str, float]:
    """Read in this process."""
    from evenhand.workflows.calibration.table import read_table
    from evenhand.workflows.read_run import read_run

    started = time.process_time()
    table = read_table(read_run(folder, "latest"), humans=[folder / "humans.jsonl"]).table
    return {
        "seconds": time.process_time() - started,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "items": sum(each.n for each in table.principles),
    }


def one_size(items: int, labelled: int, *, probabilities: bool) -> str:
    """Return the line of one size, read in a fresh process."""
    cases = items // PRINCIPLES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder, cases)
        ratings = write_run(folder, partial(_ratings, probabilities=probabilities))
        write_labels(folder, cases, labelled)
        done = subprocess.run(
            [sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True
        )
    found = json.loads(done.stdout)
    kind = "with probabilities" if probabilities else "answers alone"
    return (
        f"{ratings:>9,} ratings, {kind:18} {found['seconds']:6.1f} CPU s {found['peak_mib']:6.0f} MiB at most"
    )


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", type=Path)
    parser.add_argument("--items", type=int, default=200_000)
    parser.add_argument("--labelled", type=int, default=1_000)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size")
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measure(arguments.one)))
        return
    items = arguments.items // 100 if arguments.quick else arguments.items
    for probabilities in (False, True):
        print(one_size(items, arguments.labelled, probabilities=probabilities))


if __name__ == "__main__":
    main()
