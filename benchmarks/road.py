"""CPU of the whole road of a rating against a bare SDK loop, on the same loopback server, in one run.

    python benchmarks/road.py                      # table on stdout, JSON with --json FILE
    python benchmarks/road.py --calls 1000 --repeats 5

Each measurement is a process of its own, measured after its imports; the pairs are run in turn, so that a drift of the
machine's speed meets both. The server runs in a third process. The bare loop builds the same prompts' sizes, sends the
same schema and parses the answer with the SDK, as a script would; it stores nothing.
"""

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

RESPONSE = "The reply under judgement is a paragraph of ordinary length. " * 8
VARIANTS = ("bare-aiohttp", "bare-default", "road")


@contextmanager
def server(latency_ms: int) -> Iterator[str]:
    """The loopback server in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "evenhand.testing",
        "--port",
        "0",
        "--judge",
        "lazy",
        "--latency-ms",
        str(latency_ms),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield str(json.loads(process.stdout.readline())["base_url"])
        finally:
            process.terminate()


def workspace(folder: Path, base_url: str, calls: int, concurrency: int) -> Path:
    """A suite of `calls` cases, one principle and one model judge."""
    (folder / "cases.jsonl").write_text(
        "".join(
            json.dumps({"id": f"case-{n}", "prompt": f"Question {n}?", "response": f"{n}: {RESPONSE}"}) + "\n"
            for n in range(calls)
        ),
        encoding="utf-8",
    )
    files = {
        "evenhand.toml": f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{base_url}"\n'
        f"concurrency = {concurrency}\n",
        "constitution.yaml": "schema: constitution/v1\nid: road\nversion: 1.0.0\nprinciples:\n"
        "  - {id: plain.speech, text: The reply must be plain.}\n",
        "reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\n"
        "template: reader.j2\nprice: {input: 0, output: 0}\nanswer: {probabilities: repeats}\n",
        "reader.j2": 'Rule: {{ principle.text }}\n{{ data("prompt", case.prompt) }}\n'
        '{{ data("reply", case.response) }}\n',
        "one.panel.yaml": "schema: panel/v1\nid: one\njudges: [reader]\n",
        "suite.yaml": "schema: suite/v1\nid: road\nconstitution: constitution.yaml\npanel: one.panel.yaml\n"
        "cases: [{path: cases.jsonl}]\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "suite.yaml"


def cpu_seconds() -> float:
    """User and system CPU of this process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure_road(base_url: str, calls: int, concurrency: int) -> dict[str, float]:
    """Plan, prompt, call, ledger, parse, verdict."""
    from evenhand.workflows.run_suite import RunOptions, run_suite

    with tempfile.TemporaryDirectory() as name:
        suite = workspace(Path(name), base_url, calls, concurrency)
        import openai  # noqa: F401 - imported before the clock starts, as in the bare loop

        cpu, wall = cpu_seconds(), time.perf_counter()
        result = run_suite(Path(name), suite, RunOptions(), lambda _run, _progress: None)
        used = {"cpu_s": cpu_seconds() - cpu, "wall_s": time.perf_counter() - wall}
        assert result.account.terminal == {"rated": calls}, result.account
        ledger = sum(path.stat().st_size for path in Path(name).glob(".evenhand/*"))
        return {**used, "ledger_bytes_per_rating": ledger / calls}


def measure_bare(base_url: str, calls: int, concurrency: int, *, aiohttp: bool) -> dict[str, float]:
    """The SDK alone in a loop, its answer parsed by it, nothing stored."""
    import openai

    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "quotes": {"type": "array", "items": {"type": "string"}},
            "reason": {"type": "string"},
            "label": {"type": "string", "enum": ["complies", "violates", "not_applicable", "cannot_tell"]},
            "nonce": {"type": "string"},
        },
        "required": ["quotes", "reason", "label", "nonce"],
        "additionalProperties": False,
    }
    form: Any = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema, "strict": True}}
    nonce = "0" * 32

    async def loop() -> None:
        http = openai.DefaultAioHttpClient() if aiohttp else openai.DefaultAsyncHttpxClient()
        client = openai.AsyncOpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=http)
        numbers = iter(range(calls))

        async def work() -> None:
            for n in numbers:
                reply = await client.chat.completions.create(
                    model="scripted",
                    messages=[
                        {"role": "user", "content": f"Question {n}?\n{n}: {RESPONSE}\nEcho code: {nonce}"}
                    ],
                    response_format=form,
                    max_tokens=1024,
                )
                assert json.loads(reply.choices[0].message.content or "")["label"]

        await asyncio.gather(*(work() for _ in range(concurrency)))
        await client.close()

    cpu, wall = cpu_seconds(), time.perf_counter()
    asyncio.run(loop())
    return {"cpu_s": cpu_seconds() - cpu, "wall_s": time.perf_counter() - wall}


def measure(variant: str, base_url: str, calls: int, concurrency: int) -> dict[str, float]:
    """One measurement in this process."""
    if variant == "road":
        return measure_road(base_url, calls, concurrency)
    return measure_bare(base_url, calls, concurrency, aiohttp=variant == "bare-aiohttp")


def in_process(variant: str, base_url: str, calls: int, concurrency: int) -> dict[str, float]:
    """One measurement in a fresh process."""
    command = [
        sys.executable,
        __file__,
        "--one",
        variant,
        base_url,
        "--calls",
        str(calls),
        "--concurrency",
        str(concurrency),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return dict(json.loads(done.stdout))


def campaign(calls: int, repeats: int, latency_ms: int, concurrencies: list[int]) -> list[dict[str, Any]]:
    """All variants, in turn, `repeats` times; medians."""
    rows = []
    with server(latency_ms) as base_url:
        for concurrency in concurrencies:
            for variant in VARIANTS:
                in_process(variant, base_url, min(calls, 200), concurrency)
            runs = [
                {v: in_process(v, base_url, calls, concurrency) for v in VARIANTS} for _ in range(repeats)
            ]
            for variant in VARIANTS:
                ratios = [run[variant]["cpu_s"] / run["bare-aiohttp"]["cpu_s"] for run in runs]
                rows.append(
                    {
                        "concurrency": concurrency,
                        "variant": variant,
                        "cpu_s_per_1000": statistics.median(run[variant]["cpu_s"] for run in runs)
                        / calls
                        * 1000,
                        "wall_s_per_1000": statistics.median(run[variant]["wall_s"] for run in runs)
                        / calls
                        * 1000,
                        "cpu_ratio": statistics.median(ratios),
                        "cpu_ratio_min": min(ratios),
                        "cpu_ratio_max": max(ratios),
                        "ledger_bytes_per_rating": runs[0][variant].get("ledger_bytes_per_rating", 0),
                    }
                )
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("VARIANT", "URL"))
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--latency-ms", type=int, default=0)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[64, 256])
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        variant, url = arguments.one
        print(json.dumps(measure(variant, url, arguments.calls, arguments.concurrency[0])))
        return
    rows = campaign(arguments.calls, arguments.repeats, arguments.latency_ms, arguments.concurrency)
    print(
        f"{'in flight':>9}  {'variant':<13} {'CPU s/1,000':>11} {'wall s/1,000':>12} {'CPU ratio (min to max)':>24}"
    )
    for row in rows:
        spread = f"{row['cpu_ratio']:.2f} ({row['cpu_ratio_min']:.2f} to {row['cpu_ratio_max']:.2f})"
        print(
            f"{row['concurrency']:>9}  {row['variant']:<13} {row['cpu_s_per_1000']:>11.3f} "
            f"{row['wall_s_per_1000']:>12.3f} {spread:>24}"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
