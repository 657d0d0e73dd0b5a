"""One pass over the cases of a suite before anything else: checked, counted, hashed, and an even sample kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.catalog.cases import CaseScan, scan_cases
from evenhand.catalog.source import refuse
from evenhand.catalog.suite_checks import check_cases
from evenhand.catalog.suites import LoadedSuite
from evenhand.judging.plan import Plan
from evenhand.records.own_family import Producers, add_producers
from evenhand.records.suite import Case, Item

SAMPLED_ITEMS = 400
"""Most items kept of a suite, to estimate from; of a larger one at least half as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the pass found."""

    scan: CaseScan
    """The cases and their files."""
    items: int
    """Items in the plan."""
    producers: Mapping[Producers, int]
    """Items by who wrote their candidates, where the cases say."""
    sample: tuple[Item, ...]
    """Items evenly spread over the suite; all of a small one."""


def take_survey(loaded: LoadedSuite, plan: Plan) -> Survey:
    """Read every case once.

    Raises:
        FileError: A line is wrong, or a case names a principle that is not there and would be left out unseen.
    """
    tally = _Tally(plan)
    scan = scan_cases(loaded.case_files, tally.note)
    refuse(list(check_cases(scan, loaded.constitution)))
    return Survey(scan=scan, items=tally.items, producers=tally.producers, sample=tuple(tally.sample))


@dataclass(slots=True)
class _Tally:
    plan: Plan
    items: int = 0
    producers: dict[Producers, int] = field(default_factory=dict)
    sample: list[Item] = field(default_factory=list)
    _stride: int = 1
    """Items whose number this divides are kept; when there are too many, every second one of them is dropped."""

    def note(self, case: Case) -> None:
        for item in self.plan.items_of(case, self.items):
            self.items += 1
            self._keep(item)
            add_producers(self.producers, (candidate.producer for candidate in item.candidates))

    def _keep(self, item: Item) -> None:
        if item.seq % self._stride:
            return
        if len(self.sample) == SAMPLED_ITEMS:
            self.sample = self.sample[::2]
            self._stride *= 2
        if item.seq % self._stride == 0:
            self.sample.append(item)
