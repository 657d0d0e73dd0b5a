from pathlib import Path

import pytest

from evenhand.catalog.files import Refusal, digest_file, follow, read_utf8, shown_path
from evenhand.errors import FileError


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    for folder in ("suites", "judges"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("secret")
    (root / "judges" / "a.j2").write_text("a")
    (root / "suites" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (root / "suites" / "folder").symlink_to(tmp_path / "outside")
    (root / "suites" / "inside.txt").symlink_to(root / "judges" / "a.j2")
    (root / "suites" / "loop").symlink_to(root / "suites" / "loop")
    return root


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../../secret.txt", "F006"), ("../../../../../../etc/passwd", "F006"), ("../suites/../../secret.txt", "F006"),
        ("link.txt", "F006"), ("folder/secret.txt", "F006"), ("./folder/../../../secret.txt", "F006"),
        ("/etc/passwd", "F005"), ("//etc/passwd", "F005"), ("C:\\secret.txt", "F005"), ("c:/secret.txt", "F005"),
        ("..\\..\\secret.txt", "F005"), ("\\\\host\\share", "F005"), ("a\\b", "F005"),
        ("https://example.org/x", "F004"), ("file:///etc/passwd", "F004"), ("hf://acme/set", "F004"),
        ("a\x00b", "F007"), ("a\nb", "F007"), ("a\u202eb", "F007"), ("", "F007"), ("con", "F007"),
        ("../judges/NUL.j2", "F007"),
        ("../judges/b.j2", "F001"), ("loop", "F001"), ("nothing/here", "F001"), ("../judges", "F002"),
        ("..", "F002"), (".", "F002"),
    ],
)  # fmt: skip
def test_a_reference_may_not_leave_the_workspace_or_be_anything_but_a_file(
    workspace: Path, name: str, code: str
) -> None:
    refusal = follow(name, folder=workspace / "suites", root=workspace)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize("name", ["../judges/a.j2", "inside.txt", "./../suites/../judges/a.j2"])
def test_a_reference_inside_the_workspace_is_followed_to_the_real_file(workspace: Path, name: str) -> None:
    found = follow(name, folder=workspace / "suites", root=workspace)
    assert found == (workspace / "judges" / "a.j2").resolve()


def test_a_misspelt_file_is_found_again_in_its_folder(workspace: Path) -> None:
    refusal = follow("../judges/a.jj2", folder=workspace / "suites", root=workspace)
    assert isinstance(refusal, Refusal)
    assert refusal.suggestion == 'did you mean "../judges/a.j2"?'


def test_text_that_is_not_utf8_is_refused_with_its_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes(b"a: b\nna\xefve: c\n")
    with pytest.raises(FileError) as caught:
        read_utf8(path)
    finding = caught.value.findings[0]
    assert (finding.code, finding.line, finding.column, finding.message) == (
        "F008",
        2,
        3,
        "byte 0xEF is not UTF-8",
    )


def test_a_large_file_is_refused_without_reading_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as stream:
        stream.truncate(10_000_000_000)
    with pytest.raises(FileError) as caught:
        read_utf8(path)
    assert caught.value.findings[0].code == "F003"


@pytest.mark.parametrize(("name", "code"), [("missing.yaml", "F001"), ("", "F002")])
def test_what_is_not_there_is_a_finding_and_not_a_crash(tmp_path: Path, name: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        read_utf8(tmp_path / name)
    assert caught.value.findings[0].code == code


def test_paths_are_shown_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_path(tmp_path / "a" / "b.yaml") == "a/b.yaml"
    assert shown_path(Path("a/../b.yaml")) == "b.yaml"
    assert shown_path(Path("/elsewhere/b.yaml")) == "/elsewhere/b.yaml"


def test_a_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    expected = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_file(tmp_path / "a") == expected
