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

from evenhand.testing import faults
from evenhand.testing.dialect import DIALECTS
from evenhand.testing.judges import JUDGES
from evenhand.testing.server import LoopbackServer


def parser() -> argparse.ArgumentParser:
    """The command line."""
    found = argparse.ArgumentParser(prog="python -m evenhand.testing", description=__doc__.partition("\n")[0])
    found.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    found.add_argument("--judge", choices=sorted(JUDGES), default="lazy", help="who answers")
    found.add_argument(
        "--label", default="complies", help="the label the judge decides when nothing else is said"
    )
    found.add_argument(
        "--marker", default="", help="text the judges rule and refuse look for in the candidate"
    )
    found.add_argument("--latency-ms", type=float, default=0.0, help="how long every answer takes")
    found.add_argument(
        "--dialect", choices=sorted(DIALECTS), default="everything", help="what the server can do"
    )
    found.add_argument("--api-key", help="the only key let in; without it everybody is")
    found.add_argument(
        "--model", action="append", default=[], help="a model there is (repeat); without it any name is"
    )
    found.add_argument(
        "--fault", choices=sorted(faults.NAMED), help="a fault that strikes a share of the calls"
    )
    found.add_argument("--fault-share", type=float, default=1.0, help="share of the calls it strikes")
    found.add_argument("--seed", type=int, default=0, help="seed of that share")
    return found


def build(arguments: argparse.Namespace) -> LoopbackServer:
    """The server that a command line describes."""
    strikes = []
    if arguments.fault:
        fault = faults.NAMED[arguments.fault]()
        strikes.append(faults.on_share(fault, arguments.fault_share, seed=arguments.seed))
    return LoopbackServer(
        JUDGES[arguments.judge](arguments.label, arguments.marker),
        dialect=DIALECTS[arguments.dialect],
        strikes=strikes,
        latency=arguments.latency_ms / 1000.0,
        api_key=arguments.api_key,
        models=tuple(arguments.model),
        port=arguments.port,
    )


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
