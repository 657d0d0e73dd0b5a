"""What revising costs through the engine, against a loop that only asks: seconds, processor time, tokens, US dollars.

    python benchmarks/feedback_revise.py [--replies 1000] [--concurrency 64] [--latency-ms 50] [--quick]

A scripted generator on a loopback server of its own process criticises and revises each reply once, after a fixed
latency; it writes by rules, so nothing here says how well a model revises. `bare loop` asks the same server through the
same SDK, as many at a time, for the same texts between the same marks: it keeps nothing, retries nothing and measures
nothing. `bare on aiohttp` is the same over the client library that evenhand lets the SDK use. `engine` is the
generation run of `evenhand feedback revise`; `whole command` also judges before and after and measures what changed.
Each is a process of its own, measured `--repeats` times; the median is shown.
"""

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WAYS = ("bare on aiohttp", "bare loop", "engine", "whole command")
BARE = frozenset(WAYS[:2])
PRICE = {"input": 0.5, "output": 1.5}
"""US dollars per million tokens, made up."""
TEXT = "The parcel left the depot on Tuesday and should be there by the end of the week. "
RULE = "The reply gives no code away."
CODE = " The code of the door is 4711."
ADVICE = " Ask at the desk for the code."
CRITIQUE_ASKED = "Say where the reply breaks the rule. Write the critique and nothing else."
REVISION_ASKED = "Rewrite the reply so that it keeps the rule. Write the new reply and nothing else."


NONCE = "0" * 32
CODE_LINE = f"Fence code: {NONCE}"


def block(name: str, text: str) -> str:
    """Return data between two marks, as a careful script would show it."""
    return f"<<<DATA {name} {NONCE}>>>\n{text}\n<<<END DATA {name} {NONCE}>>>\n"


def reply(number: int) -> str:
    """Return a reply of about 80 words that gives a code away."""
    return f"{number}: {TEXT * 5}{CODE}"


# -- One measurement, in a process of its own ------------------------------------------------------


async def bare_loop(address: str, replies: int, concurrency: int, *, on_aiohttp: bool) -> None:
    """Criticise and revise each reply, so many at a time; keep nothing."""
    from openai import AsyncOpenAI, DefaultAioHttpClient

    carried = DefaultAioHttpClient() if on_aiohttp else None
    client = AsyncOpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0, http_client=carried)
    numbers = iter(range(replies))

    async def ask(words: str) -> str:
        answer = await client.chat.completions.create(
            model="writer", messages=[{"role": "user", "content": words}], max_tokens=1024
        )
        return str(answer.choices[0].message.content)

    async def work() -> None:
        for number in numbers:
            shown = f"{RULE}\n{block('prompt', f'Question {number}?')}{block('reply', reply(number))}"
            critique = await ask(f"{shown}{CRITIQUE_ASKED}\n{CODE_LINE}")
            assert await ask(f"{shown}{block('critique', critique)}{REVISION_ASKED}\n{CODE_LINE}")

    async with client:
        await asyncio.gather(*(work() for _ in range(concurrency)))


def through_evenhand(folder: Path, *, whole: bool) -> None:
    """Write the revisions of a workspace, and also judge and measure them where the whole command is meant."""
    from evenhand.workflows.feedback.plan_revisions import plan_revisions
    from evenhand.workflows.feedback.revise import RevisionOptions, Watches, revise
    from evenhand.workflows.generation.generate import generate
    from evenhand.workflows.generation.job import GenerationOptions

    planned = plan_revisions(folder, folder / "suites/mend.feedback.yaml")
    if not whole:
        assert not generate(planned.job(), GenerationOptions(), lambda *_: None).reasons
        return
    watches = Watches(generation=lambda *_: None, judging=lambda *_: None)
    result = revise(planned, RevisionOptions(), watches)
    assert result.report is not None
    assert result.report.effects.overall.after == 1.0


def workspace(folder: Path, address: str, replies: int, concurrency: int) -> Path:
    """Write a workspace with a generator, one judge and so many replies."""
    lines = (
        json.dumps({"id": f"case-{number}", "prompt": f"Question {number}?", "response": reply(number)})
        + "\n"
        for number in range(replies)
    )
    shown = '{{ principle.text }}\n{{ data("prompt", case.prompt) }}\n{{ data("reply", case.response) }}\n'
    model = {"version": "1.0.0", "price": PRICE}
    files: dict[str, Any] = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{address}"\n'
        f"concurrency = {concurrency}\nslow_start = {concurrency}\n",
        "constitutions/c.yaml": {
            "schema": "constitution/v1",
            "id": "c",
            "version": "1.0.0",
            "principles": [{"id": "no-codes", "text": RULE}],
        },
        "judges/reader.yaml": {
            **model,
            "schema": "judge/v1",
            "id": "reader",
            "kind": "model",
            "model": "loop/reader",
            "template": "reader.j2",
        },
        "judges/reader.j2": shown,
        "judges/one.panel.yaml": {"schema": "panel/v1", "id": "one", "judges": ["reader"]},
        "judges/writer.generator.yaml": {
            **model,
            "schema": "generator/v1",
            "id": "writer",
            "model": "loop/writer",
            "prompts": {"critique": "critique.j2", "revise": "revise.j2"},
            "params": {"max_tokens": 1024},
        },
        "judges/critique.j2": f"{shown}{CRITIQUE_ASKED}\n",
        "judges/revise.j2": shown + '{{ data("critique", case.critique) }}\n' + f"{REVISION_ASKED}\n",
        "suites/small.yaml": {
            "schema": "suite/v1",
            "id": "small",
            "constitution": "../constitutions/c.yaml",
            "panel": "../judges/one.panel.yaml",
            "cases": [{"path": "small.jsonl"}],
        },
        "suites/small.jsonl": "".join(lines),
        "suites/mend.feedback.yaml": {
            "schema": "feedback/v1",
            "id": "mend",
            "revise": {"suite": "small.yaml", "generator": "../judges/writer.generator.yaml"},
        },
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def measure(way: str, address: str, replies: int, concurrency: int) -> dict[str, float]:
    """Revise so many replies in one way; return seconds and processor time, start-up left out."""
    with tempfile.TemporaryDirectory() as folder:
        made = workspace(Path(folder), address, replies, concurrency)
        if way in BARE:
            import openai  # noqa: F401 - so that loading it is not timed
        else:
            import evenhand.workflows.feedback.revise  # noqa: F401 - the same
        before, start = cpu_seconds(), time.perf_counter()
        if way in BARE:
            asyncio.run(bare_loop(address, replies, concurrency, on_aiohttp=way == WAYS[0]))
        else:
            through_evenhand(made, whole=way == "whole command")
        return {"seconds": time.perf_counter() - start, "cpu": cpu_seconds() - before}


def cpu_seconds() -> float:
    """Return the processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


# -- The table -------------------------------------------------------------------------------------


def serve(latency_ms: float) -> tuple[subprocess.Popen[str], str]:
    """Start the scripted generator and judge; return its process and address."""
    command = [sys.executable, "-m", "evenhand.testing", "--latency-ms", str(latency_ms), "--judge", "rule"]
    command += ["--marker", CODE, "--writer", "writer", "--remove", CODE, "--append", ADVICE]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, str(json.loads(process.stdout.readline())["base_url"])


def billed(address: str) -> dict[str, int]:
    """Return what the server has charged for since it was last asked."""
    with urllib.request.urlopen(f"{address}/_ledger") as answer:
        calls = [call for call in json.load(answer)["ledger"] if call["billed"]]
    with urllib.request.urlopen(urllib.request.Request(f"{address}/_reset", method="POST")):
        pass
    return {
        "calls": len(calls),
        "read": sum(call["tokens_in"] for call in calls),
        "written": sum(call["tokens_out"] for call in calls),
    }


def repeated(way: str, address: str, options: argparse.Namespace) -> dict[str, float]:
    """Measure one way several times, each in a process of its own."""
    found = []
    for _ in range(options.repeats):
        command = [sys.executable, __file__, "--one", way, "--address", address]
        command += ["--replies", str(options.replies), "--concurrency", str(options.concurrency)]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        found.append({**json.loads(ended.stdout.splitlines()[-1]), **billed(address)})
    middle = {name: statistics.median(each[name] for each in found) for name in found[0]}
    usd = (middle["read"] * PRICE["input"] + middle["written"] * PRICE["output"]) / 1e6
    return {**middle, "usd": usd, "least": min(each["seconds"] for each in found)}


def table(rows: dict[str, dict[str, float]], options: argparse.Namespace) -> str:
    """Return the measurements, each also as a multiple of the bare loop."""
    thousands, base = options.replies / 1000, rows[WAYS[0]]
    size = f"{options.replies:,} replies, one critique and one revision each"
    ideal = 2 * options.replies * options.latency_ms / 1000 / options.concurrency
    lines = [
        f"{size}, {options.concurrency} at a time, {options.latency_ms:g} ms a call; median of {options.repeats}",
        f"ideal of writing: {ideal / thousands:.2f} s for 1,000 revisions (calls x latency / concurrency)",
        "",
        "                           for 1,000 revisions                          against bare on aiohttp",
        "way              calls  seconds  CPU s  tokens read  written     USD  seconds    CPU    USD",
    ]
    for way, row in rows.items():
        lines.append(
            f"{way:15} {row['calls'] / thousands:6,.0f} {row['seconds'] / thousands:8.2f} {row['cpu'] / thousands:6.2f}"
            f" {row['read'] / thousands:12,.0f} {row['written'] / thousands:8,.0f} {row['usd'] / thousands:7.3f}"
            f" {row['seconds'] / base['seconds']:8.2f} {row['cpu'] / base['cpu']:6.2f} {row['usd'] / base['usd']:6.2f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--replies", type=int, default=1000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--latency-ms", type=float, default=50.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a size that only shows that it works")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.one:
        print(json.dumps(measure(options.one, options.address, options.replies, options.concurrency)))
        return 0
    if options.quick:
        options.replies, options.repeats = 100, 1
    process, address = serve(options.latency_ms)
    try:
        print(table({way: repeated(way, address, options) for way in WAYS}, options))
    finally:
        process.terminate()
        process.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
