"""A constitution in one spelling, written in the other and back, is the same to every command (ux.md C1)."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.generated import CONSTITUTIONS, TEXT

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import read_constitution, read_written_constitution
from evenhand.records.constitution import Constitution

_OVERRIDE = st.fixed_dictionaries(
    {"because": TEXT.map(lambda text: f"x{text}x")},
    optional={
        "text": TEXT,
        "severity": st.sampled_from(["critical", "low"]),
        "tags": st.lists(TEXT, max_size=2),
        "scope": st.dictionaries(TEXT, st.lists(TEXT, max_size=2), max_size=2),
        "examples": st.just([{"id": "o", "kind": "violates", "response": "r"}]),
    },
)
_EXTENSION = st.fixed_dictionaries(
    {"ref": TEXT},
    optional={
        "hash": TEXT,
        "only": st.lists(TEXT, max_size=2),
        "except": st.lists(TEXT, max_size=2),
        "override": st.dictionaries(st.sampled_from(["a.b", "c"]), _OVERRIDE, max_size=2),
    },
)


def _sound(content: dict[str, Any]) -> dict[str, Any]:
    """Return a constitution with the names, tiers, scales and labels that its checks ask for."""
    content = {
        **content,
        "tombstones": [],
        "tiers": list(dict.fromkeys(filter(None, content.get("tiers", [])))),
    }
    content["principles"] = [
        _sound_principle(each, at, content) for at, each in enumerate(content["principles"])
    ]
    return content


def _sound_principle(principle: dict[str, Any], at: int, content: dict[str, Any]) -> dict[str, Any]:
    tiers, scales = content["tiers"], list(content.get("scales", {}))
    examples = [
        {**each, "id": f"p{at}.e{place}", "expect": None, "kind": "violates", "use": "test"}
        for place, each in enumerate(principle.get("examples", ()))
    ]
    scope = {name: values for name, values in principle.get("scope", {}).items() if name != "when"}
    return {
        **principle,
        "id": f"p{at}.{principle['id']}",
        "aliases": [f"old{at}-{place}" for place, _ in enumerate(principle.get("aliases", ()))],
        "tier": tiers[at % len(tiers)] if tiers else "",
        "scale": scales[at % len(scales)] if scales else "comply",
        "pass": [],
        "conflicts_with": [],
        "scope": scope,
        "examples": examples,
    }


def _read(path: Path, text: str) -> Constitution:
    path.write_text(text, encoding="utf-8", newline="")
    file = read_constitution(path)
    assert file.record is not None, [(each.line, each.message) for each in file.findings]
    assert not file.findings
    return file.record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spellings")


@given(st.builds(_sound, CONSTITUTIONS))
@settings(max_examples=150, deadline=None)
def test_converting_either_way_and_back_loses_nothing(folder: Path, content: dict[str, Any]) -> None:
    made = Constitution.model_validate(content, strict=False)
    from_yaml = _read(folder / "a.yaml", write_yaml(made))
    from_markdown = _read(folder / "a.md", write_markdown(from_yaml))
    back = _read(folder / "b.yaml", write_yaml(from_markdown))
    assert back == from_markdown == from_yaml
    assert back.hash == from_markdown.hash == from_yaml.hash == made.hash
    assert write_yaml(back) == write_yaml(from_yaml)
    assert write_markdown(_read(folder / "b.md", write_markdown(back))) == write_markdown(from_yaml)


@given(st.builds(_sound, CONSTITUTIONS), st.lists(_EXTENSION, min_size=1, max_size=2))
@settings(max_examples=100, deadline=None)
def test_what_a_file_extends_is_said_alike_in_both(
    folder: Path, content: dict[str, Any], extends: list[dict[str, Any]]
) -> None:
    made = Constitution.model_validate({**content, "extends": extends}, strict=False)
    for name, text in (("c.yaml", write_yaml(made)), ("c.md", write_markdown(made))):
        (folder / name).write_text(text, encoding="utf-8", newline="")
        file = read_written_constitution(folder / name)
        assert file.record == made, file.findings
        assert file.record.hash == made.hash
