"""What revisions came to: improvement, harm, length, refusals and what is left out."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.feedback.effect_results import ChainCounts, RevisionEffects
from evenhand.feedback.effects import JudgedVersions, RepliedVersions, Told, decide_harm, measure_effects
from evenhand.feedback.paired_rate import Pair, adjust, paired_rate
from evenhand.records.scale import Reading
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.change.paired import PairedCounts, tango_interval
from evenhand.stats.estimate import Estimate, Undefined

PASS, FAIL, NEUTRAL = Reading.PASS, Reading.FAIL, Reading.NEUTRAL
CHAINS = ChainCounts(planned=3, complete=3, open=0, failed={}, without_principle=0, left_out=0)
pairs = st.builds(
    Pair,
    source=st.sampled_from("abcdefgh"),
    before=st.sampled_from([*Reading, None]),
    after=st.sampled_from([*Reading, None]),
)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def told(**changes: object) -> Told:
    fields = {
        "titles": {"p.a": "A", "p.b": "B"},
        "margins": {"p.a": 0.1, "p.b": 0.1},
        "refusals": "by hand",
        "chosen_by_verdict": False,
        "seed": 1,
    }
    return Told(**{**fields, **changes})  # type: ignore[arg-type] # the test names fields that exist


def reply(
    number: int, *, lengths: Sequence[int] = (100, 80), refused: Sequence[bool | None] = (False, False)
) -> RepliedVersions:
    return RepliedVersions(
        source=str(number),
        lengths=tuple(lengths),
        refused=tuple(refused),
        unchanged=(False,) * (len(lengths) - 1),
    )


def cell(
    number: int, principle: str, *readings: Reading | None, rounds: tuple[int, ...] = ()
) -> JudgedVersions:
    return JudgedVersions(source=str(number), principle_id=principle, rounds=rounds, readings=readings)


def measured(judged: Sequence[JudgedVersions], replies: Sequence[RepliedVersions]) -> RevisionEffects:
    return measure_effects(judged, replies, CHAINS, told())


@given(st.lists(pairs, max_size=30))
def test_every_pair_is_counted_once_among_the_compared_or_apart(some: list[Pair]) -> None:
    rate = paired_rate(some, rng=rng())
    assert rate.n + sum(rate.apart.values()) == len(some)
    assert 0 <= rate.won + rate.lost <= rate.n
    if isinstance(rate.difference, Estimate):
        assert rate.before is not None
        assert rate.after is not None
        assert rate.difference.value == pytest.approx(rate.after - rate.before)
        assert rate.difference.interval.low <= rate.difference.value <= rate.difference.interval.high


@given(st.lists(pairs, max_size=30))
def test_swapping_before_and_after_turns_the_change_round(some: list[Pair]) -> None:
    rate = paired_rate(some, rng=rng())
    other = paired_rate([Pair(source=p.source, before=p.after, after=p.before) for p in some], rng=rng())
    assert (rate.won, rate.lost, rate.n) == (other.lost, other.won, other.n)
    if isinstance(rate.difference, Estimate):
        assert isinstance(other.difference, Estimate)
        assert rate.difference.value == pytest.approx(-other.difference.value)


def test_pairs_of_their_own_sources_have_tangos_interval() -> None:
    some = [Pair(source=str(n), before=FAIL, after=PASS if n < 6 else FAIL) for n in range(10)]
    rate = paired_rate(some, rng=rng())
    expected = tango_interval(PairedCounts(both=0, only_old=0, only_new=6, neither=4))
    assert isinstance(rate.difference, Estimate)
    assert rate.difference.interval == expected
    assert (rate.before, rate.after, rate.won, rate.lost, rate.clusters) == (0.0, 0.6, 6, 0, 10)


def test_pairs_that_share_sources_have_a_wider_interval() -> None:
    alone = [Pair(source=str(n), before=FAIL, after=PASS if n % 2 else FAIL) for n in range(40)]
    shared = [Pair(source=str(n % 4), before=p.before, after=p.after) for n, p in enumerate(alone)]
    wide, narrow = (paired_rate(each, rng=rng()).difference for each in (shared, alone))
    assert isinstance(wide, Estimate)
    assert isinstance(narrow, Estimate)
    assert wide.value == narrow.value
    assert wide.n == 40
    assert wide.interval.high - wide.interval.low > narrow.interval.high - narrow.interval.low


def test_nothing_to_compare_is_no_number() -> None:
    rate = paired_rate([Pair(source="a", before=None, after=PASS)], rng=rng())
    assert isinstance(rate.difference, Undefined)
    assert (rate.n, rate.before, rate.after, rate.detectable) == (0, None, None, None)
    assert rate.apart == {"no verdict before": 1}


def test_p_values_are_adjusted_over_all_rates() -> None:
    won = paired_rate([Pair(source=str(n), before=FAIL, after=PASS) for n in range(10)], rng=rng())
    same = paired_rate([Pair(source=str(n), before=PASS, after=PASS) for n in range(10)], rng=rng())
    first, second = adjust([won, same])
    assert first.p_better == pytest.approx(2 * won.p_better)
    assert second.p_better == same.p_better
    assert adjust([]) == ()


@pytest.mark.parametrize(
    ("lost", "n", "outcome"),
    [
        (0, 100, Outcome.PASSED),
        (0, 10, Outcome.UNDECIDED),
        (30, 100, Outcome.FAILED),
        (3, 60, Outcome.UNDECIDED),
    ],
)
def test_harm_is_excluded_shown_or_undecided(lost: int, n: int, outcome: Outcome) -> None:
    some = [Pair(source=str(each), before=PASS, after=FAIL if each < lost else PASS) for each in range(n)]
    rate = paired_rate(some, rng=rng(), confidence=0.9)
    harm = decide_harm(rate, 0.05)
    assert harm.outcome is outcome
    assert harm.reason


def test_undecided_harm_says_what_could_have_been_seen() -> None:
    few = [Pair(source=str(each), before=PASS, after=PASS) for each in range(10)]
    harm = decide_harm(paired_rate(few, rng=rng(), confidence=0.9), 0.03)
    assert harm.outcome is Outcome.UNDECIDED
    assert "no drop is shown, and one of 3 points is not excluded" in harm.reason
    assert "4 times in 5" in harm.reason


def test_a_principle_improves_where_it_was_revised_under_and_is_watched_elsewhere() -> None:
    judged = [
        *(cell(n, "p.a", FAIL, PASS, rounds=(1,)) for n in range(10)),
        *(cell(n, "p.b", PASS, FAIL) for n in range(10)),
    ]
    effects = measured(judged, [reply(n) for n in range(10)])
    first, second = effects.principles
    assert (first.principle_id, first.improvement.won, first.harm.rate.n) == ("p.a", 10, 0)
    assert first.harm.outcome is Outcome.UNDECIDED
    assert (second.improvement.n, second.harm.rate.lost, second.harm.outcome) == (0, 10, Outcome.FAILED)
    assert (effects.overall.n, effects.others.n) == (10, 10)


def test_rounds_are_held_against_the_first_reply() -> None:
    judged = [cell(n, "p.a", FAIL, FAIL, PASS, rounds=(1, 2)) for n in range(5)]
    judged += [cell(n, "p.b", FAIL, PASS, FAIL, rounds=(2,)) for n in range(5)]
    first, second = measured(
        judged, [reply(n, lengths=(10, 20, 40), refused=(False,) * 3) for n in range(5)]
    ).rounds
    assert (first.improvement.n, first.improvement.won, first.others.won) == (5, 0, 5)
    assert (second.improvement.n, second.improvement.won, second.others.n) == (10, 5, 0)
    assert (first.length.after, second.length.after, second.length.before) == (20, 40, 10)


def test_replies_that_became_refusals_are_seen_among_those_that_were_none() -> None:
    flags = [(False, True), (False, False), (True, True), (True, False), (None, True)]
    replies = [reply(n, refused=each) for n, each in enumerate(flags)]
    change = measured([], replies).rounds[-1].refusals
    assert change is not None
    assert isinstance(change.became, Estimate)
    assert (change.became.value, change.became.n) == (0.5, 2)
    assert (change.rate.n, change.rate.before, change.rate.after) == (4, 0.5, 0.5)
    assert change.rate.apart == {"no verdict before": 1}
    assert change.how == "by hand"


def test_unchanged_replies_are_counted() -> None:
    replies = [
        RepliedVersions(source=str(n), lengths=(5, 5), refused=(None, None), unchanged=(n < 3,))
        for n in range(4)
    ]
    effects = measure_effects([], replies, CHAINS, told(refusals=""))
    last = effects.rounds[-1]
    assert isinstance(last.unchanged, Estimate)
    assert (last.unchanged.value, last.unchanged.n) == (0.75, 4)
    assert last.refusals is None
    assert isinstance(last.length.difference, Undefined)


def test_the_same_seed_gives_the_same_numbers() -> None:
    judged = [cell(n % 3, "p.a", FAIL, PASS if n % 2 else FAIL, rounds=(1,)) for n in range(30)]
    replies = [reply(n % 3) for n in range(30)]
    assert measured(judged, replies) == measured(judged, replies)


def test_effects_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="nothing to measure"):
        measured([], [])
