import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from evenhand.catalog.json_schema import ROOTS, schema, schemas
from evenhand.catalog.record_files import KINDS, read_document
from evenhand.catalog.shape_errors import PATTERN_WORDS


def _fields(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        yield from node.get("properties", {}).items()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _fields(child)


def _patterns(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from [node["pattern"]] if node.get("type") == "string" and "pattern" in node else []
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _patterns(child)


@pytest.mark.parametrize("name", ROOTS)
def test_a_schema_is_valid_and_every_field_says_what_it_is_for(name: str) -> None:
    made = schema(name)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["description"]
    assert not [key for key, field in _fields(made) if not field.get("description")]


def test_unknown_keys_are_refused_everywhere() -> None:
    objects = [
        node
        for made in schemas().values()
        for node in [made, *made.get("$defs", {}).values()]
        if node.get("type") == "object"
    ]
    assert all(node["additionalProperties"] is False for node in objects)


def test_every_pattern_of_a_schema_can_be_said_in_words() -> None:
    assert {pattern for made in schemas().values() for pattern in _patterns(made)} <= PATTERN_WORDS.keys()


@pytest.mark.parametrize("pattern", ["constitutions/*.md", "judges/*.yaml", "suites/*.yaml"])
def test_our_own_files_validate_against_the_schemas(project_root: Path, pattern: str) -> None:
    documents = [read_document(path) for path in sorted(project_root.glob(pattern))]
    assert documents
    for document in documents:
        data: Any = document.data
        jsonschema.validate(data, schema(KINDS[data["schema"]]), cls=jsonschema.Draft202012Validator)


def test_our_own_cases_validate_against_the_schema(project_root: Path) -> None:
    files = sorted(project_root.glob("suites/*/cases*.jsonl"))
    assert files
    validator = jsonschema.Draft202012Validator(schema("case"))
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            validator.validate(json.loads(line))
