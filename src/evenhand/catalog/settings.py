"""The workspace around a folder, with its settings from `evenhand.toml` or `pyproject.toml`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter

from evenhand.catalog.addresses import refuse_address
from evenhand.catalog.files import read_utf8, shown_path
from evenhand.catalog.locate import validate
from evenhand.catalog.source import Document, Json, Place, Source, lookup, refuse, select_texts
from evenhand.catalog.toml_file import MAX_BYTES, parse_toml
from evenhand.catalog.workspace import PROJECT_FILE, find_root, find_settings
from evenhand.errors import Finding, UnknownNameError
from evenhand.records.settings import BUILT_IN_ACCOUNTS, Account, Settings

_TABLE: Place = ("tool", "evenhand")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile(r"(?:sk|pk|key|xai|gsk|hf)[-_][A-Za-z0-9_-]{8,}|[A-Za-z0-9_-]{40,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder with its settings."""

    root: Path
    """The folder."""
    settings: Settings
    """What its settings say; the defaults where there are none."""
    source: Path | None
    """File of the settings; None where there is none."""

    @property
    def accounts(self) -> Mapping[str, Account]:
        """Accounts by name, the built-in ones included where the settings do not say otherwise."""
        return {**BUILT_IN_ACCOUNTS, **self.settings.accounts}

    def account(self, name: str) -> tuple[str, Account]:
        """Return the name and the settings of an account.

        Raises:
            UnknownNameError: There is no such account.
        """
        if name not in self.accounts:
            raise UnknownNameError("account", name, self.accounts)
        return name, self.accounts[name]

    @property
    def ledger_path(self) -> Path:
        """File of the ledger."""
        return self.root / self.settings.ledger.path

    @property
    def review_path(self) -> Path:
        """File of the review ledger, beside the ledger."""
        return self.ledger_path.with_name("review.sqlite")

    @property
    def reports_path(self) -> Path:
        """Folder of the reports."""
        return self.root / self.settings.reports


def find_workspace(start: Path) -> Workspace:
    """Return the workspace around a folder.

    Raises:
        FileError: Its settings have findings.
    """
    path = find_settings(start)
    if path is None:
        return Workspace(root=find_root(start), settings=Settings(), source=None)
    return Workspace(root=path.parent, settings=load_settings(path), source=path)


def load_settings(path: Path) -> Settings:
    """Return the settings of a TOML file.

    Raises:
        FileError: The file has findings; all of them are in the error.
    """
    settings, findings = read_settings(path)
    refuse(findings)
    assert settings is not None
    return settings


def read_settings(path: Path) -> tuple[Settings | None, list[Finding]]:
    """Read settings with everything wrong in them."""
    document = parse_toml(read_utf8(path, limit=MAX_BYTES), shown_path(path))
    if path.name == PROJECT_FILE and document.readable:
        document = _table_of(document)
    settings, findings = validate(TypeAdapter(Settings), Settings, document)
    findings += _check(document)
    return settings, findings


def _table_of(document: Document) -> Document:
    """Return the table of evenhand as a document of its own."""
    size = len(_TABLE)
    source = Source(
        path=document.source.path,
        lines=document.source.lines,
        keys={place[size:]: span for place, span in document.source.keys.items() if place[:size] == _TABLE},
        values={
            place[size:]: span for place, span in document.source.values.items() if place[:size] == _TABLE
        },
    )
    table: Json = lookup(document.data, _TABLE)
    return Document(data={} if table is None else table, source=source, findings=_inside(document))


def _inside(document: Document) -> tuple[Finding, ...]:
    """Keep findings of the table of evenhand; other tools may keep dates in theirs."""
    lines = {span.line for place, span in document.source.values.items() if place[: len(_TABLE)] == _TABLE}
    return tuple(finding for finding in document.findings if finding.line in lines)


def _check(document: Document) -> Iterator[Finding]:
    for place, url in select_texts(document.data, "accounts", None, "base_url"):
        if url and (reason := refuse_address(url)):
            finding = _at(document, "W003", f"base_url can not be used: {reason}", place)
            yield _without_excerpt(finding, "base_url") if _may_hold_key(url) else finding
    for place, name in select_texts(document.data, "accounts", None, "api_key_env"):
        if name and (_KEY.fullmatch(name) or not _VARIABLE.fullmatch(name)):
            yield _hidden(document, place)
    for place, path in [
        *select_texts(document.data, "ledger", "path"),
        *select_texts(document.data, "reports"),
    ]:
        if Path(path).is_absolute() or ".." in Path(path).parts or "\x00" in path or not path:
            yield _at(
                document, "W005", "the path leads out of the workspace", place, "write a path inside it"
            )


def _may_hold_key(url: str) -> bool:
    """Tell whether an address has a place where keys are put."""
    return not {"@", "?", "#"}.isdisjoint(url)


def _without_excerpt(finding: Finding, key: str) -> Finding:
    """Return a finding that does not repeat what may be a key."""
    return replace(finding, excerpt=f"{key} = ...", excerpt_start=finding.column, width=len(key))


def _hidden(document: Document, place: Place) -> Finding:
    """Return a finding that does not repeat what may be a key."""
    span = document.source.key_span(place)
    return Finding(
        path=document.source.path,
        line=span.line,
        column=span.column,
        code="W004",
        message="api_key_env is not the name of an environment variable",
        excerpt="api_key_env = ...",
        excerpt_start=span.column,
        width=span.width,
        suggestion="write a name such as OPENAI_API_KEY; the key itself belongs into the environment only",
    )


def _at(document: Document, code: str, message: str, place: Place, suggestion: str = "") -> Finding:
    span = document.source.value_span(place)
    return document.source.finding(code, message, span, suggestion=suggestion)
