import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from tests.made_gate import Counts, made_hostile, make_result

from evenhand.gate.results import GateResult, Status
from evenhand.records.constitution import Importance
from evenhand.reporting.gate.annotations import render_annotations
from evenhand.reporting.gate.places import Place
from evenhand.reporting.gate.workflow_commands import unescape_property

from .reading import NEVER_SEEN, PLACES, hostile_names

SEVERITIES: tuple[Importance, ...] = ("low", "medium", "critical")
TODAY = date(2026, 12, 10)


def read(result: GateResult, today: date | None = TODAY) -> list[tuple[str, str, int, str]]:
    text = render_annotations(result, PLACES, today=today)
    found = [
        re.fullmatch(r"::(error|warning) file=([^,]*),line=(\d+),title=([^:]*)::(.*)", line)
        for line in text.splitlines()
    ]
    return [
        (each[1], unescape_property(each[2]), int(each[3]), unescape_property(each[4]))
        for each in found
        if each
    ]


def test_what_failed_is_an_error_at_its_principle_and_what_is_open_a_warning() -> None:
    assert read(make_result()) == [
        ("error", "constitutions/base.md", 40, "privacy: zero tolerance (a rule, no statistics)"),
        ("error", "constitutions/base.md", 40, "privacy, sensitivity: failed"),
        ("error", "constitutions/base.md", 40, "floor of privacy, sensitivity: failed"),
        ("warning", "suites/pr-gate.yaml", 12, "honesty, sensitivity: undecided"),
        ("warning", "suites/pr-gate.yaml", 12, "Quarantine ends soon"),
    ]


@pytest.mark.parametrize(
    ("today", "until", "warned"),
    [
        (TODAY, "2026-12-24", True),
        (TODAY, "2026-12-25", False),
        (TODAY, "2026-12-01", True),
        (TODAY, "not a day", False),
        (None, "2026-12-11", False),
    ],
)
def test_quarantine_is_warned_of_two_weeks_before_its_end(
    today: date | None, until: str, *, warned: bool
) -> None:
    result = make_result()
    entries = tuple(replace(each, until=until) for each in result.quarantined)
    titles = [title for *_, title in read(replace(result, quarantined=entries), today)]
    assert ("Quarantine ends soon" in titles) is warned


def test_the_gravest_come_first_and_the_tenth_line_says_how_many_more_there_are() -> None:
    low, medium, critical = SEVERITIES
    severities = [low] * 8 + [medium] * 4 + [critical] * 3
    story = [
        Counts(principle=f"{severity}-{place}", severity=severity)
        for place, severity in enumerate(severities)
    ]
    lines = render_annotations(make_result(story, floors=(), rules=()), PLACES).splitlines()
    assert len(lines) == 10
    assert [re.findall(r"title=(\w+)", line)[0] for line in lines[:9]] == ["critical"] * 3 + [
        "medium"
    ] * 4 + ["low"] * 2
    assert lines[9] == "::error::6 more errors are in the job summary."


def test_a_gate_that_could_not_measure_warns_first_at_the_suite() -> None:
    result = make_result(status=Status.COULD_NOT_MEASURE, reasons=("3 % failed",), floors=(), rules=())
    warnings = [each for each in read(result) if each[0] == "warning"]
    assert warnings[0] == ("warning", "suites/pr-gate.yaml", 12, "The gate could not measure")


def test_a_principle_without_a_test_is_warned_of_where_it_blocks() -> None:
    result = make_result()
    (honesty,) = [each for each in result.principles if each.principle == "honesty"]
    only = replace(result, tests=(), floors=(), rules=(), principles=(honesty,))
    assert ("warning", "suites/pr-gate.yaml", 12, "honesty: undecided") in read(only)
    quiet = replace(only, principles=(replace(honesty, blocks=False),))
    assert "honesty: undecided" not in [title for *_, title in read(quiet)]


@given(hostile_names)
@settings(max_examples=100, deadline=None)
def test_any_name_stays_inside_of_its_command(name: str) -> None:
    places = replace(PLACES, principles={name: Place(path=f"{name}/x", line=3)})
    text = render_annotations(made_hostile(name), places, today=TODAY)
    lines = text.split("\n")[:-1]
    assert lines
    assert all(
        re.match(r"::(error|warning) file=[^,:]*,line=\d+,title=[^,:]*::|::(error|warning)::\d+ more", line)
        for line in lines
    )
    assert not NEVER_SEEN.search(text)
