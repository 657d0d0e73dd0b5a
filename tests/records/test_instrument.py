"""In what way a judge was more than one instrument: a table for each decision."""

import pytest

from evenhand.records.instrument import Answerer, JudgeIdentity, Mixture


def answered(model: str, fingerprint: str = "", *, ratings: int = 3) -> Answerer:
    return Answerer(
        served_model=model,
        fingerprint=fingerprint,
        replies=max(ratings, 1),
        ratings=ratings,
        reused=0,
        first_unit=0,
    )


@pytest.mark.parametrize(
    ("expected", "answerers", "mixture"),
    [
        ("", [], None),
        ("a", [], None),
        ("a", [answered("a", "1")], None),
        ("", [answered("a"), answered("")], None),
        ("a", [answered("a", "1"), answered("a", "")], None),
        ("a", [answered("a"), answered("b")], Mixture.MODELS),
        ("", [answered("a", "1"), answered("b", "2")], Mixture.MODELS),
        ("a", [answered("b")], Mixture.BESIDES),
        ("a", [answered("b", "1"), answered("b", "2")], Mixture.BESIDES),
        ("a", [answered("a"), answered("b", ratings=0)], Mixture.BESIDES),
        ("a", [answered("a", "1"), answered("a", "2")], Mixture.FINGERPRINTS),
        ("a", [answered("a", "1"), answered("a", "2", ratings=0)], Mixture.FINGERPRINTS),
        ("", [answered("", "1"), answered("", "2")], Mixture.FINGERPRINTS),
    ],
)
def test_what_changed_decides_the_words(
    expected: str, answerers: list[Answerer], mixture: Mixture | None
) -> None:
    identity = JudgeIdentity(judge="j", expected=expected, answerers=tuple(answerers), instruments=())
    assert identity.mixture is mixture


def test_only_ratings_of_several_models_are_said_to_be() -> None:
    assert [each for each in Mixture if "more than one model" in each.words] == [Mixture.MODELS]
