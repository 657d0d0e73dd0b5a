"""The rows of the attack table that are quick to measure hold; forged verdicts have tests of their own."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from benchmarks.attack_rows import parser_and_fence, reports, rules, texts
from benchmarks.attack_rows.road import Row
from benchmarks.attacks import markdown
from tests.records.multilingual import SENTENCES

from evenhand.testing.attacks import COMMANDS, FENCE_ENDS, PAYLOADS, TEMPLATE_CODE

QUICK: dict[str, Callable[[], Iterable[Row]]] = {
    "instructions": texts.instructions,
    "hidden characters": lambda: [texts.hidden_characters(SENTENCES)],
    "null answers": texts.null_answers,
    "over-long candidates": rules.over_long,
    "position": lambda: [rules.position()],
    "templates in prompts": lambda: [parser_and_fence.templates_in_prompts()],
    "templates in reports": lambda: [reports.templates_in_reports()],
}


@pytest.mark.parametrize("measure", QUICK.values(), ids=QUICK)
def test_what_is_promised_about_attacks_holds(measure: Callable[[], Iterable[Row]]) -> None:
    found = list(measure())
    assert [row.figures for row in found if not row.held] == []
    assert all(row.replies for row in found)


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len({*PAYLOADS.values(), *FENCE_ENDS.values(), *COMMANDS.values(), *TEMPLATE_CODE.values()}) >= 600


def test_a_row_that_did_not_hold_is_seen_in_the_table() -> None:
    row = Row(id="C01", what="w", payloads=1, judges="J", replies=1, figures="forged 1/1", held=False)
    assert "| forged 1/1 | **no** |" in markdown([row], 1.0)


def test_honest_replies_are_seldom_flagged(shared_data: Path) -> None:
    found = list(texts.false_flags(shared_data))
    assert len(found) == 1 + len(texts.CLEAN_SETS)
    assert [row.figures for row in found if not row.held] == []
