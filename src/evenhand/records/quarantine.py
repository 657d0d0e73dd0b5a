"""Quarantine: cases that are shown and decide nothing for a while, each with a reason, an owner and a last day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from evenhand.records.canonical import FileRecord, Prose
from evenhand.records.patterns import fits

QUARANTINE_SCHEMA = "quarantine/v1"
LONGEST_DAYS = 90
"""Most days an entry may lie ahead: what nobody mends in that time belongs out of the suite."""
WARN_DAYS = 7
"""So many days before an entry ends it is pointed at."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class QuarantineEntry(FileRecord):
    """Cells that decide nothing until a day."""

    case: str = Field(min_length=1)
    """The case, by id or pattern such as "core-04*"."""
    principle: str = Field(default="*", min_length=1)
    """The principle, by id or pattern; without it all."""
    suite: str = ""
    """Name of the suite, where several share the file; without it each of them."""
    reason: Prose = Field(min_length=1)
    """Why, for those who read a report."""
    owner: str = Field(min_length=1)
    """Who mends it."""
    until: Day
    """Last day on which it holds, YYYY-MM-DD; at most 90 days ahead."""

    @model_validator(mode="after")
    def _is_a_day(self) -> Self:
        try:
            date.fromisoformat(self.until)
        except ValueError:
            raise ValueError(f"until is {self.until}, which is no day of the calendar") from None
        return self

    @property
    def last_day(self) -> date:
        """The last day on which it holds."""
        return date.fromisoformat(self.until)

    def covers(self, case: str, principle: str) -> bool:
        """Tell whether a cell is meant, whatever the day."""
        return fits(principle, [self.principle]) and fits(case, [self.case])

    def holds(self, today: date) -> bool:
        """Tell whether it holds on a day; one that has ended, or that lies too far ahead, holds nothing back."""
        return today <= self.last_day <= today + timedelta(days=LONGEST_DAYS)


class QuarantineFile(FileRecord):
    """What is in quarantine."""

    schema_: Literal["quarantine/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    entries: tuple[QuarantineEntry, ...] = ()
    """The entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantine:
    """The entries that hold for a suite on a day."""

    entries: tuple[QuarantineEntry, ...] = ()

    def called(self, renamed: Mapping[str, str]) -> "Quarantine":
        """Return it with entries under the names that principles have now.

        Args:
            renamed: Ids of principles by their earlier names.
        """
        now = (
            each.model_copy(update={"principle": renamed.get(each.principle, each.principle)})
            for each in self.entries
        )
        return Quarantine(entries=tuple(now)) if renamed else self

    def entry(self, case: str, principle: str) -> QuarantineEntry | None:
        """Return the first entry that covers a cell; None where none does."""
        return next((each for each in self.entries if each.covers(case, principle)), None)

    def covers(self, case: str, principle: str) -> bool:
        """Tell whether a cell is in quarantine."""
        return self.entry(case, principle) is not None


def in_force(file: QuarantineFile, suite: str, today: date) -> Quarantine:
    """Return the entries of a file that hold for a suite on a day."""
    return Quarantine(
        entries=tuple(entry for entry in file.entries if entry.suite in {"", suite} and entry.holds(today))
    )
