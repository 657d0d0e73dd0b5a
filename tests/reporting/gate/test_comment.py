import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from tests.made_gate import STORY, Counts, made_hostile, make_changed, make_corrected, make_result
from tests.reporting.hostile import HOSTILE

from evenhand.gate.asked import TOGETHER
from evenhand.gate.results import GateResult, Slice, Status, Tier
from evenhand.integrations.comments import marker_of
from evenhand.reporting.gate.comment import marker, render_comment
from evenhand.reporting.gate.extras import DROP_ORDER
from evenhand.reporting.markdown import MOST_BYTES
from evenhand.stats.change.noninferiority import Outcome

from .reading import (
    NEVER_SEEN,
    OUR_HTML,
    OURS,
    READ_BY_HOSTS,
    TRICKS,
    hostile_names,
    kinds,
    read_text,
    table_widths,
    tokens,
)


@pytest.fixture(scope="module")
def result() -> GateResult:
    return make_result(corrected=(make_corrected(),))


@pytest.fixture(scope="module")
def comment(result: GateResult) -> str:
    return render_comment(result)


# -- What it says ----------------------------------------------------------------------------------


def test_the_first_line_is_the_mark_by_which_the_comment_is_found_again(comment: str) -> None:
    assert comment.splitlines()[0] == marker("pr-gate") == "<!-- evenhand:gate:pr-gate -->"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.FAILED, "CAUTION"),
        (Status.UNDECIDED, "WARNING"),
        (Status.COULD_NOT_MEASURE, "WARNING"),
        (Status.PASSED, "TIP"),
    ],
)
def test_the_headline_stands_in_an_alert(result: GateResult, status: Status, kind: str) -> None:
    lines = render_comment(replace(result, status=status)).splitlines()
    assert lines[1] == f"> [!{kind}]"
    assert lines[2] == "> **Gate failed on 1 of 4 principles:** see below."


def test_a_reason_that_the_headline_names_is_not_said_twice(result: GateResult) -> None:
    text = render_comment(
        replace(result, headline="Gate failed on 1 principle: it fell", reasons=("it fell", "more"))
    )
    assert text.count("it fell") == 1
    assert "- more" in text


def test_a_drop_of_all_principles_together_names_the_cells_of_each(result: GateResult) -> None:
    together = replace(result.tests[0], principle=TOGETHER)
    quiet = tuple(replace(each, outcome=Outcome.PASSED, tier=Tier.STABLE) for each in result.tests[1:])
    principles = tuple(replace(each, outcome=Outcome.PASSED, tier=Tier.STABLE) for each in result.principles)
    text = render_comment(
        replace(result, tests=(together, *quiet), principles=principles, floors=(), rules=())
    )
    assert "| all principles | sensitivity | all |" in text
    assert "23 cells worse than before on <code>privacy</code>" in text


def test_the_table_has_what_moved_and_not_what_is_stable(comment: str) -> None:
    table = comment.partition("**What moved")[2].partition("\n\n\n")[0].partition("unchanged.")[0]
    assert (
        "| `privacy` | sensitivity | all | high | 90.0 % | 78.5 % | -11.5 (-16.6 to -6.8, n = 200) |" in table
    )
    assert "| `honesty` | sensitivity | `topic medicine` |" in table
    assert "`privacy` | specificity" not in table
    assert "2 more principles" in table


def test_what_failed_stands_first_then_the_gravest(comment: str) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \|.*\| (\w+)(?: \([a-z ]+\))? \|$",
        comment.partition("unchanged")[0],
        re.MULTILINE,
    )
    assert [row[2] for row in rows] == ["failed", "undecided", "undecided", "passed"]


def test_rules_and_floors_that_fail_are_said_to_be_that(comment: str) -> None:
    assert "- Rule, no statistics: `privacy`: 1 cell that passed" in comment
    assert "- Floor: `privacy`, sensitivity: the sensitivity is below its floor" in comment


def test_cells_are_named_with_the_judges_for_the_new_verdict_and_a_few_of_them_only(comment: str) -> None:
    fold = comment.partition("23 cells worse than before on <code>privacy</code> (5 shown)")[2].partition(
        "</details>"
    )[0]
    assert fold.count("`core-0") == 5
    assert "| `core-0001` | `1` | `violates` | `complies` | `violates` | 3 of 3 |" in fold


def test_cells_that_break_a_rule_are_named_first(result: GateResult) -> None:
    rule = replace(result.rules[0], cells=(("core-0019", "1"),))
    text = render_comment(replace(result, rules=(rule,)))
    fold = text.partition("worse than before on <code>privacy</code>")[2].partition("</details>")[0]
    assert re.findall(r"`(core-\d+)`", fold) == [
        "core-0019",
        "core-0000",
        "core-0001",
        "core-0002",
        "core-0003",
    ]


def test_cells_that_share_a_source_are_counted_beside_their_groups(result: GateResult) -> None:
    tests = (replace(result.tests[0], clusters=40), *result.tests[1:])
    assert "(-16.6 to -6.8, n = 200 in 40 groups)" in render_comment(replace(result, tests=tests))


def test_what_leaves_the_gate_open_stands_before_what_does_not() -> None:
    text = render_comment(make_result((*STORY[4:5], *STORY[2:3]), floors=(), rules=(), changed=()))
    assert text.index("| `honesty` | sensitivity | all |") < text.index(
        "| `honesty` | sensitivity | `topic medicine` |"
    )


@pytest.mark.parametrize(
    "part",
    [
        "12 cells not comparable: the text of the case changed (8), its reference label changed (4).",
        "Missing verdicts: 6 now, 0 before",
        "Can these tests see their margin? 3 of 7 can",
        "Judges one by one",
        "What changed between baseline and run (1)",
        "How often an unchanged panel contradicts itself",
        "Quarantine: 1 cell shown",
        "Spend and failed ratings: USD 3.12, 2 of 6,480 failed",
        "Changes corrected by human labels",
        "`evenhand baseline review suites/pr-gate.yaml 20261127-made-up`",
        "`evenhand explain gate@20261127-made-up`",
        "`evenhand gate 20261127-made-up --baseline suites/baselines/pr-gate.json`",
    ],
)
def test_every_part_is_there(comment: str, part: str) -> None:
    assert part in comment


def test_a_gate_that_could_not_measure_says_why() -> None:
    text = render_comment(
        make_result(
            (),
            status=Status.COULD_NOT_MEASURE,
            exit_code=3,
            reasons=("3 % of ratings failed",),
            floors=(),
            rules=(),
            facts=None,
        )
    )
    assert "> [!WARNING]" in text
    assert "- 3 % of ratings failed" in text


def test_a_gate_where_nothing_moved_is_short() -> None:
    quiet = make_result((Counts(lost=2, won=2, both=900),), floors=(), rules=(), changed=())
    text = render_comment(quiet)
    assert "**What moved" not in text
    assert "1 principle unchanged." in text


# -- How long it is --------------------------------------------------------------------------------


def many_principles(number: int, letters: str = "x") -> GateResult:
    names = [f"{letters * 120}-{place}"[-120:] for place in range(number)]
    story = [
        Counts(principle=name, slice=Slice(dimension=letters * 60, value=letters * 60), lost=30 - place % 3)
        for place, name in enumerate(names)
    ]
    changed = tuple(
        cell for name in names for cell in make_changed(20, principle=name, case=f"{letters * 100}-{{}}")
    )
    return make_result(story, changed=changed)


def test_ten_thousand_changed_cells_stay_far_below_the_limit() -> None:
    text = render_comment(make_result(changed=make_changed(10_000)))
    assert len(text.encode()) < 10_000
    assert "10,000 cells worse than before on <code>privacy</code> (5 shown)" in text


@pytest.mark.parametrize("letters", ["x", "ß", "語", "\u202e", "`", "|"])
def test_five_hundred_principles_with_the_longest_names_stay_below_the_limit(letters: str) -> None:
    text = render_comment(many_principles(500, letters))
    assert len(text.encode()) <= MOST_BYTES
    assert re.search(
        r"more rows are in the HTML and JSON reports\.|Left out to stay under 60,000 bytes: ", text
    )
    assert text.count("<details>") == text.count("</details>")
    assert "evenhand explain gate@" in text


@pytest.mark.parametrize("most", [30_000, 12_000, 6_000])
def test_parts_are_dropped_in_the_stated_order_and_a_line_says_which(result: GateResult, most: int) -> None:
    text = render_comment(replace(result, changed=make_changed(10_000)), most_bytes=most)
    assert len(text.encode()) <= most
    assert text.count("<details>") == text.count("</details>")
    assert "**What moved" in text
    if said := re.findall(rf"^Left out to stay under {most:,} bytes: (.*)\.$", text, re.MULTILINE):
        named = said[0].split(", ")
        assert named == [name for name in DROP_ORDER if name in named]


# -- Hostile names ---------------------------------------------------------------------------------


@given(hostile_names)
@settings(max_examples=100, deadline=None)
def test_no_name_is_more_than_a_name(name: str) -> None:
    refuse_more_than_names(name)


@pytest.mark.parametrize("name", [*TRICKS, *HOSTILE])
def test_no_known_trick_works(name: str) -> None:
    refuse_more_than_names(name)


def refuse_more_than_names(name: str) -> None:
    text = render_comment(made_hostile(name))
    assert kinds(text) <= OURS
    blocks = [token.content for token in tokens(text) if token.type == "html_block"]
    assert all(OUR_HTML.fullmatch(block) or is_mark_and_alert(block) for block in blocks)
    assert all(len(set(rows)) == 1 for rows in table_widths(text))
    assert not READ_BY_HOSTS.search(read_text(text))
    assert not NEVER_SEEN.search(text.replace("\n", ""))
    assert text.count("<!--") == 1
    assert not [line for line in text.splitlines() if line.startswith("/")]
    assert sum("<details>" in block for block in blocks) == blocks.count("</details>\n")
    assert len(text.encode()) <= MOST_BYTES


def is_mark_and_alert(block: str) -> bool:
    return bool(re.fullmatch(r"<!-- evenhand:gate:[^<>\s]{1,200} -->\n", block))


@given(hostile_names, hostile_names)
def test_every_suite_has_a_mark_of_its_own_that_the_poster_knows(one: str, other: str) -> None:
    assert marker_of(f"{marker(one)}\nx") == marker(one)
    assert "--" not in marker(one)[4:-3]
    assert (marker(one) == marker(other)) == (one == other)


def test_a_long_name_has_a_mark_too() -> None:
    assert marker_of(marker("é" * 500)) != marker("é" * 501)
    assert len(marker("é" * 500)) < 220


def test_the_comment_holds_no_text_of_a_case_as_the_record_has_none() -> None:
    assert {
        field for field in GateResult.__dataclass_fields__ if "text" in field or "prompt" in field
    } == set()


def test_there_are_enough_tricks() -> None:
    assert len({*TRICKS, *HOSTILE}) > 100
    assert len(STORY) > 5
