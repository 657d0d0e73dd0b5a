"""A quarantine file is changed as text: what people wrote around its entries stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.generated import TEXT

from evenhand.catalog.quarantine_edit import EMPTY, add_entry, drop_entries
from evenhand.catalog.yaml_file import parse_yaml
from evenhand.errors import UsageError
from evenhand.records.canonical import canonical_json
from evenhand.records.quarantine import QuarantineEntry, QuarantineFile

WRITTEN = """\
# Ours.
schema: quarantine/v1

entries:  # newest last
# broken since the move
- case: a
  reason: |
    two lines,
    the second too
  owner: kim
  until: 2026-12-01

# about b
- {case: b, reason: r, owner: lee, until: 2026-12-02}
- case: c  # soon
  reason: r
  owner: kim
  until: 2026-12-03
# the end
"""


def entry(case: str = "new", **fields: str) -> QuarantineEntry:
    plain = {"case": case, "reason": "labels differ", "owner": "kim", "until": "2026-12-15"}
    return QuarantineEntry(**(plain | fields))


def entries(text: str) -> tuple[QuarantineEntry, ...]:
    document = parse_yaml(text, "")
    assert not document.findings
    return QuarantineFile.model_validate_json(canonical_json(document.data)).entries


def cases(text: str) -> list[str]:
    return [each.case for each in entries(text)]


def test_an_entry_is_added_at_the_end_and_everything_else_stays() -> None:
    changed = add_entry(WRITTEN, entry())
    assert cases(changed) == ["a", "b", "c", "new"]
    assert changed.startswith(WRITTEN.rstrip("\n"))


@pytest.mark.parametrize(
    "text",
    [
        EMPTY,
        "schema: quarantine/v1\nentries: []  # none\n",
        "entries: [ ]\nschema: quarantine/v1\n",
        "schema: quarantine/v1\nentries: []",
    ],
)
def test_the_first_entry_takes_the_place_of_nothing(text: str) -> None:
    changed = add_entry(text, entry())
    assert cases(changed) == ["new"]
    assert ("# none" in changed) == ("# none" in text)


def test_an_indented_list_stays_indented() -> None:
    text = "schema: quarantine/v1\nentries:\n    - {case: a, reason: r, owner: o, until: 2026-12-01}\n"
    assert "\n    - case: new\n" in add_entry(text, entry())


def test_keys_after_the_entries_stay_behind_them() -> None:
    text = "entries:\n- {case: a, reason: r, owner: o, until: 2026-12-01}\n\nschema: quarantine/v1\n"
    changed = add_entry(text, entry())
    assert cases(changed) == ["a", "new"]
    assert changed.endswith("\n\nschema: quarantine/v1\n")


@pytest.mark.parametrize(
    ("dropped", "left", "gone"),
    [
        ({0}, ["b", "c"], "broken since"),
        ({1}, ["a", "c"], "about b"),
        ({2}, ["a", "b"], "soon"),
        ({0, 2}, ["b"], "two lines"),
        ({0, 1, 2}, [], "kim"),
    ],
)
def test_an_entry_goes_with_the_comments_right_above_it_and_the_others_stay(
    dropped: set[int], left: list[str], gone: str
) -> None:
    changed = drop_entries(WRITTEN, dropped)
    assert cases(changed) == left
    assert gone not in changed
    assert changed.startswith("# Ours.\nschema: quarantine/v1\n")
    for name, comment in (("a", "# broken since"), ("b", "# about b"), ("c", "# soon")):
        assert (comment in changed) == (name in left)


def test_after_the_last_entry_went_another_can_be_added() -> None:
    assert cases(add_entry(drop_entries(WRITTEN, {0, 1, 2}), entry())) == ["new"]


@pytest.mark.parametrize(
    "text",
    [
        "schema: quarantine/v1\nentries: [{case: a, reason: r, owner: o, until: 2026-12-01}]\n",
        "{schema: quarantine/v1, entries: [{case: a, reason: r, owner: o, until: 2026-12-01}]}\n",
    ],
)
def test_a_layout_that_can_not_be_changed_by_itself_is_refused_and_not_guessed_at(text: str) -> None:
    with pytest.raises(UsageError):
        add_entry(text, entry())
    with pytest.raises(UsageError):
        drop_entries(text, {0})


def test_a_wrong_file_is_not_changed() -> None:
    with pytest.raises(UsageError, match="is wrong"):
        add_entry(WRITTEN.replace("owner: lee", "ownr: lee"), entry())


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT.filter(str.strip)), min_size=1, max_size=4), st.data())
def test_whatever_an_entry_says_it_is_read_back_and_can_be_taken_out(
    said: list[tuple[str, str]], data: st.DataObject
) -> None:
    made = [entry(case, owner=owner) for case, owner in said]
    text = WRITTEN
    for each in made:
        text = add_entry(text, each)
    assert entries(text) == (*entries(WRITTEN), *made)
    dropped = data.draw(st.sets(st.integers(0, len(made) + 2)))
    kept = tuple(each for at, each in enumerate(entries(text)) if at not in dropped)
    assert entries(drop_entries(text, dropped)) == kept
