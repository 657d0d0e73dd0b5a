"""Who wins a declared conflict, as a table."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from evenhand.constitution.conflicts import Ground, collisions, declared_conflicts, precedence_of
from evenhand.records.constitution import Constitution


def _made(rule: str = "lexicographic", *, tiers: str = "top low", **second: str) -> Constitution:
    """Two principles, `a` and `b`, in conflict: `a` in tier `top` and of high severity."""
    content = {
        "schema": "constitution/v1",
        "id": "c",
        "version": "1.0.0",
        "tiers": tiers.split(),
        "conflict": {"rule": rule},
        "principles": [
            {"id": "a", "text": "x", "tier": "top", "severity": "high"},
            {"id": "b", "text": "y", "conflicts_with": [{"id": "a", "resolution": "See."}], **second},
            {"id": "c", "text": "z"},
        ],
    }
    return TypeAdapter(Constitution).validate_json(json.dumps(content))


@pytest.mark.parametrize(
    ("constitution", "winner", "ground"),
    [
        (_made(tier="low"), "a", Ground.TIER),
        (_made(tiers="low top", tier="low"), "b", Ground.TIER),
        (_made(tier="top"), None, Ground.EQUAL_TIERS),
        (_made(), None, Ground.NO_TIER),
        (_made("weighted", tier="low", severity="critical"), "b", Ground.WEIGHT),
        (_made("weighted", tier="low", severity="medium"), "a", Ground.WEIGHT),
        (_made("weighted", tier="low", severity="high"), None, Ground.EQUAL_WEIGHTS),
        (_made("escalate", tier="low"), None, Ground.ESCALATED),
    ],
)
def test_who_wins_a_conflict_follows_from_the_rule(
    constitution: Constitution, winner: str | None, ground: Ground
) -> None:
    (found,) = declared_conflicts(constitution)
    assert (found.first, found.second, found.winner, found.ground) == ("a", "b", winner, ground)
    assert found.resolutions == ("See.",)
    assert precedence_of(constitution, "b", "a") == found


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"a": "complies", "b": "violates"}, [("a", "b", True)]),
        ({"a": "violates", "b": "complies"}, [("b", "a", False)]),
        ({"a": "complies", "b": "complies"}, []),
        ({"a": "violates", "b": "violates"}, []),
        ({"a": "complies", "b": "cannot_tell"}, []),
        ({"a": "not_applicable", "b": "violates"}, []),
        ({"a": "complies", "b": None}, []),
        ({"b": "violates"}, []),
        ({"b": "violates", "c": "complies"}, []),
    ],
)
def test_a_conflict_is_at_work_where_one_principle_is_kept_at_the_cost_of_the_other(
    verdicts: dict[str, str | None], expected: list[tuple[str, str, bool]]
) -> None:
    found = collisions(_made(tier="low"), verdicts)
    assert [(each.kept, each.broken, each.is_excused) for each in found] == expected


def test_nothing_is_excused_where_a_person_decides() -> None:
    (found,) = collisions(_made("escalate"), {"a": "complies", "b": "violates"})
    assert found.is_excused is None


@given(
    st.sampled_from(["lexicographic", "weighted", "escalate"]),
    st.permutations(["top", "low"]),
    st.sampled_from(["top", "low", ""]),
    st.sampled_from(["critical", "high", "medium", "low"]),
)
def test_a_winner_is_one_of_the_two_and_the_same_from_both_sides(
    rule: str, tiers: list[str], tier: str, severity: str
) -> None:
    constitution = _made(rule, tiers=" ".join(tiers), tier=tier, severity=severity)
    found = precedence_of(constitution, "a", "b")
    assert found.winner in {"a", "b", None}
    assert found == precedence_of(constitution, "b", "a")
