"""What a draw asks of people: minutes from items, and items from minutes."""

import math
from dataclasses import dataclass
from enum import StrEnum

from evenhand.errors import UsageError

USUAL_SECONDS = 60.0
"""Active time of an item where nothing is known."""


class PaceSource(StrEnum):
    """Where the time of an item comes from."""

    GIVEN = "given"
    """The command line."""
    MEASURED = "measured"
    """The median active time of earlier labels."""
    ASSUMED = "assumed"
    """Nothing is known: a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long an item takes a person."""

    seconds: float
    source: PaceSource

    @property
    def words(self) -> str:
        """The pace, and what it rests on."""
        reasons = {
            PaceSource.GIVEN: "as given",
            PaceSource.MEASURED: "the median of earlier labels",
            PaceSource.ASSUMED: "assumed: there are no earlier labels",
        }
        return f"{self.seconds:.0f} s an item, {reasons[self.source]}"


def find_pace(given: float | None, measured: float | None) -> Pace:
    """Return the time of an item: as given, else as measured on earlier labels, else a minute.

    Raises:
        UsageError: The time given is no time.
    """
    if given is not None:
        if not (math.isfinite(given) and given > 0):
            raise UsageError(f"an item takes {given:g} seconds; it should be a number above 0")
        return Pace(seconds=given, source=PaceSource.GIVEN)
    if measured:
        return Pace(seconds=measured, source=PaceSource.MEASURED)
    return Pace(seconds=USUAL_SECONDS, source=PaceSource.ASSUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How often items come before people."""

    reviewers: int
    """Distinct people wanted for each item."""
    double: float
    """Share of items that at least two people label."""
    repeats: float
    """Share of a person's items that are shown to that person again."""
    gold: int = 0
    """Items beside the draw whose answers are known; each person labels them once."""

    def __post_init__(self) -> None:
        """Refuse what no draw can be asked for.

        Raises:
            UsageError: A share is no share, or nobody is asked.
        """
        if self.reviewers < 1:
            raise UsageError(f"an item needs at least one reviewer, not {self.reviewers}")
        for name, share in (("--double", self.double), ("--repeats", self.repeats)):
            if not 0 <= share <= 1:
                raise UsageError(f"{name} is {share:g}; it should be a share from 0 to 1, such as 0.1")

    @property
    def people(self) -> float:
        """People expected for an item of the draw."""
        return self.reviewers if self.reviewers > 1 else 1 + self.double

    def minutes(self, items: float, pace: Pace) -> float:
        """Return the minutes that so many items take all people together, gold items and repeats among them."""
        return (items * self.people + self.gold) * (1 + self.repeats) * pace.seconds / 60

    def items(self, minutes: float, pace: Pace) -> float:
        """Return how many items fit into so many minutes of all people together.

        Raises:
            UsageError: Not a single one does.
        """
        if not (math.isfinite(minutes) and minutes > 0):
            raise UsageError(f"--minutes is {minutes:g}; it should be a number above 0")
        fit = (minutes * 60 / pace.seconds / (1 + self.repeats) - self.gold) / self.people
        if fit < 1:
            raise UsageError(
                f"{minutes:g} minutes are too few for a single item ({pace.words})",
                hint=f"give at least {math.ceil(self.minutes(1, pace))} minutes, or name a number with --items",
            )
        return fit
