"""Options and settings of the plugin; every name starts with evenhand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

import pytest

Undecidedness = Literal["error", "fail", "pass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked for on the command line and in the settings of pytest."""

    live: bool
    """Whether judges may be asked; else only replies that are at hand are used."""
    workspace: Path | None
    """Folder from which the workspace is looked for; None goes by the suite's own folder, or pytest's rootdir."""
    max_usd: float | None
    """Most US dollars that all judging of this session may cost."""
    undecided: Undecidedness
    """What becomes of a test whose verdict is undecided."""
    suites: tuple[str, ...]
    """Suite files to collect, as patterns from the rootdir."""
    constitution: str
    """Constitution of texts that no suite holds."""
    panel: str
    """Panel of texts that no suite holds."""
    root: Path
    """Rootdir of pytest."""

    @property
    def start(self) -> Path:
        """Where the workspace is looked for when no suite file says it."""
        return self.workspace or self.root


def add_options(parser: pytest.Parser) -> None:
    """Tell pytest about the options and settings."""
    group = parser.getgroup("evenhand", "evenhand: verdicts of judges in tests")
    group.addoption(
        "--evenhand-live",
        action="store_true",
        help="ask judges that need a model; without it nobody is asked, and replies come from the ledger",
    )
    group.addoption(
        "--evenhand-workspace",
        metavar="DIR",
        help="the workspace; by default the one around a suite file, or around the rootdir",
    )
    group.addoption(
        "--evenhand-max-usd",
        metavar="USD",
        type=float,
        help="most US dollars that judging may cost in this session",
    )
    group.addoption(
        "--evenhand-undecided",
        choices=["error", "fail", "pass"],
        default="error",
        help="what becomes of a test whose verdict, or whose gate, is undecided (default: error)",
    )
    parser.addini(
        "evenhand_suites", "suite files to collect as tests, as patterns from the rootdir", type="args"
    )
    parser.addini("evenhand_constitution", "constitution of texts that no suite holds, by name or file")
    parser.addini("evenhand_panel", "panel of texts that no suite holds, by name or file")


def read_options(config: pytest.Config) -> Options:
    """Return the options of a session.

    Raises:
        UsageError: One of them makes no sense (pytest's own error, which ends the session).
    """
    workspace = config.getoption("--evenhand-workspace")
    folder = Path(config.invocation_params.dir, workspace).resolve() if workspace else None
    if folder and not folder.is_dir():
        raise pytest.UsageError(f"--evenhand-workspace: there is no folder {workspace}")
    max_usd = config.getoption("--evenhand-max-usd")
    if max_usd is not None and not 0 <= max_usd < float("inf"):
        raise pytest.UsageError(f"--evenhand-max-usd: {max_usd} is no amount of US dollars")
    return Options(
        live=config.getoption("--evenhand-live"),
        workspace=folder,
        max_usd=max_usd,
        undecided=cast("Undecidedness", config.getoption("--evenhand-undecided")),
        suites=tuple(config.getini("evenhand_suites")),
        constitution=config.getini("evenhand_constitution"),
        panel=config.getini("evenhand_panel"),
        root=config.rootpath,
    )
