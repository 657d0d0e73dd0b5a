"""What people see of batches: the price beside the live one, how each stands, and what was wrong with its rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.workflows.batch_kit import serving, workspace

from evenhand.cli.progress import batch_lines
from evenhand.judging.progress import BatchProgress, Progress
from evenhand.testing.batches import Behaviour, rows

Cli = Callable[..., Any]


def test_a_plan_names_the_price_in_batches_beside_the_live_one(tmp_path: Path, cli: Cli) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9")
    found = cli("plan", "small", "--workspace", folder, "--json").document["judges"][0]
    assert found["batch_usd"]["high"] == pytest.approx(found["usd"]["high"] / 2)
    assert "USD with --batch" in cli("plan", "small", "--workspace", folder).out


def test_another_share_than_half_is_said_in_the_price(tmp_path: Path, cli: Cli) -> None:
    folder = workspace(tmp_path, "http://127.0.0.1:9")
    judge = folder / "judges" / "reader.yaml"
    text = judge.read_text(encoding="utf-8").replace("output: 100.0}", "output: 100.0, batch: 0.25}")
    judge.write_text(text, encoding="utf-8")
    found = cli("plan", "small", "--workspace", folder, "--json").document["judges"][0]
    assert found["batch_usd"]["high"] == pytest.approx(found["usd"]["high"] / 4)


def test_a_run_says_what_was_batched_and_what_was_wrong_with_the_rows(tmp_path: Path, cli: Cli) -> None:
    with serving(Behaviour(dropped=rows(0), strangers=2)) as server:
        folder = workspace(tmp_path, server.base_url, cases=4)
        ended = cli("run", "small", "--workspace", folder, "--yes", "--batch", "--poll-seconds", "0.01")
    assert ended.code == 0
    assert "5 of them in batches at a lower price" in ended.out
    assert "1 rows are in no result file: possibly billed" in ended.err
    assert "2 rows are none of ours (stranger-0, stranger-1): left out" in ended.err


def test_batches_under_way_have_a_line_each_and_the_others_share_one() -> None:
    batches = {
        number: BatchProgress(account="openai", rows=1_000, word="in_progress", done=10, ended=number < 3)
        for number in range(1, 9)
    }
    *lines, last = batch_lines(Progress(batches=batches))
    assert lines[0] == "batch 3 at openai: in_progress, 10 of 1,000 rows"
    assert (len(lines), last) == (4, "2 batches read, 2 more under way")
    assert batch_lines(Progress()) == []
