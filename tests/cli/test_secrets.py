"""A key in the environment is seen by its endpoint and by nobody else, whatever goes wrong."""

import base64
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.cli.kit import Cli, model_workspace, plain_cases

from evenhand.cli import main
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.faults import Fault

SENTINEL = "sk-Zq9/vT+4:uX7&wY2=kB8sentinel"
VARIABLE = "LOOP_API_KEY"


def encodings(key: str) -> Iterator[bytes]:
    """Yield the key as it is, in UTF-16, in hex, percent-encoded, escaped as JSON does, and in base64."""
    raw = key.encode()
    yield from (raw, key.encode("utf-16-le"), raw.hex().encode(), quote(key, safe="").encode())
    yield key.replace("/", "\\/").encode()
    for lead in range(3):
        whole = base64.b64encode(b"\0" * lead + raw)[4:-4]
        yield from (whole, whole.translate(bytes.maketrans(b"+/", b"-_")))
    yield raw[6:20]


def assert_absent(*texts: bytes) -> None:
    for text in texts:
        assert not [spelling for spelling in encodings(SENTINEL) if spelling in text]


FAULTS: dict[str, Fault | None] = {
    "none": None,
    "refused key": faults.vendor_error("unauthorized", message=f"bad key {SENTINEL}"),
    "crash": faults.vendor_error("server_error", message=f"Authorization: Bearer {SENTINEL}"),
    "bad request": faults.vendor_error("bad_request", message=f"headers: {quote(SENTINEL, safe='')}"),
    "limit": faults.vendor_error("quota_exhausted", message=base64.b64encode(SENTINEL.encode()).decode()),
    "web page": faults.body(f"<html>{SENTINEL}</html>".encode(), status=502),
    "reset": faults.reset_before_body(),
}
LINES = (
    ("doctor", "-v"),
    ("lint",),
    ("plan", "small"),
    ("run", "small"),
    ("resume", "latest"),
    ("runs",),
    ("report", "latest"),
    ("explain", "case-0@latest"),
    ("run", "nothing"),
    ("explain", "nothing@latest"),
    ("report", "nothing"),
    ("schema", "nothing"),
    ("import", "tidy", "nothing"),
    ("init", "evenhand.toml"),
)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_key_is_in_no_output_no_ledger_and_no_report(
    fault: Fault | None, tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SENTINEL)
    strikes = [faults.always(fault)] if fault else []
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=strikes, api_key=SENTINEL)) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(3), key_variable=VARIABLE)
        for line in LINES:
            ended = cli(*line, "--workspace", folder, "--debug", "--json")
            assert_absent(ended.out.encode(), ended.err.encode())
        assert server.ledger.calls, "the key was never sent, and nothing is shown"
    assert_absent(*(path.read_bytes() for path in folder.rglob("*") if path.is_file()))


def test_the_ledger_is_searched_as_text_too(
    tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SENTINEL)
    fault = faults.always(faults.vendor_error("unauthorized", message=f"bad key {SENTINEL}"))
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[fault])) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(2), key_variable=VARIABLE)
        assert cli("run", "small", "--workspace", folder).code == 3
    dump = "\n".join(sqlite3.connect(folder / ".evenhand/ledger.sqlite").iterdump())
    assert "bad key" in dump
    assert_absent(dump.encode())


def test_a_defect_shows_no_key_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"headers: Bearer {SENTINEL}")

    monkeypatch.setenv(VARIABLE, SENTINEL)
    monkeypatch.setattr("evenhand.cli.runs.list_runs", fail)
    assert main(["runs", "--debug", "--json"]) == 3
    written = capsys.readouterr()
    assert "Traceback" in written.err
    assert_absent(written.out.encode(), written.err.encode())
