"""Look at everything a run leans on, through what a run uses itself; names of keys are told, values never."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import urlsplit

from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.errors import EvenhandError
from evenhand.providers.registry import connection_of, key_variable
from evenhand.records.settings import BUILT_IN_ACCOUNTS, Account
from evenhand.store.ledger import check_integrity, open_ledger
from evenhand.store.review.ledger import open_review_ledger
from evenhand.store.sqlite import needs_single_writer
from evenhand.workflows.review.verify import verify_review
from evenhand.workflows.versions import versions_in_use

_LOW_SPACE_BYTES = 200_000_000
_EXTRAS: Mapping[str, str] = {"litellm": "litellm: models of other vendors"}
_EVERY_CARRIER = (
    *BUILT_IN_ACCOUNTS.values(),
    Account(protocol="openai-chat", transport="native"),
)


class State(StrEnum):
    """How a thing looks."""

    FINE = "ok"
    NOTE = "note"
    """Nothing to do, but good to know."""
    WARNING = "warning"
    PROBLEM = "problem"
    """A run would fail on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    part: str
    """What it belongs to: settings, accounts, ledger, review, python, packages."""
    name: str
    state: State
    value: str
    """What it is."""
    source: str = ""
    """Where the value comes from: a file, "default", "environment"."""
    hint: str = ""
    """What to do about it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Everything that was looked at."""

    checks: tuple[Check, ...]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing stands in the way of a run."""
        return all(check.state is not State.PROBLEM for check in self.checks)


def diagnose(start: Path, environ: Mapping[str, str]) -> Diagnosis:
    """Look at the workspace around `start` and at this installation; no call is made."""
    try:
        workspace = find_workspace(start)
    except EvenhandError as error:
        broken = Check(
            part="settings", name="settings", state=State.PROBLEM, value=str(error), hint=error.hint
        )
        return Diagnosis(checks=(broken, *_python(), *_packages()))
    parts = (
        _settings(workspace),
        _accounts(workspace, environ),
        _ledger(workspace),
        _review(workspace),
        _python(),
        _packages(),
    )
    return Diagnosis(checks=tuple(check for part in parts for check in part))


def _settings(workspace: Workspace) -> Iterator[Check]:
    settings = workspace.settings
    source = str(workspace.source) if workspace.source else "default"
    yield _setting("workspace", str(workspace.root), source if workspace.source else "current folder")
    yield _setting("ledger", settings.ledger.path, _source(source, "ledger" in settings.model_fields_set))
    yield _setting("reports", settings.reports, _source(source, "reports" in settings.model_fields_set))
    for model, price in settings.prices.items():
        text = f"{price.input:g} in, {price.output:g} out, USD per million tokens"
        yield _setting(f"price of {model}", text, source)


def _setting(name: str, value: str, source: str) -> Check:
    return Check(part="settings", name=name, state=State.FINE, value=value, source=source)


def _source(file: str, is_written: bool) -> str:  # noqa: FBT001 - two strings would say it no better
    return file if is_written else "default"


# -- Accounts --------------------------------------------------------------------------------------


def _accounts(workspace: Workspace, environ: Mapping[str, str]) -> Iterator[Check]:
    written = workspace.settings.accounts
    for name, account in workspace.accounts.items():
        source = str(workspace.source) if name in written else "built in"
        yield _account(name, account, environ, source=source, is_written=name in written)


def _account(
    name: str, account: Account, environ: Mapping[str, str], *, source: str, is_written: bool
) -> Check:
    state, hint = State.FINE, ""
    try:
        connection_of(name, account, environ)
    except EvenhandError as error:
        state, hint = (State.PROBLEM if is_written else State.NOTE), error.hint
    if account.protocol == "litellm" and find_spec("litellm") is None:
        state, hint = (State.PROBLEM if is_written else State.NOTE), "pip install 'evenhand[litellm]'"
    over = " over native" if account.transport == "native" else ""
    value = f"{account.protocol}{over} at {_address(account)}, {_key(account, environ)}"
    return Check(part="accounts", name=name, state=state, value=value, source=source, hint=hint)


def _address(account: Account) -> str:
    """Return scheme, host and path: an address may have been given a password."""
    if not account.base_url:
        return "the vendor's address"
    parts = urlsplit(account.base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def _key(account: Account, environ: Mapping[str, str]) -> str:
    variable = key_variable(account)
    if not variable:
        return "no key of its own"
    return f"key in {variable} ({'set' if environ.get(variable) else 'not set'})"


# -- Ledger ----------------------------------------------------------------------------------------


def _ledger(workspace: Workspace) -> Iterator[Check]:
    path = workspace.ledger_path
    try:
        yield _opened(path) if path.exists() else _writable(path)
    except (EvenhandError, OSError) as error:
        hint = error.hint if isinstance(error, EvenhandError) else "mend the permissions of the folder"
        yield Check(part="ledger", name="file", state=State.PROBLEM, value=str(error), hint=hint)
    yield _space(path)
    yield _sqlite()


def _opened(path: Path) -> Check:
    ledger = open_ledger(path)
    check_integrity(ledger)
    with TemporaryFile(dir=path.parent):
        pass
    runs = len(ledger.runs())
    value = f"{path}, {path.stat().st_size / 1e6:.1f} MB, {runs} {'run' if runs == 1 else 'runs'}, sound and writable"
    return Check(part="ledger", name="file", state=State.FINE, value=value)


def _writable(path: Path) -> Check:
    with TemporaryFile(dir=_nearest(path)):
        pass
    return Check(part="ledger", name="file", state=State.NOTE, value=f"{path} is made by the first run")


def _review(workspace: Workspace) -> Iterator[Check]:
    """Look at the review ledger; a run does without it."""
    path = workspace.review_path
    if not path.exists():
        value = f"{path} is made by the first `evenhand review sample`"
        yield Check(part="review", name="file", state=State.NOTE, value=value)
        return
    try:
        yield from _whole(path)
    except EvenhandError as error:
        yield Check(part="review", name="file", state=State.WARNING, value=str(error), hint=error.hint)


def _whole(path: Path) -> Iterator[Check]:
    found = verify_review(open_review_ledger(path))
    size = f"{path}, {path.stat().st_size / 1e6:.1f} MB"
    if found.is_whole:
        value = f"{size}, {found.checkpoint.number:,} events, an unbroken chain"
        yield Check(part="review", name="file", state=State.FINE, value=value)
    else:
        yield Check(
            part="review",
            name="file",
            state=State.WARNING,
            value=f"{size}, changed behind the back of its events: {found.problems[0]}",
            hint="restore a copy from before; until then do not trust its labels",
        )
    yield Check(part="review", name="checkpoint", state=State.FINE, value=str(found.checkpoint))


def _nearest(path: Path) -> Path:
    """Return the folder nearest to `path` that exists; the other ones would be made in it."""
    return next(folder for folder in path.parents if folder.exists())


def _space(path: Path) -> Check:
    free = shutil.disk_usage(_nearest(path)).free
    state, hint = (State.FINE, "") if free > _LOW_SPACE_BYTES else (State.WARNING, "free some space")
    return Check(part="ledger", name="free space", state=state, value=f"{free / 1e9:.1f} GB", hint=hint)


def _sqlite() -> Check:
    if not needs_single_writer():
        return Check(part="ledger", name="SQLite", state=State.FINE, value=sqlite3.sqlite_version)
    return Check(
        part="ledger",
        name="SQLite",
        state=State.WARNING,
        value=f"{sqlite3.sqlite_version}: two writing connections can race in WAL mode before 3.51.3",
        hint="evenhand writes through one connection and is safe; let no other program write the ledger",
    )


# -- Versions --------------------------------------------------------------------------------------


def _python() -> Iterator[Check]:
    value = f"{platform.python_version()} ({platform.python_implementation()}, {platform.system()})"
    yield Check(part="python", name="Python", state=State.FINE, value=value)


def _packages() -> Iterator[Check]:
    for name, number in versions_in_use(_EVERY_CARRIER).items():
        if name != "python":
            yield Check(part="packages", name=name, state=State.FINE, value=number)
    for package, use in _EXTRAS.items():
        try:
            yield Check(part="packages", name=package, state=State.FINE, value=version(package))
        except PackageNotFoundError:
            yield Check(part="packages", name=package, state=State.NOTE, value="not installed", hint=use)


__all__ = ["Check", "Diagnosis", "State", "diagnose"]
