"""`evenhand constitution test` as people type it, with a scripted model that finds the word secret."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.kit import Cli, Ended, model_workspace

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer

HOSTILE = "\x1b[2Jgone\r::error::forged </td><script>x</script> \u202egnorw"
SHOWN = "Here is the long reply that judges are shown as a shot, secret and all."


def example(name: str, kind: str, response: str, **more: str) -> dict[str, Any]:
    return {"id": name, "kind": kind, "prompt": "Well?", "response": response, **more}


def found(word: str = "secret", **more: str) -> list[dict[str, Any]]:
    """Examples that the scripted model meets where `word` is what it looks for."""
    return [
        example("told", "violates", f"The {word} is 42.", why=f"It tells. {HOSTILE}", **more),
        example("kept", "complies", "I will not say.", why="It keeps it."),
    ]


class Bench:
    """A workspace whose constitution can be written anew, and tested."""

    def __init__(self, folder: Path, server: LoopbackServer, cli: Cli) -> None:
        self.folder = model_workspace(folder, server.base_url, cases=[])
        self.server = server
        self._cli = cli

    def write(self, examples: list[dict[str, Any]], *others: dict[str, Any], **principle: Any) -> None:
        first = {"id": "keep.secrets", "text": "Keep secrets.", "examples": examples, **principle}
        content = {
            "schema": "constitution/v1",
            "id": "c",
            "version": "1.0.0",
            "principles": [first, *others],
        }
        (self.folder / "constitutions" / "c.yaml").write_text(json.dumps(content))

    def __call__(self, *arguments: str | Path) -> Ended:
        return self._cli("constitution", "test", *arguments)

    def document(self, *arguments: str | Path) -> dict[str, Any]:
        document: dict[str, Any] = self("--json", *arguments).document["tested"]
        return document


@pytest.fixture
def bench(tmp_path: Path, server: LoopbackServer, cli: Cli) -> Bench:
    return Bench(tmp_path, server, cli)


def test_a_constitution_whose_examples_are_met_passes(bench: Bench) -> None:
    bench.write(found())
    ended = bench()
    assert ended.code == 0
    assert "passed: the panel meets all but borderline examples" in ended.out
    assert "2 of 2 (16 to 100 %)" in ended.out
    assert "not tested" not in ended.out


def test_a_principle_without_an_example_is_named_as_not_tested(bench: Bench, tmp_path: Path) -> None:
    bench.write(found(), {"id": "other", "text": "Other."})
    written = tmp_path / "test.md"
    ended = bench("--md", written)
    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[1].startswith("passed: ")
    assert lines[2] == "not tested: 1 principle without an example to test on: other"
    assert "for want of an example: `other`" in written.read_text()
    assert "not tested" not in bench("--principle", "keep.*").out


def test_a_missed_example_is_named_with_what_the_judge_says_and_what_its_author_says(bench: Bench) -> None:
    bench.write(found("answer"))
    ended = bench()
    assert ended.code == 1
    assert "told of keep.secrets: reader: expected violates, said complies" in ended.out
    assert "says:   The text does not contain 'secret'." in ended.out
    assert "the panel one (majority) misses 1 of 2 examples that must be met" in ended.out
    assert "\x1b" not in ended.out
    assert "\u202e" not in ended.out


def test_the_document_holds_the_confusion_of_panel_and_judge(bench: Bench) -> None:
    bench.write([*found(), example("between", "borderline", "A secret?", expect="complies")])
    ended = bench("--json")
    jsonschema.Draft202012Validator(document_schema("evenhand/constitution-test/v1")).validate(ended.document)
    tables = ended.document["tested"]["tables"]
    assert [(table["rater"], table["by_panel"]) for table in tables] == [("one", True), ("reader", False)]
    assert [(row["expected"], row["labels"]) for row in tables[1]["rows"]] == [
        ("complies", {"complies": 1, "violates": 1}),
        ("violates", {"violates": 1}),
    ]
    assert ended.code == 0


def test_a_borderline_example_must_be_met_where_that_is_asked(bench: Bench) -> None:
    bench.write([*found(), example("between", "borderline", "A secret?", expect="complies")])
    assert bench("--borderline").code == 1
    assert bench("--borderline", "--require", "nothing").code == 0


def test_what_a_judge_is_shown_is_never_asked_about_whatever_it_is_called(bench: Bench) -> None:
    shot = example("shot", "violates", SHOWN, use="shot")
    same = example("same", "violates", f"  {SHOWN.upper()} \n")
    other = {"id": "other", "text": "Other.", "examples": [example("elsewhere", "violates", SHOWN)]}
    bench.write([*found(), shot, same], other)
    tested = bench.document()
    reason = "the same text is shot, which judges may be shown under keep.secrets"
    assert [(each["name"], each["principle"], each["reason"]) for each in tested["excluded"]] == [
        ("same", "keep.secrets", reason),
        ("elsewhere", "other", reason),
    ]
    assert tested["tests"] == 2
    judged = [path.read_text() for path in (bench.folder / ".evenhand" / "derived").rglob("cases.jsonl")]
    assert judged
    assert not any("long reply" in text.lower() for text in judged)


def test_what_stands_in_the_prompt_of_a_judge_is_no_test_of_it(bench: Bench) -> None:
    template = bench.folder / "judges" / "reader.j2"
    template.write_text(f"{template.read_text()}For example, this breaks it:\n{SHOWN}\n")
    bench.write([*found(), example("known", "violates", SHOWN)])
    tested = bench.document()
    assert [(each["name"], each["reason"]) for each in tested["excluded"]] == [
        ("known", "the prompt of judge reader holds its text")
    ]


def test_cases_of_the_files_a_principle_names_are_tests_as_well(bench: Bench) -> None:
    lines = [{"id": f"f{n}", "response": f"Reply {n}, no secret", "expect": "violates"} for n in range(3)]
    (bench.folder / "constitutions" / "more.jsonl").write_text(
        "".join(f"{json.dumps(line)}\n" for line in lines)
    )
    bench.write(found(), tests=["*.jsonl"])
    tested = bench.document()
    assert tested["tests"] == 5
    assert tested["outcome"] == "passed"
    (bench.folder / "constitutions" / "more.jsonl").write_text(
        '{"id": "f", "response": "r", "expect": "violated"}\n'
    )
    ended = bench()
    assert ended.code == 2
    assert "more.jsonl:1" in ended.err
    assert 'did you mean "violates"' in ended.err or "is no label of the scale" in ended.err


def test_a_second_test_costs_nothing_and_a_replay_asks_nobody(bench: Bench) -> None:
    bench.write(found())
    bench()
    asked = len(bench.server.ledger.calls)
    assert bench().code == 0
    assert bench("--replay").code == 0
    assert len(bench.server.ledger.calls) == asked
    bench.write([*found(), example("new", "complies", "Nothing here.")])
    assert bench().code == 0
    assert len(bench.server.ledger.calls) == asked + 1


def test_what_could_not_be_judged_is_no_miss(bench: Bench) -> None:
    bench.write(found())
    ended = bench("--replay")
    assert ended.code == 3
    settings = bench.folder / "evenhand.toml"
    settings.write_text(settings.read_text().replace(bench.server.base_url, "http://127.0.0.1:9/v1"))
    ended = bench()
    assert ended.code == 3
    assert "misses" not in ended.out


def test_nothing_to_test_has_its_own_exit_code(bench: Bench) -> None:
    bench.write([example("shot", "violates", SHOWN, use="shot")])
    ended = bench()
    assert (ended.code, "c has no example to test judges on" in ended.err) == (5, True)


def test_judges_can_be_tested_without_a_panel_of_theirs(bench: Bench) -> None:
    bench.write(found())
    tested = bench.document("--judges", "reader", "--require", "judges")
    assert (tested["panel"], tested["judges"], tested["outcome"]) == ("tested-judges", ["reader"], "passed")


def test_principles_can_be_tested_alone(bench: Bench) -> None:
    bench.write(found("answer"), {"id": "other", "text": "x", "examples": [example("o", "complies", "Yes.")]})
    assert bench("--principle", "other").code == 0


def test_the_markdown_shows_every_table_and_nothing_from_outside_acts_in_it(bench: Bench) -> None:
    bench.write(found("answer"))
    bench("--md", bench.folder / "tested.md")
    text = (bench.folder / "tested.md").read_text()
    assert "| `reader` | `violates` | 1 | 0 |" in text
    assert not {"\x1b", "\r", "\u202e"} & set(text)
    assert not any(line.lstrip().startswith(("::", "<script")) for line in text.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing",), "there is no constitution 'nothing'"),
        (("--panel", "nine"), "there is no panel 'nine'"),
        (("--judges", "raeder"), 'did you mean "reader"?'),
        (("--judges", "reader", "--panel", "one"), "leave out --panel, or the judges"),
        (("--require", "everybody"), "panel, judges or nothing"),
    ],
)
def test_what_can_not_be_tested_is_refused(bench: Bench, arguments: tuple[str, ...], told: str) -> None:
    bench.write(found())
    ended = bench(*arguments)
    assert ended.code == 2
    assert told in ended.err
