"""What an export of training data costs, from records to files: seconds, memory and bytes.

    python benchmarks/feedback_export.py [--pairs 1000000] [--quick]

The texts are made up (words drawn by arithmetic) and so are the labels; they measure the road of a row, not judges. One
pair of a hundred stands twice and one of a hundred is contradicted, so that something is found. `records alone` makes
the same records and drops them; `json.dumps alone` also makes a plain row of each and writes it with `json.dumps`,
the least that any export has to do: no trust, no duplicates, no splits, no digests. Each is a process of its own.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from evenhand.feedback.provenance import Provenance
from evenhand.feedback.results import LabelledPair, PairOutcome, PreferenceBasis, RawPreference
from evenhand.feedback.shapes import Format, Shape, Source, flat_columns
from evenhand.feedback.splits import read_splits
from evenhand.feedback.trust import Standing, StandingFacts
from evenhand.workflows.feedback.shards import ShardKind
from evenhand.workflows.feedback.spool import Rules
from evenhand.workflows.feedback.write_export import About, write_export
from evenhand.workflows.garbage import collecting_less

WORDS = [f"word{number}" for number in range(997)]
PER_SOURCE, TWICE, CONTRADICTED = 4, 100, 101
"""Pairs of a source, and every how many stands twice or is contradicted by the one after it."""
PROVENANCE = Provenance(
    run="made-up",
    suite="made-up",
    panel="three",
    judge_ids=("one", "two", "three"),
    judge_versions=("1.0.0",) * 3,
    judge_models=("made/up",) * 3,
    constitution_id="made-up",
    constitution_version="1.0.0",
    constitution_hash="sha256:" + "0" * 64,
)


def text(seed: int, words: int) -> str:
    """Return so many words, others for another seed."""
    start, step = seed % 997, 1 + seed % 991
    return f"{seed} " + " ".join([WORDS[(start + place * step) % 997] for place in range(words)])


def records(pairs: int) -> Iterator[LabelledPair]:
    """Yield pairs of about 100 words each side."""
    for number in range(pairs):
        turned = number % CONTRADICTED == 1
        said = number - 1 if turned or number % TWICE == 1 else number
        yield LabelledPair(
            case_id=f"case-{number}",
            source=f"source-{said // PER_SOURCE}",
            slice={"topic": WORDS[said % 20]},
            prompt=text(said, 25),
            first=text(said + 1, 100),
            second=text(said + 2, 100),
            first_id="x",
            second_id="y",
            first_producer="made/up-a",
            second_producer="made/up-b",
            principle_ids=("honest",),
            outcome=PairOutcome.SECOND if turned else PairOutcome.FIRST,
            p_first=0.2 if turned else 0.8,
            p_clamped=0.4 if turned else 0.6,
            raw=[
                RawPreference(
                    judge=judge,
                    principle_id="honest",
                    order=order,
                    repeat=0,
                    p_first=0.8,
                    p_neither=0.0,
                    said="a",
                    basis=PreferenceBasis.PROBABILITIES,
                )
                for judge in PROVENANCE.judge_ids
                for order in ("given", "swapped")
            ],
            items=(number,),
        )


def rules(pairs: int, format_: Format) -> Rules:
    """Return rules by which nine of ten pairs are trusted, and the others exported too."""
    confidence = np.where(np.arange(pairs) % 10 == 0, 0.5, 0.95)
    facts = StandingFacts(certified=True, run="made-up", alpha=0.1, delta=0.1, threshold=0.9)
    return Rules(
        format=format_,
        shape=Shape.COMPLETION if format_ is Format.MESSAGES else Shape.PREFERENCE,
        conversational=True,
        splits=read_splits("train=.9,validation=.05,test=.05", seed=0),
        standing=Standing(facts=facts, confidence=confidence, covered=np.ones(pairs, dtype=bool)),
        people=frozenset(),
        held=frozenset(),
        untrusted=True,
        columns=PROVENANCE.columns(facts),
    )


def export(pairs: int, folder: Path, format_: Format, *, packed: bool = False) -> int:
    """Export, and return the rows."""
    about = About(
        source=Source.PAIRS, provenance=PROVENANCE, include_gate=False, license="", version="benchmark"
    )
    flat = flat_columns(Shape.PREFERENCE) if format_ is Format.PARQUET else None
    with collecting_less():
        facts = write_export(
            records(pairs),
            folder / "out",
            rules=rules(pairs, format_),
            about=about,
            kind=ShardKind(most_bytes=200_000_000, packed=packed, flat=flat),
        )
    if facts.total + sum(facts.left_out.values()) != pairs:
        raise SystemExit(f"{facts.total} rows and {facts.left_out} are not {pairs} records")
    return facts.total


def dump(pairs: int, folder: Path) -> int:
    """Write plain rows with `json.dumps`, and return how many."""
    shared = PROVENANCE.columns(StandingFacts(certified=True, threshold=0.9, alpha=0.1, delta=0.1))
    with (folder / "rows.jsonl").open("w", encoding="ascii") as file:
        for pair in records(pairs):
            row: dict[str, Any] = {
                "prompt": [{"role": "user", "content": pair.prompt}],
                "chosen": [{"role": "assistant", "content": pair.first}],
                "rejected": [{"role": "assistant", "content": pair.second}],
                "row_id": "sha256:" + "0" * 64,
                "case_id": pair.case_id,
                "candidate_ids": [pair.first_id, pair.second_id],
                "producers": [pair.first_producer, pair.second_producer],
                "source": pair.source,
                "slice": json.dumps(pair.slice),
                "principle_ids": list(pair.principle_ids),
                "outcome": pair.outcome,
                "probability": pair.p_first,
                "probability_clamped": pair.p_clamped,
                "probability_margin": 0.6,
                "ratings": json.dumps(
                    [
                        {
                            "judge": raw.judge,
                            "principle": raw.principle_id,
                            "order": raw.order,
                            "repeat": raw.repeat,
                            "p_first": raw.p_first,
                            "p_neither": raw.p_neither,
                            "said": raw.said,
                            "basis": raw.basis,
                        }
                        for raw in pair.raw
                    ]
                ),
                "prompt_hashes": [],
                "label_source": "panel",
                "trusted": True,
                "trust_reason": "made up",
                "split": "train",
                **shared,
            }
            file.write(json.dumps(row) + "\n")
    return pairs


def alone(pairs: int) -> int:
    """Make the records and drop them, and return how many."""
    return sum(1 for _ in records(pairs))


MEASURED: dict[str, Callable[[int, Path], int]] = {
    "records alone": lambda pairs, _folder: alone(pairs),
    "json.dumps alone": dump,
    "trl-preference": lambda pairs, folder: export(pairs, folder, Format.PREFERENCE),
    "trl-preference, gzip": lambda pairs, folder: export(pairs, folder, Format.PREFERENCE, packed=True),
    "messages": lambda pairs, folder: export(pairs, folder, Format.MESSAGES),
    "parquet": lambda pairs, folder: export(pairs, folder, Format.PARQUET),
}

LARGE = ("records alone", "json.dumps alone", "trl-preference")
"""What is measured at the larger size."""


def measure(name: str, pairs: int) -> dict[str, Any]:
    """Do one of them in this process."""
    with tempfile.TemporaryDirectory() as made:
        folder, began, worked = Path(made), time.perf_counter(), time.process_time()
        rows = MEASURED[name](pairs, folder)
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows": rows, "seconds": seconds, "cpu": cpu, "mib": peak, "mb": size / 1e6}


def main() -> None:
    """Measure each in a process of its own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        sys.stdout.write(json.dumps(measure(arguments.one[0], int(arguments.one[1]))))
        return
    few, many = (2_000, 4_000) if arguments.quick else (arguments.pairs[0], arguments.pairs[-1])
    heads = ("records", "rows", "wall s", "cpu s", "cpu us/record", "peak MiB", "MB")
    print("what".ljust(22) + "".join(head.rjust(max(11, len(head) + 2)) for head in heads))
    for pairs, names in ((few, MEASURED), (many, LARGE)):
        for name in names:
            command = [sys.executable, __file__, "--one", name, str(pairs)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout)
            cells = (
                f"{pairs:,}",
                f"{found['rows']:,}",
                f"{found['seconds']:.1f}",
                f"{found['cpu']:.1f}",
                f"{found['cpu'] / pairs * 1e6:.1f}",
                f"{found['mib']:.0f}",
                f"{found['mb']:,.0f}",
            )
            row = "".join(cell.rjust(max(11, len(head) + 2)) for head, cell in zip(heads, cells, strict=True))
            print(name.ljust(22) + row, flush=True)


if __name__ == "__main__":
    main()
