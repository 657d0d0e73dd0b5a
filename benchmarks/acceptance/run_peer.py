"""Runs one peer: environment, server, checks. Whatever one of them does, the next one is still run."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.acceptance.check import Checklist, PeerReport
from benchmarks.acceptance.check_aimock import check_aimock
from benchmarks.acceptance.check_label_studio import check_label_studio
from benchmarks.acceptance.check_litellm_proxy import check_litellm_proxy, flaky_backend, honest_backend
from benchmarks.acceptance.check_llama_cpp import check_llama_cpp
from benchmarks.acceptance.check_transformers import check_transformers
from benchmarks.acceptance.environments import Environment, NotHereError, environment
from benchmarks.acceptance.peers import (
    MASTER_KEY,
    aimock,
    label_studio,
    litellm_proxy,
    llama_cpp,
    npm_version,
    python_versions,
    transformers_serve,
)
from benchmarks.acceptance.workspace import KEY_VARIABLE

from evenhand.testing import serve_in_thread


@dataclass(slots=True)
class _Watch:
    """Seconds of each step, the last one still running."""

    seconds: dict[str, float] = field(default_factory=dict)
    _step: str = ""
    _since: float = 0.0

    def begin(self, step: str) -> None:
        """End the step that runs, and begin another; an empty name begins none."""
        if self._step:
            self.seconds[self._step] = round(time.monotonic() - self._since, 1)
        self._step, self._since = step, time.monotonic()


Run = Callable[[Environment, Path, Checklist, _Watch], None]


def _run_llama_cpp(made: Environment, folder: Path, checks: Checklist, watch: _Watch) -> None:
    with llama_cpp(made, folder) as served:
        watch.begin("checks")
        check_llama_cpp(checks, served, folder)


def _run_transformers(made: Environment, folder: Path, checks: Checklist, watch: _Watch) -> None:
    with transformers_serve(made, folder) as served:
        watch.begin("checks")
        check_transformers(checks, served, folder)


def _run_aimock(made: Environment, folder: Path, checks: Checklist, watch: _Watch) -> None:
    with aimock(made, folder) as served:
        watch.begin("checks")
        check_aimock(checks, served, folder)


def _run_label_studio(made: Environment, folder: Path, checks: Checklist, watch: _Watch) -> None:
    with label_studio(made, folder) as served:
        watch.begin("checks")
        check_label_studio(checks, served, folder)


def _run_litellm_proxy(made: Environment, folder: Path, checks: Checklist, watch: _Watch) -> None:
    with ExitStack() as stack:
        backend = stack.enter_context(serve_in_thread(honest_backend()))
        flaky = stack.enter_context(serve_in_thread(flaky_backend()))
        served = stack.enter_context(litellm_proxy(made, folder, backend.base_url, flaky.base_url))
        watch.begin("checks")
        check_litellm_proxy(checks, served, folder, backend, flaky)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A server nobody here wrote."""

    title: str
    note: str
    """What a reader of the report has to know."""
    run: Run
    versions: Callable[[Environment], Mapping[str, str]]


PEERS: Final[Mapping[str, Peer]] = {
    "llama-cpp": Peer(
        title="llama.cpp server",
        note="The model's weights are random: it can not copy an echo code, so in the whole run every answer is "
        "malformed or cut, and that is the right outcome. The pinned questions leave only the label open: the schema "
        "fixes the other texts, so that a real reply becomes a rating. This server reports the probabilities the model "
        "had before the grammar chose; a random model has nearly none left for the labels, and then they are not used.",
        run=_run_llama_cpp,
        versions=lambda made: python_versions(made, "llama_cpp_python", "fastapi", "uvicorn"),
    ),
    "aimock": Peer(
        title="aimock",
        note="aimock brings the server, the protocols, the chaos and the journal; what its models say comes from "
        "`benchmarks/acceptance/aimock_judge.mjs`, which looks for a marker, so that the right verdicts are known.",
        run=_run_aimock,
        versions=lambda made: npm_version(made, "@copilotkit/aimock"),
    ),
    "litellm-proxy": Peer(
        title="LiteLLM proxy",
        note="The proxy is the real one, with mocked models and in front of `evenhand.testing`, whose scripted judge "
        "looks for a marker, so that the right verdicts and the probabilities are known.",
        run=_run_litellm_proxy,
        versions=lambda made: python_versions(made, "litellm", "openai", "fastapi", "uvicorn"),
    ),
    "label-studio": Peer(
        title="Label Studio",
        note="Made-up items are exported, labelled through Label Studio's own API and, where chromium is there, in its "
        "own page, exported by it and imported again. Five of its packages have no wheels and are built on the way.",
        run=_run_label_studio,
        versions=lambda made: python_versions(made, "label-studio", "django"),
    ),
    "transformers": Peer(
        title="transformers serve",
        note="The model's weights are random, so its verdicts mean nothing; that it answers with a probability for "
        "each label, and what it silently ignores, is real. It is run where `EVENHAND_TRANSFORMERS` names an "
        "environment with `torch` and `transformers[serving]` (1.2 GB installed), and not run elsewhere.",
        run=_run_transformers,
        versions=lambda made: python_versions(made, "transformers", "torch", "fastapi", "uvicorn"),
    ),
}
"""Every peer by name, in the order in which they are run."""


def run_peer(name: str) -> PeerReport:
    """Make a peer's environment, start it, and check it."""
    peer, checks, watch, versions = PEERS[name], Checklist(), _Watch(), {}
    reason, broken = "", False
    try:
        watch.begin("environment")
        made = environment(name)
        versions = dict(peer.versions(made))
        watch.begin("start")
        with _folder() as folder, _key_set():
            peer.run(made, folder, checks, watch)
    except NotHereError as error:
        reason = str(error)
    except Exception as error:  # noqa: BLE001 - one peer must not stop the rest; what broke is in its report
        reason, broken = f"{type(error).__name__}: {error}", True
    watch.begin("")
    return PeerReport(
        peer=name,
        title=peer.title,
        note=peer.note,
        versions=versions,
        checks=tuple(checks.checks),
        reason=reason,
        broken=broken,
        seconds=watch.seconds,
    )


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="evenhand-acceptance-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextmanager
def _key_set() -> Iterator[None]:
    """Put the key that the peers on loopback take where the accounts look for it."""
    before = os.environ.get(KEY_VARIABLE)
    os.environ[KEY_VARIABLE] = MASTER_KEY
    try:
        yield
    finally:
        if before is None:
            del os.environ[KEY_VARIABLE]
        else:
            os.environ[KEY_VARIABLE] = before
