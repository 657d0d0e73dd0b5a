"""`evenhand constitution diff` as people and scripts meet it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.constitution.made import Edit, drop, example, made, of, rename, top
from tests.workflows.constitution_diff.impact_kit import RULES, by_the_rule, make, run, write_constitution
from tests.workflows.constitution_diff.kit import Workspace, label, make_workspace

from evenhand.catalog.constitution_text import write_yaml
from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, serve_in_thread

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


# -- Judging again ---------------------------------------------------------------------------------


@pytest.fixture
def ruled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A workspace of two rules that was judged once by a model; the first rule is another one in `next`."""
    with serve_in_thread(LoopbackServer(by_the_rule)) as running:
        folder = make(tmp_path / "ruled", running.base_url, price=1.0)
        run(folder)
        write_constitution(folder, "next", {**RULES, "word.first": "Never say gamma."})
        monkeypatch.chdir(folder)
        yield folder


def test_an_impact_begins_with_how_many_verdicts_flip(cli: Cli, ruled: Path) -> None:
    ended = cli("constitution", "diff", "c", "next", "--impact", "latest", "--no-stale")
    lines = ended.out.splitlines()
    assert lines[0] == "1 principle changed what it asks; of 24 verdicts compared 6 flip (6 to pass)"
    assert "word.first                 24        24        0        6      0" in lines
    (agreement,) = [line for line in lines if line.startswith("  agreement")]
    assert agreement.startswith("  agreement  -25.0 points (-")
    assert agreement.endswith(", n = 24)")
    assert "  c02/1/word.first: violates became complies, people said violates" in lines
    assert "note:  People labelled under the earlier text" in ended.err
    assert ended.code == 0
    assert ruled.is_dir()


def test_an_impact_that_is_only_planned_asks_nobody_and_says_what_it_takes(cli: Cli, ruled: Path) -> None:
    before = cli("runs", "--json").document["runs"]
    ended = cli("constitution", "diff", "c", "next", "--impact", "latest", "--plan-only")
    assert "to judge again: 1 principle, 24 items, 24 ratings, 24 of them by models" in ended.out
    assert "  calls 24 to " in ended.out
    document = cli(
        "constitution", "diff", "c", "next", "--impact", "latest", "--plan-only", "--json"
    ).document
    assert (document["plan"]["units"], document["compared"][0]["impact"]) == (24, None)
    assert cli("runs", "--json").document["runs"] == before
    assert ruled.is_dir()


def test_an_impact_that_was_stopped_says_how_to_go_on(cli: Cli, ruled: Path) -> None:
    words = ("constitution", "diff", "c", "next", "--impact", "latest", "--max-usd", "0.00001", "--json")
    ended = cli(*words)
    assert ended.code == ended.document["exit_code"] == 3
    impact = ended.document["compared"][0]["impact"]
    assert impact["open"] > 0
    assert ended.document["next"] == [f"evenhand resume {impact['judged_in']} --max-usd USD"]
    assert ruled.is_dir()


def test_an_impact_keeps_to_its_schema(cli: Cli, ruled: Path) -> None:
    document = cli("constitution", "diff", "c", "next", "--impact", "latest", "--json").document
    schema = document_schema("evenhand/constitution-diff/v1")
    jsonschema.Draft202012Validator(schema).validate(document)
    assert document["compared"][0]["impact"]["overall"]["to_pass"] == 6
    assert ruled.is_dir()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--plan-only",), "name a run: --impact RUN"),
        (("--max-usd", "1"), "name a run: --impact RUN"),
        (("--replay",), "name a run: --impact RUN"),
    ],
)
def test_options_of_an_impact_need_its_run(
    cli: Cli, sides: Write, options: tuple[str, ...], said: str
) -> None:
    sides(TEXT)
    ended = cli("constitution", "diff", "a.yaml", "b.yaml", *options)
    assert (ended.code, said in ended.err) == (2, True)
