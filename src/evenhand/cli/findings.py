"""Findings as people read them: place, what is wrong, the line with a caret, what to write instead."""

from collections import Counter
from collections.abc import Callable, Sequence

from evenhand.cli.output import Mark, Part, Style, one_line
from evenhand.errors import Finding, Severity

_STYLES = {Severity.ERROR: Style.BAD, Severity.WARNING: Style.WARNING}


def show_findings(findings: Sequence[Finding], write: Callable[..., None]) -> None:
    """Write each finding as `PATH:LINE:COLUMN error CODE: MESSAGE`, with the line it is about.

    Args:
        findings: What was found.
        write: Takes the parts of one line.
    """
    for finding in findings:
        _show(finding, write)


def _show(finding: Finding, write: Callable[..., None]) -> None:
    severity = Mark(f"{finding.severity.value} {finding.code}", _STYLES[finding.severity])
    write(Mark(_place(finding), Style.STRONG), " ", severity, f": {finding.message}")
    number = str(finding.line) if finding.excerpt else ""
    margin = " " * max(5, len(number) + 1)
    if finding.excerpt:
        write(Mark(f"{number:>{len(margin)}} | ", Style.FAINT), finding.excerpt)
        write(Mark(f"{margin} | ", Style.FAINT), *_caret(finding))
    elif finding.suggestion:
        write(Mark(f"{margin} = ", Style.FAINT), finding.suggestion)
    write(margin, Mark("help: ", Style.NAME), f"evenhand explain {finding.code}")


def _place(finding: Finding) -> str:
    return f"{finding.path}:{finding.line}:{finding.column}" if finding.line else finding.path


def _caret(finding: Finding) -> tuple[Part, ...]:
    """Stand under the offending characters as they are shown, which may be wider than they are written."""
    start = finding.column - finding.excerpt_start
    before = one_line(finding.excerpt[:start])
    under = one_line(finding.excerpt[start : start + finding.width])
    caret = Mark("^" * max(1, _cells(under)), _STYLES[finding.severity])
    return " " * _cells(before), caret, f" {finding.suggestion}"


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
    found = [_plural(counts[severity], severity.value) for severity in Severity if counts[severity]] or [
        "nothing wrong"
    ]
    seen = len({finding.path for finding in findings}) if files is None else files
    checked = "" if principles is None else f" ({_plural(principles, 'principle')} checked)"
    return f"{', '.join(found)} in {_plural(seen, 'file')}{checked}"


def _plural(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
