"""`evenhand constitution import` and `export`: what people are told, and that nothing in a file can act on them."""

import json
from pathlib import Path

import pytest
from tests.catalog.interchange.kit import FILES, SPEC
from tests.cli.kit import Cli
from tests.cli.test_hostile_text import ACTS, HOSTILE

TOLD = """\
guessed (12); read this before you judge by the file:
  the format does not say:
    severity medium for all 2 principles
    version 0.1.0, status draft, language en
    scale comply (complies or violates) for all 2 principles
  it has no level of authority:
    “How to read this” is no principle; its text is in the summary  (line 1)
    “Lending” is no principle; its text is in the notes of 'Never promise a book'  (line 5)
  a tag in brackets names a file of prompts; copy their folder beside the constitution:
    tests examples/ab12.md, and the tags left out of the text  (line 12)
  the format calls it commentary:
    commentary is rationale, not binding  (line 17)
  conversations here have no developer:
    what the developer says is a system turn  (line 24)
  the format has a third side:
    a reply marked OK is borderline, and complies  (line 24)
  the file does not say after which:
    the chat goes on after the first good reply  (line 46)
  what is a guideline may be set aside with a reason:
    strength should  (line 58)
  its heading has neither anchor nor level:
    “A note” is text of the section above  (line 62)
next:  evenhand lint c.md
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "evenhand.toml").write_text("")
    (tmp_path / "spec.md").write_text(SPEC, encoding="utf-8")
    return tmp_path / "spec.md"


def test_an_import_says_what_it_found_and_all_it_guessed(spec: Path, cli: Cli) -> None:
    ended = cli("constitution", "import", "model-spec", "spec.md", "--out", "c.md")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "2 principles, 4 examples from spec.md in c.md",
        "  1 GOOD replies",
        "  2 BAD replies",
        "  1 OK replies",
        "  4 anchored headings",
        "  2 levels of authority",
    ]
    assert ended.err == TOLD
    assert spec.with_name("c.md").is_file()


def test_many_guesses_of_a_kind_are_counted_and_all_shown_on_request(tmp_path: Path, cli: Cli) -> None:
    texts = [f"Name source {'abcdefgh'[number]}{number}." for number in range(8)]
    (tmp_path / "list.json").write_text(json.dumps(texts, indent=1))
    few = cli("constitution", "import", "json-list", "list.json", "--out", "a.yaml")
    all_of_them = cli("constitution", "import", "json-list", "list.json", "--out", "b.yaml", "-v")
    assert few.err.count("of its words") == 5
    assert "8 of this kind; --verbose shows them all" in few.err
    assert all_of_them.err.count("of its words") == 8


def test_every_guess_is_in_the_document(spec: Path, cli: Cli) -> None:
    ended = cli("constitution", "import", "model-spec", spec, "--out", "c.yaml", "--json")
    assert len(ended.document["guesses"]) == 12
    assert ended.document["guesses"][3] == {
        "line": 1,
        "what": "“How to read this” is no principle; its text is in the summary",
        "why": "it has no level of authority",
    }


def test_a_broken_file_is_shown_with_its_line(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "spec.md").write_text("# A {#a authority=rot}\n\nb\n")
    ended = cli("constitution", "import", "model-spec", "spec.md", "--out", "c.md")
    assert ended.code == 2
    assert ended.err.splitlines()[:4] == [
        "spec.md:1:9 error I008: there is no level of authority 'rot'",
        "    1 | # A {#a authority=rot}",
        '      |         ^^^^^^^^^^ did you mean "root"?',
        "      = see: evenhand explain I008",
    ]
    assert not (tmp_path / "c.md").exists()


def test_an_export_is_written_or_shown_and_tells_what_it_leaves_out(spec: Path, cli: Cli) -> None:
    cli("constitution", "import", "model-spec", spec, "--out", "constitutions/c.md")
    shown = cli("constitution", "export", "json-list", "c")
    assert [text[:20] for text in json.loads(shown.out)] == ["The assistant must n", "One sentence is ofte"]
    assert "left out title (2)" in shown.err
    written = cli("constitution", "export", "markdown", "constitutions/c.md", "--out", "plain.md")
    assert written.out == "2 principles from constitutions/c.md in plain.md\n"
    assert "left out notes (1)" in written.err
    again = cli("constitution", "import", "model-spec", "plain.md", "--out", "d.md")
    assert again.out.startswith("2 principles, 4 examples ")


@pytest.mark.parametrize("format_name", FILES)
def test_nothing_in_a_file_acts_on_a_terminal(format_name: str, tmp_path: Path, cli: Cli) -> None:
    marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\x85": "\\u0085", "\x9b": "\\u009b"}
    escaped = "".join(
        marks.get(char) or (char if char.isprintable() else f"\\u{ord(char):04x}") for char in HOSTILE
    )
    hostile = {
        "json-list": f'["{escaped}"]',
        "geval": f'{{"name": "{escaped}", "criteria": "{escaped}", "{escaped}": "x"}}',
        "mlflow": f'{{"name": "{escaped}", "instructions": "{escaped}", "{escaped}": "x"}}',
        "prometheus": f'{{"name": "{escaped}", "criteria": "{escaped}"}}',
        "promptfoo": f'{{"{escaped}": 1, "assert": [{{"type": "llm-rubric", "value": "{escaped}"}}, '
        f'{{"type": "{escaped}"}}]}}',
    }.get(format_name, HOSTILE)
    (tmp_path / "there").write_text(hostile, encoding="utf-8", newline="")
    ended = cli("constitution", "import", format_name, "there", "--out", "constitutions/c.md", "-v")
    shown = cli("constitution", "export", "markdown", "c") if ended.code == 0 else ended
    assert not any(
        ACTS.search(text.replace("\n", "")) for text in (ended.out, ended.err, shown.out, shown.err)
    )
    told = [*ended.out.splitlines(), *ended.err.splitlines(), *shown.err.splitlines()]
    assert not any(line.startswith("FORGED") for line in told)
