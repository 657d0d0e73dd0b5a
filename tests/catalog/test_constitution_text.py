import json
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evenhand.catalog.constitution_markdown import parse_markdown
from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.locate import validate
from evenhand.catalog.source import Document
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.records.constitution import Constitution
from tests.catalog.generated import CONSTITUTIONS, TEXT

_ADAPTER = TypeAdapter(Constitution)


def _read(document: Document) -> Constitution:
    constitution, findings = validate(_ADAPTER, Constitution, document)
    assert constitution is not None, findings
    return constitution


def _made(content: Any) -> Constitution:
    return _ADAPTER.validate_json(json.dumps(content))


@given(CONSTITUTIONS)
@settings(max_examples=300, deadline=None)
def test_markdown_says_exactly_what_yaml_says(content: Any) -> None:
    constitution = _made(content)
    from_yaml = _read(parse_yaml(write_yaml(constitution), "x.yaml"))
    from_markdown = _read(parse_markdown(write_markdown(from_yaml), "x.md"))
    back_in_yaml = _read(parse_yaml(write_yaml(from_markdown), "x.yaml"))
    assert from_markdown.canonical() == from_yaml.canonical() == constitution.canonical()
    assert back_in_yaml.hash == from_markdown.hash == constitution.hash
