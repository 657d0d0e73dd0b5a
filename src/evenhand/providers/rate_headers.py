"""When a used-up rate limit is filled again, as the vendors' headers say it, on replies and on refusals alike.

OpenAI and its imitators send `x-ratelimit-remaining-requests` with a duration in `x-ratelimit-reset-requests`,
Anthropic `anthropic-ratelimit-requests-remaining` with a date in `anthropic-ratelimit-requests-reset`; the same for
tokens. Nothing is remembered here: one response, one answer.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

LONGEST_HEADER_REST_S: Final = 60.0
"""Longer rests are cut to this one, which is the most that headers of replies can ask for: they tell when a limit is
full again, and it is of use long before. What a refusal asks for is bounded in `throttle`."""
_LONGEST_SENSIBLE_S: Final = 86_400.0
"""Above this a value is no duration but something else, such as a time stamp."""
_MOST_CHARS: Final = 40
_UNIT_S: Final[Mapping[str, float]] = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")
_DURATION: Final = re.compile(rf"(?:{_PART.pattern}){{1,5}}")


def rest_asked_s(headers: Iterable[tuple[bytes, bytes]], *, now: float) -> float:
    """Return the seconds until every used-up limit is filled again, at most `LONGEST_HEADER_REST_S`; 0 for none.

    Args:
        headers: Response headers as they came: `headers.raw` of httpx, `raw_headers` of aiohttp.
        now: Seconds since the epoch, against which dates are read.
    """
    limits = {name.lower(): value for name, value in headers if b"ratelimit" in name.lower()}
    if not limits:
        return 0.0
    return min(LONGEST_HEADER_REST_S, max(_rests(limits, now), default=0.0))


def raw_headers(headers: Mapping[str, str]) -> Iterator[tuple[bytes, bytes]]:
    """Yield headers as `rest_asked_s` takes them, where the raw ones are not at hand."""
    for name, value in headers.items():
        yield name.encode("utf-8", "replace"), value.encode("utf-8", "replace")


def _rests(limits: Mapping[bytes, bytes], now: float) -> Iterator[float]:
    for name, value in limits.items():
        if b"remaining" in name and _is_used_up(value):
            reset = limits.get(name.replace(b"remaining", b"reset"), b"")
            yield _wait_s(reset[:_MOST_CHARS].decode("latin-1").strip(), now)


def _is_used_up(remaining: bytes) -> bool:
    try:
        return float(remaining[:_MOST_CHARS]) <= 0
    except ValueError:
        return False


def _wait_s(reset: str, now: float) -> float:
    """Return a wait from seconds, a duration such as `1m2.5s`, or a date; 0 where it is none of these."""
    for read in (_seconds, _duration, lambda text: _until(text, now)):
        wait = read(reset)
        if wait is not None:
            return wait if 0 <= wait <= _LONGEST_SENSIBLE_S else 0.0
    return 0.0


def _seconds(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else 0.0


def _duration(text: str) -> float | None:
    if not _DURATION.fullmatch(text):
        return None
    return sum(float(number) * _UNIT_S[unit] for number, unit in _PART.findall(text))


def _until(text: str, now: float) -> float | None:
    try:
        date = datetime.fromisoformat(text)
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
