"""How long a provider asks to wait: seconds, milliseconds or a date; anything else is no answer."""

import math
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_WAIT_S = 31 * 86_400.0
"""Longer waits are read as this one."""


def retry_after_s(headers: Mapping[str, str], *, now: float) -> float | None:
    """Return the seconds to wait, from 0 to `LONGEST_WAIT_S`, or None where no header makes sense.

    Args:
        headers: Response headers; looked up by lower-case name.
        now: Seconds since the epoch, against which a date is read.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return min(milliseconds / 1000, LONGEST_WAIT_S)
    seconds = _number(headers.get("retry-after"))
    if seconds is not None:
        return min(seconds, LONGEST_WAIT_S)
    return _until(headers.get("retry-after"), now)


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _until(text: str | None, now: float) -> float | None:
    try:
        date = parsedate_to_datetime(text or "")
        moment = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, moment - now), LONGEST_WAIT_S)
