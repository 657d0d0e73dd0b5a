"""Pages that show commands are run as they stand."""

from pathlib import Path

from tests.docs.reader import Reader, blocks


def test_the_tutorial_works_to_the_letter(tmp_path: Path, project_root: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for block in blocks(project_root / "docs/tutorial.md"):
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
