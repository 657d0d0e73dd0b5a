"""Constitutions of others become files that every command reads."""

import json
from pathlib import Path

import pytest
from tests.catalog.interchange.kit import FILES

from evenhand.catalog.constitutions import load_constitution, read_written_constitution
from evenhand.catalog.lint import lint_paths
from evenhand.errors import FileError, Severity, UnknownNameError, UsageError
from evenhand.judging.offline.expression import why_not
from evenhand.judging.template import check_template
from evenhand.workflows.export_constitution import export_constitution
from evenhand.workflows.import_constitution import import_constitution


@pytest.fixture(autouse=True)
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evenhand.toml").write_text("")
    (tmp_path / "constitutions").mkdir()
    return tmp_path


def _file(text: str, name: str = "there.txt") -> Path:
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


@pytest.mark.parametrize("format_name", FILES)
def test_both_spellings_of_an_import_are_one_constitution(format_name: str) -> None:
    source = _file(FILES[format_name])
    import_constitution(format_name, source, Path("constitutions/c.md"))
    done = import_constitution(format_name, source, Path("constitutions/c.yaml"))
    markdown, yaml = (load_constitution(Path(f"constitutions/c.{ending}")) for ending in ("md", "yaml"))
    assert markdown == yaml
    assert (yaml.id, yaml.status, done.id) == ("c", "draft", "c")
    assert done.principles == len(yaml.principles)


@pytest.mark.parametrize("format_name", FILES)
def test_what_lint_says_of_an_import_are_warnings(format_name: str) -> None:
    import_constitution(format_name, _file(FILES[format_name]), Path("constitutions/c.yaml"))
    report = lint_paths((Path("constitutions"),), template_check=check_template, pattern_check=why_not)
    assert {found.severity for found in report.findings} == {Severity.WARNING}


def test_an_import_is_the_same_each_time() -> None:
    source = _file(FILES["model-spec"])
    first = import_constitution("model-spec", source, Path("a.md"))
    again = import_constitution("model-spec", source, Path("b.md"))
    assert first.guesses == again.guesses
    ids = [[each.id for each in load_constitution(Path(f"{name}.md")).principles] for name in "ab"]
    assert ids[0] == ids[1]


def test_a_principle_that_is_added_leaves_the_ids_of_the_others() -> None:
    before = json.dumps(["Keep calm.", "Name the source."])
    after = json.dumps(["Be brief.", "Keep calm.", "Name the source."])
    import_constitution("json-list", _file(before), Path("a.yaml"))
    import_constitution("json-list", _file(after), Path("b.yaml"))
    assert {each.id for each in load_constitution(Path("a.yaml")).principles} < {
        each.id for each in load_constitution(Path("b.yaml")).principles
    }


def test_a_file_that_is_there_is_written_only_when_asked() -> None:
    source, out = _file(FILES["prose"]), _file("mine", "c.md")
    with pytest.raises(UsageError, match="exists already"):
        import_constitution("prose", source, out)
    assert out.read_text() == "mine"
    import_constitution("prose", source, out, force=True)
    assert load_constitution(out).principles


def test_a_file_is_never_written_over_itself() -> None:
    source = _file(FILES["prose"], "c.md")
    with pytest.raises(UsageError, match="is the file that is read"):
        import_constitution("prose", source, source, force=True)
    Path("link.md").symlink_to(source)
    with pytest.raises(UsageError, match="is the file that is read"):
        import_constitution("prose", source, Path("link.md"), force=True)
    assert source.read_text() == FILES["prose"]


@pytest.mark.parametrize(
    ("format_name", "text", "code"),
    [
        ("prose", "no heading\n", "I006"),
        ("json-list", "[", "D003"),
        ("promptfoo", "a: *b\n", "Y004"),
        ("model-spec", "# A {#a authority=high}\n\nb\n", "I008"),
    ],
)
def test_a_broken_file_leaves_nothing_behind(format_name: str, text: str, code: str) -> None:
    with pytest.raises(FileError) as caught:
        import_constitution(format_name, _file(text), Path("constitutions/c.yaml"))
    assert code in [found.code for found in caught.value.findings]
    assert not list(Path("constitutions").iterdir())


@pytest.mark.parametrize("name", ["c.txt", "c", "c.json"])
def test_another_ending_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no name of a constitution"):
        import_constitution("prose", _file(FILES["prose"]), Path(name))


def test_an_unknown_format_is_answered_with_a_near_one() -> None:
    with pytest.raises(UnknownNameError, match="there is no format 'modelspec'") as caught:
        import_constitution("modelspec", _file(""), Path("c.md"))
    assert caught.value.hint == 'did you mean "model-spec"?'


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    with pytest.raises(FileError) as caught:
        import_constitution("prose", _file("# a\n\n" + "b" * 5_000_001), Path("c.md"))
    assert [found.code for found in caught.value.findings] == ["F003"]


@pytest.mark.parametrize("ending", ["yaml", "md"])
def test_our_own_spellings_lose_nothing_on_the_way_out(ending: str) -> None:
    import_constitution("model-spec", _file(FILES["model-spec"]), Path("constitutions/c.yaml"))
    format_name = "evenhand-yaml" if ending == "yaml" else "evenhand-markdown"
    done = export_constitution(format_name, "c", start=Path(), out=Path(f"constitutions/other.{ending}"))
    assert not done.left_out
    assert load_constitution(Path(f"constitutions/other.{ending}")) == load_constitution(
        Path("constitutions/c.yaml")
    )


def test_what_a_constitution_extends_is_spelled_in_our_formats_and_merged_in_others() -> None:
    import_constitution("prose", _file(FILES["prose"]), Path("constitutions/base.yaml"))
    pinned = load_constitution(Path("constitutions/base.yaml")).hash
    Path("constitutions/c.yaml").write_text(
        "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        f"extends: [{{ref: base.yaml, hash: '{pinned}'}}]\nprinciples: [{{id: own, text: Do this.}}]\n"
    )
    export_constitution("evenhand-markdown", "c", start=Path(), out=Path("constitutions/d.md"))
    assert read_written_constitution(Path("constitutions/d.md")).record == (
        read_written_constitution(Path("constitutions/c.yaml")).record
    )
    assert len(json.loads(export_constitution("json-list", "c", start=Path()).text)) == 3


def test_a_constitution_that_is_spelled_in_another_folder_still_finds_its_bases_and_cases() -> None:
    import_constitution("prose", _file(FILES["prose"]), Path("constitutions/base.yaml"))
    pinned = load_constitution(Path("constitutions/base.yaml")).hash
    Path("constitutions/c.yaml").write_text(
        "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        f"extends: [{{ref: base.yaml, hash: '{pinned}'}}]\n"
        "principles: [{id: own, text: Do this., tests: [cases/*.jsonl]}]\n"
    )
    export_constitution("evenhand-yaml", "c", start=Path(), out=Path("moved.yaml"))
    moved = load_constitution(Path("moved.yaml"))
    assert moved.by_id["own"].tests == ("constitutions/cases/*.jsonl",)
    assert list(moved.by_id) == list(load_constitution(Path("constitutions/c.yaml")).by_id)


@pytest.mark.parametrize(
    ("format_name", "out", "message"),
    [
        ("json-list", "constitutions/c.yaml", "is the file that is read"),
        ("evenhand-yaml", "constitutions/../constitutions/c.yaml", "is the file that is read"),
        ("evenhand-yaml", "other.md", "is no name of a file in this format"),
        ("evenhand-markdown", "other.yaml", "is no name of a file in this format"),
    ],
)
def test_an_export_is_written_over_no_constitution_and_under_no_ending_that_reads_otherwise(
    format_name: str, out: str, message: str
) -> None:
    import_constitution("prose", _file(FILES["prose"]), Path("constitutions/c.yaml"))
    before = Path("constitutions/c.yaml").read_bytes()
    with pytest.raises(UsageError, match=message):
        export_constitution(format_name, "c", start=Path(), out=Path(out), force=True)
    assert Path("constitutions/c.yaml").read_bytes() == before


def test_an_export_without_a_file_returns_its_text_and_writes_nothing() -> None:
    import_constitution("prose", _file(FILES["prose"]), Path("constitutions/c.yaml"))
    before = sorted(Path().iterdir())
    done = export_constitution("json-list", "c", start=Path())
    assert len(json.loads(done.text)) == done.principles == 2
    assert sorted(Path().iterdir()) == before
    with pytest.raises(UnknownNameError, match="there is no constitution 'd'"):
        export_constitution("json-list", "d", start=Path())


# -- Constitutions that others published ----------------------------------------------------------


@pytest.mark.parametrize(
    ("format_name", "path", "principles", "described"),
    [
        ("json-list", "constitutions/RLMadisonInstructions.json", 16, 0),
        ("json-list", "constitutions/CritiqueRevisionInstructions.json", 16, 0),
        ("humanebench", "humanebench/rubric_v1.md", 8, 32),
        ("humanebench", "humanebench/rubric_v2.md", 8, 32),
        ("humanebench", "humanebench/rubric_v3.md", 8, 32),
    ],
)
def test_a_published_constitution_is_read_whole(
    shared_data: Path, format_name: str, path: str, principles: int, described: int
) -> None:
    done = import_constitution(format_name, shared_data / path, Path("constitutions/c.yaml"))
    constitution = load_constitution(Path("constitutions/c.yaml"))
    assert done.principles == principles
    assert sum(len(scale.describe) for scale in constitution.scales.values()) == described


def test_published_critiques_and_revisions_come_back_letter_by_letter(shared_data: Path) -> None:
    source = shared_data / "constitutions/CritiqueRevisionInstructions.json"
    import_constitution("json-list", source, Path("constitutions/c.md"))
    done = export_constitution("critiques", "c", start=Path())
    assert json.loads(done.text) == json.loads(source.read_text())


def test_the_published_rubrics_have_the_labels_of_their_raters(shared_data: Path) -> None:
    import_constitution("humanebench", shared_data / "humanebench/rubric_v3.md", Path("constitutions/c.yaml"))
    scales = load_constitution(Path("constitutions/c.yaml")).scales.values()
    assert {scale.labels for scale in scales} == {("-1", "-0.5", "0.5", "1")}


@pytest.mark.parametrize("name", ["CritiqueRevisionFewShotPrompts", "RLMadisonFewShotPrompts"])
def test_examples_for_a_model_are_not_taken_for_principles(shared_data: Path, name: str) -> None:
    with pytest.raises(FileError):
        import_constitution("json-list", shared_data / f"constitutions/{name}.json", Path("c.yaml"))
