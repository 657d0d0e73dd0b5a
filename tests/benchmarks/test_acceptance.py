"""The acceptance command: its environments, its processes, its reports, and the report that is committed."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from benchmarks.acceptance import environments
from benchmarks.acceptance.check import Check, PeerReport
from benchmarks.acceptance.environments import BrokenError, NotHereError, Recipe, environment
from benchmarks.acceptance.processes import NOWHERE, fetch, serve
from benchmarks.acceptance.report import as_json, as_markdown, document, table
from benchmarks.acceptance.run_peer import PEERS, run_peer

HELD = Check(what="planned = sum over terminal states", passed=True, seen="12 planned = 12 rated")
MISSED = Check(what="every verdict is the right one", passed=False, seen="11 of 12")


def report(*checks: Check, **changes: Any) -> PeerReport:
    fields = {
        "peer": "aimock",
        "title": "aimock",
        "note": "",
        "versions": {"aimock": "1.0"},
        "checks": checks,
        **changes,
    }
    return PeerReport(**fields)


def written(*reports: PeerReport) -> dict[str, Any]:
    content = document(reports, date="2026-11-20", versions={"evenhand": "0.1.0"})
    return json.loads(as_json(content))  # type: ignore[no-any-return] # an object


# -- What a report says --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "result"),
    [
        (report(HELD), "passed"),
        (report(HELD, MISSED), "failed"),
        (report(reason="node is not on PATH"), "not run"),
        (report(HELD, reason="BrokenError: it ended", broken=True), "failed"),
    ],
)
def test_a_peer_passes_only_when_it_ran_to_its_end_and_every_check_holds(
    given: PeerReport, result: str
) -> None:
    assert written(given)["peers"][0]["result"] == result
    assert result in table([given])
    assert result in as_markdown(written(given))


def test_a_report_has_the_same_keys_whatever_was_run() -> None:
    run, not_run = written(report(HELD, seconds={"start": 1.0}), report(reason="not here"))["peers"]
    assert list(run) == list(not_run)
    assert list(run["seconds"]) == list(not_run["seconds"]) == ["environment", "start", "checks"]


def test_people_read_beside_the_checks_what_they_have_to_know() -> None:
    shown = as_markdown(written(report(HELD, note="Its weights are random.")))
    assert shown.index("Its weights are random.") < shown.index(HELD.what)


def test_what_a_peer_said_names_no_address_or_place_and_stays_text() -> None:
    said = "<b>no</b> | http://10.0.0.7:4000/v1 in /home/someone/server.py\n\x1b[31m" + "x" * 2000
    peer = written(report(Check(what="w", passed=False, seen=said)))
    seen = peer["peers"][0]["checks"][0]["seen"]
    assert "10.0.0.7" not in seen
    assert "someone" not in seen
    assert seen.isprintable()
    assert len(seen) <= 600
    assert "<b>" not in as_markdown(peer)


# -- Environments and processes ------------------------------------------------------------------------------


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe named "tiny" that notes each time it is followed; returns its input file."""
    given, notes = tmp_path / "lock", tmp_path / "notes"
    given.write_text("a==1\n", encoding="utf-8")
    note = f"import sys, pathlib; pathlib.Path({str(notes)!r}).open('a').write('made ')"
    tiny = Recipe(name="tiny", inputs=(given,), steps=lambda _folder: iter([[sys.executable, "-c", note]]))
    monkeypatch.setitem(environments.RECIPES, "tiny", tiny)
    monkeypatch.setenv("EVENHAND_ACCEPTANCE_DIR", str(tmp_path / "made"))
    return given


def test_an_environment_is_made_once_and_again_only_when_its_lock_changes(recipe: Path) -> None:
    notes = recipe.with_name("notes")
    environment("tiny")
    environment("tiny")
    assert notes.read_text(encoding="utf-8") == "made "
    recipe.write_text("a==2\n", encoding="utf-8")
    environment("tiny")
    assert notes.read_text(encoding="utf-8") == "made made "


def test_an_environment_without_its_files_is_not_here(recipe: Path) -> None:
    recipe.unlink()
    with pytest.raises(NotHereError, match="lock"):
        environment("tiny")


def test_a_folder_of_somebody_else_is_left_alone(recipe: Path) -> None:
    theirs = recipe.with_name("made") / "tiny" / "thesis.txt"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", encoding="utf-8")
    with pytest.raises(BrokenError, match="not made by this command"):
        environment("tiny")
    assert theirs.read_text(encoding="utf-8") == "mine"


def test_a_peer_whose_files_are_missing_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = Recipe(name="aimock", inputs=(tmp_path / "gone.whl",), steps=lambda _folder: iter(()))
    monkeypatch.setitem(environments.RECIPES, "aimock", missing)
    found = run_peer("aimock")
    assert found.result == "not run"
    assert "gone.whl" in found.reason


def loopback(port: int) -> list[str]:
    return [sys.executable, "-m", "evenhand.testing", "--port", str(port)]


def test_a_server_answers_inside_the_block_and_is_gone_after_it(tmp_path: Path) -> None:
    with serve(loopback, ready="/_ledger", folder=tmp_path, environ={}) as served:
        assert json.loads(fetch(f"{served.url}/_ledger"))["calls"] == 0
    with pytest.raises(OSError, match="refused"):
        fetch(f"{served.url}/_ledger")


def test_a_server_gets_nothing_of_ours_but_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ours")
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    with (
        pytest.raises(BrokenError, match="ended while it started"),
        serve(lambda _port: show, ready="/", folder=tmp_path, environ={"MORE": "1"}),
    ):
        pass
    seen = json.loads((tmp_path / "server.log").read_text(encoding="utf-8"))
    assert "OPENAI_API_KEY" not in seen
    assert (seen["MORE"], seen["HOME"], seen["HTTPS_PROXY"]) == ("1", str(tmp_path), NOWHERE)


# -- The report that is committed ----------------------------------------------------------------------------


@pytest.fixture
def committed(project_root: Path) -> dict[str, Any]:
    text = (project_root / "reports" / "acceptance.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return] # an object


def test_the_committed_report_names_every_peer_with_its_result(committed: dict[str, Any]) -> None:
    assert [peer["peer"] for peer in committed["peers"]] == list(PEERS)
    for peer in committed["peers"]:
        assert peer["result"] == "passed"
        assert peer["versions"]
        assert all(
            check["result"] == "passed" and check["what"] and check["seen"] for check in peer["checks"]
        )


def test_the_committed_report_is_one_in_both_formats(committed: dict[str, Any], project_root: Path) -> None:
    markdown = (project_root / "reports" / "acceptance.md").read_text(encoding="utf-8")
    assert as_markdown(committed) == markdown


def test_the_committed_report_holds_no_place_of_this_machine(project_root: Path) -> None:
    for name in ("acceptance.json", "acceptance.md"):
        text = (project_root / "reports" / name).read_text(encoding="utf-8")
        assert not re.search(r"://|\bsk-\w+|/(home|root|tmp|usr|work)/", text)


def test_the_locks_of_the_peers_name_no_host(project_root: Path) -> None:
    locks = [
        path for path in (project_root / "benchmarks" / "acceptance" / "locks").rglob("*") if path.is_file()
    ]
    assert len(locks) == 10
    assert not [path.name for path in locks if "://" in path.read_text(encoding="utf-8")]
