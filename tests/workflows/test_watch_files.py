"""A change is a change of content: it is noticed once, whatever happens to times, and an absent file is a state too."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from evenhand.workflows.watch_files import FileWatch, neighbours


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.yaml"
    path.write_text("one", encoding="utf-8")
    return path


def later(path: Path, text: str) -> None:
    """Write a file with a time of its own, as if seconds had passed."""
    path.write_text(text, encoding="utf-8")
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 10**9))


CHANGES: dict[str, tuple[Callable[[Path], None], bool]] = {
    "nothing": (lambda _path: None, False),
    "another text": (lambda path: later(path, "two"), True),
    "the same text, saved again": (lambda path: later(path, "one"), False),
    "it is gone": (lambda path: path.unlink(), True),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_content_is_noticed_and_nothing_else(file: Path, change: str) -> None:
    act, is_change = CHANGES[change]
    watch = FileWatch([file])
    act(file)
    assert watch.changed() == ((file,) if is_change else ())
    assert watch.changed() == ()


def test_a_file_that_appears_is_a_change(tmp_path: Path) -> None:
    watch = FileWatch([tmp_path / "a.yaml"])
    (tmp_path / "a.yaml").write_text("one", encoding="utf-8")
    assert watch.changed() == (tmp_path / "a.yaml",)


def test_files_that_are_followed_anew_keep_what_they_were(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.yaml"
    watch = FileWatch([file])
    later(file, "two")
    watch.follow([file, other])
    assert watch.changed() == (file,)
    watch.follow([other])
    later(file, "three")
    assert watch.changed() == ()


def test_waiting_ends_with_every_file_that_was_written_in_one_go(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.yaml"
    other.write_text("one", encoding="utf-8")
    writes = iter([None, file, other, None])

    def sleep(_seconds: float) -> None:
        if written := next(writes):
            later(written, "two")

    watch = FileWatch([file, other], sleep=sleep)
    assert watch.wait() == (file, other)


def test_what_may_mend_a_file_is_beside_it(file: Path, tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("one", encoding="utf-8")
    assert list(dict.fromkeys(neighbours([file]))) == [file, tmp_path / "b.yaml"]
