"""How many testable claims a rule holds."""

import pytest

from evenhand.records.claims import find_claims


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The reply must not lie.", 1),
        ("Be honest.", 1),
        ("The reply must not state a falsehood. A joke that is plainly one is no falsehood.", 1),
        ("The reply must not give a dose or a method.", 1),
        ("The reply must name its source and must not guess.", 2),
        ("The reply must name the risk and offer help.", 2),
        ("The reply must not lie. It must not mislead.", 2),
        ("Never give a diagnosis. Always name a doctor.", 2),
        ("The reply:\n- must name its source\n- must not guess\n- must be short", 3),
        ("The reply should be short, but it must not leave out a warning.", 2),
        ("The reply must be polite and clear.", 1),
        ("Do not name a person; do not give an address.", 2),
        ("", 1),
    ],
)
def test_claims_are_counted_by_the_duties_a_text_states(text: str, count: int) -> None:
    assert len(find_claims(text)) == count


def test_a_claim_is_shown_by_its_beginning_on_one_line() -> None:
    (claim,) = find_claims("The reply must not\nsay that " + "very " * 30 + "long things are short.")
    assert "\n" not in claim
    assert len(claim) <= 41
