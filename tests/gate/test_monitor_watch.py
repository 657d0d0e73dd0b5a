"""What a monitor says of a suite: a table of histories, and the reasons."""

import math

import pytest
from tests.gate.monitor_kit import answers, day_of, history, live, name, run

from evenhand.errors import NothingSelectedError
from evenhand.gate.monitor.history import History, LabelledItem, WatchedRun, Watching
from evenhand.gate.monitor.results import Finding
from evenhand.gate.monitor.watch import watch
from evenhand.stats.estimate import Estimate
from evenhand.stats.monitoring.lasting_drop import Usual


def anchors(*right: int, first: int = 0) -> list[WatchedRun]:
    """A run a day with so many of 100 anchors right."""
    return [run(first + day, answers(each, 100 - each)) for day, each in enumerate(right)]


def labels(*right: int, first: int = 0, of: int = 50) -> list[LabelledItem]:
    """So many of 50 live labels right, day by day."""
    return [each for day, good in enumerate(right) for each in live(first + day, good, of - good)]


STEADY = anchors(*[88] * 40)
FINE = labels(*[44] * 40)
LATE_DROP = labels(*[44] * 20, *[30] * 20)


def outage(day: int) -> WatchedRun:
    return run(day, answers(40, 0, 60))


@pytest.mark.parametrize(
    ("past", "finding", "words"),
    [
        (history(STEADY), Finding.NONE, "No lasting drop"),
        (history(STEADY, FINE), Finding.NONE, "the anchors (40 times, 88.0 %) or the live labels (40 times"),
        (history(anchors(*[88] * 20, *[95] * 20)), Finding.NONE, "No lasting drop"),
        (history(anchors(*[88] * 20, *[86] * 20)), Finding.NONE, "more than 3 points"),
        (history(anchors(*[88] * 20, *[75] * 20), FINE), Finding.JUDGE, "from run-20 on"),
        (history(anchors(*[88] * 20, *[75] * 20), LATE_DROP), Finding.JUDGE, "they are one change"),
        (history(STEADY, LATE_DROP), Finding.SYSTEM, "the panel judges as before"),
        # The window after a live alarm is open, or there is nothing to tell by.
        (history(STEADY[:24], labels(*[44] * 20, *[20] * 4)), Finding.UNDECIDED, "when 7 days and 60 answers"),
        (history([], LATE_DROP), Finding.UNDECIDED, "Agreement on the live labels fell"),
        (history(STEADY[:20], LATE_DROP), Finding.UNDECIDED, "60 answers on anchors"),
        # Two changes, weeks apart.
        (
            history(anchors(*[88] * 40, *[75] * 10), labels(*[44] * 10, *[25] * 30)),
            Finding.UNDECIDED,
            "may be two changes",
        ),
        # Missing answers.
        (history([*STEADY, outage(40)]), Finding.COULD_NOT_MEASURE, "60 of 100 anchors have no verdict in run run-40"),
        (history([*STEADY, outage(40), *anchors(88, first=41)]), Finding.NONE, "No lasting drop"),
        (history([*anchors(*[88] * 20, *[75] * 20), outage(40)]), Finding.JUDGE, "it is the judge"),
        (
            history([*STEADY, *(run(40 + day, answers(83, 12, 5)) for day in range(90))]),
            Finding.COULD_NOT_MEASURE,
            "enough to hide a drop",
        ),
        (
            history(STEADY, [*FINE, *(each for day in range(40, 60) for each in live(day, 30, 2, 18))]),
            Finding.COULD_NOT_MEASURE,
            "missing on the live labels",
        ),
    ],
)  # fmt: skip
def test_what_changed_follows_from_both_streams(past: History, finding: Finding, words: str) -> None:
    found = watch(_with_runs(past))
    assert found.finding is finding, found.reason
    assert words in found.reason


def _with_runs(past: History) -> History:
    """A history always has a run; one of a part with no anchors says nothing."""
    return past if past.runs else History(suite="s", runs=(run(0, {}, whole=False),), labelled=past.labelled)


@pytest.mark.parametrize("missing", [1, 5])
def test_missing_answers_never_make_an_alarm(missing: int) -> None:
    runs = [*STEADY, *(run(40 + day, answers(88 - missing, 12, missing)) for day in range(60))]
    found = watch(history(runs))
    assert found.anchors.alarm is None
    assert sum(look.missing for look in found.anchors.looks) == 60 * missing


def test_an_undecided_panel_does_not_agree() -> None:
    found = watch(history(anchors(88, 80)))
    assert [look.agreed for look in found.anchors.looks] == [88, 80]


def test_one_look_is_nothing_to_compare_with() -> None:
    for runs in (anchors(88), [*anchors(88), run(1, answers(88, 12), again=[])]):
        with pytest.raises(NothingSelectedError, match="no new evidence") as caught:
            watch(history(runs))
        assert "--again" in caught.value.hint


def test_without_labels_there_is_nothing_to_watch() -> None:
    with pytest.raises(NothingSelectedError, match="nothing to watch"):
        watch(history([run(0, {}), run(1, {})]))


def test_a_mean_from_elsewhere_is_a_reference_from_the_first_run_on() -> None:
    exact = watch(history(anchors(*[75] * 5)), Watching(usual=Usual(mean=0.88)))
    sampled = watch(history(anchors(*[75] * 5)), Watching(usual=Usual(mean=0.88, n=2000)))
    assert {exact.finding, sampled.finding} == {Finding.JUDGE}
    assert watch(history(anchors(*[75] * 5))).finding is Finding.NONE
    assert watch(history(anchors(88)), Watching(usual=Usual(mean=0.88, n=500))).finding is Finding.NONE


def test_tolerance_and_alpha_are_what_they_are_told() -> None:
    past = history(anchors(*[88] * 30, *[80] * 30))
    assert watch(past).finding is Finding.JUDGE
    assert watch(past, Watching(tolerance=0.1)).finding is Finding.NONE
    strict = watch(past, Watching(alpha=1e-6))
    assert strict.log10_alarm == pytest.approx(6)
    alarms = [each.anchors.alarm for each in (watch(past), strict)]
    assert None not in alarms
    assert alarms[0] < alarms[1]  # type: ignore[operator]  # neither is None


def test_runs_tell_what_was_known_then() -> None:
    found = watch(history(anchors(*[88] * 20, *[70] * 20)))
    known = [line.finding for line in found.runs]
    assert known[:20] == [Finding.NONE] * 20
    assert known[-1] is Finding.JUDGE
    assert found.anchors.alarm is not None
    assert known.index(Finding.JUDGE) == found.anchors.alarm
    assert found.runs[0].log10_anchors is None


def test_a_longer_history_does_not_change_what_was_seen_before() -> None:
    whole = watch(history(anchors(*[88] * 20, *[70] * 20), LATE_DROP))
    short = watch(history(anchors(*[88] * 20, *[70] * 5), LATE_DROP[: 25 * 50]))
    for longer, shorter in ((whole.anchors, short.anchors), (whole.live, short.live)):
        assert longer.looks[: len(shorter.looks)] == shorter.looks
        assert longer.alarm == shorter.alarm


def test_what_was_changed_on_purpose_is_named_beside_the_alarm() -> None:
    runs = anchors(*[88] * 20, *[70] * 20)
    runs[20] = run(20, answers(70, 30), changes=("judge one 1.0.0 became 1.1.0",))
    assert "Changed before run-20: judge one 1.0.0 became 1.1.0." in watch(history(runs)).reason


def test_labels_without_a_known_chance_are_left_out_and_counted() -> None:
    found = watch(history(STEADY, [*FINE, *live(3, 0, 50, inclusion=math.nan)]))
    assert found.live.items == 2000
    assert any(note.startswith("50 labels on other items are left out") for note in found.notes)


def test_an_anchor_is_no_live_label_too() -> None:
    anchor = LabelledItem(
        item=name(0), run="run-0", day=day_of(0), answer=answers(1, 0)[name(0)], inclusion=1.0, design="d"
    )
    assert watch(history(STEADY, [anchor])).live.items == 0


def test_labels_that_were_drawn_with_unequal_chances_are_weighed() -> None:
    """Wrong verdicts are drawn ten times as often in the second half: nothing changed."""
    even = [each for day in range(20) for each in live(day, 45, 5, inclusion=0.1)]
    tilted = [
        each for day in range(20, 40) for each in (*live(day, 9, 0, inclusion=0.02), *_more(day, wrong=10))
    ]
    found = watch(history(STEADY, [*even, *tilted]))
    assert found.live.alarm is None
    agreement = found.live.before
    assert isinstance(agreement, Estimate)
    assert agreement.value == pytest.approx(0.88, abs=0.03)


def _more(day: int, wrong: int) -> list[LabelledItem]:
    often = live(day + 1000, 0, wrong, inclusion=0.2)
    return [
        LabelledItem(
            item=each.item, run=f"run-{day}", day=day_of(day), answer=each.answer, inclusion=0.2, design="d"
        )
        for each in often
    ]


def test_the_numbers_of_a_result_are_finite() -> None:
    found = watch(history(anchors(*[0] * 5, *[100] * 5)))
    assert all(math.isfinite(look.log10_evidence) for look in found.anchors.looks if look.log10_evidence)
