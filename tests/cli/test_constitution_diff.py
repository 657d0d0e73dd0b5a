"""`evenhand constitution diff` as people and scripts meet it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.kit import Cli
from tests.constitution.made import Edit, drop, example, made, of, rename, top
from tests.workflows.constitution_diff.kit import Workspace, label, make_workspace

from evenhand.catalog.constitution_text import write_yaml

Write = Callable[..., None]
TEXT = of(0, text="The reply must never share a private address.")


@pytest.fixture
def sides(tmp_path: Path) -> Write:
    """Write the two sides: the base, and the base with some edits."""

    def write(*edits: Edit) -> None:
        (tmp_path / "a.yaml").write_text(write_yaml(made()), encoding="utf-8")
        (tmp_path / "b.yaml").write_text(write_yaml(made(*edits)), encoding="utf-8")

    return write


def test_the_conclusion_comes_first_and_then_each_principle(cli: Cli, sides: Write) -> None:
    sides(TEXT, of(1, severity="low"), drop(2))
    ended = cli("constitution", "diff", "a.yaml", "b.yaml")
    why = "privacy.contact asks something else"
    assert ended.out.splitlines() == [
        "1 principle changed what it asks; 1 principle changed without another question; 1 removed",
        "from  a.yaml (acme 1.2.0)",
        "to    b.yaml (acme 1.2.0)",
        f"      this asks for a major step of the version ({why}), and it is still 1.2.0",
        "",
        "privacy.contact  changed: it asks something else",
        "  the text changed: 1 word out, 1 in",
        "  │ The reply must [-not-] {+never+} share a private address.",
        "",
        "help.fully  changed: the question is the same",
        "  severity was lowered: medium became low",
        "",
        "style.plain  removed",
        "  tombstone: It moved to the style guide.",
    ]
    assert (ended.code, ended.err) == (0, "")


def test_two_that_are_the_same_are_told_in_a_line(cli: Cli, sides: Write) -> None:
    sides()
    ended = cli("constitution", "diff", "a.yaml", "b.yaml")
    assert ended.out.splitlines()[0] == "nothing changed"


def test_faults_of_the_change_are_warned_of(cli: Cli, sides: Write) -> None:
    sides(example(0, 0, use="shot"), rename(2, "style.simple", alias=False))
    ended = cli("constitution", "diff", "a.yaml", "b.yaml")
    assert "warning: privacy.contact: judges that show it have seen its answer" in ended.err
    assert "warning: style.plain: there is no tombstone" in ended.err
    assert "a guess: it has the text of style.plain" in ended.out


@pytest.mark.parametrize(
    ("edits", "reasons", "failed"),
    [
        ((TEXT,), "", []),
        ((TEXT,), "version", ["version"]),
        ((TEXT, top(version="2.0.0")), "version", []),
        ((TEXT, top(version="2.0.0")), "version, binding", ["binding"]),
        ((drop(2), top(version="2.0.0")), "binding,warning", ["binding"]),
        ((drop(2, tombstone=False),), "warning", ["warning"]),
        ((of(1, notes="Seen."), top(version="1.2.1")), "version,binding,warning", []),
    ],
)
def test_it_fails_on_what_it_is_told_to(
    cli: Cli, sides: Write, edits: tuple[Edit, ...], reasons: str, failed: list[str]
) -> None:
    sides(*edits)
    ended = cli("constitution", "diff", "a.yaml", "b.yaml", "--fail-on", reasons, "--json")
    assert ended.code == ended.document["exit_code"] == bool(failed)
    assert ended.document["failed"] == failed
    assert ended.err.count("failed: ") == len(failed)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "two constitutions are compared, not 0"),
        (("a.yaml",), "two constitutions are compared, not 1"),
        (("a.yaml", "b.yaml", "a.yaml"), "two constitutions are compared, not 3"),
        (("a.yaml", "b.yaml", "--fail-on", "everything"), "no reason to fail on 'everything'"),
        (("a.yaml", "c.yaml"), "no constitution 'c.yaml'"),
    ],
)
def test_what_can_not_be_compared_is_refused(
    cli: Cli, sides: Write, arguments: tuple[str, ...], said: str
) -> None:
    sides()
    ended = cli("constitution", "diff", *arguments)
    assert (ended.code, said in ended.err) == (2, True)


def test_the_document_has_the_words_of_a_text_one_by_one(cli: Cli, sides: Write) -> None:
    sides(TEXT)
    (compared,) = cli("constitution", "diff", "a.yaml", "b.yaml", "--json").document["compared"]
    (change,) = compared["diff"]["principles"][0]["changes"]
    assert (change["part"], change["effect"]) == ("text", "binding")
    assert [part["kind"] for part in change["words"]] == ["same", "removed", "added", "same"]
    assert compared["diff"]["version_rule"]["asked"] == "major"


def test_markdown_goes_to_stdout_alone(cli: Cli, sides: Write) -> None:
    sides(TEXT)
    ended = cli("constitution", "diff", "a.yaml", "b.yaml", "--markdown")
    assert ended.out.startswith("> [!WARNING]\n> **1 principle changed what it asks**\n")
    assert "The reply must [-not-] {+never+} share a private address." in ended.out


def test_a_hostile_text_does_nothing_to_a_terminal(cli: Cli, sides: Write) -> None:
    sides(of(0, text="\x1b[2J\x1b]8;;http://127.0.0.1:9\x07 x", title="a\u202eb"))
    ended = cli("constitution", "diff", "a.yaml", "b.yaml")
    assert "\x1b" not in ended.out + ended.err
    assert "\u202e" not in ended.out


@pytest.fixture
def judged_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with a run, a file of labels and a second constitution."""
    workspace = make_workspace(tmp_path / "ws")
    workspace.label(*(label(number) for number in range(4)))
    workspace.run()
    workspace.constitution(TEXT, name="next")
    monkeypatch.chdir(workspace.folder)
    return workspace


def test_what_is_stale_is_part_of_the_conclusion_and_listed_by_run_and_place(
    cli: Cli, judged_once: Workspace
) -> None:
    run = judged_once.runs[0]
    lines = cli("constitution", "diff", "run@latest", "next").out.splitlines()
    assert lines[0] == ("1 principle changed what it asks; 12 verdicts in 1 run and 4 human labels are stale")
    assert [line.split() for line in lines if line.startswith(run)] == [
        [run, "core", "privacy.contact", "verdicts", "12", "stale"],
        [run, "core", "privacy.contact", "nearest", "12", "stale"],
        [run, "core", "privacy.contact", "patterns", "12", "stale"],
    ]
    assert (
        "suites/labels.jsonl  core   privacy.contact       4  stale     the first run that read them" in lines
    )


def test_nobody_looks_for_what_is_stale_where_that_is_not_wanted(cli: Cli, judged_once: Workspace) -> None:
    ended = cli("constitution", "diff", "acme", "next", "--no-stale", "--json")
    (compared,) = ended.document["compared"]
    assert (compared["staleness"], compared["headline"]) == (None, "1 principle changed what it asks")
    assert judged_once.runs
