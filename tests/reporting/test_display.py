import pytest

from evenhand.reporting.display import (
    bounds_parts,
    lines_of,
    one_line,
    percent_parts,
    plain_parts,
    sentence,
    usd,
)
from evenhand.stats.estimate import Estimate, Interval, Undefined

SHARE = Estimate(value=0.799, interval=Interval(low=0.782, high=0.8149, confidence=0.95), n=2250)
FEW = Undefined(n=7, reason="too few")


def test_a_share_is_never_alone() -> None:
    assert percent_parts(SHARE) == ("79.9 %", "78.2 to 81.5, n = 2,250")
    assert sentence(percent_parts(SHARE)) == "79.9 % (78.2 to 81.5, n = 2,250)"


def test_a_coefficient_is_never_alone() -> None:
    assert plain_parts(SHARE) == ("0.80", "0.78 to 0.81, n = 2,250")


def test_what_is_too_few_is_said_instead_of_a_number() -> None:
    assert percent_parts(FEW) == plain_parts(FEW) == bounds_parts(FEW, FEW) == ("", "n = 7, too few")
    assert sentence(percent_parts(FEW)) == "no estimate (n = 7, too few)"


def test_worst_and_best_case_carry_their_outer_limits() -> None:
    best = Estimate(value=0.9, interval=Interval(low=0.88, high=0.92, confidence=0.95), n=2250)
    assert bounds_parts(SHARE, best) == ("79.9 % to 90.0 %", "78.2 to 92.0, n = 2,250")


@pytest.mark.parametrize(
    ("nanousd", "words"),
    [
        (0, "USD 0.00"),
        (1_000, "USD 0.000001"),
        (12_345_678, "USD 0.012346"),
        (100_000_000, "USD 0.10"),
        (3_120_000_000_000, "USD 3,120.00"),
    ],
)
def test_small_amounts_keep_their_places(nanousd: int, words: str) -> None:
    assert usd(nanousd) == words


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines", "two⏎lines"),
        ("dos\r\nlines", "dos⏎lines"),
        ("trailing\r", "trailing⟦U+000D⟧"),
        ("over\rwritten", "over⟦U+000D⟧written"),
        ("\x1b[31mred", "⟦U+001B⟧[31mred"),
        ("a\tb", "a b"),
    ],
)
def test_text_from_outside_keeps_to_one_line(text: str, line: str) -> None:
    assert one_line(text) == line
    assert "\r" not in "".join(lines_of(text))
