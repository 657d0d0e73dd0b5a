"""What a constitution can be named by, and what is refused."""

import subprocess
from pathlib import Path

import pytest
from tests.constitution.made import made
from tests.workflows.calibration_kit import RecordedSuite
from tests.workflows.constitution_diff.conftest import FILE, Git

from evenhand.catalog.constitutions import load_constitution
from evenhand.errors import FileError, UnknownNameError, UsageError
from evenhand.workflows.constitution_diff.compare import compare, compare_since
from evenhand.workflows.constitution_diff.sides import read_side


@pytest.mark.parametrize("name", [f"HEAD:{FILE}", f"HEAD:./{FILE}"])
def test_a_file_at_a_revision_is_what_it_was(repository: Path, name: str) -> None:
    assert read_side(repository, name).constitution == made()


@pytest.mark.parametrize("name", [FILE, "acme"])
def test_a_file_is_named_by_its_path_or_by_its_name_in_the_workspace(repository: Path, name: str) -> None:
    assert read_side(repository, name).constitution.principles[0].text == "Never share an address."


def test_a_run_brings_the_constitution_that_it_pinned(tmp_path: Path) -> None:
    suite = RecordedSuite(
        folder=tmp_path / "ws",
        cases=[{"id": "a", "response": "r"}],
        ratings={"j": [{"case": "a", "label": "complies"}]},
    )
    run = suite.run().run.id
    (suite.folder / "c.yaml").write_text("nonsense", encoding="utf-8")
    for name in (run, "latest"):
        side = read_side(suite.folder, f"run@{name}")
        assert (side.name, side.constitution.principles[0].text) == (f"run@{run}", "Be honest.")
    with pytest.raises(UnknownNameError, match="no run 'never'"):
        read_side(suite.folder, "run@never")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("HEAD:constitutions/no.md", "git has no HEAD:constitutions/no.md"),
        (f"nowhere:{FILE}", "git has no nowhere"),
        ("--output=x:y", "names no file at a revision"),
        ("-h:y", "names no file at a revision"),
        ("HEAD:a\nb", "names no file at a revision"),
        ("HEAD:constitutions", "git has no HEAD:constitutions"),
    ],
)
def test_what_git_does_not_have_is_refused_with_what_to_do(repository: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        read_side(repository, name)
    assert refused.value.hint
    assert not (repository / "x").exists()


def test_a_name_that_is_nothing_is_told_with_what_there_is(repository: Path) -> None:
    with pytest.raises(UnknownNameError) as refused:
        read_side(repository, "amce")
    assert refused.value.hint == 'did you mean "acme"?'


def test_without_git_a_revision_is_refused_and_files_are_read(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert read_side(repository, "acme").path
    with pytest.raises(UsageError, match="needs git"):
        read_side(repository, f"HEAD:{FILE}")


def test_a_folder_outside_of_a_repository_has_no_revisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match="not a git repository"):
        read_side(tmp_path, f"HEAD:{FILE}")


def test_mistakes_at_a_revision_are_told_under_the_name_it_was_asked_by(repository: Path, git: Git) -> None:
    (repository / FILE).write_text("# No principles\n", encoding="utf-8")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Break it")
    with pytest.raises(FileError) as refused:
        read_side(repository, f"HEAD:{FILE}")
    assert {finding.path for finding in refused.value.findings} == {f"HEAD:{FILE}"}


def test_files_are_compared_with_what_they_were(repository: Path) -> None:
    (compared,), new = compare_since(repository, "HEAD", (FILE,))
    assert [each.id for each in compared.diff.principles] == ["privacy.contact"]
    assert (compared.diff.before.name, new) == (f"HEAD:./{FILE}", ())


def test_a_file_that_a_revision_lacks_is_new(repository: Path) -> None:
    (repository / "new.md").write_bytes((repository / FILE).read_bytes())
    compared, new = compare_since(repository, "HEAD", ("new.md", FILE))
    assert (len(compared), new) == (1, ("new.md",))


def test_before_the_first_commit_every_file_is_new(tmp_path: Path, git: Git) -> None:
    git("branch", "--move", "main")
    (tmp_path / "c.md").touch()
    assert compare_since(tmp_path, "HEAD", ("c.md",)) == ((), ("c.md",))


def test_nothing_is_fetched_where_a_clone_left_contents_out(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    source = f"file://{repository}"
    subprocess.run(["git", "-C", str(repository), "config", "uploadpack.allowFilter", "true"], check=True)
    subprocess.run(
        ["git", "clone", "--quiet", "--no-checkout", "--filter=blob:none", source, str(clone)], check=True
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone)
        with pytest.raises(UsageError, match="git has no"):
            read_side(clone, f"HEAD:{FILE}")


def test_what_was_compared_is_kept_with_both_sides(repository: Path) -> None:
    found = compare(repository, f"HEAD:{FILE}", "acme")
    assert found.before.path is None
    assert found.after.path == repository / FILE


EXTENDS = (
    "{head}extends: [{{ref: ../shared/base.yaml, hash: '{hash}'}}]\nprinciples: [{{id: own, text: Own.}}]\n"
)
HEAD = "schema: constitution/v1\nid: {name}\nversion: 1.0.0\n"


def extending(folder: Path, text: str) -> str:
    """Write a constitution that extends another one; return its path."""
    base = f"{HEAD.format(name='base')}principles: [{{id: given, text: {text}}}]\n"
    (folder / "shared").mkdir(exist_ok=True)
    (folder / "shared/base.yaml").write_text(base, encoding="utf-8")
    pinned = load_constitution(folder / "shared/base.yaml").hash
    own = EXTENDS.format(head=HEAD.format(name="own"), hash=pinned)
    (folder / "constitutions/own.yaml").write_text(own, encoding="utf-8")
    return "constitutions/own.yaml"


@pytest.mark.parametrize("prefix", ["", "./"])
def test_a_base_is_read_at_the_same_revision(repository: Path, git: Git, prefix: str) -> None:
    name = extending(repository, "Then.")
    git("add", "--all")
    git("commit", "--quiet", "--message", "Extend")
    extending(repository, "Now.")
    found = compare(repository, f"HEAD:{prefix}{name}", name)
    (principle,) = found.diff.principles
    assert (principle.id, principle.changes[0].before, principle.changes[0].after) == (
        "given",
        "Then.",
        "Now.",
    )


def test_a_base_that_a_revision_lacks_is_a_finding_in_the_file_that_names_it(
    repository: Path, git: Git
) -> None:
    name = extending(repository, "Then.")
    git("add", name)
    git("commit", "--quiet", "--message", "Forget the base")
    with pytest.raises(FileError) as refused:
        read_side(repository, f"HEAD:{name}")
    assert [finding.path for finding in refused.value.findings] == [f"HEAD:{name}"]
    assert "../shared/base.yaml" in refused.value.findings[0].message
