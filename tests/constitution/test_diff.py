"""Golden diffs: one change each, and what holds for any two constitutions."""

import copy
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.constitution.made import BASE, Edit, drop, example, made, of, read, rename, top

from evenhand.catalog.constitution_text import write_markdown, write_yaml
from evenhand.catalog.constitutions import load_constitution
from evenhand.constitution.changes import ConstitutionDiff, Effect, Fate, Part, Step
from evenhand.constitution.diff import diff_constitutions
from evenhand.records.constitution import Constitution

TEXT = "The reply must never share a private address."
NEW = {"id": "fair.groups", "text": "The reply must treat groups alike."}
TWO = BASE["principles"][0]["examples"][:2]
SHOT = "judges that show it have seen its answer"


def add(data: dict[str, Any]) -> None:
    data["principles"].append(copy.deepcopy(NEW))


def shots_swapped(data: dict[str, Any]) -> None:
    first, second, third = data["principles"][0]["examples"]
    data["principles"][0]["examples"] = [first, third, second]


def example_moved(data: dict[str, Any]) -> None:
    data["principles"][2]["examples"] = [data["principles"][0]["examples"].pop(0)]


def scale(**fields: Any) -> Edit:
    return lambda data: data["scales"]["help"].update(fields)


DESCRIBED = {"1": "Ignores it.", "2": "Meets the request.", "3": "Meets the need behind it."}
FOUR = {"values": ["1", "2", "3", "4"], "describe": {**DESCRIBED, "2": "Meets it.", "4": "More."}}

GOLDEN = [
    # what was edited, its effect, what is told of it, the step it asks for
    (of(0, text=TEXT), "binding", ["the text changed: 1 word out, 1 in"], "major"),
    (
        of(0, text="The reply  must not share a private address."),
        "binding",
        ["only white space of the text"],
        "major",
    ),
    (of(0, exceptions=None), "binding", ["the exceptions were removed"], "major"),
    (of(1, exceptions="A joke."), "binding", ["the exceptions were added"], "major"),
    (
        of(0, when="a person is named"),
        "binding",
        ["the words on when it holds changed: 1 word out, 2 in"],
        "major",
    ),
    (
        of(0, scope={"surface": ["chat"], "audience": ["adult"]}),
        "binding",
        ["scope surface is narrowed"],
        "major",
    ),
    (
        of(0, scope={"surface": ["chat", "mail"], "audience": ["adult", "teen"]}),
        "binding",
        ["scope audience is widened"],
        "major",
    ),
    (of(0, scope={"surface": ["chat", "mail"]}), "binding", ["scope audience is widened"], "major"),
    (
        of(0, scope={"surface": ["chat", "voice"], "audience": ["adult"]}),
        "binding",
        ["scope surface is moved"],
        "major",
    ),
    (of(1, scope={"surface": ["chat"]}), "binding", ["scope surface is narrowed"], "major"),
    (
        of(0, scope={"surface": ["mail", "chat"], "audience": ["adult"]}),
        "binding",
        ["scope surface is written in another way and means the same"],
        "major",
    ),
    (of(2, scale="help"), "binding", ["a nominal scale became an ordinal one"], "major"),
    (scale(**FOUR), "binding", ["the answer 4 was added", "the answer 4 is described"], "major"),
    (scale(pass_at="3"), "binding", ["the answer 2 passes no more: it fails"], "major"),
    (scale(describe=DESCRIBED), "binding", ["the answer 2 is described in another way"], "major"),
    (
        of(2, passes=["violates"]),
        "binding",
        ["the answer complies passes no more: it fails", "the answer violates fails no more: it passes"],
        "major",
    ),
    (of(2, passes=["complies"]), "binding", ["the labels that pass are written in another way"], "major"),
    (of(0, severity="critical"), "advisory", ["severity was raised"], "minor"),
    (of(0, severity="low"), "advisory", ["severity was lowered"], "minor"),
    (of(0, strength="should"), "advisory", ["strength was lowered"], "minor"),
    (of(0, evidence="required"), "advisory", ["evidence changed"], "minor"),
    (of(0, tier="honesty"), "advisory", ["tier changed"], "minor"),
    (of(0, conflicts_with=None), "advisory", ["a conflict with help.fully is declared no more"], "minor"),
    (
        of(0, conflicts_with=[{"id": "help.fully", "resolution": "That one wins."}]),
        "advisory",
        ["the conflict with help.fully is resolved in another way"],
        "minor",
    ),
    (of(0, examples=TWO), "shown", ["example pc-3 (a shot) was removed"], "minor"),
    (
        of(0, examples=BASE["principles"][0]["examples"][1:]),
        "advisory",
        ["example pc-1 (a test) was removed"],
        "minor",
    ),
    (
        of(2, examples=[{"id": "sp-1", "kind": "violates", "response": "Whereas."}]),
        "advisory",
        ["example sp-1 (a test) was added"],
        "minor",
    ),
    (example(0, 0, expect="not_applicable"), "advisory", ["example pc-1 expects another answer"], "minor"),
    (example(0, 1, why="It refuses."), "shown", ["example pc-2: why changed"], "minor"),
    (
        example(0, 1, response="No.", prompt="Where?"),
        "shown",
        ["example pc-2: prompt and response changed"],
        "minor",
    ),
    (example(0, 0, use="shot"), "shown", ["example pc-1 is used for something else"], "minor"),
    (example(0, 2, use="test"), "shown", ["example pc-3 is used for something else"], "minor"),
    (example(0, 0, tags=["street"]), "advisory", ["example pc-1: its tags changed"], "minor"),
    (shots_swapped, "shown", ["the order of the examples that judges are shown changed"], "minor"),
    (of(0, title="Addresses"), "shown", ["the title changed: 2 words out, 1 in"], "minor"),
    (of(0, rationale="Doors."), "advisory", ["changed too: rationale"], "patch"),
    (
        of(0, show_rationale_to=["judges", "reviewers"]),
        "shown",
        ["the rationale that judges may be shown was added"],
        "minor",
    ),
    (
        of(0, owner="team", tags=["pii"], notes="Seen."),
        "advisory",
        ["changed too: notes, owner, tags"],
        "patch",
    ),
]


@pytest.mark.parametrize(("edit", "effect", "told", "step"), GOLDEN)
def test_one_edit_of_a_principle_is_told_with_what_it_does(
    edit: Edit, effect: str, told: list[str], step: str
) -> None:
    found = diff_constitutions(made(), made(edit))
    (principle,) = found.principles
    assert (principle.fate, principle.effect) == (Fate.CHANGED, Effect(effect))
    assert len(principle.changes) == len(told)
    for change, start in zip(principle.changes, told, strict=True):
        assert change.what.startswith(start), change.what
    assert found.version_rule.asked is Step(step)
    assert not found.whole


def test_a_text_is_told_word_by_word() -> None:
    (principle,) = diff_constitutions(made(), made(of(0, text=TEXT))).principles
    assert [(part.kind, part.text) for part in principle.changes[0].words] == [
        ("same", "The reply must"),
        ("removed", " not"),
        ("added", " never"),
        ("same", " share a private address."),
    ]


def warnings_of(edit: Edit) -> list[str]:
    (principle,) = diff_constitutions(made(), made(edit)).principles
    return [*principle.warnings, *(change.warning for change in principle.changes if change.warning)]


def test_a_test_that_became_a_shot_spoils_later_tests() -> None:
    (warning,) = warnings_of(example(0, 0, use="shot"))
    assert warning.startswith(SHOT)
    assert warnings_of(example(0, 0, tags=["street"])) == []


def test_a_shot_with_the_text_of_a_test_is_found_under_another_id() -> None:
    def replace(data: dict[str, Any]) -> None:
        data["principles"][0]["examples"][0] |= {"id": "pc-9", "use": "shot"}

    (warning,) = warnings_of(replace)
    assert warning.startswith("its text is that of the test pc-1")


def test_an_example_that_moved_is_told_at_both_principles() -> None:
    found = diff_constitutions(made(), made(example_moved))
    assert [each.changes[0].what for each in found.principles] == [
        "example pc-1 (a test) was removed and went to style.plain",
        "example pc-1 (a test) was added and comes from privacy.contact",
    ]


# -- Names -----------------------------------------------------------------------------------------


def test_an_added_principle_asks_for_a_minor_step() -> None:
    found = diff_constitutions(made(), made(add))
    (principle,) = found.principles
    assert (principle.fate, principle.after, principle.before) == (Fate.ADDED, "fair.groups", "")
    assert (found.unchanged, found.version_rule.asked) == (3, Step.MINOR)


def test_a_removed_principle_is_told_with_its_tombstone() -> None:
    (principle,) = diff_constitutions(made(), made(drop(2))).principles
    assert (principle.fate, principle.id) == (Fate.REMOVED, "style.plain")
    assert principle.tombstone == "It moved to the style guide."
    assert principle.warnings == ()


def test_a_principle_removed_without_a_tombstone_is_a_fault() -> None:
    (principle,) = diff_constitutions(made(), made(drop(2, tombstone=False))).principles
    assert principle.warnings[0].startswith("there is no tombstone")


def test_a_name_kept_as_an_alias_joins_the_two() -> None:
    found = diff_constitutions(made(), made(rename(2, "style.simple")))
    (principle,) = found.principles
    assert (principle.fate, principle.before, principle.after) == (
        Fate.RENAMED,
        "style.plain",
        "style.simple",
    )
    assert (principle.effect, principle.warnings, principle.changes) == (Effect.ADVISORY, (), ())
    assert found.version_rule.asked is Step.MINOR


def test_a_renamed_principle_may_ask_something_else_too() -> None:
    (principle,) = diff_constitutions(
        made(), made(rename(2, "style.simple"), of(2, text="Be short."))
    ).principles
    assert (principle.fate, principle.effect) == (Fate.RENAMED, Effect.BINDING)


def test_a_name_that_goes_back_without_an_alias_loses_its_history() -> None:
    found = diff_constitutions(made(rename(2, "style.simple")), made())
    (principle,) = found.principles
    assert principle.fate is Fate.RENAMED
    assert principle.warnings[0].startswith("history is lost: write `aliases: [style.simple]`")
    assert found.version_rule.asked is Step.MAJOR


def test_a_rename_without_an_alias_is_only_guessed() -> None:
    new, gone = diff_constitutions(made(), made(rename(2, "style.simple", alias=False))).principles
    assert (new.fate, gone.fate) == (Fate.ADDED, Fate.REMOVED)
    assert "`aliases: [style.plain]`" in new.guess
    assert gone.guess == "style.simple, which was added, has its text"


def test_an_earlier_name_that_nobody_holds_any_more_loses_its_history() -> None:
    before = made(of(2, aliases=["style.old"]))
    (principle,) = diff_constitutions(before, made()).principles
    assert principle.warnings[0].startswith("history is lost: its alias style.old is gone")
    (moved, other) = diff_constitutions(before, made(of(1, aliases=["style.old"]))).principles
    assert (moved.warnings, other.warnings) == ((), ())


def test_a_principle_that_takes_the_name_of_a_removed_one_is_a_fault() -> None:
    (principle,) = diff_constitutions(made(drop(2)), made(of(2, text="Another thing."))).principles
    assert (principle.fate, principle.id) == (Fate.ADDED, "style.plain")
    assert "give this one an id of its own" in principle.warnings[0]


def test_a_principle_that_became_a_part_of_another_needs_no_tombstone() -> None:
    edits = drop(2, tombstone=False), of(1, aliases=["style.plain"])
    kept, gone = diff_constitutions(made(), made(*edits)).principles
    assert kept.changes[0].what == "changed too: aliases"
    assert (gone.warnings, gone.guess) == (
        (),
        "help.fully holds its name as an alias: it is a part of that one now",
    )


# -- Outside of principles -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "part", "told", "step"),
    [
        (top(tiers=["honesty", "safety"]), Part.TIERS, "the order of the tiers changed", Step.MINOR),
        (top(tiers=["safety", "honesty", "style"]), Part.TIERS, "tiers added: style", Step.MINOR),
        (top(tiers=["safety"]), Part.TIERS, "tiers removed: honesty", Step.MINOR),
        (
            top(conflict={"rule": "escalate"}),
            Part.CONFLICT_RULE,
            "conflicts are resolved in another way",
            Step.MINOR,
        ),
        (top(status="active"), Part.STATUS, "status changed", Step.PATCH),
        (top(language="ar"), Part.LANGUAGE, "language changed", Step.PATCH),
        (top(owners=["team"]), Part.OTHER, "changed too: owners", Step.PATCH),
        (
            lambda data: data["principles"].reverse(),
            Part.ORDER,
            "the order of the principles changed",
            Step.PATCH,
        ),
        (
            lambda data: data["scales"].update(spare={"type": "numeric", "minimum": 0, "maximum": 1}),
            Part.OTHER,
            "changed too: scales that no principle uses",
            Step.PATCH,
        ),
    ],
)
def test_one_edit_outside_of_principles_is_told(edit: Edit, part: Part, told: str, step: Step) -> None:
    found = diff_constitutions(made(), made(edit))
    (change,) = found.whole
    assert (change.part, change.what.startswith(told)) == (part, True)
    assert (found.principles, found.version_rule.asked) == ((), step)


def test_a_tombstone_that_is_gone_is_a_fault() -> None:
    dropped = made(drop(2))
    (change,) = diff_constitutions(dropped, made(drop(2, tombstone=False))).whole
    assert (change.part, bool(change.warning)) == (Part.TOMBSTONE, True)


# -- The version -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "before", "after", "holds", "said"),
    [
        (of(0, text=TEXT), "1.2.0", "2.0.0", True, "and 1.2.0 to 2.0.0 is one"),
        (of(0, text=TEXT), "1.2.0", "1.3.0", False, "and 1.2.0 to 1.3.0 is a minor step"),
        (of(0, text=TEXT), "1.2.0", "1.2.0", False, "and it is still 1.2.0"),
        (of(0, text=TEXT), "0.2.0", "0.3.0", True, "and 0.2.0 to 0.3.0 is one"),
        (of(0, text=TEXT), "0.2.0", "0.2.1", False, "and 0.2.0 to 0.2.1 is a patch step"),
        (of(0, severity="low"), "1.2.0", "1.2.1", False, "and 1.2.0 to 1.2.1 is a patch step"),
        (of(0, notes="Seen."), "1.2.0", "1.3.0", True, "and 1.2.0 to 1.3.0 is a larger one"),
        (of(0, notes="Seen."), "1.2.0", "1.1.9", False, "and 1.2.0 to 1.1.9 goes back"),
        (top(), "1.2.0", "1.2.0", True, "nothing asks for a new version (1.2.0 to 1.2.0)"),
        (top(), "1.2.0", "9.0.0", True, "1.2.0 to 9.0.0; nothing asks for it"),
    ],
)
def test_the_version_says_how_much_changed(
    edit: Edit,
    before: str,
    after: str,
    holds: bool,  # noqa: FBT001 - a column of the table
    said: str,
) -> None:
    rule = diff_constitutions(made(top(version=before)), made(edit, top(version=after))).version_rule
    assert (rule.holds, rule.said.endswith(said)) == (holds, True), rule.said


def test_versions_of_two_constitutions_say_nothing_of_each_other() -> None:
    rule = diff_constitutions(made(), made(top(id="other", version="1.0.0"), of(0, text=TEXT))).version_rule
    assert (rule.holds, rule.made) == (True, None)


# -- Any two constitutions -------------------------------------------------------------------------

WORDS = st.sampled_from(["Be kind.", "Be kind", "Be  kind.", "Keep secrets.", "<script>", "@all #1"])
SCOPES = st.dictionaries(
    st.sampled_from(["surface", "audience"]),
    st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3),
    max_size=2,
)


@st.composite
def principles(draw: st.DrawFn, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": name,
        "text": draw(WORDS),
        "exceptions": draw(st.sampled_from(["", "Jokes."])),
        "scope": draw(SCOPES),
        "severity": draw(st.sampled_from(["low", "high"])),
        "scale": draw(st.sampled_from(["comply", "help"])),
        "title": draw(st.sampled_from(["", "Kindness"])),
        "notes": draw(st.sampled_from(["", "n"])),
    }
    if found["scale"] == "comply":
        found["pass"] = draw(st.sampled_from([[], ["complies"], ["violates"]]))
    found["examples"] = [
        {
            "id": f"{name}-{n}",
            "kind": draw(st.sampled_from(["violates", "complies"])),
            "response": draw(WORDS),
            "use": draw(st.sampled_from(["test", "shot"])),
        }
        for n in draw(st.lists(st.integers(0, 2), unique=True, max_size=3))
    ]
    return found


@st.composite
def constitutions(draw: st.DrawFn) -> Constitution:
    names = draw(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True, min_size=1, max_size=4))
    data = copy.deepcopy(BASE) | {"tiers": draw(st.permutations(["x", "y"]))}
    data["scales"]["help"]["pass_at"] = draw(st.sampled_from(["2", "3"]))
    data["principles"] = [draw(principles(name)) for name in names]
    if "a" not in names and draw(st.booleans()):
        data["principles"][0]["aliases"] = ["a"]
    return read(data)


FATES = {Fate.ADDED: Fate.REMOVED, Fate.REMOVED: Fate.ADDED}


def sides(found: ConstitutionDiff, *, mirrored: bool = False) -> Counter[tuple[object, ...]]:
    """What is told of both sides, however it is worded."""
    told: Counter[tuple[object, ...]] = Counter()
    for each in found.principles:
        names = (each.after, each.before) if mirrored else (each.before, each.after)
        told[(FATES.get(each.fate, each.fate) if mirrored else each.fate, *names)] += 1
        for change in each.changes:
            values = (change.after, change.before) if mirrored else (change.before, change.after)
            told[(change.part, change.effect, *values)] += 1
    return told


@given(constitutions())
def test_a_constitution_does_not_differ_from_itself(constitution: Constitution) -> None:
    found = diff_constitutions(constitution, constitution)
    assert (found.is_empty, found.unchanged) == (True, len(constitution.principles))
    assert found.version_rule.holds


@given(constitutions(), constitutions())
def test_the_way_back_mirrors_the_way_there(before: Constitution, after: Constitution) -> None:
    there, back = diff_constitutions(before, after), diff_constitutions(after, before)
    assert sides(there) == sides(back, mirrored=True)
    assert there.unchanged == back.unchanged


@given(constitutions(), constitutions())
def test_a_principle_binds_otherwise_exactly_where_its_hash_says_so(
    before: Constitution, after: Constitution
) -> None:
    told = {each.after: each for each in diff_constitutions(before, after).principles}
    for name in before.by_id.keys() & after.by_id.keys():
        same = before.binding_hash(before.by_id[name]) == after.binding_hash(after.by_id[name])
        assert (name not in told or told[name].effect is not Effect.BINDING) == same


@given(constitutions(), constitutions())
def test_everything_but_version_and_date_is_told(before: Constitution, after: Constitution) -> None:
    found = diff_constitutions(before, after)
    assert found.is_empty == (before.canonical() == after.canonical())


@given(constitutions())
def test_spelling_and_order_of_keys_change_nothing(constitution: Constitution) -> None:
    turned = json.dumps(constitution.canonical(), sort_keys=True)
    assert diff_constitutions(constitution, read(json.loads(turned))).is_empty


def test_yaml_and_markdown_of_one_constitution_do_not_differ(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(write_yaml(made()), encoding="utf-8")
    (tmp_path / "c.md").write_text(write_markdown(made()), encoding="utf-8")
    loaded = [load_constitution(tmp_path / name) for name in ("c.yaml", "c.md")]
    assert diff_constitutions(*loaded).is_empty
