"""The exception tree, split by whether trying again can help.

::

    EvenhandError
    ├── UsageError               exit 2: what was typed or written is wrong; trying again cannot help
    │   ├── UnknownNameError     a name that is not there, with near ones
    │   ├── FileError            findings in files people wrote, all of a file at once
    │   ├── NothingSelectedError exit 5: the selection is empty
    │   └── ReviewConflictError  another person or another window was quicker; what is stored stays
    ├── MeasureError             exit 3: the measurement could not be made or finished
    │   ├── NoLabelsError        a run has no human labels
    │   ├── LedgerError          the ledger cannot be opened, read or written
    │   ├── BudgetError          the next call does not fit under the cap
    │   ├── ProviderStopError    an account refuses (money, key, model); the run stays resumable
    │   └── PutOffError          a unit is better asked later in the run
    └── CallError                one call failed; carries its class (see `CallClass`)
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class EvenhandError(Exception):
    """Base of every error raised on purpose.

    Attributes:
        exit_code: What the command line exits with when this error ends a command.
        hint: The next step for the reader, or an empty string.
    """

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(EvenhandError):
    """What was typed or written is wrong."""

    exit_code = 2


class UnknownNameError(UsageError):
    """A name that does not exist, with the nearest ones that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, within: str = "") -> None:
        names = sorted(known)
        near = nearest_name(name, names)
        hint = f'did you mean "{near}"?' if near else f"known: {', '.join(names[:12]) or 'none'}"
        where = f" in {within}" if within else ""
        super().__init__(f"there is no {kind} {name!r}{where}", hint=hint)
        self.name = name


class NothingSelectedError(UsageError):
    """The selection leaves nothing to do."""

    exit_code = 5


class ReviewConflictError(UsageError):
    """Another person, another window or the clock was quicker than what a reviewer sent; what is stored stays."""


class Severity(StrEnum):
    """How bad a finding is: errors refuse the file, warnings do not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong in a file, with everything a reader needs to mend it."""

    path: str
    """File as the reader named it."""
    line: int
    """Line, from 1; 0 when the finding is about the whole file."""
    column: int
    """Column in characters, from 1; 0 with `line` 0."""
    code: str
    """Stable code, explained by `evenhand explain CODE`."""
    message: str
    """One sentence: what is wrong."""
    severity: Severity = Severity.ERROR
    excerpt: str = ""
    """The offending source line, without its line end; a part of it where the line is very long."""
    excerpt_start: int = 1
    """Column of the excerpt's first character, so that a caret stands right under a part of a line."""
    width: int = 1
    """How many characters of the excerpt are offending."""
    suggestion: str = ""
    """What to write instead, such as `did you mean "severity"?`."""


class FileError(UsageError):
    """Files people wrote are wrong; carries every finding, not the first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        first = self.findings[0]
        more = f" (and {len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        super().__init__(f"{first.path}:{first.line}:{first.column} {first.code}: {first.message}{more}")


class MeasureError(EvenhandError):
    """The measurement could not be made or finished."""


class NoLabelsError(MeasureError):
    """A run has no human labels, and what was asked for needs some."""


class LedgerError(MeasureError):
    """The ledger cannot be opened, read or written."""


class BudgetError(MeasureError):
    """The next call does not fit under the cap."""


class ProviderStopError(MeasureError):
    """An account refuses to serve: money, key, model or parameters."""


class PutOffError(MeasureError):
    """A unit is better asked later in the run: its account fails too often to try it again at once."""


class CallClass(StrEnum):
    """What one failed call means for the next one (the table of the retry loop)."""

    TRANSIENT = "transient"
    RATE = "rate"
    MONEY = "money"
    AUTH = "auth"
    CONFIG = "config"
    UNSUPPORTED = "unsupported"
    """The endpoint refuses one parameter or output mode; preflight answers with the next rung."""
    FILTERED = "filtered"
    """The endpoint's filter refuses this one prompt; named as its `FailureKind` is."""
    TOO_LONG = "too_long"
    """This one prompt is longer than the model reads; named as its `FailureKind` is."""
    MALFORMED = "malformed"
    """The answer's body cannot be taken in (too large, wrongly packed); named as its `FailureKind` is."""

    @property
    def retry_may_help(self) -> bool:
        """Whether the same request may succeed later."""
        return self in {CallClass.TRANSIENT, CallClass.RATE}

    @property
    def stops_account(self) -> bool:
        """Whether no further request to this account makes sense."""
        return self in {CallClass.MONEY, CallClass.AUTH, CallClass.CONFIG}

    @property
    def fails_the_unit(self) -> bool:
        """Whether only this one question fails, with the `FailureKind` of the same name."""
        return self in {CallClass.FILTERED, CallClass.TOO_LONG, CallClass.MALFORMED}


class CallError(EvenhandError):
    """One call failed.

    Attributes:
        call_class: What the failure means for the next call.
        status: HTTP status, or None when no status was received.
        retry_after_s: Seconds the provider asked to wait, or None.
        maybe_billed: Whether the provider may have charged for the call.
        request_id: The provider's id of the request, where one was given.
        parameter: The parameter refused, where the endpoint named one of ours; else empty.
    """

    def __init__(
        self,
        message: str,
        *,
        call_class: CallClass,
        status: int | None = None,
        retry_after_s: float | None = None,
        maybe_billed: bool = False,
        request_id: str = "",
        parameter: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, hint=hint)
        self.call_class = call_class
        self.status = status
        self.retry_after_s = retry_after_s
        self.maybe_billed = maybe_billed
        self.request_id = request_id
        self.parameter = parameter


def nearest_name(name: str, known: Iterable[str]) -> str:
    """Return the known name closest to `name`, or an empty string when none is near.

    Near means one slip of the keyboard for each three letters (a letter missing, added, wrong or swapped with
    its neighbour, and case does not count), or else much text in common.
    """
    names = list(known) if name else []
    slips = {other: _slips(name.casefold(), other.casefold()) for other in names}
    near = [other for other in names if slips[other] <= max(1, len(name) // 3)]
    if near:
        return min(near, key=lambda other: (slips[other], -_likeness(name, other)))
    return next(iter(difflib.get_close_matches(name, names, n=1, cutoff=0.75)), "")


def _likeness(name: str, other: str) -> float:
    return difflib.SequenceMatcher(None, name, other).ratio()


def _slips(typed: str, meant: str) -> int:
    """Edit distance with swaps of neighbours (optimal string alignment); a large number where lengths differ."""
    if abs(len(typed) - len(meant)) > max(1, len(typed) // 3) or len(typed) > 200:
        return max(len(typed), len(meant))
    before, last = [0] * (len(meant) + 1), list(range(len(meant) + 1))
    for row, letter in enumerate(typed, start=1):
        line = [row]
        for column, other in enumerate(meant, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and typed[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, last = last, line
    return last[-1]
