"""One measurement in this process: a reference loop, or the whole road of as many ratings."""

import asyncio
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.engine.loops import aiohttp_loop, anthropic_loop, openai_loop
from benchmarks.engine.workspace import Setting, write_workspace

Figures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Road:
    """A way to send every rating of a suite through evenhand."""

    protocol: str
    transport: str
    judges: int = 1


LOOPS: Mapping[str, Callable[[str, int, int], Any]] = {
    "aiohttp loop": aiohttp_loop,
    "openai loop, aiohttp": partial(openai_loop, aiohttp=True),
    "openai loop, default": partial(openai_loop, aiohttp=False),
    "anthropic loop, aiohttp": partial(anthropic_loop, aiohttp=True),
    "anthropic loop, default": partial(anthropic_loop, aiohttp=False),
}
ROADS: Mapping[str, Road] = {
    "native": Road(protocol="openai-chat", transport="native"),
    "native, 3 judges": Road(protocol="openai-chat", transport="native", judges=3),
    "sdk": Road(protocol="openai-chat", transport="sdk"),
    "anthropic native": Road(protocol="anthropic", transport="native"),
    "anthropic sdk": Road(protocol="anthropic", transport="sdk"),
}
REFERENCES: Mapping[str, str] = {
    "native": "aiohttp loop",
    "native, 3 judges": "native",
    "sdk": "openai loop, aiohttp",
    "anthropic native": "aiohttp loop",
    "anthropic sdk": "anthropic loop, aiohttp",
}
"""What each road is held against."""


def cpu_seconds() -> float:
    """User and system time of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def peak_mib() -> float:
    """The most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def measure_loop(name: str, base_url: str, calls: int, concurrency: int) -> Figures:
    """A reference loop, after its imports."""
    import aiohttp  # noqa: F401 - imported before the clock starts
    import anthropic  # noqa: F401 - likewise
    import openai  # noqa: F401 - likewise

    cpu, wall = cpu_seconds(), time.perf_counter()
    asyncio.run(LOOPS[name](base_url, calls, concurrency))
    took = time.perf_counter() - wall
    return {"cpu_s": cpu_seconds() - cpu, "wall_s": took, "judging_s": took}


def measure_road(name: str, base_url: str, calls: int, concurrency: int) -> Figures:
    """Files, plan, prompt, call, ledger, parse, verdict: everything `evenhand run` does but print."""
    from evenhand.workflows.run_suite import RunOptions, run_suite

    road = ROADS[name]
    if road.transport == "sdk":
        __import__(road.protocol.partition("-")[0])  # before the clock starts, as in the loops
    import aiohttp  # noqa: F401 - likewise

    setting = Setting(
        base_url=base_url,
        cases=-(-calls // road.judges),
        judges=road.judges,
        concurrency=concurrency,
        protocol=road.protocol,
        transport=road.transport,
    )
    with tempfile.TemporaryDirectory() as folder:
        suite = write_workspace(Path(folder), setting)
        started: list[float] = []
        cpu, wall = cpu_seconds(), time.perf_counter()
        result = run_suite(
            Path(folder), suite, RunOptions(), lambda _run, _progress: started.append(time.perf_counter())
        )
        ended = time.perf_counter()
        used = {"cpu_s": cpu_seconds() - cpu, "wall_s": ended - wall, "judging_s": ended - started[0]}
        ratings = result.account.planned
        assert result.account.terminal == {"rated": ratings}, result.account
        size = sum(path.stat().st_size for path in Path(folder).glob(".evenhand/*"))
        scale = calls / ratings
        return {
            **{key: value * scale for key, value in used.items()},
            "bytes_per_rating": size / ratings,
            "peak_mib": peak_mib(),
        }


def main() -> None:
    """Print the figures of one measurement as JSON: NAME URL CALLS CONCURRENCY."""
    name, base_url, calls, concurrency = sys.argv[1:]
    measured = measure_road if name in ROADS else measure_loop
    print(json.dumps(measured(name, base_url, int(calls), int(concurrency))))


if __name__ == "__main__":
    main()
