import json
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from tests.catalog.generated import CONSTITUTIONS, HOSTILE, TEXT

from evenhand.catalog.constitution_markdown import parse_markdown
from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.locate import validate
from evenhand.catalog.markdown_turns import read_turns, write_turn
from evenhand.catalog.source import Document, Source
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.records.constitution import Constitution

_ADAPTER = TypeAdapter(Constitution)


def _read(document: Document) -> Constitution:
    result = validate(_ADAPTER, Constitution, document)
    assert result[0] is not None, result[1]
    return result[0]


def _made(**principle: Any) -> Constitution:
    base = {"schema": "constitution/v1", "id": "a", "version": "1.0.0"}
    content = {**base, "principles": [{"id": "p", "text": "The reply must not lie.", **principle}]}
    return _ADAPTER.validate_json(json.dumps(content))


@given(CONSTITUTIONS)
@settings(max_examples=150, deadline=None)
def test_markdown_says_exactly_what_yaml_says(content: Any) -> None:
    constitution = _ADAPTER.validate_json(json.dumps(content))
    from_yaml = _read(parse_yaml(write_yaml(constitution), "x.yaml"))
    from_markdown = _read(parse_markdown(write_markdown(from_yaml), "x.md"))
    back_in_yaml = _read(parse_yaml(write_yaml(from_markdown), "x.yaml"))
    assert from_markdown.canonical() == from_yaml.canonical() == constitution.canonical()
    assert back_in_yaml.hash == from_markdown.hash == constitution.hash


@pytest.mark.parametrize("line", HOSTILE)
def test_a_line_that_looks_like_markup_stays_text_in_every_field(line: str) -> None:
    text = f"a\n{line}\nb"
    turns = [{"role": "user", "content": text}, {"role": "tool", "content": line}]
    example = {"id": "e", "kind": "violates", "prompt": turns, "response": text, "why": text, "tags": [line]}
    constitution = _made(
        text=text,
        title=line,
        notes=text,
        exceptions=line,
        when=line,
        scope={line: [line]},
        examples=[example],
    )
    constitution = constitution.model_copy(update={"summary": text, "title": line.strip()})
    assert _read(parse_markdown(write_markdown(constitution), "x.md")).canonical() == constitution.canonical()
    assert _read(parse_yaml(write_yaml(constitution), "x.yaml")).canonical() == constitution.canonical()


_TREES = st.recursive(
    st.one_of(
        TEXT, st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), st.booleans()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


@given(_TREES)
@settings(max_examples=200, deadline=None)
def test_yaml_we_write_reads_back_exactly_here_and_in_another_loader(tree: Any) -> None:
    text = dump_yaml(tree)
    assert parse_yaml(text, "x.yaml").data == tree
    assert yaml.safe_load(text) == tree


@given(TEXT)
def test_a_turn_reads_back_exactly_whatever_tags_it_holds(content: str) -> None:
    lines = write_turn("user", content)
    turns, findings = read_turns(list(enumerate(lines, start=1)), Source(path="x", lines=lines))
    assert [turn.content for turn in turns] == [content]
    assert not findings


@pytest.mark.parametrize(
    ("prompt", "written"),
    [
        ("", []),
        ("Hi", ["    <user>Hi</user>"]),
        ([{"role": "user", "content": "Hi"}], ["    <user>Hi</user>"]),
        ([], []),
        ([{"role": "system", "content": "S"}], ["    <system>S</system>"]),
    ],
)
def test_a_plain_prompt_is_told_from_a_conversation_of_one_turn(prompt: Any, written: list[str]) -> None:
    example = {"id": "e", "kind": "violates", "prompt": prompt, "response": "r"}
    constitution = _made(examples=[example])
    markdown = write_markdown(constitution)
    assert [*written, "    <assistant>r</assistant>"] == [
        line for line in markdown.split("\n") if "<" in line
    ]
    assert _read(parse_markdown(markdown, "x.md")).hash == constitution.hash


def test_readable_values_are_written_readably() -> None:
    constitution = _made(
        title="No lies",
        scope={"languages": ["en", "ar"]},
        when="always",
        exceptions="Fiction.",
        tests=["cases/a.jsonl"],
        **{"pass": ["complies", "not_applicable"]},
    )
    assert write_markdown(constitution).split("\n")[5:] == [
        "",
        '## No lies {#p pass="complies not_applicable"}',
        "",
        "The reply must not lie.",
        "",
        "!!! exception",
        "    Fiction.",
        "",
        "!!! scope",
        "    languages: en, ar",
        "    when: always",
        "",
        "[^tests]: cases/a.jsonl",
        "",
    ]


def test_the_editor_header_stands_in_the_first_line() -> None:
    assert write_yaml(_made(), schema="../schema.json").startswith(
        "# yaml-language-server: $schema=../schema.json\n"
    )


def test_a_block_scalar_and_a_paragraph_of_the_same_words_hash_alike() -> None:
    spelt = (
        "schema: constitution/v1\nid: a\nversion: 1.0.0\nprinciples:\n- id: p\n  text: |\n    Do not lie.\n"
    )
    paragraph = "---\nschema: constitution/v1\nid: a\nversion: 1.0.0\n---\n\n## {#p}\n\nDo not lie.\n"
    assert _read(parse_yaml(spelt, "x.yaml")).hash == _read(parse_markdown(paragraph, "x.md")).hash
