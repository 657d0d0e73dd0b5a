"""Makes the environment of each peer, outside the checkout, from locked and hashed packages only.

An environment is made once and used again as long as its locks, its Python and the files it was made from are the
same. The folder is `$EVENHAND_ACCEPTANCE_DIR`, else `evenhand-acceptance` in the user's cache. No package index is
named anywhere: pip and npm take theirs from their own settings.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
LOCKS: Final = Path(__file__).resolve().parent / "locks"
SERVERS: Final = ROOT.parent / "shared" / "servers"
"""Where the wheel of llama.cpp and its model lie; they are too large for the repository."""

WHEEL: Final = "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl"
MODEL: Final = "tiny.gguf"
TINY: Final = "tiny"
"""Folder of the same random model in the form of transformers."""
TINY_FILES: Final = ("config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja")
DIGESTS: Final[Mapping[str, str]] = {
    WHEEL: "01e201faa4d5a740bda7a14608e823b31cc866cffd3a039a13f058a55750d575",
    MODEL: "c8847ff5350b89ea4d6ba8cea860996c3e03bb6a572b20b0754795b0e3dcd989",
}
"""SHA-256 of the files that are taken from there."""

STAMP: Final = "evenhand-acceptance.json"
LONGEST_STEP_S: Final = 1800.0
"""One step of making an environment takes at most so long."""


class NotHereError(Exception):
    """Something an environment needs is not on this machine; the peer is not run, and that is no failure."""


class BrokenError(Exception):
    """Making an environment failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A peer's environment, ready."""

    folder: Path

    def program(self, name: str) -> str:
        """Return the path of one of its programs, as the command line wants it."""
        return str(self.folder / "bin" / name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one environment is made."""

    name: str
    inputs: tuple[Path, ...]
    """Files that decide what is in it; all of them must be there."""
    steps: Callable[[Path], Iterator[Sequence[str]]]
    """Commands that fill the folder given."""
    node: tuple[int, int] | None = None
    """Oldest Node.js that will do, with npm beside it; None where none is needed."""
    given: str = ""
    """Variable that names an environment made by hand, where this command makes none."""


def _python_steps(lock: Path, *more: Path) -> Callable[[Path], Iterator[Sequence[str]]]:
    def steps(folder: Path) -> Iterator[Sequence[str]]:
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "-qq",
            "--disable-pip-version-check",
            "--no-input",
        ]
        yield [sys.executable, "-m", "venv", str(folder)]
        # The lock is whole; left to resolve, pip takes an extra of a newer release for one that is not locked.
        yield [*pip, "--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", str(lock)]
        for wheel in more:
            yield [*pip, "--no-deps", "--no-index", str(wheel)]

    return steps


_SOURCE_ONLY: Final = "attr,django-ranged-fileresponse,drf-flex-fields,drf-generators,ordered-set"
"""Packages of Label Studio that come as sources alone; their hashes are locked like all others."""


def _label_studio_steps(folder: Path) -> Iterator[Sequence[str]]:
    for command in _python_steps(LOCKS / "label-studio.lock")(folder):
        binary = "--only-binary" in command
        yield [*command, "--no-binary", _SOURCE_ONLY] if binary else command


def _npm_steps(folder: Path) -> Iterator[Sequence[str]]:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(LOCKS / "aimock" / name, folder / name)
    yield [
        "npm",
        "ci",
        "--prefix",
        str(folder),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]


RECIPES: Final[Mapping[str, Recipe]] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="llama-cpp",
            inputs=(LOCKS / "llama-cpp.lock", SERVERS / WHEEL, SERVERS / MODEL),
            steps=_python_steps(LOCKS / "llama-cpp.lock", SERVERS / WHEEL),
        ),
        Recipe(
            name="aimock",
            inputs=(LOCKS / "aimock" / "package.json", LOCKS / "aimock" / "package-lock.json"),
            steps=_npm_steps,
            node=(20, 15),
        ),
        Recipe(
            name="litellm-proxy",
            inputs=(LOCKS / "litellm-proxy.lock",),
            steps=_python_steps(LOCKS / "litellm-proxy.lock"),
        ),
        Recipe(
            name="label-studio",
            inputs=(LOCKS / "label-studio.in", LOCKS / "label-studio.lock"),
            steps=_label_studio_steps,
        ),
        Recipe(
            name="ci-hosts", inputs=(LOCKS / "ci-hosts.lock",), steps=_python_steps(LOCKS / "ci-hosts.lock")
        ),
        # No lock: torch for the processor alone is 1.2 GB installed, and each index has a build of its own.
        Recipe(
            name="transformers",
            inputs=tuple(SERVERS / TINY / name for name in TINY_FILES),
            steps=lambda _folder: iter(()),
            given="EVENHAND_TRANSFORMERS",
        ),
    )
}


def environment(name: str) -> Environment:
    """Return the environment of a peer, made now unless it is there.

    Raises:
        NotHereError: A file or a program it is made from is not on this machine.
        BrokenError: Making it failed.
    """
    recipe = RECIPES[name]
    _require(recipe)
    if recipe.given:
        return _given(recipe)
    folder, wanted = home() / name, _wanted(recipe)
    if _stamp(folder) != wanted:
        _make(recipe, folder)
        (folder / STAMP).write_text(json.dumps({"made_from": wanted}) + "\n", encoding="utf-8")
    return Environment(folder=folder)


def _given(recipe: Recipe) -> Environment:
    folder = os.environ.get(recipe.given, "")
    if not folder:
        raise NotHereError(f"{recipe.given} names no environment made by hand (see the note of this peer)")
    return Environment(folder=Path(folder).absolute())


def home() -> Path:
    """Return the folder that holds the environments."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("EVENHAND_ACCEPTANCE_DIR") or cache / "evenhand-acceptance").absolute()


def _require(recipe: Recipe) -> None:
    for path in recipe.inputs:
        if not path.is_file():
            raise NotHereError(f"{path.name} is not in ../shared/servers beside the checkout")
        if path.name in DIGESTS and _digest(path) != DIGESTS[path.name]:
            raise BrokenError(f"{path.name} is not the file it should be (SHA-256 differs)")
    if recipe.node:
        _require_node(recipe.node)


def _require_node(oldest: tuple[int, int]) -> None:
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NotHereError(f"{tool} is not on PATH")
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = tuple(map(int, re.findall(r"\d+", said)[:2]))
    if found < oldest:
        raise NotHereError(
            f"node is {said.strip() or 'silent'}; {'.'.join(map(str, oldest))} or newer is needed"
        )


def _wanted(recipe: Recipe) -> str:
    here = f"{sys.version}\n{home()}\n".encode()
    return hashlib.sha256(here + "".join(map(_digest, recipe.inputs)).encode()).hexdigest()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _stamp(folder: Path) -> str:
    path = folder / STAMP
    return str(json.loads(path.read_text(encoding="utf-8")).get("made_from", "")) if path.is_file() else ""


def _make(recipe: Recipe, folder: Path) -> None:
    """Fill an empty folder; one that this script did not make is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / STAMP).is_file():
            raise BrokenError(f"the folder for {recipe.name} was not made by this command; move it away")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / STAMP).write_text("{}\n", encoding="utf-8")
    for command in recipe.steps(folder):
        _run(command, recipe.name)


def _run(command: Sequence[str], name: str) -> None:
    try:
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, timeout=LONGEST_STEP_S
        )
    except subprocess.TimeoutExpired as error:
        raise BrokenError(f"making the environment of {name} took over {LONGEST_STEP_S:g} s") from error
    if done.returncode:
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-2000:])
        raise BrokenError(
            f"making the environment of {name} failed (exit code {done.returncode}); see stderr"
        )
