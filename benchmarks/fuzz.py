"""Fuzz what reads hostile bytes: replies, error bodies, headers, files people and judges write, candidates.

    python benchmarks/fuzz.py                                # every target, 10 seconds each
    python benchmarks/fuzz.py --seconds 60 --target yaml     # one target
    python benchmarks/fuzz.py --out reports/fuzzing.md       # the table, written

With `atheris` installed and `--engine atheris` the fuzzer is guided by coverage; the usual engine needs nothing: a
seeded mutator over a corpus, which replays from its seed. A crash is any exception that a reader does not declare, a
forged label included; its input is printed. Every input has a limit of time, and memory is the peak of the process.
"""

import argparse
import importlib.util
import random
import resource
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.fuzzing.mutator import Mutator  # noqa: E402
from benchmarks.fuzzing.targets import TARGETS, Target  # noqa: E402 - both need the line above

LONGEST_S = 2.0
"""CPU seconds one input may take."""


@dataclass(slots=True, kw_only=True)
class Fuzzed:
    """What fuzzing one target came to."""

    target: str
    executions: int = 0
    crashes: list[tuple[bytes, str]] = field(default_factory=list)
    slowest_s: float = 0.0
    slowest: bytes = b""
    peak_mib: float = 0.0

    @property
    def held(self) -> bool:
        """Whether nothing crashed and nothing took too long."""
        return not self.crashes and self.slowest_s <= LONGEST_S


def fuzz(name: str, target: Target, *, seconds: float, seed: int) -> Fuzzed:
    """Run a target on mutated inputs for a while; stops at the tenth crash."""
    found, mutator = Fuzzed(target=name), Mutator(target.corpus(), random.Random(f"{seed} {name}"))
    before = _peak_mib()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and len(found.crashes) < 10:
        _try(found, target, mutator.next())
    found.peak_mib = _peak_mib() - before
    return found


def _try(found: Fuzzed, target: Target, content: bytes) -> None:
    started = time.thread_time()
    try:
        target.run(content)
    except Exception:  # noqa: BLE001 - whatever comes out is the finding
        found.crashes.append((content, traceback.format_exc(limit=-3)))
    took = time.thread_time() - started
    found.executions += 1
    if took > found.slowest_s:
        found.slowest_s, found.slowest = took, content


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def atheris_command(name: str, seconds: float, seed: int) -> int:
    """Let atheris drive one target in a process of its own."""
    if importlib.util.find_spec("atheris") is None:
        raise SystemExit("atheris is not installed; pip install atheris, or leave out --engine")
    code = (
        "import sys, atheris\n"
        "with atheris.instrument_imports(include=['evenhand']):\n"
        "    from benchmarks.fuzzing.targets import TARGETS\n"
        f"atheris.Setup(sys.argv, TARGETS[{name!r}].run)\n"
        "atheris.Fuzz()\n"
    )
    options = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=20000", "-timeout=10"]
    return subprocess.run([sys.executable, "-c", code, *options], cwd=ROOT, check=False).returncode


def lines(found: Sequence[Fuzzed], seconds: float, seed: int) -> Iterator[str]:
    """Yield the table as it is committed."""
    yield "# Fuzzing\n"
    yield (
        f"Written by `python benchmarks/fuzz.py --seconds {seconds:g} --seed {seed}` on "
        f"{datetime.now(tz=UTC).date().isoformat()}. Inputs are mutated from a corpus by a seeded mutator. A crash is "
        "any error a reader does not declare; for replies, any label read without the nonce of the call. Times are CPU "
        "of one input, memory is what the target added to the peak of the process.\n"
    )
    yield "| target | executions | crashes | slowest input | peak memory added |"
    yield "|---|---:|---:|---:|---:|"
    for each in found:
        yield (
            f"| {each.target} | {each.executions:,} | {len(each.crashes)} | {1000 * each.slowest_s:.0f} ms "
            f"({len(each.slowest):,} bytes) | {each.peak_mib:.0f} MiB |"
        )


def main() -> int:
    """Fuzz, print and write; exits with 1 where something crashed or took too long."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="for each target")
    parser.add_argument("--target", action="append", choices=tuple(TARGETS), help="by default every target")
    parser.add_argument("--seed", type=int, default=20261127)
    parser.add_argument("--engine", choices=("mutator", "atheris"), default="mutator")
    parser.add_argument("--out", type=Path, help="where to write the table")
    arguments = parser.parse_args()
    names = arguments.target or list(TARGETS)
    if arguments.engine == "atheris":
        return max(atheris_command(name, arguments.seconds, arguments.seed) for name in names)
    found = []
    for name in names:
        each = fuzz(name, TARGETS[name], seconds=arguments.seconds, seed=arguments.seed)
        found.append(each)
        print(
            f"{name}: {each.executions:,} executions, {len(each.crashes)} crashes",
            file=sys.stderr,
            flush=True,
        )
        for content, trace in each.crashes[:2]:
            print(f"{content[:500]!r}\n{trace}", file=sys.stderr, flush=True)
    text = "\n".join(lines(found, arguments.seconds, arguments.seed))
    print(text)
    if arguments.out:
        arguments.out.write_text(f"{text}\n", encoding="utf-8")
    return 0 if all(each.held for each in found) else 1


if __name__ == "__main__":
    sys.exit(main())
