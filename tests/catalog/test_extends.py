from pathlib import Path

import pytest
import yaml

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import (
    ConstitutionFile,
    load_constitution,
    read_constitution,
    read_written_constitution,
)
from evenhand.catalog.lint import lint_paths

_HEAD = "schema: constitution/v1\nid: {id}\nversion: 1.0.0\n"
_BASE = (
    _HEAD.format(id="base")
    + """tiers: [safety, honesty]
principles:
- id: harm
  text: The reply must not help to hurt anybody.
  tier: safety
  conflicts_with: [{id: candour, resolution: This one wins.}]
  tests: [cases/*.jsonl]
- id: candour
  text: The reply must not lie.
  tier: honesty
  aliases: [honesty.no-lies]
- id: emoji
  text: The reply must hold no emoji.
  tier: honesty
tombstones: [{id: rudeness, removed: 0.9.0, because: Moved to the style guide.}]
"""
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "constitutions").mkdir()
    (tmp_path / "constitutions" / "base.yaml").write_text(_BASE)
    return tmp_path / "constitutions"


def _child(folder: Path, extends: str, rest: str = "", *, name: str = "child", base: str = "base") -> Path:
    """Write a constitution that extends a base, pinned as it is; `extends` are further keys of the entry."""
    path = folder / f"{name}.yaml"
    pin = load_constitution(folder / f"{base}.yaml").hash
    entry = f"extends:\n- ref: {base}.yaml\n  hash: {pin}\n"
    path.write_text(
        _HEAD.format(id=name) + entry + "".join(f"  {line}\n" for line in extends.splitlines()) + rest
    )
    return path


def _told(file: ConstitutionFile) -> list[tuple[str, int, str, str]]:
    return [(Path(each.path).name, each.line, each.code, each.suggestion) for each in file.findings]


def test_a_constitution_takes_the_principles_of_its_base_and_adds_its_own(folder: Path) -> None:
    path = _child(folder, "", "principles: [{id: privacy, text: No addresses., tier: safety}]\n")
    constitution = load_constitution(path)
    assert [principle.id for principle in constitution.principles] == ["harm", "candour", "emoji", "privacy"]
    assert (constitution.id, constitution.tiers) == ("child", ("safety", "honesty"))
    assert constitution.extends == ()
    assert [stone.id for stone in constitution.tombstones] == ["rudeness"]


def test_the_file_as_written_keeps_what_it_extends(folder: Path) -> None:
    written = read_written_constitution(_child(folder, "except: [emoji]")).record
    assert written is not None
    assert written.extends[0].except_ == ("emoji",)
    assert written.principles == ()


def test_an_override_keeps_the_id_and_says_why(folder: Path) -> None:
    override = "override:\n  harm: {severity: critical, because: A health product.}"
    file = read_constitution(_child(folder, override))
    assert file.record is not None
    harm = file.record.by_id["harm"]
    assert (harm.severity, harm.text) == ("critical", "The reply must not help to hurt anybody.")
    origin = file.origins["harm"]
    assert (origin.constitution, Path(origin.file).name, origin.line, origin.own) == (
        "base",
        "base.yaml",
        6,
        False,
    )
    assert [(each.by, each.fields, each.because) for each in origin.overridden] == [
        ("child", ("severity",), "A health product.")
    ]


def test_both_spellings_of_a_constitution_that_extends_another_are_the_same(folder: Path) -> None:
    override = 'except: [emoji]\noverride:\n  harm: {text: "Never.\\nAt all.", because: x}'
    path = _child(folder, override, "principles: [{id: privacy, text: No addresses.}]\n")
    written = read_written_constitution(path).record
    assert written is not None
    (folder / "other.md").write_text(write_markdown(written))
    (folder / "third.yaml").write_text(write_yaml(written))
    hashes = {load_constitution(folder / name).hash for name in ("child.yaml", "other.md", "third.yaml")}
    assert len(hashes) == 1


def test_a_base_pins_its_content_and_not_its_layout(folder: Path) -> None:
    path = _child(folder, "")
    base = load_constitution(folder / "base.yaml")
    (folder / "base.yaml").write_text("# moved about\n" + write_yaml(base))
    assert load_constitution(path).hash
    (folder / "base.yaml").write_text(_BASE.replace("not lie", "never lie"))
    changed = load_constitution(folder / "base.yaml").hash
    assert _told(read_constitution(path)) == [
        ("child.yaml", 6, "C013", f"if the change is meant, write {changed}")
    ]


def test_a_base_without_a_pin_is_told_what_to_write(folder: Path) -> None:
    (folder / "child.yaml").write_text(_HEAD.format(id="child") + "extends: [{ref: base.yaml}]\n")
    pin = load_constitution(folder / "base.yaml").hash
    assert _told(read_constitution(folder / "child.yaml")) == [
        ("child.yaml", 4, "C013", f"write below it: hash: {pin}")
    ]


@pytest.mark.parametrize(
    ("extends", "rest", "line", "code", "hint"),
    [
        ("only: [harms]", "", 7, "C016", 'did you mean "harm"?'),
        ("except: ['style.*']", "", 7, "C016", "known: harm, candour, emoji"),
        ("override:\n  harn: {severity: low, because: x}", "", 8, "C016", 'did you mean "harm"?'),
        (
            "override:\n  honesty.no-lies: {severity: low, because: x}",
            "",
            8,
            "C016",
            "it is called candour now",
        ),
        (
            "except: [emoji]\noverride:\n  emoji: {severity: low, because: x}",
            "",
            9,
            "C016",
            "take it, or remove the override",
        ),
        ("override:\n  harm: {severity: low}", "", 8, "V002", None),
        ("override:\n  harm: {severity: low, because: ''}", "", 8, "V007", None),
        ("override:\n  harm: {id: other, because: x}", "", 8, "V001", None),
        ("override:\n  harm: {tier: safty, because: x}", "", 8, "C005", 'did you mean "safety"?'),
        ("override:\n  harm: {scale: comply5, because: x}", "", 8, "C003", 'did you mean "comply"?'),
        (
            "",
            "principles: [{id: harm, text: x}]\n",
            7,
            "C015",
            "override it there, or give this one an id of its own",
        ),
        (
            "except: [harm]",
            "principles: [{id: harm, text: x}]\n",
            8,
            "C015",
            "take it and override it, or give this one a new id",
        ),
        (
            "",
            "principles: [{id: rudeness, text: x}]\n",
            7,
            "C008",
            "give the principle an id of its own",
        ),
        (
            "",
            "tombstones: [{id: emoji, removed: 1.0.0, because: x}]\n",
            7,
            "C008",
            "remove the tombstone or the principle",
        ),
        ("", "tiers: [honesty, safety]\n", 7, "C017", "keep to the order of the bases"),
        ("", "principles: [{id: h-arm, text: x}]\n", 7, "C002", "give one of them another name"),
    ],
)
def test_what_can_not_be_meant_is_told_where_it_is_written(
    folder: Path, extends: str, rest: str, line: int, code: str, hint: str | None
) -> None:
    told = _told(read_constitution(_child(folder, extends, rest)))
    assert [(found, what) for _, found, what, _ in told] == [(line, code)]
    if hint is not None:
        assert told[0][3] == hint


def test_an_error_in_a_base_is_told_in_the_base(folder: Path) -> None:
    path = _child(folder, "")
    (folder / "base.yaml").write_text(_BASE.replace("tier: safety", "teir: safety"))
    assert [(name, line, code) for name, line, code, _ in _told(read_constitution(path))] == [
        ("base.yaml", 8, "V001")
    ]


def test_a_conflict_with_what_is_left_out_is_gone_and_one_with_what_is_renamed_goes_on(folder: Path) -> None:
    gone = load_constitution(_child(folder, "except: [candour]"))
    assert gone.by_id["harm"].conflicts_with == ()
    own = "principles: [{id: truth, text: The reply must be true., aliases: [candour]}]\n"
    renamed = load_constitution(_child(folder, "except: [candour]", own))
    assert [conflict.id for conflict in renamed.by_id["harm"].conflicts_with] == ["truth"]


def test_what_is_left_out_is_told_with_whether_something_speaks_for_it(folder: Path) -> None:
    stone = "tombstones: [{id: emoji, removed: 1.0.0, because: House style.}]\n"
    file = read_constitution(_child(folder, "only: [harm]", stone))
    assert [(each.id, each.constitution, each.tombstone) for each in file.left_out] == [
        ("candour", "base", False),
        ("emoji", "base", True),
    ]


def test_lint_asks_what_became_of_a_principle_that_is_left_out(folder: Path) -> None:
    path = _child(
        folder, "except: [emoji, candour]", "principles: [{id: truth, text: x, aliases: [candour]}]\n"
    )
    told = [each for each in lint_paths([path]).findings if each.code == "C019"]
    assert [(each.line, each.column, each.message) for each in told] == [
        (7, 12, "emoji of base is left out, and nothing says what became of it")
    ]
    only = _child(folder, "only: [harm, candour]", name="narrow")
    assert [each.line for each in lint_paths([only]).findings if each.code == "C019"] == [7]
    _child(folder, "", name="above", base="narrow")
    assert "C019" not in {each.code for each in lint_paths([folder / "above.yaml"]).findings}


def test_two_bases_must_not_bring_the_same_principle(folder: Path) -> None:
    (folder / "second.yaml").write_text(_HEAD.format(id="second") + "principles: [{id: harm, text: x}]\n")
    pins = {name: load_constitution(folder / f"{name}.yaml").hash for name in ("base", "second")}
    entries = "".join(f"- ref: {name}.yaml\n  hash: {pin}\n" for name, pin in pins.items())
    (folder / "child.yaml").write_text(_HEAD.format(id="child") + "extends:\n" + entries)
    told = _told(read_constitution(folder / "child.yaml"))
    assert told == [("child.yaml", 7, "C015", "leave it out of one of them: except: [harm]")]


def test_tiers_of_bases_and_own_ones_become_one_order(folder: Path) -> None:
    child = load_constitution(
        _child(folder, "", "tiers: [safety, legal, honesty]\nprinciples: [{id: law, text: x, tier: legal}]\n")
    )
    assert child.tiers == ("safety", "legal", "honesty")


def test_a_scale_of_a_base_can_not_mean_something_else_here(folder: Path) -> None:
    scale = "scales: {ok: {type: nominal, values: [%s, bad], pass: [%s]}}\n"
    (folder / "base.yaml").write_text(_BASE + scale % ("fine", "fine"))
    told = _told(read_constitution(_child(folder, "", scale % ("good", "good"))))
    assert [(line, code) for _, line, code, _ in told] == [(7, "C018")]
    assert load_constitution(_child(folder, "", scale % ("fine", "fine"))).scales.keys() == {"ok"}


def test_what_decides_conflicts_is_the_bases_where_the_file_does_not_say(folder: Path) -> None:
    (folder / "base.yaml").write_text(_BASE + "conflict: {rule: escalate}\n")
    assert load_constitution(_child(folder, "")).conflict.rule == "escalate"
    own = load_constitution(_child(folder, "", "conflict: {rule: lexicographic}\n"))
    assert own.conflict.rule == "lexicographic"


def test_a_circle_is_told_where_it_closes(folder: Path) -> None:
    for name, base in (("one", "two"), ("two", "one")):
        (folder / f"{name}.yaml").write_text(_HEAD.format(id=name) + f"extends: [{{ref: {base}.yaml}}]\n")
    file = read_constitution(folder / "one.yaml")
    assert [(name, line, code) for name, line, code, _ in _told(file)] == [("two.yaml", 4, "C014")]
    assert "one.yaml extends" in file.findings[0].message


def test_a_base_outside_of_the_workspace_is_not_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "evenhand.toml").write_text("")
    outside = tmp_path.parent / "outside.yaml"
    outside.write_text(_BASE)
    child = folder / "child.yaml"
    child.write_text(_HEAD.format(id="child") + "extends: [{ref: ../../outside.yaml}]\n")
    assert [(line, code) for _, line, code, _ in _told(read_constitution(child))] == [(4, "F006")]
    child.write_text(_HEAD.format(id="child") + "extends: [{ref: bsae.yaml}]\n")
    assert _told(read_constitution(child)) == [("child.yaml", 4, "F001", 'did you mean "base.yaml"?')]


def test_bases_of_bases_hold_and_their_overrides_add_up(folder: Path) -> None:
    _child(folder, "override:\n  harm: {severity: high, because: First.}", name="middle")
    path = _child(
        folder, "override:\n  harm: {severity: critical, because: Then.}", name="top", base="middle"
    )
    file = read_constitution(path)
    assert file.record is not None
    assert file.record.by_id["harm"].severity == "critical"
    assert [each.because for each in file.origins["harm"].overridden] == ["First.", "Then."]
    assert [base.name for base in file.bases] == ["middle.yaml", "base.yaml"]


def test_case_files_of_a_base_are_found_from_where_the_child_stands(folder: Path) -> None:
    (folder / "teams").mkdir()
    (folder / "teams" / "base.yaml").write_text(_BASE)
    pin = load_constitution(folder / "base.yaml").hash
    child = folder / "teams" / "child.yaml"
    child.write_text(_HEAD.format(id="child") + f"extends: [{{ref: ../base.yaml, hash: {pin}}}]\n")
    assert load_constitution(child).by_id["harm"].tests == ("../cases/*.jsonl",)


def test_lint_of_a_child_does_not_repeat_what_is_said_of_its_base(folder: Path) -> None:
    path = _child(folder, "", "principles: [{id: privacy, text: No addresses., tier: safety}]\n")
    assert {Path(each.path).name for each in lint_paths([path]).findings} == {"child.yaml"}


def test_a_constitution_needs_principles_or_a_base(folder: Path) -> None:
    (folder / "child.yaml").write_text(_HEAD.format(id="child"))
    assert [code for _, _, code, _ in _told(read_constitution(folder / "child.yaml"))] == ["V008"]
    path = _child(folder, "except: ['*']")
    assert [code for _, _, code, _ in _told(read_constitution(path))] == ["V008"]


def test_the_merged_file_reads_back_as_the_effective_constitution(folder: Path) -> None:
    path = _child(folder, "except: [emoji]", "principles: [{id: privacy, text: No addresses.}]\n")
    effective = load_constitution(path)
    (folder / "merged.yaml").write_text(write_yaml(effective))
    assert yaml.safe_load(write_yaml(effective)).get("extends") is None
    assert load_constitution(folder / "merged.yaml").hash == effective.hash


def test_a_conflict_that_can_not_be_meant_is_told_at_its_own_place_even_where_others_are_gone(
    folder: Path,
) -> None:
    conflicts = "[{id: emoji, resolution: x}, {id: candour, resolution: y}, {id: hram, resolution: z}]"
    override = f"except: [emoji]\noverride:\n  harm:\n    because: x\n    conflicts_with: {conflicts}"
    (found,) = read_constitution(_child(folder, override)).findings
    assert (found.code, found.line, found.message) == ("C006", 11, 'there is no principle "hram"')
    assert found.excerpt[found.column - 1 :].startswith("hram")
