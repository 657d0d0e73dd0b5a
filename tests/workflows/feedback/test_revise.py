"""Replies are revised and judged before and after, end to end against the loopback server."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.workflows.feedback import kit

from evenhand.catalog.settings import find_workspace
from evenhand.testing import Judge, LoopbackServer, serve_in_thread
from evenhand.workflows.feedback.read_revisions import read_revisions

Serve = Callable[..., LoopbackServer]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers in threads of their own."""
    with ExitStack() as stack:

        def start(judge: Judge | None = None, **script: object) -> LoopbackServer:
            server = LoopbackServer(judge or kit.writes(), **script)  # type: ignore[arg-type] # the test names options
            return stack.enter_context(serve_in_thread(server))

        yield start


def calls(server: LoopbackServer, model: str) -> int:
    return sum(call.model == model for call in server.ledger.billed)


@pytest.mark.parametrize("protocol", ["openai-chat", "openai-responses", "anthropic"])
def test_revisions_are_written_judged_and_measured(protocol: str, tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url, protocol=protocol)
    result = kit.mend(folder)
    assert result.report is not None
    effects = result.report.effects
    assert (effects.chains.planned, effects.chains.complete, effects.chains.open) == (6, 6, 0)
    assert (effects.overall.n, effects.overall.before, effects.overall.after) == (6, 0.5, 1.0)
    assert (effects.others.n, effects.others.won, effects.others.lost) == (6, 0, 0)
    secrets, helpful = effects.principles
    assert (secrets.principle_id, secrets.improvement.won, secrets.harm.rate.n) == ("keep.secrets", 3, 0)
    assert (helpful.improvement.n, helpful.harm.rate.n) == (0, 6)
    revised = list(read_revisions(find_workspace(folder), result.generation.run.id))
    assert [each.case_id for each in revised] == [f"case-{n}" for n in range(6)]
    assert revised[0].final == "This is answer 0." + kit.APPENDED
    assert revised[1].final == "This is answer 1."
    assert revised[0].steps[0].critique.startswith("Written by a script.")
    assert [len(key) for key in revised[0].steps[0].keys] == [64, 64]


def test_a_second_time_nobody_is_asked(tmp_path: Path, serve: Serve) -> None:
    server = serve()
    folder = kit.workspace(tmp_path, server.base_url)
    first = kit.mend(folder)
    paid = len(server.ledger.billed)
    second = kit.mend(folder)
    assert len(server.ledger.billed) == paid
    assert second.report == first.report
    assert kit.mend(folder, replay=True).report == first.report
    assert len(server.ledger.billed) == paid
