"""What people see when a provider gives no answers: a run that says so, exits 3, and goes on later."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import Cli, model_workspace, plain_cases

from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread


@pytest.fixture
def healed() -> list[bool]:
    return []


@pytest.fixture
def failing(healed: list[bool]) -> Iterator[LoopbackServer]:
    """A server that works for preflight and ten questions and then gives no answers, until it is healed."""
    down = faults.Strike(
        fault=faults.vendor_error("overloaded"), when=lambda call: call.number > 12 and not healed
    )
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=[down])) as running:
        yield running


def test_an_outage_leaves_ratings_open_says_why_and_the_run_goes_on_when_it_is_over(
    tmp_path: Path, failing: LoopbackServer, healed: list[bool], cli: Cli
) -> None:
    folder = model_workspace(tmp_path, failing.base_url, cases=plain_cases(60))
    with (folder / "evenhand.toml").open("a", encoding="utf-8") as settings:
        settings.write("patience_minutes = 0\n")
    ended = cli("run", "small", "--workspace", folder)
    assert ended.code == 3
    assert "account 'loop' gave no answers" in ended.err
    assert "pace     account loop: 4 calls at once at the end, 4 at most, without answers once" in ended.out
    assert " rated + 0 failed + " in ended.out
    assert len(failing.ledger.calls) <= 12 + 10 + 4
    healed.append(True)
    document = cli("resume", "latest", "--workspace", folder, "--json").document
    assert (document["rated"], document["failed"], document["open"]) == (60, {}, 0)
    assert [(pace["account"], pace["openings"]) for pace in document["pacing"]] == [("loop", 1)]
    report = cli("report", "latest", "--workspace", folder)
    assert report.code == 0
    text = next((folder / "reports").glob("*.md")).read_text(encoding="utf-8")
    assert "## Pacing" in text
