"""The section about labelling pairs is followed as it stands."""

import json
import re
from pathlib import Path

import pytest
from tests.docs.reader import BLOCK, Block, Reader
from tests.workflows.feedback.prefer_kit import fair, pair, preference_workspace

from evenhand.feedback.results import PairOutcome
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.feedback.read_preferences import read_preferences

TITLE = "## Label pairs by the constitution"


def _section(root: Path) -> str:
    page = (root / "docs/training-data.md").read_text(encoding="utf-8")
    return page.partition(f"\n{TITLE}\n")[2].partition("\n## ")[0]


def test_pairs_are_labelled_as_the_page_says(
    tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    with serve_in_thread(LoopbackServer(fair)) as server:
        preference_workspace(tmp_path, server.base_url, [pair(1, "good5", "good2")])
        settings = tmp_path / "evenhand.toml"
        text = settings.read_text(encoding="utf-8")
        more = f'[accounts.openai]\nprotocol = "openai-chat"\nbase_url = "{server.base_url}"\n'
        settings.write_text(text + more, encoding="utf-8")
        reader = Reader(tmp_path)
        for found in BLOCK.finditer(_section(project_root)):
            reader.follow(Block(found["kind"], found["info"] or "", found["body"]))
    (label,) = read_preferences(tmp_path, "latest")
    assert (label.case_id, len(label.principle_ids)) == ("p1", 1)
    assert {raw.said for raw in label.raw} <= {"a", "b"}
    assert len(list((tmp_path / "reports").glob("*-preferences.json"))) == 2


def test_the_page_has_a_row_for_every_outcome(project_root: Path) -> None:
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", _section(project_root), re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
    assert named == [outcome.value for outcome in PairOutcome]


def test_a_case_of_the_page_is_a_case(project_root: Path) -> None:
    blocks = [
        found
        for found in BLOCK.finditer(_section(project_root))
        if found["info"] == "file=suites/options.jsonl"
    ]
    assert [len(json.loads(found["body"])["candidates"]) for found in blocks] == [2]
