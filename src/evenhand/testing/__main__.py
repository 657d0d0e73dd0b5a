"""The server as a process: ``python -m evenhand.testing --judge lazy --label complies --latency-ms 200``.

It prints one JSON line with its address and serves until it is interrupted or terminated.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence

from evenhand.testing import faults, generators, judges
from evenhand.testing.batches import BatchScript, Behaviour
from evenhand.testing.dialect import DIALECTS
from evenhand.testing.exchange import Judge
from evenhand.testing.server import LoopbackServer


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m evenhand.testing", description=__doc__.partition("\n")[0])
    add = found.add_argument
    add("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    add("--judge", choices=sorted(judges.JUDGES), default="lazy", help="who answers")
    add("--label", default="complies", help="the label the judge decides when nothing else is said")
    add("--marker", default="", help="text the judges rule and refuse look for in the candidate")
    add("--flip", type=share, default=0.0, metavar="SHARE", help="share of contents judged the other way")
    add(
        "--writer",
        action="append",
        default=[],
        metavar="MODEL",
        help="a model that writes by a script (repeat)",
    )
    add("--remove", default="", help="what a writer takes out of a reply that it revises")
    add("--append", default="", help="what a writer puts behind a reply that it revises")
    add("--refuse", type=share, default=0.0, metavar="SHARE", help="share of revisions a writer refuses")
    add("--drift-after", type=int, metavar="N", help="after N calls always decide --drift-label")
    add("--drift-label", default="violates", metavar="LABEL", help="the label after --drift-after calls")
    add("--latency-ms", type=float, default=0.0, metavar="MS", help="how long every answer takes")
    add("--dialect", choices=sorted(DIALECTS), default="everything", help="what the server can do")
    add("--api-key", metavar="KEY", help="the only key let in; without it everybody is")
    add("--model", action="append", default=[], help="a model there is (repeat); without it any name is")
    add("--batch-seconds", type=float, default=0.0, metavar="S", help="how long a batch takes to end")
    fault_help = "a fault and the share of calls it strikes, all by default (repeat): "
    add(
        "--fault",
        action="append",
        default=[],
        type=fault,
        metavar="NAME[:SHARE]",
        help=fault_help + ", ".join(sorted(faults.NAMED)),
    )
    add("--seed", type=int, default=0, help="seed of flips and of the shares of faults")
    return found


def share(text: str) -> float:
    """Read a share.

    Raises:
        argparse.ArgumentTypeError: It is no number from 0 to 1.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number <= 1.0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a share from 0 to 1")
    return number


def fault(text: str) -> tuple[faults.Fault, float]:
    """Read ``NAME`` or ``NAME:SHARE``.

    Raises:
        argparse.ArgumentTypeError: There is no such fault, or the share is none.
    """
    name, _, written = text.partition(":")
    if name not in faults.NAMED:
        raise argparse.ArgumentTypeError(
            f"there is no fault {name!r}; known: {', '.join(sorted(faults.NAMED))}"
        )
    return faults.NAMED[name](), share(written or "1")


def build(arguments: argparse.Namespace) -> LoopbackServer:
    """The server that a command line describes."""
    return LoopbackServer(
        build_judge(arguments),
        dialect=DIALECTS[arguments.dialect],
        strikes=[faults.on_share(what, often, seed=arguments.seed) for what, often in arguments.fault],
        latency=arguments.latency_ms / 1000.0,
        api_key=arguments.api_key,
        models=tuple(arguments.model),
        batches=BatchScript(later=Behaviour(seconds=arguments.batch_seconds)),
        port=arguments.port,
    )


def build_judge(arguments: argparse.Namespace) -> Judge:
    """The judge that a command line describes."""
    judge = judges.JUDGES[arguments.judge](arguments.label, arguments.marker)
    if arguments.flip:
        judge = judges.flip(judge, arguments.flip, seed=arguments.seed)
    if arguments.drift_after is not None:
        judge = judges.drift(judge, judges.lazy(arguments.drift_label), after=arguments.drift_after)
    if arguments.writer:
        writer = generators.reviser(remove=arguments.remove, append=arguments.append)
        writer = generators.refusing(writer, arguments.refuse, seed=arguments.seed)
        judge = generators.by_model(dict.fromkeys(arguments.writer, writer), judge)
    return judge


async def serve(server: LoopbackServer) -> None:
    """Serve until SIGINT or SIGTERM."""
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    async with server:
        sys.stdout.write(json.dumps({"base_url": server.base_url, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        await done.wait()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        The exit code: 0 after an orderly end, 2 when the port is taken.
    """
    server = build(parser().parse_args(argv))
    try:
        asyncio.run(serve(server))
    except OSError as error:
        sys.stderr.write(f"cannot listen on 127.0.0.1:{server.port}: {error.strerror}; try --port 0\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
