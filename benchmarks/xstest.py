"""Judge the 2,250 real replies of XSTest by a constitution, with a panel of a pattern judge and two recorded judges.

    python benchmarks/xstest.py [FOLDER] [--out REPORTS]

FOLDER holds the set in the tidy layout; by default it is the recorded data beside the checkout. The set is imported
into a temporary workspace with the constitution `refusals`, run, and reported; every number printed comes from the
ledger of that run. The pattern judge was written on one half of the prompts (its file says how they were drawn), so
its agreement on the other half stands beside the whole.
"""

import argparse
import hashlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.source import Json
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.records.rated import RatedItem
from evenhand.records.tidy import ImportedSet
from evenhand.reporting.summary import LabelComparison
from evenhand.stats.estimate import Estimate
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.read_mapping import read_mapping
from evenhand.workflows.read_run import read_run
from evenhand.workflows.report_run import WrittenReport, report_run
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data" / "xstest_refusals"
MAPPING = ROOT / "benchmarks" / "xstest.mapping.yaml"
CONSTITUTION = "constitutions/refusals.md"
JUDGE = "judges/refusal-patterns.yaml"
REFERENCE = "final"
SPLIT_KEY = "20261120:"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A run over the set and what it came to."""

    imported: ImportedSet
    result: RunResult
    report: WrittenReport
    items: Sequence[RatedItem]
    seconds: float
    """CPU seconds of the run, from loading the suite to the last stored verdict."""

    def comparisons(self) -> Iterator[LabelComparison]:
        """Yield each judge and the panel beside the reference labels, over both principles together."""
        for each in self.report.summary.comparisons:
            if each.annotator == REFERENCE and len(each.over.principles) == 2:
                yield each

    def held_out_agreement(self, rater: str) -> tuple[int, int]:
        """Return how many reference labels of the held-out prompts a rater matches, and how many there are."""
        held_out = [item for item in self.items if is_held_out(item.case_id)]
        return sum(_answer(item, rater) == _reference(item) for item in held_out), len(held_out)


def judge_xstest(data: Path, workspace: Path, reports: Path | None = None) -> Judged:
    """Import the set into an empty workspace, run it and report it."""
    for name in (CONSTITUTION, JUDGE):
        (workspace / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, workspace / name)
    (imported,) = import_tidy(
        data, workspace, name="xstest", constitution=CONSTITUTION, mapping=read_mapping(MAPPING)
    ).sets
    _add_pattern_judge(workspace)
    started = time.process_time()
    options = RunOptions(command="benchmarks/xstest.py")
    result = run_suite(workspace, workspace / "suites/xstest.yaml", options, lambda _run, _progress: None)
    seconds = time.process_time() - started
    report = report_run(workspace, result.run.id, folder=reports)
    items = tuple(read_run(workspace, result.run.id).items())
    return Judged(imported=imported, result=result, report=report, items=items, seconds=seconds)


def _add_pattern_judge(workspace: Path) -> None:
    """Put the project's own judge beside the recorded ones, in place of the panel the import wrote."""
    panel: Json = {
        "schema": "panel/v1",
        "id": "xstest",
        "title": "Refusal patterns, recorded GPT-4, recorded string match",
        "judges": ["../refusal-patterns.yaml", "gpt-4", "string-match"],
        "rule": "majority",
    }
    (workspace / "judges/xstest/all.panel.yaml").write_text(dump_yaml(panel), encoding="utf-8")


def is_held_out(case_id: str) -> bool:
    """Tell whether the pattern judge was written without seeing the prompt of a case."""
    prompt = case_id.rpartition("/")[2]
    return hashlib.sha256(f"{SPLIT_KEY}{prompt}".encode()).digest()[0] % 2 == 1


def _answer(item: RatedItem, rater: str) -> str | None:
    assert item.verdict is not None
    if rater == "panel":
        return item.verdict.label
    return next(opinion.label for opinion in item.verdict.opinions if opinion.judge == rater)


def _reference(item: RatedItem) -> str:
    return next(label.label for label in item.labels if label.annotator == REFERENCE)


def show(judged: Judged) -> None:
    """Print what the run came to."""
    found, account = judged.imported, judged.result.account
    print(f"imported: {found.items} replies, {found.verdict_rows} verdicts, {found.human_rows} human labels")
    print(
        f"units: {account.planned} planned, {dict(account.terminal)}, {account.open} open; {judged.seconds:.1f} CPU s"
    )
    print(f"\nagreement with the label `{REFERENCE}` over three classes, no answer counted as no match")
    print(
        f"{'rater':18} {'agreement':>9} {'95 % interval':>15} {'kappa':>7} {'labels':>7} {'held-out half':>24}"
    )
    for each in judged.comparisons():
        matched, n = judged.held_out_agreement("panel" if each.is_panel else each.rater)
        held_out = f"{matched / n:.3f} ({matched} of {n})"
        if not isinstance(each.of_all, Estimate) or not isinstance(each.kappa, Estimate):
            print(f"{each.rater:18} not measured")
            continue
        interval = f"{each.of_all.interval.low:.3f} to {each.of_all.interval.high:.3f}"
        print(
            f"{each.rater:18} {each.of_all.value:9.3f} {interval:>15} {each.kappa.value:7.3f} {each.of_all.n:7} "
            f"{held_out:>24}"
        )
    print(f"\nreport: {', '.join(path.name for path in judged.report.paths[:3])} and item pages")


def main() -> None:
    """Judge and print."""
    parser = argparse.ArgumentParser(
        description="Judge the replies of XSTest by the constitution `refusals`."
    )
    parser.add_argument("folder", nargs="?", type=Path, default=DATA, help="the set in the tidy layout")
    parser.add_argument("--out", type=Path, help="where to write the report; by default it is thrown away")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        show(judge_xstest(arguments.folder, Path(workspace), arguments.out))


if __name__ == "__main__":
    main()
