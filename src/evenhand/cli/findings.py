"""Findings as people read them: place, what is wrong, the line with a caret, what to write instead."""

from collections import Counter
from collections.abc import Callable, Sequence

from evenhand.cli.output import Mark, Style, one_line, plural
from evenhand.errors import Finding, Severity

_STYLES = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.WARNING}

_MARGIN = 5
_WIDEST = 100
"""Characters of a line that are shown; an excerpt that wraps would part the caret from what it points at."""
_SHOWN_BEFORE = 40


def show_findings(findings: Sequence[Finding], write: Callable[..., None]) -> None:
    """Write each finding as `PATH:LINE:COLUMN error CODE: MESSAGE`, with the line it is about.

    Args:
        findings: What was found.
        write: Takes the parts of one line.
    """
    explained: set[str] = set()
    for finding in findings:
        _show(finding, write)
        if finding.code not in explained:
            write(Mark(f"{'':>{_MARGIN}} = ", Style.FAINT), f"see: evenhand explain {finding.code}")
        explained.add(finding.code)


def _show(finding: Finding, write: Callable[..., None]) -> None:
    severity = Mark(f"{finding.severity.value} {finding.code}", _STYLES[finding.severity])
    write(Mark(_place(finding), Style.STRONG), " ", severity, f": {finding.message}")
    suggestion = finding.suggestion
    if finding.excerpt:
        line, pad, caret = _window(finding)
        write(Mark(f"{finding.line:>{_MARGIN}} | ", Style.FAINT), line)
        beside = suggestion if len(pad) + len(caret.text) + len(suggestion) < _WIDEST else ""
        write(Mark(f"{'':>{_MARGIN}} | ", Style.FAINT), pad, caret, f" {beside}")
        suggestion = "" if beside else suggestion
    if suggestion:
        write(Mark(f"{'':>{_MARGIN}} = ", Style.FAINT), suggestion)


def _place(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}:{finding.column}" if finding.line else finding.path


def _window(finding: Finding) -> tuple[str, str, Mark]:
    """Return the part of the line around the finding, the blanks before the caret, and the caret.

    The caret stands under the offending characters as they are shown, which may be wider than they are written.
    """
    start = min(finding.column - finding.excerpt_start, len(finding.excerpt))
    first = max(0, start - _SHOWN_BEFORE) if len(finding.excerpt) > _WIDEST else 0
    before = "…" * (first > 0) + finding.excerpt[first:start]
    rest = finding.excerpt[start : first + _WIDEST]
    after = "…" * (len(finding.excerpt) > first + _WIDEST)
    under = max(1, _cells(one_line(rest[: finding.width])))
    caret = Mark("^" * under, _STYLES[finding.severity])
    return before + rest + after, " " * _cells(one_line(before)), caret


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - only where a line is not plain ASCII

    return cell_len(text)


def count_findings(
    findings: Sequence[Finding], files: int | None = None, principles: int | None = None
) -> str:
    """Return one line such as `2 errors, 1 warning in 3 files (27 principles checked)`."""
    counts = Counter(finding.severity for finding in findings)
    found = [plural(counts[severity], severity.value) for severity in Severity if counts[severity]] or [
        "nothing wrong"
    ]
    seen = len({finding.path for finding in findings}) if files is None else files
    checked = "" if principles is None else f" ({plural(principles, 'principle')} checked)"
    return f"{', '.join(found)} in {plural(seen, 'file')}{checked}"
