"""What several principles come to together."""

import pytest

from evenhand.feedback.combine import Said, combine_pair, combine_text
from evenhand.feedback.judged import TextOutcome as T
from evenhand.feedback.results import PairOutcome as P


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ([P.FIRST], P.FIRST),
        ([P.FIRST, P.FIRST], P.FIRST),
        ([P.FIRST, P.TIE], P.FIRST),
        ([P.TIE, P.TIE], P.TIE),
        ([P.FIRST, P.SECOND], P.SPLIT),
        ([P.FIRST, P.SPLIT], P.SPLIT),
        ([P.FIRST, P.ABSTAINED], P.ABSTAINED),
        ([P.SECOND, P.INCONSISTENT, P.ABSTAINED], P.INCONSISTENT),
        ([P.SECOND, P.UNMEASURED, P.INCONSISTENT], P.UNMEASURED),
    ],
)
def test_a_pair_is_decided_where_no_principle_contradicts_or_is_open(parts: list[P], outcome: P) -> None:
    said = [Said(item=at, principle_id=f"p{at}", outcome=part, p=0.5) for at, part in enumerate(parts)]
    assert combine_pair(said).outcome is outcome
    assert len(combine_pair(said).rests_on) == (len(parts) if outcome in {P.FIRST, P.TIE} else 0)


@pytest.mark.parametrize(
    ("parts", "outcome", "rests_on"),
    [
        ([T.PASSED], T.PASSED, 1),
        ([T.PASSED, T.NEUTRAL], T.PASSED, 2),
        ([T.PASSED, T.FAILED, T.UNMEASURED], T.FAILED, 1),
        ([T.FAILED, T.FAILED], T.FAILED, 2),
        ([T.PASSED, T.UNDECIDED], T.UNDECIDED, 0),
        ([T.PASSED, T.ABSTAINED], T.ABSTAINED, 0),
        ([T.UNDECIDED, T.UNMEASURED], T.UNMEASURED, 0),
        ([T.NEUTRAL], T.NEUTRAL, 0),
    ],
)
def test_a_text_fails_by_one_principle_and_passes_by_all(parts: list[T], outcome: T, rests_on: int) -> None:
    whole = combine_text(
        [Said(item=at, principle_id=f"p{at}", outcome=part, p=0.5 + at / 10) for at, part in enumerate(parts)]
    )
    assert whole.outcome is outcome
    assert len(whole.rests_on) == rests_on


def test_it_is_by_people_where_they_settled_all_it_rests_on() -> None:
    one = Said(item=0, principle_id="a", outcome=T.PASSED, p=0.9, by_people=True)
    two = Said(item=1, principle_id="b", outcome=T.PASSED, p=0.8)
    assert combine_text([one]).by_people
    assert not combine_text([one, two]).by_people
    assert combine_text([one, two]).p == 0.8
    assert not combine_text([]).by_people
