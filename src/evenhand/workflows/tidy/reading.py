"""One tidy folder after it was surveyed: what it is, and the names its parts get."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from evenhand.catalog.files import shown_path
from evenhand.catalog.tidy import TidyFolder
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.tidy import TidyMapping
from evenhand.workflows.tidy.cases import ItemSurvey, survey_items
from evenhand.workflows.tidy.lines import sample_numbers
from evenhand.workflows.tidy.names import identifiers
from evenhand.workflows.tidy.scales import PAIR_WORDS, InferredScale, infer_scale, is_pairwise
from evenhand.workflows.tidy.survey import Survey, survey_tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the caller of an import asked for."""

    constitution: str
    """Constitution to judge by, as a path from the workspace; empty writes one."""
    mapping: TidyMapping
    """What the folder's words mean in it."""
    judges: frozenset[str]
    """Judges to import; empty means all."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A folder, its survey, and what was decided about it."""

    folder: TidyFolder
    name: str
    """Name of the suite it becomes."""
    items: ItemSurvey
    survey: Survey
    pairwise: bool
    """Whether candidates are compared."""
    scales: Mapping[str, InferredScale]
    """Scale of each criterion; empty where the caller has a constitution, or candidates are compared."""
    criteria: Mapping[str, tuple[str, ...]]
    """Principles of each criterion."""
    judge_ids: Mapping[str, str]
    """Id of each judge, by the name the folder uses."""
    labels: Mapping[str, str]
    """Label of the scale for a label of the folder, where they differ."""

    @cached_property
    def judged(self) -> tuple[str, ...]:
        """Criteria the suite judges: those judges were asked about, or people, where there are no judges."""
        asked = set(chain.from_iterable(self.survey.asked.values()))
        return tuple(name for name in self.criteria if name in asked or not asked)

    @cached_property
    def criteria_of_items(self) -> Mapping[str, tuple[str, ...]]:
        """Criteria of the items that are not judged by all of them."""
        named: dict[str, tuple[str, ...]] = {}
        for item in self.items.ids:
            asked = self.survey.asked.get(item) or self.survey.labelled.get(item) or {}
            criteria = tuple(name for name in self.judged if name in asked)
            if criteria and len(criteria) < len(self.judged):
                named[item] = criteria
        return named

    def judged_places(self) -> Iterator[tuple[str, str]]:
        """Yield each item with each criterion it is judged by."""
        for item in self.items.ids:
            yield from ((item, name) for name in self.criteria_of_items.get(item, self.judged))

    @property
    def repeats(self) -> int:
        """How often each item was asked."""
        return len(sample_numbers(self.survey.samples))

    def failed_share(self) -> float:
        """Return the share of planned ratings that will fail because no readable row was recorded for them.

        A criterion that stands for several principles counts once: their scopes divide the items between them.
        """
        asked = sum(len(self.criteria_of_items.get(item, self.judged)) for item in self.items.ids)
        orders = sum(len(judge.orders) if self.pairwise else 1 for judge in self.survey.judges.values())
        planned = asked * orders * self.repeats
        broken = sum(1 for labels in self.survey.contradictions().values() if labels[0])
        readable = sum(judge.readable for judge in self.survey.judges.values()) - broken
        return 1 - readable / planned if planned else 0.0

    def share_labels(self) -> tuple[str, str] | None:
        """Return the folder's words for the first and the second candidate; None unless they are compared."""
        if not self.pairwise:
            return None
        words = list(chain.from_iterable(criterion.labels() for criterion in self.survey.criteria.values()))
        first = next((word for word in words if PAIR_WORDS[word] == "a"), "1")
        return first, next((word for word in words if PAIR_WORDS[word] == "b"), "2")


def read_folder(folder: TidyFolder, name: str, wishes: Wishes) -> Reading:
    """Survey a folder and decide what its parts are called.

    Raises:
        FileError: Rows or lines are bad.
        UsageError: An item id stands twice, labels fit no scale, or a criterion is not mapped.
        UnknownNameError: A judge that is wanted is not there.
    """
    items = survey_items(folder.items)
    if items.repeated_ids:
        raise UsageError(
            f"{shown_path(folder.path)}: {items.repeated_ids} items have an id that stands before"
        )
    survey = survey_tables(folder.verdicts, folder.humans, items=frozenset(items.ids), judges=wishes.judges)
    if missing := wishes.judges.difference(survey.raters):
        raise UnknownNameError("judge", min(missing), survey.raters)
    pairwise = 2 in items.candidates and is_pairwise(survey.criteria.values())
    infers = not pairwise and not wishes.constitution
    scales = {each: infer_scale(each, found) for each, found in survey.criteria.items()} if infers else {}
    return Reading(
        folder=folder,
        name=name,
        items=items,
        survey=survey,
        pairwise=pairwise,
        scales=scales,
        criteria=_criteria(survey, wishes),
        judge_ids=identifiers(survey.judges, fallback="judge"),
        labels=_labels(survey, scales, wishes.mapping, pairwise=pairwise),
    )


def _criteria(survey: Survey, wishes: Wishes) -> dict[str, tuple[str, ...]]:
    """Return the principles of each criterion: those it is mapped to, or one of its own name."""
    if not wishes.constitution:
        return {name: (pid,) for name, pid in identifiers(survey.criteria, fallback="criterion").items()}
    if missing := [name for name in survey.criteria if name not in wishes.mapping.principles]:
        raise UsageError(
            f"the criterion {missing[0]!r} is mapped to no principle of {wishes.constitution}",
            hint="add it to `principles:` of the mapping",
        )
    return {name: wishes.mapping.principles[name] for name in survey.criteria}


def _labels(
    survey: Survey, scales: Mapping[str, InferredScale], mapping: TidyMapping, *, pairwise: bool
) -> dict[str, str]:
    seen = dict.fromkeys(label for criterion in survey.criteria.values() for label in criterion.labels())
    meant = {label: PAIR_WORDS[label] for label in seen if pairwise}
    renamed = {label: text for spec in scales.values() for label, text in spec.renamed.items()}
    known: dict[str, str] = {**meant, **renamed, **mapping.labels}
    return {label: known[label] for label in seen if known.get(label, label) != label}
