"""Imports evenhand and the vendors' SDKs once, and forks a process for each start that is asked for on stdin."""

import gc
import json
import os
import pkgutil
import sys
from importlib import import_module
from typing import Any

import evenhand.workflows
from evenhand.cli import main

Request = dict[str, Any]


def load() -> None:
    """Import what commands import when they need it, and keep it out of the reach of the children's collectors."""
    for module in pkgutil.iter_modules(evenhand.workflows.__path__, "evenhand.workflows."):
        import_module(module.name)
    for name in ("openai", "anthropic"):
        import_module(name)
    gc.freeze()


def serve() -> Request:
    """Answer requests until the input ends; returns in a forked child only, with what it shall become."""
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            answer = ended(request["ended"])
        elif (answer := os.fork()) == 0:
            return dict(request)
        sys.stdout.write(f"{json.dumps(answer)}\n")
        sys.stdout.flush()
    raise SystemExit


def ended(pid: int) -> int | None:
    """Return how a child ended, as `subprocess` says it; None while it runs."""
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def become(request: Request) -> None:
    """Turn this child into the program that was asked for."""
    os.setsid()
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, path in enumerate([os.devnull, *request["files"]]):
        opened = os.open(path, os.O_RDWR)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["evenhand", *request["words"]]
    exec(request["patch"], {})


load()
become(serve())
sys.exit(main())
