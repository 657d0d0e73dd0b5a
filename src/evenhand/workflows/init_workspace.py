"""Make a workspace: the example files, settings, JSON Schemas for editors. Nothing that is there is overwritten."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath

from evenhand.errors import UsageError
from evenhand.workflows.example_files import example_files
from evenhand.workflows.show_schema import schema_file, schema_names, show_schema

SCHEMA_FOLDER = "schemas"
"""Where a workspace keeps the JSON Schemas of its files; committed, so that editors find them."""
_IGNORED = ".evenhand/"
_KIND = re.compile(r"^schema: ?([a-z]+)/v\d+$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWorkspace:
    """What `init` did."""

    root: Path
    written: tuple[str, ...]
    """Files that were made, as paths from the root."""
    kept: tuple[str, ...]
    """Files that were there and stay as they are."""


def init_workspace(folder: Path) -> NewWorkspace:
    """Make `folder` a workspace.

    Raises:
        UsageError: A file is in the way, or the folder can not be written to.
    """
    written: list[str] = []
    kept: list[str] = []
    for path, content in _contents():
        (written if _write_new(folder, path, content) else kept).append(path)
    (written if _ignore_ledger(folder) else kept).append(".gitignore")
    return NewWorkspace(root=folder, written=tuple(written), kept=tuple(kept))


def _contents() -> Iterator[tuple[str, bytes]]:
    """Yield every file of a new workspace."""
    yield "evenhand.toml", _settings_file()
    for path, entry in example_files():
        yield path, _with_editor_header(path, entry.read_bytes())
    for name in schema_names():
        text = json.dumps(show_schema(name), indent=2, ensure_ascii=False) + "\n"
        yield f"{SCHEMA_FOLDER}/{schema_file(name)}", text.encode()


def _settings_file() -> bytes:
    text = (files("evenhand.workflows") / "evenhand.toml").read_bytes()
    return f"#:schema ./{SCHEMA_FOLDER}/{schema_file('settings')}\n".encode() + text


def _with_editor_header(path: str, content: bytes) -> bytes:
    """Put the line before a YAML file by which editors find its schema."""
    kind = _KIND.search(content.decode()) if path.endswith((".yaml", ".yml")) else None
    if not kind:
        return content
    up = "../" * (len(PurePosixPath(path).parts) - 1)
    header = f"# yaml-language-server: $schema={up}{SCHEMA_FOLDER}/{schema_file(kind[1])}\n".encode()
    return content if content.startswith(header[:30]) else header + content


def _write_new(folder: Path, path: str, content: bytes) -> bool:
    """Write a file; False when something of that name is there."""
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        return _is_there(target)
    except OSError as error:
        raise UsageError(f"{target} can not be written: {error.strerror}") from error
    return True


def _is_there(target: Path) -> bool:
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is a file where a workspace has a folder", hint="move it away")
    return False


def _ignore_ledger(folder: Path) -> bool:
    """Keep the ledger out of git; False when it is kept out already."""
    path = folder / ".gitignore"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if any(line.strip() in {_IGNORED, _IGNORED.rstrip("/"), f"/{_IGNORED}"} for line in text.splitlines()):
        return False
    gap = "" if text.endswith("\n") or not text else "\n"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{gap}{_IGNORED}\n")
    return True
