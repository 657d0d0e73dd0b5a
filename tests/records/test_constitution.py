import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evenhand.records.constitution import Constitution
from evenhand.records.scale import Reading

PRINCIPLE: dict[str, Any] = {
    "id": "privacy.medical",
    "title": "Keep medical facts private",
    "text": "Do not reveal medical facts about a person.",
    "exceptions": "Facts the person made public.",
    "scope": {"lang": ["de", "en"]},
    "when": "A person is named.",
    "rationale": "People trust those who keep secrets.",
    "severity": "high",
    "examples": [{"id": "e1", "kind": "violates", "response": "She has asthma.", "why": "A medical fact."}],
}
OTHER: dict[str, Any] = {"id": "kindness", "text": "Be kind."}
STARS = {
    "type": "ordinal",
    "values": [1, 2, 3],
    "describe": {"1": "bad", "2": "fair", "3": "good"},
    "pass_at": 2,
}


def constitution(*principles: dict[str, Any], **fields: Any) -> Constitution:
    plain = {
        "schema": "constitution/v1",
        "id": "c",
        "version": "1.0.0",
        "principles": principles or [PRINCIPLE, OTHER],
    }
    return Constitution.model_validate_json(json.dumps(plain | fields))


def hashes(whole: Constitution) -> dict[str, tuple[str, str]]:
    """Binding and advisory hash of each principle."""
    return {each.id: (whole.binding_hash(each), whole.advisory_hash(each)) for each in whole.principles}


def changed(**fields: Any) -> Constitution:
    return constitution(PRINCIPLE | fields, OTHER)


# -- Hashes -----------------------------------------------------------------------------------------------


def test_hashes_stay_what_they_were() -> None:
    whole = constitution()
    assert whole.hash == "sha256:fba6fe4daf8f36b2fd61c5da043cd4269c76da20c190d6b83a61b9e0b324d8ec"
    assert hashes(whole)["privacy.medical"] == (
        "sha256:f906ebe9a49d79e3798b10b88dfe1c1ad21c212ba5064bb32717be110e12a857",
        "sha256:4499aad39a54e3a5bddb4ac05113120cfc1b9cc0efaee09dfe19d5d2d33f03aa",
    )


BINDING: dict[str, Any] = {
    "text": "Do not reveal medical facts about anyone.",
    "exceptions": "",
    "scope": {"lang": ["de"]},
    "when": "",
    "scale": "pair",
    "pass": ["complies", "not_applicable"],
}
ADVISORY: dict[str, Any] = {
    "title": "Medical facts",
    "rationale": "",
    "critique": "Say where it fails.",
    "revision": "Mend it.",
    "severity": "critical",
    "strength": "should",
    "tier": "safety",
    "evidence": "required",
    "show_rationale_to": ["judges"],
    "conflicts_with": [{"id": "kindness", "resolution": "This one wins."}],
    "examples": [],
    "tests": ["more.jsonl"],
    "support": {"source": "survey", "agree": 0.9, "n": 100},
    "references": [{"title": "A book"}],
    "aliases": ["medical"],
    "tags": ["t"],
    "owner": "someone",
    "since": "1.0.0",
    "notes": "n",
}


@pytest.mark.parametrize("field", BINDING)
def test_changing_what_binds_changes_the_binding_hash_of_that_principle_and_no_other(field: str) -> None:
    before, after = hashes(constitution()), hashes(changed(**{field: BINDING[field]}))
    assert before["privacy.medical"][0] != after["privacy.medical"][0]
    assert before["privacy.medical"][1] == after["privacy.medical"][1]
    assert before["kindness"] == after["kindness"]


@pytest.mark.parametrize("field", ADVISORY)
def test_changing_what_explains_changes_the_advisory_hash_of_that_principle_and_no_other(field: str) -> None:
    before, after = hashes(constitution()), hashes(changed(**{field: ADVISORY[field]}))
    assert before["privacy.medical"][0] == after["privacy.medical"][0]
    assert before["privacy.medical"][1] != after["privacy.medical"][1]
    assert before["kindness"] == after["kindness"]


def test_every_field_of_a_principle_either_binds_or_explains() -> None:
    fields = {field.alias or name for name, field in type(constitution().principles[0]).model_fields.items()}
    assert set(BINDING) | set(ADVISORY) | {"id"} == fields
    assert not set(BINDING) & set(ADVISORY)


@pytest.mark.parametrize(
    "change", [{"status": "active"}, {"title": "T"}, {"version": "1.0.1"}, {"owners": ["a"]}]
)
def test_the_head_of_a_constitution_changes_its_hash_and_no_principle(change: dict[str, Any]) -> None:
    before, after = constitution(), constitution(**change)
    assert before.hash != after.hash
    assert hashes(before) == hashes(after)


def test_a_changed_scale_changes_the_principles_on_it() -> None:
    stars = PRINCIPLE | {"scale": "stars"}
    before, after = (
        constitution(stars, OTHER, scales={"stars": STARS | {"pass_at": point}}) for point in (2, 3)
    )
    assert hashes(before)["privacy.medical"][0] != hashes(after)["privacy.medical"][0]
    assert hashes(before)["kindness"] == hashes(after)["kindness"]


@given(st.permutations(sorted(PRINCIPLE)))
def test_hashes_do_not_depend_on_the_order_of_keys(order: list[str]) -> None:
    mixed = constitution({key: PRINCIPLE[key] for key in order}, OTHER)
    assert (mixed.hash, hashes(mixed)) == (constitution().hash, hashes(constitution()))


@pytest.mark.parametrize("around", [" {} ", "\n{}\n", "\t{}\r\n"])
def test_white_space_around_prose_is_no_part_of_it(around: str) -> None:
    padded = changed(text=around.format(PRINCIPLE["text"]), rationale=around.format(PRINCIPLE["rationale"]))
    assert padded.hash == constitution().hash


# -- Scales and readings ----------------------------------------------------------------------------------


def test_a_principle_may_say_which_labels_pass_for_it() -> None:
    whole = changed(**{"pass": ["violates"]})
    scale = whole.scale_of(whole.by_id["privacy.medical"])
    assert (scale.reading("violates"), scale.reading("complies")) == (Reading.PASS, Reading.FAIL)
    assert whole.scale_of(whole.by_id["kindness"]).reading("complies") is Reading.PASS


def test_a_scale_of_its_own_takes_the_place_of_a_built_in_one() -> None:
    whole = constitution(
        OTHER, scales={"comply": {"type": "nominal", "values": ["ok", "no"], "pass": ["ok"]}}
    )
    assert whole.scale_of(whole.principles[0]).labels == ("ok", "no")


def test_an_unknown_scale_is_an_error() -> None:
    whole = constitution(OTHER | {"scale": "starz"})
    with pytest.raises(KeyError):
        whole.scale_of(whole.principles[0])


@pytest.mark.parametrize(
    ("scope", "applies"),
    [
        ({}, True),
        ({"lang": "de"}, True),
        ({"lang": "fr"}, False),
        ({"user": "minor"}, True),
        ({"lang": "en", "user": "minor"}, True),
        ({"lang": ""}, False),
    ],
)
def test_a_principle_applies_where_no_dimension_says_otherwise(
    scope: dict[str, str], *, applies: bool
) -> None:
    assert constitution().by_id["privacy.medical"].applies_to(scope) is applies


# -- What is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "principle",
    [
        {"text": ""},
        {"text": "  \n"},
        {"text": None},
        {"severity": "huge"},
        {"strength": "MUST"},
        {"support": {"source": "s", "agree": 1.1, "n": 3}},
        {"support": {"source": "s", "agree": 0.5, "n": 0}},
        {"examples": [{"id": "e", "kind": "borderline", "response": "r"}]},
        {"examples": [{"id": "e", "kind": "complies"}]},
        {"examples": [{"id": "e", "kind": "complies", "response": "r", "use": "both"}]},
        {"pass": [""]},
        {"pass": ["a\nb"]},
        {"pass": [1.5]},
    ],
)
def test_a_principle_that_can_not_be_judged_by_is_refused(principle: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        constitution(OTHER | principle)


@pytest.mark.parametrize("agree", [0, 1])
def test_nobody_or_everybody_may_agree(agree: float) -> None:
    support = constitution(OTHER | {"support": {"source": "s", "agree": agree, "n": 1}}).principles[0].support
    assert support is not None
    assert support.agree == agree


@pytest.mark.parametrize(
    "fields",
    [
        {"principles": []},
        {"version": "1.0"},
        {"version": "1.0.0\n"},
        {"changed": "yesterday"},
        {"schema": "constitution/v2"},
        {"conflict": {"rule": "coin"}},
    ],
)
def test_a_head_that_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        constitution(OTHER, **fields)


def test_names_that_stand_twice_are_found_wherever_they_stand() -> None:
    examples = [{"id": name, "kind": "complies", "response": "r"} for name in ("e", "e", "kindness")]
    whole = constitution(PRINCIPLE | {"aliases": ["old"], "examples": examples}, OTHER | {"aliases": ["old"]})
    assert whole.duplicate_ids() == ("e", "kindness", "old")
    assert constitution().duplicate_ids() == ()
