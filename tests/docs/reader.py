"""Somebody who follows a page to the letter: writes its files, runs its commands in order."""

import os
import re
import shlex
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.request import urlopen

from tests import forked

BLOCK = re.compile(r"^```(?P<kind>\w+)(?: (?P<info>\S+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)

PRINTED_PORT = "8765"
"""What the pages say."""


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    kind: str
    info: str
    body: str


def blocks(path: Path) -> list[Block]:
    return [
        Block(found["kind"], found["info"] or "", found["body"])
        for found in BLOCK.finditer(path.read_text(encoding="utf-8"))
    ]


class Reader:
    """Somebody who follows the page to the letter, but for the port of its server: another may be in use here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.background: list[subprocess.Popen[bytes]] = []
        self.port = free_port()
        bin_folder = Path(sys.executable).parent
        self.environment = {
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
        }

    def follow(self, block: Block) -> None:
        block = replace(block, body=block.body.replace(PRINTED_PORT, str(self.port)))
        if block.info.startswith("file="):
            self.write(block)
        elif block.kind == "sh" and block.info == "background":
            self.background.append(
                subprocess.Popen(
                    shlex.split(block.body), cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL
                )
            )
            wait_for(f"http://127.0.0.1:{self.port}/v1/models")
        elif block.kind == "sh":
            exits = int(block.info.removeprefix("exits=") or 0)
            for line in block.body.splitlines():
                for command in line.partition("#")[0].split("&&"):
                    self.run(command, exits)

    def write(self, block: Block) -> None:
        path = self.folder / block.info.removeprefix("file=")
        old = path.read_text(encoding="utf-8") if path.suffix == ".toml" and path.exists() else ""
        path.write_text(f"{old}\n{block.body}" if old else block.body, encoding="utf-8")

    def run(self, line: str, exits: int = 0) -> None:
        words = shlex.split(line)
        if not words:
            return
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return
        if words[0] == "evenhand":
            program = forked.start(*words[1:], cwd=self.folder, environment=self.environment)
            assert program.wait() == exits, f"{line}\n{program.out.decode()}\n{program.err.decode()}"
            return
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == exits, f"{line}\n{done.stdout}\n{done.stderr}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    while True:  # the time limit of a test ends a wait in vain
        try:
            urlopen(address, timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
