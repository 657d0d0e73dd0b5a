"""What a traced process did to the files of a folder, in order: read from the output of strace."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = "openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename"
_LINE = re.compile(r"^(\d+) +(.*)$", re.DOTALL)
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)", re.DOTALL)
_FILE = re.compile(r"^-?\d+<([^>]*)>")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened."""

    kind: str
    """write, truncate, sync, remove, or say (something written to the output)."""
    file: str = ""
    """Name of the file inside the folder; empty for the folder itself."""
    offset: int = 0
    """Where it was written, or the new length."""
    data: bytes = b""


def read_trace(trace: Path, folder: Path) -> Iterator[Event]:
    """Yield the events that concern the files of `folder`, and what was said."""
    begun: dict[str, str] = {}
    for line in trace.read_text(encoding="ascii").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        process, text = match.groups()
        if text.endswith("<unfinished ...>"):
            begun[process] = text.removesuffix("<unfinished ...>")
            continue
        if text.startswith("<... "):
            text = begun.pop(process, "") + text.partition("resumed>")[2]
        if (call := _CALL.match(text)) and int(call[3]) >= 0:
            yield from _event(call[1], call[2], f"{folder}/")


def _event(name: str, arguments: str, folder: str) -> Iterator[Event]:
    file = _FILE.match(arguments)
    path = _unhex(file[1]) if file else ""
    if name == "write" and arguments.startswith("1<"):
        yield Event(kind="say", data=_bytes(arguments))
    elif name == "unlink":
        gone = os.fsdecode(_bytes(arguments))
        if gone.startswith(folder):
            yield Event(kind="remove", file=gone.removeprefix(folder))
    elif f"{path}/" == folder and name in {"fsync", "fdatasync"}:
        yield Event(kind="sync")
    elif path.startswith(folder):
        yield from _on_file(name, arguments, path.removeprefix(folder))


def _on_file(name: str, arguments: str, file: str) -> Iterator[Event]:
    last = arguments.rpartition(", ")[2]
    if name == "pwrite64":
        yield Event(kind="write", file=file, offset=int(last), data=_bytes(arguments))
    elif name == "ftruncate":
        yield Event(kind="truncate", file=file, offset=int(last))
    elif name in {"fsync", "fdatasync"}:
        yield Event(kind="sync", file=file)


def _unhex(text: str) -> str:
    return os.fsdecode(bytes.fromhex(text.replace("\\x", ""))) if text.startswith("\\x") else text


def _bytes(arguments: str) -> bytes:
    found = _HEX.search(arguments)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""
