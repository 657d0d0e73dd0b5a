"""Mutation testing of parser, classifier and budget: small changes to the code, each tried against the tests.

    python benchmarks/mutation.py                              # a seeded sample of every group, as a table
    python benchmarks/mutation.py --group parser --sample 0    # every mutant of the parser
    python benchmarks/mutation.py --out reports/mutation.md    # the table, written

A mutant that no test notices survived. Survivors are listed with their line and their change; those that change nothing
anyone could notice are named with a reason in `benchmarks/mutants/equivalent.yaml` and counted apart. A mutant whose
tests do not end in time is killed. The tests run in a copy of the repository, so that edits meanwhile do no harm.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.mutants.mutate import Mutant, mutants  # noqa: E402
from benchmarks.mutants.targets import GROUPS, Target  # noqa: E402
from benchmarks.mutants.trial import Trial, Tried, run_trials, slowest  # noqa: E402 - all need the line above

EQUIVALENT = ROOT / "benchmarks" / "mutants" / "equivalent.yaml"
_COPIED = (
    "src",
    "tests",
    "constitutions",
    "judges",
    "suites",
    "benchmarks",
    "docs",
    "reports",
    "pyproject.toml",
)


def all_mutants(target: Target) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    source = (ROOT / "src" / "evenhand" / target.module).read_text(encoding="utf-8")
    yield from mutants(source, target.module)


def drawn(found: Sequence[Mutant], share: float, seed: int) -> list[Mutant]:
    """Return a seeded sample of a module's mutants, in the order of its text."""
    count = len(found) if share >= 1 else round(len(found) * share)
    random_source = random.Random(f"{seed} {found[0].module if found else ''}")
    return [found[place] for place in sorted(random_source.sample(range(len(found)), count))]


def plan(groups: Iterable[str], sample: int, seed: int) -> dict[Target, tuple[int, list[Mutant]]]:
    """Return, for each module, how many mutants it has and which are tried."""
    found = {target: list(all_mutants(target)) for group in groups for target in GROUPS[group]}
    total = sum(len(each) for each in found.values())
    share = 1.0 if sample == 0 else min(1.0, sample / total)
    return {target: (len(each), drawn(each, share, seed)) for target, each in found.items()}


def try_target(target: Target, chosen: Sequence[Mutant], root: Path, workers: int) -> list[Tried]:
    """Try a module as it is, for the time its tests take, and then its mutants; nothing where its tests fail anyway."""
    tests = tuple(f"tests/{name}" for name in target.tests)
    (plain,) = run_trials([Trial(mutant=None, tests=tests, timeout_s=600)], root, workers=1)
    if plain.result != "survived":
        print(f"left out, its tests do not pass as they are: {target.module}", file=sys.stderr, flush=True)
        return []
    timeout = max(30.0, 6 * plain.seconds)
    trials = (Trial(mutant=mutant, tests=tests, timeout_s=timeout) for mutant in chosen)
    tried: list[Tried] = []
    for each in run_trials(trials, root, workers=workers):
        tried.append(each)
        if each.result == "survived" and each.mutant:
            print(f"survived: {each.mutant.line} {each.mutant.name}", file=sys.stderr, flush=True)
    return tried


def copy_repository(target: Path) -> None:
    """Copy what the tests need."""
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            shutil.copy(source, target / name)


def equivalent() -> Mapping[str, str]:
    """Return the reasons written down for mutants that change nothing, by their name."""
    content = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.is_file() else None
    return {str(each["mutant"]): str(each["reason"]) for each in content or ()}


def lines(results: Mapping[Target, tuple[int, list[Tried]]], reasons: Mapping[str, str]) -> Iterator[str]:
    """Yield the table and the survivors as Markdown."""
    yield "| module | mutants | tried | killed | of these by timeout | equivalent | survived | killed of the rest |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for group, targets in GROUPS.items():
        rows = [(target.module, *results[target]) for target in targets if target in results]
        for module, total, tried in rows:
            yield _row(f"`{module}`", total, tried, reasons)
        if rows:
            everything = [each for _, _, tried in rows for each in tried]
            yield _row(f"**{group}**", sum(total for _, total, _ in rows), everything, reasons)
    yield ""
    left = [
        each for _, tried in results.values() for each in tried if each.result == "survived" and each.mutant
    ]
    open_ones = [each.mutant for each in left if each.mutant and each.mutant.name not in reasons]
    yield "## Survivors" if open_ones else "No mutant survived without a reason."
    yield ""
    for mutant in open_ones:
        yield (
            f"- `{mutant.module}:{mutant.line}` {mutant.kind} in `{mutant.function or 'the module'}`: "
            f"`{mutant.before}` became `{mutant.after}`"
        )
    named = [each.mutant for each in left if each.mutant and each.mutant.name in reasons]
    if named:
        yield "\n## Equivalent\n"
    for mutant in named:
        yield f"- `{mutant.module}:{mutant.line}`: `{mutant.before}` became `{mutant.after}`: {reasons[mutant.name]}"


def _row(name: str, total: int, tried: Sequence[Tried], reasons: Mapping[str, str]) -> str:
    killed = sum(each.result != "survived" for each in tried)
    timed_out = sum(each.result == "killed by timeout" for each in tried)
    same = sum(
        each.result == "survived" and each.mutant is not None and each.mutant.name in reasons
        for each in tried
    )
    rest = len(tried) - same
    share = f"{100 * killed / rest:.1f} %" if rest else "-"
    return (
        f"| {name} | {total} | {len(tried)} | {killed} | {timed_out} | {same} | {rest - killed} | {share} |"
    )


def heading(sample: int, seed: int, seconds: float) -> str:
    """Say what was done."""
    which = "every mutant" if sample == 0 else f"a seeded sample of about {sample} mutants (seed {seed})"
    return (
        "# Mutation testing\n\n"
        f"Written by `python benchmarks/mutation.py --sample {sample} --seed {seed}` on "
        f"{datetime.now(tz=UTC).date().isoformat()}, in {seconds:.0f} s: {which}. "
        "A mutant is one small change to the code (comparison, boolean, constant, return, arithmetic, removed "
        "statement, swapped arguments); it is killed when a test of its module fails or does not end in time. "
        "Docstrings, annotations and the words of messages are not mutated.\n"
    )


def main() -> None:
    """Try, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--group", action="append", choices=tuple(GROUPS), help="by default every group")
    parser.add_argument("--module", action="append", help="only these modules, such as judging/answer.py")
    parser.add_argument(
        "--sample", type=int, default=300, help="about how many mutants are tried; 0 tries all"
    )
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, help="where to write the table")
    arguments = parser.parse_args()
    started = time.monotonic()
    chosen = plan(arguments.group or GROUPS, arguments.sample, arguments.seed)
    results: dict[Target, tuple[int, list[Tried]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy_repository(Path(folder))
        for target, (total, picked) in chosen.items():
            if not arguments.module or target.module in arguments.module:
                results[target] = (total, try_target(target, picked, Path(folder), arguments.workers))
                took = slowest(results[target][1])
                print(
                    f"{target.module}: {len(picked)} tried, slowest {took:.1f} s", file=sys.stderr, flush=True
                )
    text = "\n".join(
        [heading(arguments.sample, arguments.seed, time.monotonic() - started), *lines(results, equivalent())]
    )
    print(text)
    if arguments.out:
        arguments.out.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
