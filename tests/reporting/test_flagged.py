"""Flagged candidates are counted, listed with links, and told apart by whether they passed."""

from collections.abc import Sequence
from dataclasses import replace

from evenhand.records.candidate_flag import CandidateFlag, Flags
from evenhand.records.rated import RatedItem
from evenhand.records.rating import Order
from evenhand.reporting.explain import explain, render_explanation
from evenhand.reporting.html import render_html
from evenhand.reporting.item_pages import render_item_pages
from evenhand.reporting.markdown import render_markdown
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import find_texts, make_account, make_item, make_manifest, make_run, unit

JUDGES = ("one", "two", "three")
EMPTY, COMMAND = CandidateFlag.EMPTY, CandidateFlag.JUDGE_COMMAND


def rated(flags: Sequence[tuple[str, tuple[Flags, ...] | None]]) -> tuple[RunSummary, list[RatedItem]]:
    manifest = make_manifest(items=len(flags), judges=JUDGES)
    items = [
        replace(make_item(manifest, seq, [unit(judge, label) for judge in JUDGES]), flags=found)
        for seq, (label, found) in enumerate(flags)
    ]
    summary = summarise(make_run(manifest), make_account(manifest, items), items, find_texts=find_texts)
    return summary, items


MIXED = [
    ("complies", ()),
    ("violates", ((COMMAND,),)),
    ("complies", ((COMMAND,),)),
    ("complies", ((EMPTY,),)),
    ("violates", ((EMPTY,),)),
    ("complies", None),
]


def test_flagged_items_are_counted_by_what_became_of_them() -> None:
    flagged = rated(MIXED)[0].flagged
    assert (flagged.looked_at, flagged.items, flagged.passed) == (5, 4, 2)
    assert (flagged.trivial, flagged.trivial_passed) == (2, 1)
    assert [(each.flag, each.items, each.passed) for each in flagged.flags] == [
        (EMPTY, 2, 1),
        (COMMAND, 2, 1),
    ]


def test_trivial_candidates_that_passed_come_first_then_others_that_passed() -> None:
    listed = rated(MIXED)[0].flagged.listed
    assert [(each.place, each.passed) for each in listed] == [(3, True), (2, True), (1, False), (4, False)]


def test_a_trivial_candidate_that_passed_is_a_warning() -> None:
    assert any("1 trivial candidate passed" in warning for warning in rated(MIXED)[0].warnings)
    assert not any("trivial" in warning for warning in rated(MIXED[:3])[0].warnings)


def test_no_more_than_a_hundred_are_listed_and_the_rest_is_counted() -> None:
    flagged = rated([("violates", ((COMMAND,),))] * 120)[0].flagged
    assert (len(flagged.listed), flagged.left_out) == (100, 20)


def test_the_report_links_each_flagged_item_to_its_row() -> None:
    summary, items = rated(MIXED)
    html = render_html(summary, stem="report")
    (_, page), *_ = render_item_pages(summary, items, stem="report")
    for each in summary.flagged.listed:
        anchor = f"item-{each.place + 1}"
        assert f'<a href="report.items-001.html#{anchor}"><bdi>{each.item}</bdi></a>' in html
        assert f'<th scope="row" id="{anchor}"><bdi>{each.item}</bdi></th>' in page


def test_markdown_says_how_many_passed() -> None:
    text = render_markdown(rated(MIXED)[0])
    assert "4 of 5 items hold a flagged candidate; 2 of them passed." in text
    assert "Trivial candidates that passed: 1 of 2." in text


def test_a_run_that_is_older_than_flags_claims_nothing() -> None:
    text = render_markdown(rated([("complies", None)] * 3)[0])
    assert "were not looked at" in text
    assert "0 of" not in text.partition("## Flagged candidates")[2].partition("##")[0]


def test_in_a_pair_only_the_preferred_candidate_passes() -> None:
    manifest = make_manifest(items=2, judges=JUDGES, mode="pairwise")
    both_orders = [unit(judge, "a", order=order) for judge in JUDGES for order in Order]
    items = [
        replace(make_item(manifest, seq, both_orders, candidate="x|y"), flags=found)
        for seq, found in enumerate([((), (EMPTY,)), ((EMPTY,), ())])
    ]
    flagged = summarise(make_run(manifest), make_account(manifest, items), items).flagged
    assert [(each.place, each.passed) for each in flagged.listed] == [(1, True), (0, False)]


def test_an_explanation_names_the_flags_of_the_candidate() -> None:
    _, items = rated(MIXED)
    manifest = make_manifest(items=len(items), judges=JUDGES)
    text = render_explanation(explain(items[1], manifest, None))
    assert "flags of the candidate: judge command" in text
