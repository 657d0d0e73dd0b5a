"""One mutant in a forked process: the changed module is put in by an import hook, and its tests run until one fails."""

import ast
import importlib
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Literal

from benchmarks.mutants.mutate import Mutant

Result = Literal["killed", "killed by timeout", "survived"]
MOST_MEMORY = 4 << 30
"""Bytes of address space a trial may take; a mutant that asks for more is killed by it."""
_BROKEN = 77
"""Exit code of a fork that could not even start its tests."""
_PRELOADED = (
    "_pytest.assertion",
    "hypothesis.strategies",
    "pydantic",
    "jinja2.sandbox",
    "sqlalchemy",
    "re2",
    "yaml",
)
"""Slow imports that no mutant touches, made once before the forks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A mutant and the tests that should notice it."""

    mutant: Mutant | None
    """The mutant; None tries the module as it is."""
    tests: tuple[str, ...]
    """Test files, the quickest first."""
    timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of a mutant."""

    mutant: Mutant | None
    result: Result
    seconds: float


class _Planted(MetaPathFinder, Loader):
    """Serves one module from code that is not on disk."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name, self._path, self._code = name, path, code

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> ModuleSpec | None:
        """Return a spec for the one module."""
        if fullname != self._name:
            return None
        return spec_from_loader(fullname, self, origin=str(self._path))

    def create_module(self, _spec: ModuleSpec) -> None:
        """Leave making the module to the machinery."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        module.__file__ = str(self._path)
        exec(self._code, module.__dict__)


_QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # plugins are imported before the fork


def run_trials(trials: Iterable[Trial], root: Path, *, workers: int) -> Iterator[Tried]:
    """Try mutants in a copy of the repository at `root`, a few at once; yields them as they end."""
    for name in _PRELOADED:
        importlib.import_module(name)
    waiting, running = iter(trials), dict[int, tuple[Trial, float]]()
    exhausted = False
    while running or not exhausted:
        while not exhausted and len(running) < workers:
            trial = next(waiting, None)
            if trial is None:
                exhausted = True
            else:
                running[_fork(trial, root)] = (trial, time.monotonic())
        yield from _reap(running)
        time.sleep(0.01)


def _fork(trial: Trial, root: Path) -> int:
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            os._exit(_try(trial, root))
        except BaseException:  # noqa: BLE001 - a fork never returns into the parent's code
            traceback.print_exc()
            os._exit(_BROKEN)
    return child


def _try(trial: Trial, root: Path) -> int:
    os.setpgid(0, 0)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.chdir(root)
    sys.path[:0] = [str(root / "src"), str(root)]
    sys.dont_write_bytecode = False
    if trial.mutant is not None:
        sys.meta_path.insert(0, _plant(trial.mutant, root))
    import pytest
    from hypothesis import Phase, settings

    settings.register_profile(
        "mutants",
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
    )
    settings.load_profile("mutants")
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *_QUIET, f"--rootdir={root}"]
    return int(pytest.main([*options, *trial.tests]))


def _plant(mutant: Mutant, root: Path) -> _Planted:
    path = root / "src" / "evenhand" / mutant.module
    name = f"evenhand.{mutant.module.removesuffix('.py').replace('/', '.')}"
    return _Planted(
        name, path, compile(_with_ends(mutant.applied(path.read_text(encoding="utf-8"))), str(path), "exec")
    )


def _with_ends(tree: ast.Module) -> ast.Module:
    """Return the tree with every end of a node at its start: a moved node may not end before it begins."""
    for node in ast.walk(tree):
        if hasattr(node, "lineno"):
            node.end_lineno, node.end_col_offset = node.lineno, node.col_offset  # type: ignore[attr-defined] # set on every located node
    return tree


def _reap(running: dict[int, tuple[Trial, float]]) -> Iterator[Tried]:
    for child, (trial, started) in list(running.items()):
        seconds = time.monotonic() - started
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            del running[child]
            yield Tried(mutant=trial.mutant, result=_result(status, trial), seconds=seconds)
        elif seconds > trial.timeout_s:
            _end(child)
            del running[child]
            yield Tried(mutant=trial.mutant, result="killed by timeout", seconds=seconds)


def _end(child: int) -> None:
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _result(status: int, trial: Trial) -> Result:
    code = os.waitstatus_to_exitcode(status)
    if code in {5, _BROKEN}:
        raise SystemExit(f"no test was run from {', '.join(trial.tests)}")
    return "survived" if code == 0 else "killed"


def slowest(tried: Sequence[Tried]) -> float:
    """Return the longest trial."""
    return max((each.seconds for each in tried), default=0.0)
