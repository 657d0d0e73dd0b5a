"""The section about constitutions from elsewhere is followed as it stands."""

import json
import re
from pathlib import Path

from tests.docs.reader import BLOCK, Block, Reader

from evenhand.catalog.constitutions import load_constitution
from evenhand.catalog.interchange.formats import FORMATS

TITLE = "## Bring a constitution from elsewhere"


def _section(root: Path) -> str:
    page = (root / "docs/constitutions.md").read_text(encoding="utf-8")
    return page.partition(f"\n{TITLE}\n")[2].partition("\n## ")[0]


def test_a_constitution_is_brought_and_taken_as_the_page_says(tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "evenhand.toml").touch()
    reader = Reader(tmp_path)
    for found in BLOCK.finditer(_section(project_root)):
        reader.follow(Block(found["kind"], found["info"] or "", found["body"]))
    written = load_constitution(tmp_path / "constitutions/mine.md")
    assert [(each.id, each.scale) for each in written.principles] == [
        ("calmer", "pair"),
        ("sources.name", "comply"),
        ("tone", "comply"),
    ]
    assert load_constitution(tmp_path / "mine.yaml") == written
    assert "## Name the source {#sources.name}" in (tmp_path / "plain.md").read_text(encoding="utf-8")
    assert len(json.loads((tmp_path / "list.json").read_text(encoding="utf-8"))) == 3


def test_the_page_has_a_row_for_every_format(project_root: Path) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \|", _section(project_root), re.MULTILINE)
    assert rows == list(FORMATS)
