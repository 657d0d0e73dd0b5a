"""Pages that show commands are run as they stand."""

from pathlib import Path

import pytest
from tests.docs.reader import Reader, blocks


@pytest.mark.parametrize("page", ["tutorial", "living-constitution"])
def test_a_walk_works_to_the_letter(tmp_path: Path, project_root: Path, page: str) -> None:
    reader = Reader(tmp_path)
    try:
        for block in blocks(project_root / f"docs/{page}.md"):
            reader.follow(block)
    finally:
        for process in reader.background:
            process.terminate()
            process.wait()
    assert list(reader.folder.glob("reports/*.html"))


def test_the_first_commands_of_the_readme_work_to_the_letter(tmp_path: Path, project_root: Path) -> None:
    reader = Reader(tmp_path)
    (first,) = [block for block in blocks(project_root / "README.md") if "evenhand init" in block.body]
    reader.follow(first)
    assert list(reader.folder.glob("reports/*.html"))


def test_what_is_said_of_extending_and_testing_a_constitution_works_to_the_letter(
    tmp_path: Path, project_root: Path
) -> None:
    reader = Reader(tmp_path)
    reader.run("evenhand init")
    text = (project_root / "docs/constitutions.md").read_text(encoding="utf-8")
    sections = text.partition("## Build on another constitution")[2].partition("## Bring a constitution")[0]
    page = tmp_path / "page"
    page.write_text(sections, encoding="utf-8")
    followed = blocks(page)
    assert [block.kind for block in followed] == ["yaml", "md", "sh", "sh"]
    for block in followed:
        reader.follow(block)
