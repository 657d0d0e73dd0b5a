"""The entry point: help, usage errors, exit codes, and where each byte goes."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.cli.kit import Cli

import evenhand
from evenhand.cli.commands import GROUPS, Entry, entries
from evenhand.cli.failures import explain_failure
from evenhand.cli.group import load_command
from evenhand.cli.session import Session
from evenhand.errors import (
    BudgetError,
    CallClass,
    CallError,
    FileError,
    Finding,
    LedgerError,
    NothingSelectedError,
    UnknownNameError,
    UsageError,
)


@pytest.mark.parametrize("entry", list(entries()), ids=lambda entry: entry.path)
def test_every_command_of_the_table_loads_and_explains_itself(entry: Entry, cli: Cli) -> None:
    command = load_command(entry)
    assert command.help
    assert cli(*entry.path.split(), "--help").code == 0


def test_every_group_says_what_it_is_for() -> None:
    prefixes = {entry.path.rpartition(" ")[0] for entry in entries()} - {""}
    assert prefixes == set(GROUPS)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["rnu"], 'did you mean "run"?'),
        (["repotr", "x"], 'did you mean "report"?'),
        (["import", "tdy"], 'did you mean "tidy"?'),
        (["runs", "--jsn"], "--json"),
        (["run"], "evenhand run --help"),
        (["run", "demo", "--max-usd", "much"], "evenhand run --help"),
    ],
)
def test_a_slip_of_the_keyboard_exits_2_and_says_what_to_type(typed: list[str], hint: str, cli: Cli) -> None:
    ended = cli(*typed)
    assert ended.code == 2
    assert ended.out == ""
    assert hint in ended.err


def test_no_command_shows_help_on_stderr_and_exits_2(cli: Cli) -> None:
    ended = cli()
    assert ended.code == 2
    assert ended.out == ""
    assert "Usage: evenhand" in ended.err


@pytest.mark.parametrize("typed", [["runs", "--bogus", "--json"], ["--json"], ["--json", "nothing"]])
def test_a_usage_error_is_a_document_too(typed: list[str], cli: Cli) -> None:
    ended = cli(*typed)
    assert ended.document["schema"] == "evenhand/error/v1"
    assert ended.document["error"]["exit_code"] == ended.code == 2


FINDING = Finding(path="a.yaml", line=1, column=1, code="X001", message="wrong")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("a"), 2),
        (UnknownNameError("run", "a", ["b"]), 2),
        (FileError([FINDING]), 2),
        (NothingSelectedError("a"), 5),
        (LedgerError("a"), 3),
        (BudgetError("a"), 3),
        (CallError("a", call_class=CallClass.AUTH), 3),
        (KeyboardInterrupt(), 130),
        (PermissionError(13, "Permission denied", "reports/x"), 3),
        (OSError(28, "No space left on device"), 3),
        (RuntimeError("a"), 3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_an_error_has_its_exit_code_and_says_so_in_json(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain_failure(error, Session(as_json=True)) == code
    assert f'"exit_code": {code}' in capsys.readouterr().out


def test_an_unexpected_error_shows_no_text_of_its_own_unless_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise RuntimeError("a text nobody checked")

    for debug, shown in ((False, False), (True, True)):
        try:
            fail()
        except RuntimeError as error:
            explain_failure(error, Session(debug=debug))
        written = capsys.readouterr().err
        assert ("a text nobody checked" in written) is shown
        assert "please report it" in written


def test_a_traceback_shows_no_key(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANY_API_KEY", "sentinel-0123456789")
    explain_failure(RuntimeError("401 for sentinel-0123456789"), Session(debug=True))
    assert "sentinel" not in capsys.readouterr().err


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = subprocess.run(
        [sys.executable, "-m", "evenhand", "--version"],
        stdout=write_end,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        check=False,
    )
    os.close(write_end)
    assert (result.returncode, result.stderr) == (141, b"")


def test_the_version_is_the_one_of_the_package(project_root: Path, cli: Cli) -> None:
    declared = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert evenhand.__version__ == declared
    assert cli("--version").out == f"evenhand {declared}\n"


def test_every_public_name_is_there_and_sorted() -> None:
    assert evenhand.__all__ == sorted(evenhand.__all__)
    assert all(getattr(evenhand, name) is not None for name in evenhand.__all__)
    assert set(evenhand.__all__) <= set(dir(evenhand))


def test_an_unknown_public_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Constitutoin'"):
        evenhand.Constitutoin  # noqa: B018 - looking it up is the test
