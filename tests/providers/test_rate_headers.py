from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.providers.rate_headers import LONGEST_HEADER_REST_S, rest_asked_s

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC).timestamp()


def rest(**headers: str) -> float:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return rest_asked_s(raw, now=NOW)


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [
        ("0", "20s", 20.0),
        ("0", "120ms", 0.12),
        ("0", "1m2.5s", LONGEST_HEADER_REST_S),
        ("0", "0h0m7s", 7.0),
        ("0", "7.5", 7.5),
        ("-1", "3s", 3.0),
        ("0.0", "3s", 3.0),
        ("0", "0s", 0.0),
        ("0", "6m0s", LONGEST_HEADER_REST_S),
        ("1", "20s", 0.0),
        ("59", "20s", 0.0),
        ("", "20s", 0.0),
        ("none", "20s", 0.0),
        ("nan", "20s", 0.0),
        ("0", "", 0.0),
        ("0", "soon", 0.0),
        ("0", "-5", 0.0),
        ("0", "nan", 0.0),
        ("0", "1e400", 0.0),
        ("0", "1795779660", 0.0),  # a time stamp is no duration
        ("0", "999999999d", 0.0),
        ("0", "1s" * 30, 0.0),
        ("0", "2026-11-27T15:00:09Z", 9.0),
        ("0", "2026-11-27T15:00:09", 9.0),
        ("0", "2026-11-27T16:00:00+01:00", 0.0),
        ("0", "2026-11-27T14:00:00Z", 0.0),
        ("0", "2026-11-27T23:00:00Z", LONGEST_HEADER_REST_S),
        ("0", "9999-12-31T23:59:59Z", 0.0),
    ],
)
def test_a_used_up_limit_is_rested_until_its_reset_within_bounds(
    remaining: str, reset: str, seconds: float
) -> None:
    openai = rest(x_ratelimit_remaining_requests=remaining, x_ratelimit_reset_requests=reset)
    anthropic = rest(
        anthropic_ratelimit_input_tokens_remaining=remaining, anthropic_ratelimit_input_tokens_reset=reset
    )
    assert openai == anthropic == pytest.approx(seconds)


def test_the_longest_of_several_used_up_limits_counts_and_names_are_read_in_any_case() -> None:
    found = rest(
        **{
            "X-RateLimit-Remaining-Requests": "0",
            "X-RateLimit-Reset-Requests": "2s",
            "X-RateLimit-Remaining-Tokens": "0",
            "X-RateLimit-Reset-Tokens": "5s",
            "Content-Type": "application/json",
        }
    )
    assert found == 5.0


def test_without_a_reset_or_without_headers_there_is_no_rest() -> None:
    assert rest(x_ratelimit_remaining_requests="0") == 0.0
    assert rest(content_type="application/json") == 0.0
    assert rest() == 0.0


@given(st.dictionaries(st.sampled_from(["remaining", "reset"]), st.binary(max_size=60)))
def test_no_header_makes_it_fail_or_rest_beyond_its_bound(values: dict[str, bytes]) -> None:
    raw = [(f"x-ratelimit-{name}-requests".encode(), value) for name, value in values.items()]
    assert 0.0 <= rest_asked_s(raw, now=NOW) <= LONGEST_HEADER_REST_S
