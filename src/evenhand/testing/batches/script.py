"""How batches behave: when they end, how, and what is wrong with their result files."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from evenhand.testing.exchange import Judge

Ends: TypeAlias = Literal["completed", "expired", "failed"]
Operation: TypeAlias = Literal["upload", "create", "poll", "list", "download", "cancel"]
TroubleKind: TypeAlias = str
"""A kind of `vendor_errors.ERRORS`, or one of: `reset_before` (torn down unread), `reset_after` (done, and the reply is
lost), `cut` (half of the body, then the connection closes), `hang` (no answer)."""

Pick: TypeAlias = Callable[[int], bool]
"""Whether something happens to the row at this place of its batch, from 0."""


def never(_row: int) -> bool:
    """No row."""
    return False


def every(step: int, *, start: int = 0) -> Pick:
    """Every `step`-th row, from row `start` on."""
    return lambda row: row >= start and (row - start) % step == 0


def rows(*places: int) -> Pick:
    """The rows at these places."""
    chosen = frozenset(places)
    return lambda row: row in chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What one batch does. The default ends at the first poll with every row answered, in order."""

    polls: int = 0
    """How many polls find it unfinished."""
    seconds: float = 0.0
    """Seconds before it ends."""
    ends: Ends = "completed"
    """How it ends; `failed` is a failed validation, without any row (OpenAI only)."""
    problem: str = "The batch input file is not valid."
    """What a failed validation says."""
    executed: float = 1.0
    """Share of the rows, from the first, that are executed before it expires or is cancelled."""
    order: Literal["kept", "reversed"] = "kept"
    """Order of the rows in the result files."""
    dropped: Pick = never
    """Rows that are executed and billed, and stand in no result file."""
    errored: Pick = never
    """Rows that end in an error, unbilled."""
    error: str = "server_error"
    """Which error, a kind of `vendor_errors.ERRORS`."""
    duplicated: Pick = never
    """Rows that stand in the result file twice."""
    second: Judge | None = None
    """Who answers a duplicated row the second time; None repeats the line as it is."""
    swapped: Pick = never
    """Rows that trade their custom ids with the row after them."""
    strangers: int = 0
    """Rows with custom ids that nobody sent, before the others."""
    cut: bool = False
    """Whether the file of answered rows ends in the middle of its last line."""
    unlisted: int = 0
    """How many lists leave it out before it turns up: lists lag behind."""
    blank_lines: bool = False
    """Whether an empty line follows each row."""


GOOD: Final = Behaviour()
"""A batch that behaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens to a control call."""

    operation: Operation
    """Which calls."""
    kind: TroubleKind
    """What happens."""
    times: Collection[int] | None = None
    """The first, second, ... call of this operation; None strikes them all."""

    def strikes(self, operation: str, time: int) -> bool:
        """Whether it happens to the call of this operation with this number, from 1."""
        return operation == self.operation and (self.times is None or time in self.times)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchScript:
    """How the batch endpoints behave."""

    behaviours: Sequence[Behaviour] = ()
    """One for each batch in the order of creation; later batches behave well."""
    later: Behaviour = GOOD
    """What the batches after those do."""
    troubles: Sequence[Trouble] = ()
    """Control calls that fail; the first that strikes decides."""
    served: bool = True
    """Whether the server has batch endpoints at all."""

    def behaviour(self, number: int) -> Behaviour:
        """What the batch with this number, from 1, does."""
        return self.behaviours[number - 1] if number <= len(self.behaviours) else self.later

    def trouble(self, operation: str, time: int) -> TroubleKind | None:
        """What happens to a control call, or None."""
        return next((each.kind for each in self.troubles if each.strikes(operation, time)), None)


GOOD_BATCHES: Final = BatchScript()
"""Every batch ends at its first poll, whole and in order."""
