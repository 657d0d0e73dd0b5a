"""`evenhand constitution show` as people type it."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli

from evenhand.catalog.constitutions import load_constitution
from evenhand.cli.documents import document_schema

_HOSTILE = "\x1b[2Jgone\r::error::forged \u202egnorw"
_BASE = {
    "schema": "constitution/v1",
    "id": "base",
    "version": "1.0.0",
    "tiers": ["safety", "help"],
    "principles": [
        {"id": "answer", "text": "Answer.", "tier": "help"},
        {
            "id": "harm",
            "text": f"Do no harm. {_HOSTILE}",
            "title": "No harm",
            "tier": "safety",
            "aliases": ["harm.old"],
            "conflicts_with": [{"id": "answer", "resolution": "This one wins."}],
            "examples": [{"id": "e1", "kind": "violates", "response": _HOSTILE, "why": "It is harm."}],
        },
        {"id": "emoji", "text": "No emoji.", "tier": "help"},
    ],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "evenhand.toml").write_text("")
    (tmp_path / "constitutions").mkdir()
    (tmp_path / "constitutions" / "base.yaml").write_text(json.dumps(_BASE))
    pin = load_constitution(tmp_path / "constitutions" / "base.yaml").hash
    override = {"answer": {"severity": "low", "because": "Answers are short here."}}
    entry = {"ref": "base.yaml", "hash": pin, "except": ["emoji"], "override": override}
    own = {"id": "privacy", "text": "No addresses.", "tier": "safety"}
    child = {**_BASE, "id": "child", "extends": [entry], "principles": [own]}
    (tmp_path / "constitutions" / "child.yaml").write_text(json.dumps(child))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_principles_stand_by_tier_with_where_each_is_from(folder: Path, cli: Cli) -> None:
    del folder
    ended = cli("constitution", "show", "child")
    assert ended.code == 0
    order = [
        line.split()[0]
        for line in ended.out.splitlines()
        if line.startswith(("harm ", "privacy ", "answer "))
    ]
    assert order[:3] == ["harm", "privacy", "answer"]
    assert "constitutions/base.yaml:1" in ended.out
    assert "answer: child overrides severity, because: Answers are short here." in ended.out
    assert "harm was called harm.old" in ended.out
    assert "left out of base: emoji; no tombstone or alias says what became of it" in ended.out


def test_a_conflict_is_shown_with_who_wins(folder: Path, cli: Cli) -> None:
    del folder
    row = next(
        line for line in cli("constitution", "show", "base").out.splitlines() if "answer and harm" in line
    )
    assert [cell.strip() for cell in row.split("  ") if cell] == [
        "answer and harm",
        "harm",
        "its tier is higher",
        "This one wins.",
    ]


def test_the_effective_file_reads_back_as_what_it_was_made_of(folder: Path, cli: Cli) -> None:
    whole = load_constitution(folder / "constitutions" / "child.yaml")
    for spelling, name in (((), "whole.yaml"), (("--markdown",), "whole.md")):
        ended = cli("constitution", "show", "child", "--effective", *spelling)
        (folder / "constitutions" / name).write_text(ended.out)
        assert load_constitution(folder / "constitutions" / name).hash == whole.hash


def test_one_principle_is_shown_with_its_text_by_its_old_name_too(folder: Path, cli: Cli) -> None:
    del folder
    ended = cli("constitution", "show", "base", "--principle", "harm.old")
    assert "Do no harm." in ended.out
    assert "why: It is harm." in ended.out
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_the_document_keeps_to_its_schema(folder: Path, cli: Cli) -> None:
    del folder
    document = cli("--json", "constitution", "show", "child", "--effective").document
    jsonschema.Draft202012Validator(document_schema("evenhand/constitution-show/v1")).validate(document)
    assert document["constitution"]["hash"].startswith("sha256:")
    assert document["effective"]["id"] == "child"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing",), "there is no constitution 'nothing'"),
        ((), "which constitution? the workspace has base, child"),
        (("base", "--principle", "hram"), 'did you mean "harm"?'),
        (("base", "--markdown"), "add --effective"),
        (("base", "--effective", "--principle", "harm"), "leave out --principle"),
    ],
)
def test_what_can_not_be_shown_is_refused(
    folder: Path, cli: Cli, arguments: tuple[str, ...], told: str
) -> None:
    del folder
    ended = cli("constitution", "show", *arguments)
    assert ended.code == 2
    assert told in ended.err


def test_a_name_with_two_files_is_asked_about_and_none_is_taken_silently(folder: Path, cli: Cli) -> None:
    ended = cli("constitution", "show", "base", "--effective", "--markdown")
    (folder / "constitutions" / "base.md").write_text(ended.out)
    refused = cli("constitution", "show", "base")
    assert refused.code == 2
    assert "base is base.md and base.yaml" in refused.err
    assert cli("constitution", "show", "constitutions/base.md").code == 0


def test_a_workspace_without_constitutions_says_how_to_get_one(folder: Path, cli: Cli) -> None:
    for path in (folder / "constitutions").iterdir():
        path.unlink()
    ended = cli("constitution", "show")
    assert ended.code == 2
    assert "evenhand init" in ended.err
