"""One look over a tidy folder before anything is written: who, what, how often, and what does not fit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.catalog.tidy import TidyRow, TidyTable
from evenhand.errors import UsageError
from evenhand.records.rating import Order

Place = tuple[str, str, str, str, str]
"""Item, judge, criterion, order and sample of a verdict, as the table gives them."""

ORDERS: Mapping[str, Order] = {
    "": Order.GIVEN,
    "original": Order.GIVEN,
    "given": Order.GIVEN,
    "swapped": Order.SWAPPED,
}
REASON_COLUMNS = ("rationale", "reason", "raw")
SHARE_COLUMNS = ("p_first", "p_second")
_MEANT = {"order", "sample", *REASON_COLUMNS, *SHARE_COLUMNS}
_MOST_SPLITS = 20


@dataclass(slots=True)
class CriterionSurvey:
    """Labels of one criterion, as the tables give them."""

    verdicts: Counter[str] = field(default_factory=Counter)
    humans: Counter[str] = field(default_factory=Counter)
    scores: dict[str, set[float]] = field(default_factory=dict)
    """Scores that stand beside each label."""

    def add(self, row: TidyRow, counts: Counter[str]) -> None:
        """Count the label of a row."""
        counts[row.label] += 1
        if row.score is not None:
            self.scores.setdefault(row.label, set()).add(row.score)

    def labels(self) -> list[str]:
        """Return every label that is not empty, those of people first."""
        return [label for label in {**self.humans, **self.verdicts} if label]


@dataclass(slots=True)
class JudgeSurvey:
    """What one judge was asked."""

    orders: set[Order] = field(default_factory=set)
    readable: int = 0
    """Places with a label."""


@dataclass(slots=True)
class Survey:
    """What the tables of a folder hold."""

    criteria: dict[str, CriterionSurvey] = field(default_factory=dict)
    judges: dict[str, JudgeSurvey] = field(default_factory=dict)
    raters: dict[str, None] = field(default_factory=dict)
    """Every name in the judge column, wanted or not."""
    annotators: dict[str, None] = field(default_factory=dict)
    samples: set[str] = field(default_factory=set)
    asked: dict[str, dict[str, None]] = field(default_factory=dict)
    """Criteria of each item that judges were asked about."""
    labelled: dict[str, dict[str, None]] = field(default_factory=dict)
    """Criteria of each item that people were asked about."""
    verdict_rows: int = 0
    human_rows: int = 0
    empty_verdicts: int = 0
    split_column: str = ""
    """Column that tells rows of one judge and item apart, so that each of its values is a judge of its own."""
    unused_columns: tuple[str, ...] = ()
    places: dict[Place, str] = field(default_factory=dict)
    """Label of the first row of each place."""
    repeated: dict[Place, list[str]] = field(default_factory=dict)
    """All labels of the places with several rows."""
    unknown_verdicts: Counter[str] = field(default_factory=Counter)
    unknown_humans: Counter[str] = field(default_factory=Counter)
    repeated_humans: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)
    left_out_verdicts: int = 0

    def contradictions(self) -> dict[Place, list[str]]:
        """Return the places whose rows differ."""
        return {place: labels for place, labels in self.repeated.items() if len(set(labels)) > 1}

    @property
    def duplicate_rows(self) -> int:
        """Rows beyond the first of their place."""
        return sum(len(labels) - 1 for labels in self.repeated.values())


def survey_tables(
    verdicts: TidyTable | None, humans: TidyTable | None, *, items: frozenset[str], judges: frozenset[str]
) -> Survey:
    """Read both tables once.

    Args:
        verdicts: Verdicts of judges.
        humans: Labels of people.
        items: Ids of the items that are there.
        judges: Judges that are wanted; empty means all.

    Raises:
        FileError: A table has bad rows.
        UsageError: A column that has a meaning holds something else.
    """
    survey = Survey()
    if verdicts:
        spare = tuple(name for name in verdicts.extra_columns() if name not in _MEANT)
        survey.split_column = _split_column(verdicts, spare)
        survey.unused_columns = tuple(name for name in spare if name != survey.split_column)
        for row in verdicts:
            _add_verdict(survey, row, verdicts.shown, items, judges)
    if humans:
        _add_humans(survey, humans, items)
    return survey


def judge_name(row: TidyRow, split_column: str) -> str:
    """Return the judge of a row; where a column splits judges, with its value."""
    return f"{row.rater}/{row.extra[split_column]}" if split_column else row.rater


def place_of(row: TidyRow, split_column: str) -> Place:
    """Return the place of a verdict."""
    order, sample = row.extra.get("order", ""), row.extra.get("sample", "")
    return row.item, judge_name(row, split_column), row.criterion, order, sample


def _split_column(table: TidyTable, spare: Sequence[str]) -> str:
    """Return the first column that tells all repeated rows apart, where there are any; else an empty string."""
    if not spare or _all_differ(table, ""):
        return ""
    return next((column for column in spare if _all_differ(table, column) and _is_short(table, column)), "")


def _all_differ(table: TidyTable, split_column: str) -> bool:
    places = [place_of(row, split_column) for row in table]
    return len(set(places)) == len(places)


def _is_short(table: TidyTable, column: str) -> bool:
    return len({row.extra[column] for row in table}) <= _MOST_SPLITS


def _add_verdict(
    survey: Survey, row: TidyRow, shown: str, items: frozenset[str], judges: frozenset[str]
) -> None:
    survey.verdict_rows += 1
    survey.raters[row.rater] = None
    if judges and row.rater not in judges:
        survey.left_out_verdicts += 1
        return
    if row.item not in items:
        survey.unknown_verdicts[row.item] += 1
        return
    place = place_of(row, survey.split_column)
    judge = survey.judges.setdefault(place[1], JudgeSurvey())
    judge.orders.add(_order(row, shown))
    survey.samples.add(place[4])
    survey.asked.setdefault(row.item, {})[row.criterion] = None
    survey.empty_verdicts += not row.label
    criterion = survey.criteria.setdefault(row.criterion, CriterionSurvey())
    criterion.add(row, criterion.verdicts)
    if place in survey.places:
        survey.repeated.setdefault(place, [survey.places[place]]).append(row.label)
    else:
        survey.places[place] = row.label
        judge.readable += bool(row.label)


def _order(row: TidyRow, shown: str) -> Order:
    word = row.extra.get("order", "")
    if word not in ORDERS:
        raise UsageError(
            f"{shown}:{row.line}: the order {word[:40]!r} is not known", hint="known: original, swapped"
        )
    return ORDERS[word]


def _add_humans(survey: Survey, table: TidyTable, items: frozenset[str]) -> None:
    first: dict[tuple[str, str, str], str] = {}
    for row in table:
        survey.human_rows += 1
        if row.item not in items:
            survey.unknown_humans[row.item] += 1
            continue
        survey.annotators[row.rater] = None
        survey.labelled.setdefault(row.item, {})[row.criterion] = None
        criterion = survey.criteria.setdefault(row.criterion, CriterionSurvey())
        criterion.add(row, criterion.humans)
        place = (row.item, row.rater, row.criterion)
        if place in first:
            survey.repeated_humans.setdefault(place, [first[place]]).append(row.label)
        first.setdefault(place, row.label)
