"""How far a generation run is, in a line and on a terminal."""

import io
from collections import Counter

from rich.console import Console

from evenhand.cli.generation_progress import GenerationWatch, generation_line
from evenhand.cli.output import Screen
from evenhand.cli.progress import Pace
from evenhand.generation.progress import GenerationProgress
from evenhand.records.pacing import AccountNow


def progress(*, ended: int = 30) -> GenerationProgress:
    """Forty chains, of which some ended."""
    return GenerationProgress(
        chains=40,
        ended=ended,
        failed=Counter({"truncated": 2, "refused": 1}),
        steps=61,
        reused=4,
        cost_nanousd=12_300_000,
    )


def test_a_line_says_how_many_chains_ended_and_how() -> None:
    line = generation_line(progress(), Pace())
    assert line.startswith(
        "30/40 chains (75%), failed 3 (1 refused, 2 truncated), 61 texts (4 reused), spent 0.0123 USD"
    )
    assert line.endswith("time left unknown")
    assert generation_line(progress(ended=40), Pace()).endswith("done")


def test_a_run_without_chains_is_done() -> None:
    assert generation_line(GenerationProgress(chains=0), Pace()).startswith("0/0 chains (100%)")


def test_a_terminal_shows_the_account_below_the_line() -> None:
    moved = progress()
    moved.look = lambda: [
        AccountNow(account="loop\x1b[2J", in_flight=3, limit=8, resting_s=5.0, is_open=False, is_closed=False)
    ]
    shown = io.StringIO()
    watch = GenerationWatch(Screen())
    Console(file=shown, width=200).print(watch._table(moved))
    assert "30/40 chains" in shown.getvalue()
    assert "3 of 8 calls in flight, rests for 5 s" in shown.getvalue()
    assert "\x1b[2J" not in shown.getvalue()
