"""Numbers as people read them: one wording for HTML and Markdown alike."""

from evenhand.records.reveal import reveal
from evenhand.stats.estimate import Estimate, Measured

_NANO = 1_000_000_000


def count(number: int) -> str:
    """Return a count with thousands apart."""
    return f"{number:,}"


def percent(value: float) -> str:
    """Return a share in percent, to one place."""
    return f"{100 * value:.1f} %"


def percent_parts(measured: Measured) -> tuple[str, str]:
    """Return a share and what stands behind it: interval and n, or why there is none."""
    if not isinstance(measured, Estimate):
        return "", f"n = {count(measured.n)}, {measured.reason}"
    low, high = 100 * measured.interval.low, 100 * measured.interval.high
    return percent(measured.value), f"{low:.1f} to {high:.1f}, n = {count(measured.n)}"


def bounds_parts(worst: Measured, best: Measured) -> tuple[str, str]:
    """Return the range from worst to best case, and behind it the outer limits of both and n."""
    if not isinstance(worst, Estimate) or not isinstance(best, Estimate):
        return percent_parts(worst)
    low, high = 100 * worst.interval.low, 100 * best.interval.high
    return (
        f"{percent(worst.value)} to {percent(best.value)}",
        f"{low:.1f} to {high:.1f}, n = {count(worst.n)}",
    )


def plain_parts(measured: Measured) -> tuple[str, str]:
    """Return a coefficient and what stands behind it: interval and n, or why there is none."""
    if not isinstance(measured, Estimate):
        return "", f"n = {count(measured.n)}, {measured.reason}"
    low, high = measured.interval.low, measured.interval.high
    return f"{measured.value:.2f}", f"{low:.2f} to {high:.2f}, n = {count(measured.n)}"


def sentence(parts: tuple[str, str]) -> str:
    """Return a number and what stands behind it as running text."""
    value, detail = parts
    return f"{value} ({detail})" if value else f"no estimate ({detail})"


def usd(nanousd: int) -> str:
    """Return an amount in US dollars: cents, or as many places as a small amount needs."""
    places = 2 if nanousd == 0 or nanousd >= _NANO // 10 else 6
    return f"USD {nanousd / _NANO:,.{places}f}"


def lines_of(text: str) -> list[str]:
    """Return the lines of text from outside; hidden and control characters are drawn, a lone carriage return too."""
    return reveal(text.replace("\r\n", "\n")).replace("\r", "⟦U+000D⟧").split("\n")


def one_line(text: str) -> str:
    """Return text from outside on one line; line ends are drawn."""
    return "⏎".join(lines_of(text)).replace("\t", " ")
