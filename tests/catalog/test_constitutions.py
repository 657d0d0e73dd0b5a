from pathlib import Path

import pytest

from evenhand.catalog.constitution_text import write_yaml
from evenhand.catalog.constitutions import load_constitution, read_constitution

_HEAD = "schema: constitution/v1\nid: a\nversion: 1.0.0\n"


def test_the_same_text_may_be_a_shot_of_one_principle_and_a_test_of_another(tmp_path: Path) -> None:
    one = "- {id: p, text: t, examples: [{id: e, kind: violates, response: r, use: shot}]}\n"
    two = "- {id: q, text: t, examples: [{id: f, kind: violates, response: r, use: test}]}\n"
    (tmp_path / "a.yaml").write_text(f"{_HEAD}principles:\n{one}{two}")
    assert len(load_constitution(tmp_path / "a.yaml").principles) == 2


def test_one_turn_of_the_user_and_the_same_plain_prompt_are_the_same_text(tmp_path: Path) -> None:
    plain = "{id: e, kind: violates, prompt: hi, response: r, use: shot}"
    turns = "{id: f, kind: violates, prompt: [{role: user, content: hi}], response: r}"
    (tmp_path / "a.yaml").write_text(
        f"{_HEAD}principles:\n- {{id: p, text: t, examples: [{plain}, {turns}]}}\n"
    )
    assert [finding.code for finding in read_constitution(tmp_path / "a.yaml").findings] == ["C009"]


@pytest.mark.parametrize("scale", ["comply", "pair"])
def test_the_built_in_scales_need_no_declaration(tmp_path: Path, scale: str) -> None:
    (tmp_path / "a.yaml").write_text(f"{_HEAD}principles: [{{id: p, text: t, scale: {scale}}}]\n")
    assert load_constitution(tmp_path / "a.yaml").principles[0].scale == scale


def test_our_own_constitutions_hash_alike_in_both_spellings(project_root: Path, tmp_path: Path) -> None:
    files = sorted((project_root / "constitutions").glob("*.md"))
    assert files
    for path in files:
        constitution = load_constitution(path)
        other = tmp_path / f"{path.stem}.yaml"
        other.write_text(write_yaml(constitution), encoding="utf-8")
        assert load_constitution(other).hash == constitution.hash
