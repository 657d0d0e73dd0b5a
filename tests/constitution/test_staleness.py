"""How answers and labels stand to a change, by the text they were given under."""

import pytest
from tests.constitution.made import Edit, drop, made, of, rename, top

from evenhand.constitution.diff import diff_constitutions
from evenhand.constitution.staleness import (
    AnswersHeld,
    LabelsHeld,
    Staleness,
    Standing,
    Standings,
    by_principle,
)
from evenhand.constitution.words import stale_clauses
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Constitution
from evenhand.records.scale import PAIR

OLDER = of(0, text="Once upon a time.")
TEXT = of(0, text="Never share an address.")


def standings(*edits: Edit, before: Constitution | None = None) -> Standings:
    """Return how things stand to a change of the base."""
    old, new = before or made(), made(*edits)
    return Standings(old, new, diff_constitutions(old, new))


@pytest.mark.parametrize(
    ("edits", "pinned", "name", "standing"),
    [
        ((TEXT,), made(), "privacy.contact", Standing.STALE),
        ((TEXT,), made(TEXT), "privacy.contact", Standing.CURRENT),
        ((TEXT,), made(OLDER), "privacy.contact", Standing.OLDER),
        ((TEXT,), made(), "help.fully", None),
        ((TEXT,), made(top(version="0.1.0")), "privacy.contact", Standing.STALE),
        ((drop(0),), made(), "privacy.contact", Standing.ORPHANED),
        ((drop(0),), made(OLDER), "privacy.contact", Standing.ORPHANED),
        ((rename(0, "privacy.x"),), made(), "privacy.contact", Standing.CURRENT),
        ((rename(0, "privacy.x"), TEXT), made(), "privacy.contact", Standing.STALE),
        ((rename(0, "privacy.x"), TEXT), made(rename(0, "privacy.x"), TEXT), "privacy.x", Standing.CURRENT),
        (
            (TEXT, of(0, aliases=["privacy.old"])),
            made(rename(0, "privacy.old")),
            "privacy.old",
            Standing.STALE,
        ),
        ((of(2, scale="help"),), made(), "style.plain", Standing.STALE),
        ((of(0, severity="low"),), made(OLDER), "privacy.contact", None),
    ],
)
def test_what_a_run_pinned_is_held_against_both_texts(
    edits: tuple[Edit, ...], pinned: Constitution, name: str, standing: Standing | None
) -> None:
    assert standings(*edits).of_run(pinned, name, pairwise=False) is standing


def test_answers_on_pairs_do_not_rest_on_the_scale_of_single_replies() -> None:
    change = standings(of(2, scale="help"))
    assert change.of_run(made(), "style.plain", pairwise=True) is Standing.CURRENT
    assert change.of_run(made(), "style.plain", pairwise=False) is Standing.STALE


@pytest.mark.parametrize("pairwise", [False, True])
def test_a_label_is_held_against_both_texts_by_the_hash_beside_it(pairwise: bool) -> None:  # noqa: FBT001 - a column
    def hash_in(constitution: Constitution) -> str:
        principle = constitution.by_id["privacy.contact"]
        return content_hash(principle.binding(PAIR if pairwise else constitution.scale_of(principle)))

    change = standings(TEXT)
    assert change.of_hash("privacy.contact", hash_in(made())) is Standing.STALE
    assert change.of_hash("privacy.contact", hash_in(made(TEXT))) is Standing.CURRENT
    assert change.of_hash("privacy.contact", hash_in(made(OLDER))) is Standing.OLDER
    assert change.of_hash("help.fully", hash_in(made())) is None


def test_a_label_of_which_nothing_is_known_is_taken_to_be_of_the_earlier_text() -> None:
    assert standings(TEXT).of_earlier("privacy.contact") is Standing.STALE
    assert standings(of(0, title="Other")).of_earlier("privacy.contact") is Standing.CURRENT
    assert standings(TEXT).of_earlier("nobody") is None


def test_between_equals_nothing_was_touched() -> None:
    assert standings().names == frozenset()


def held(standing: Standing, count: int, *, judge: str = "", run: str = "r") -> AnswersHeld:
    return AnswersHeld(run=run, suite="s", principle="p", judge=judge, standing=standing, count=count)


def labelled(standing: Standing, count: int, principle: str = "p") -> LabelsHeld:
    return LabelsHeld(
        source="l", suite="s", principle=principle, standing=standing, known="pinned", count=count
    )


def test_what_is_lost_is_what_is_stale_or_has_no_principle() -> None:
    found = Staleness(
        answers=(
            held(Standing.STALE, 5),
            held(Standing.ORPHANED, 2, run="r2"),
            held(Standing.CURRENT, 90),
            held(Standing.OLDER, 90),
            held(Standing.STALE, 15, judge="j"),
            held(Standing.REWORDED, 4, judge="j"),
        ),
        labels=(
            labelled(Standing.STALE, 3),
            labelled(Standing.ORPHANED, 1, "q"),
            labelled(Standing.OLDER, 9),
        ),
        runs=2,
    )
    assert (found.lost_verdicts, found.lost_runs, found.lost_labels, found.reworded_answers) == (7, 2, 4, 4)
    assert by_principle(found) == {"p": (7, 3), "q": (0, 1)}
    assert list(stale_clauses(found)) == [
        "7 verdicts in 2 runs and 4 human labels are stale",
        "4 ratings would be asked in other words",
    ]


def test_one_thing_that_is_stale_is_told_in_the_singular() -> None:
    found = Staleness(answers=(), labels=(labelled(Standing.STALE, 1),), runs=0)
    assert list(stale_clauses(found)) == ["1 human label is stale"]
    assert list(stale_clauses(Staleness(answers=(), labels=(), runs=0))) == []
    assert list(stale_clauses(None)) == []
