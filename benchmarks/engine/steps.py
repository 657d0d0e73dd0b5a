"""Where the processor time of a rating goes: each step of the road by itself, and the whole road beside their sum.

    python -m benchmarks.engine.steps                  # CPU of one thread or of the process, best of three

Steps are timed over the same units in one process; the call and the ledger run 64 at a time, as in a run. What the sum
leaves of the whole is the event loop, the tasks of the workers, and the garbage collector.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.engine.loops import aiohttp_loop
from benchmarks.engine.measure import cpu_seconds
from benchmarks.engine.server import Server, serving
from benchmarks.engine.workspace import Setting, write_workspace

from evenhand.catalog.cases import read_cases
from evenhand.judging.budget import worst_case_nanousd
from evenhand.judging.decide import Decider
from evenhand.judging.parse import parse_reply
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.connection import Connection
from evenhand.providers.interface import Provider
from evenhand.providers.openai_chat import OpenAIChat, chat_body
from evenhand.providers.read_reply import read_reply
from evenhand.records.attempt import NewAttempt, RawReply, Served, Settled, SettledItem
from evenhand.records.judge import ModelJudge, Price
from evenhand.records.rated import RatedUnit
from evenhand.records.rating import Usage
from evenhand.records.run import Endpoint, Unit
from evenhand.store.ledger import open_ledger
from evenhand.store.run_ledger import RunLedger
from evenhand.workflows.long_work import run_long
from evenhand.workflows.prepare import Prepared, prepare
from evenhand.workflows.run_suite import RunOptions, run_suite

IN_FLIGHT = 64
Result = TypeVar("Result")


class Stopwatch:
    """Prints microseconds per unit, and keeps their sum."""

    def __init__(self, units: int) -> None:
        self.units = units
        self.total = 0.0

    def step(self, name: str, work: Callable[[], Result], *, repeats: int = 3, counts: bool = True) -> Result:
        """Time `work` over all units and return what it returned last."""
        best = float("inf")
        for _ in range(repeats):
            before = cpu_seconds()
            result = work()
            best = min(best, cpu_seconds() - before)
        self.note(name, best, counts=counts)
        return result

    def note(self, name: str, seconds: float, *, counts: bool = True) -> None:
        """Print one line."""
        each = seconds / self.units * 1e6
        self.total += each if counts else 0.0
        print(f"{name:<44} {each:8.1f}", flush=True)


async def side_by_side(work: Sequence[Callable[[], Awaitable[Result]]]) -> list[Result]:
    """Await everything, so many at a time, and return the results in order."""
    results: dict[int, Result] = {}
    places = iter(range(len(work)))

    async def go() -> None:
        for place in places:
            results[place] = await work[place]()

    await asyncio.gather(*(go() for _ in range(IN_FLIGHT)))
    return [results[place] for place in range(len(work))]


def endpoint_of(judge: ModelJudge, base_url: str) -> Endpoint:
    """What preflight finds at the loopback server."""
    model = judge.model.partition("/")[2]
    return Endpoint(
        judge=judge.id,
        account="loop",
        protocol="openai-chat",
        base_url=base_url,
        model=model,
        means="json_schema",
    )


def ask_all(prompts: list[Prompt], base_url: str) -> list[RawReply]:
    """Ask every prompt over the native transport."""

    async def ask() -> list[RawReply]:
        connection = Connection(account="loop", base_url=base_url, concurrency=IN_FLIGHT, transport="native")
        provider: Provider = OpenAIChat(connection)
        try:
            return await side_by_side([partial(provider.ask, prompt.request) for prompt in prompts])
        finally:
            await provider.close()

    return run_long(ask())


def store_all(
    prepared: Prepared, settled: list[Settled], replies: list[RawReply], decided: list[SettledItem]
) -> None:
    """Leave behind what a run does: attempt, reply, rating and verdict of every unit, in a fresh ledger."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = open_ledger(Path(folder) / "ledger.sqlite", create=True)
        with ledger.writing():
            run = ledger.start_run(prepared.manifest(command="steps"))
            writer = RunLedger(ledger, ledger.run_number(run.id))

            async def store(place: int) -> None:
                each = settled[place]
                attempt = await writer.begin(
                    NewAttempt(
                        unit_seq=each.unit.seq,
                        judge=each.unit.judge.id,
                        number=1,
                        key=each.key,
                        nonce="0" * 32,
                        reserved_nanousd=1,
                    )
                )
                await writer.received(attempt, replies[place])
                await writer.settle([each], [decided[place]])

            run_long(side_by_side([partial(store, place) for place in range(len(settled))]))
            writer.close()


def measure(folder: Path, server: Server, units: int) -> None:
    """Time every step and the whole."""
    suite = write_workspace(folder, Setting(base_url=server.base_url, cases=units, transport="native"))
    watch = Stopwatch(units)
    print(f"{units} ratings, microseconds of CPU each")
    prepared = watch.step("check, count and hash the cases", lambda: prepare(folder, suite))
    watch.step(
        "read the cases again (twice in a run)",
        lambda: [list(read_cases([folder / "cases.jsonl"], read_before=True)) for _ in range(2)],
    )
    planned: list[Unit] = watch.step("lay out items and units", lambda: list(prepared.plan.units()))
    judge = prepared.model_judges[0]
    prompter = Prompter(
        judge=judge,
        template=prepared.loaded.templates[judge.id],
        constitution=prepared.loaded.constitution,
        endpoint=endpoint_of(judge, server.base_url),
    )
    rendered = watch.step(
        "render the prompt and its key", lambda: [prompter.render(unit) for unit in planned]
    )
    prompts = [prompt for prompt in rendered if isinstance(prompt, Prompt)]
    price = Price(input=1, output=2)
    watch.step(
        "reserve the worst case",
        lambda: [worst_case_nanousd(price, p.request, schema_bytes=p.form.schema_bytes) for p in prompts],
    )
    watch.step(
        "  of the call: its body as JSON",
        lambda: [json.dumps(chat_body(p.request)) for p in prompts],
        counts=False,
    )
    replies = watch.step("the call, native", lambda: ask_all(prompts, server.base_url))
    watch.step(
        "  of reading: the envelope",
        lambda: [read_reply("openai-chat", raw.body) for raw in replies],
        counts=False,
    )
    reads = watch.step(
        "read the reply",
        lambda: [
            parse_reply(
                raw.body, protocol="openai-chat", form=p.form, nonce=p.nonce, unit=u, evidence_required=False
            )
            for raw, p, u in zip(replies, prompts, planned, strict=True)
        ],
    )
    decider = Decider(
        panel=prepared.loaded.panel,
        units_by_judge=prepared.plan.units_by_judge(),
        scales=prepared.plan.scales,
    )
    verdicts = watch.step(
        "decide the item",
        lambda: [
            decider.decide(
                u.item.principle_id,
                [RatedUnit(judge=u.judge.id, order=u.order, repeat=u.repeat, outcome=read.outcome)],
            )
            for u, read in zip(planned, reads, strict=True)
        ],
    )
    served = Served(attempt=1, usage=Usage(input_tokens=400, output_tokens=60), cost_nanousd=5)
    settled = [
        Settled(unit=u, key=p.key, outcome=read.outcome, served=(served,))
        for u, p, read in zip(planned, prompts, reads, strict=True)
    ]
    decided = [SettledItem(seq=u.item.seq, verdict=v) for u, v in zip(planned, verdicts, strict=True) if v]
    watch.step(
        "the ledger: three commits, six rows, both threads",
        lambda: store_all(prepared, settled, replies, decided),
    )
    print(f"{'sum of the steps':<44} {watch.total:8.1f}")
    before = cpu_seconds()
    run_suite(folder, suite, RunOptions(), lambda _run, _progress: None)
    watch.note("the whole road", cpu_seconds() - before, counts=False)
    before = cpu_seconds()
    asyncio.run(aiohttp_loop(server.base_url, units, IN_FLIGHT))
    watch.note("for comparison: the bare aiohttp loop", cpu_seconds() - before, counts=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--units", type=int, default=3000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, serving() as server:
        measure(Path(name), server, arguments.units)


if __name__ == "__main__":
    main()
