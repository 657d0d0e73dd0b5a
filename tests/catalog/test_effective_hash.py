"""The hash of an effective constitution is over what it says: spelling, layout and the order of keys are not in it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import load_constitution, read_written_constitution
from evenhand.catalog.yaml_text import dump_yaml

_PROSE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(
    lambda text: f"x{text}x"
)
_IDS = ("a.one", "b.two", "c.three", "d.four")
_EXTRA = st.fixed_dictionaries(
    {"text": _PROSE},
    optional={
        "title": _PROSE,
        "severity": st.sampled_from(["critical", "high", "medium", "low"]),
        "tier": st.sampled_from(["top", "low"]),
        "scope": st.dictionaries(
            st.sampled_from(["languages", "surfaces"]), st.lists(_PROSE, max_size=2), max_size=2
        ),
        "tags": st.lists(_PROSE, max_size=2),
        "notes": _PROSE,
    },
)
_OVERRIDE = st.fixed_dictionaries(
    {"because": _PROSE}, optional={"severity": st.just("low"), "text": _PROSE, "tags": st.just([])}
)


@st.composite
def _families(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a base and a constitution that extends it, the pin left out."""
    names = draw(st.lists(st.sampled_from(_IDS), min_size=2, max_size=4, unique=True))
    own = draw(st.integers(1, len(names) - 1))
    head = {"schema": "constitution/v1", "version": "1.0.0", "tiers": ["top", "low"]}
    base = {**head, "id": "base", "principles": [{"id": name, **draw(_EXTRA)} for name in names[:own]]}
    out = draw(st.lists(st.sampled_from(names[:own]), max_size=own - 1, unique=True))
    override = {name: draw(_OVERRIDE) for name in names[:own] if name not in out and draw(st.booleans())}
    entry: dict[str, Any] = {"ref": "base.yaml"}
    entry |= {"except": out} if out else {}
    entry |= {"override": override} if override else {}
    child = {**head, "id": "child", "extends": [entry]}
    child["principles"] = [{"id": name, **draw(_EXTRA)} for name in names[own:]]
    return base, child


def _shuffled(value: Any, draw: st.DataObject) -> Any:
    """Return a value with the keys of its mappings in another order."""
    if isinstance(value, list):
        return [_shuffled(each, draw) for each in value]
    if not isinstance(value, dict):
        return value
    keys = draw.draw(st.permutations(list(value)))
    return {key: _shuffled(value[key], draw) for key in keys}


@given(_families(), st.data())
@settings(max_examples=60, deadline=None)
def test_an_effective_constitution_is_the_same_however_its_files_are_laid_out(
    family: tuple[dict[str, Any], dict[str, Any]], draw: st.DataObject
) -> None:
    base, child = family
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "base.yaml").write_text(dump_yaml(base))
        pin = load_constitution(folder / "base.yaml").hash
        child["extends"][0]["hash"] = pin
        (folder / "child.yaml").write_text(dump_yaml(child))
        effective = load_constitution(folder / "child.yaml")

        (folder / "base.yaml").write_text(yaml.safe_dump(_shuffled(base, draw), sort_keys=False))
        (folder / "child.yaml").write_text(yaml.safe_dump(_shuffled(child, draw), sort_keys=False))
        assert load_constitution(folder / "base.yaml").hash == pin
        assert load_constitution(folder / "child.yaml").hash == effective.hash

        written = read_written_constitution(folder / "child.yaml").record
        assert written is not None
        (folder / "child.md").write_text(write_markdown(written))
        assert load_constitution(folder / "child.md").hash == effective.hash
        (folder / "merged.yaml").write_text(write_yaml(effective))
        assert load_constitution(folder / "merged.yaml").hash == effective.hash
