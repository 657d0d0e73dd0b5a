"""Plan human labels: how many more a wished interval needs, how long people take, and what that costs."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evenhand.calibration.sample import FAIL, NEITHER, PASS, reading_codes, scale_facts
from evenhand.calibration.table import NONE, CalibrationTable, Floats, PrincipleAnswers, Split
from evenhand.errors import UsageError
from evenhand.stats.estimate import Measured, Undefined
from evenhand.stats.planning import BurnIn, LabelPrice, burn_in, plan_labels, price_labels
from evenhand.workflows.calibration.table import read_table
from evenhand.workflows.read_run import read_run

TARGETS = ("rate", "sensitivity", "specificity")
"""What is planned for."""
_VERDICTS = (FAIL, PASS, NEITHER)
_POSITIVE = {FAIL: 1, PASS: 0, NEITHER: -1}
_MOST_HALF_WIDTH = 0.5
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTarget:
    """What one number needs for the wished interval."""

    target: str
    """"rate", "sensitivity" or "specificity", of all principles together."""
    labels: Measured
    """Labels to certify with, those that are there among them."""
    without_judge: Measured
    """The same if nobody had judged."""
    more: int | None
    """Items still to be labelled, in all splits, at the likely number; None where it is not known."""
    most_more: int | None
    """The same at the upper end of what the labels so far leave open: to be sure."""
    work: LabelPrice | None
    """What people take for the likely number; None where their pace is not known."""
    most_usd: float | None
    """Cost of the number to be sure, at the upper end of the time; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLabels:
    """A plan for more labels."""

    run: str
    half_width: float
    labelled: int
    """Items the plan rests on: with a reference label that passes or fails, sealed ones left out."""
    certifying: int
    """Those of them that may certify."""
    share: float
    """Share of the labels that lie in the split to certify with."""
    seconds_per_label: float | None
    """Median active time seen, or as given; None where not known."""
    unlabelled: int
    """Items of the run without a reference label, sealed ones left out: more than these takes more cases."""
    targets: tuple[PlannedTarget, ...]
    warnings: tuple[str, ...]


def plan_more_labels(
    start: Path,
    name: str,
    *,
    half_width: float,
    humans: Sequence[Path] = (),
    seconds_per_label: float | None = None,
    usd_per_hour: float = 0.0,
    review: bool = True,
    seed: int = 0,
) -> PlannedLabels:
    """Return how many more labels the numbers of a run need for an interval that reaches `half_width` to either side.

    It rests on the labels that are there, of all splits but the sealed one. No label is used to certify, and nothing is
    written.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        half_width: Wished half width of the interval, such as 0.03.
        humans: Files of human labels beside those of the suite.
        seconds_per_label: Active time of a label, where it is not to be taken from the labels.
        usd_per_hour: Price of an hour of a person, in US dollars.
        review: Whether the labels that people gave in the workspace's review are read.
        seed: Of the draws behind the ranges.

    Raises:
        UsageError: A number is out of its range, or a file of labels meets no item of the run.
        MeasureError: There are no labels yet.
    """
    if not 0 < half_width < _MOST_HALF_WIDTH:
        raise UsageError(
            f"a half width of {half_width:g} is none", hint="write a share such as --half-width 0.03"
        )
    seconds = 1.0 if seconds_per_label is None else seconds_per_label
    if not (0 <= usd_per_hour < math.inf and 0 < seconds < math.inf):
        raise UsageError(
            "the time of a label is above 0, the price of an hour 0 or above, and both are finite"
        )
    stored = read_run(start, name)
    table = read_table(stored, humans=humans, review=review).table
    known = _burn_in(table, seed)
    times = _times(table) if seconds_per_label is None else np.full(2, seconds_per_label)
    work = _Work(share=table.splits.shares[1], have=_certifying(table), times=times, per_hour=usd_per_hour)
    plans = [plan_labels(known, half_width, target=target) for target in TARGETS]
    return PlannedLabels(
        run=stored.run.id,
        half_width=half_width,
        labelled=known.labelled,
        certifying=work.have,
        share=work.share,
        seconds_per_label=float(np.median(times)) if len(times) else None,
        unlabelled=_unlabelled(table),
        targets=tuple(work.target(plan.target, plan.labels, plan.without_judge) for plan in plans),
        warnings=tuple(
            dict.fromkeys([*(each for plan in plans for each in plan.warnings), *_warnings(table)])
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What turns labels into items, minutes and money."""

    share: float
    have: int
    times: Floats
    per_hour: float

    def target(self, name: str, labels: Measured, without_judge: Measured) -> PlannedTarget:
        if isinstance(labels, Undefined):
            return PlannedTarget(
                target=name,
                labels=labels,
                without_judge=without_judge,
                more=None,
                most_more=None,
                work=None,
                most_usd=None,
            )
        more, most = self._more(labels.value), self._more(labels.interval.high)
        likely, longest = (price_labels(count, self.times, per_hour=self.per_hour) for count in (more, most))
        is_known = isinstance(likely, LabelPrice) and isinstance(longest, LabelPrice)
        return PlannedTarget(
            target=name,
            labels=labels,
            without_judge=without_judge,
            more=more,
            most_more=most,
            work=likely if isinstance(likely, LabelPrice) else None,
            most_usd=longest.minutes.high / 60 * self.per_hour
            if is_known and isinstance(longest, LabelPrice) and self.per_hour
            else None,
        )

    def _more(self, labels: float) -> int:
        """Return how many items to label, so that the split to certify with gets what it lacks."""
        return math.ceil(max(0.0, labels - self.have) / self.share)


def _burn_in(table: CalibrationTable, seed: int) -> BurnIn:
    """Return what the labels so far say, with the panel's verdicts as strata; a failing item is what is looked for."""
    counts = np.zeros((len(_VERDICTS) + 1, 3), dtype=np.int64)
    for each in _with_rate(table):
        codes = reading_codes(each.readings)
        verdict, truth = codes[each.verdict], codes[each.reference.label]
        spoken = (truth == FAIL) | (truth == PASS)
        for row, reading in enumerate((*_VERDICTS, NONE)):
            mine = verdict == reading
            counts[row] += (mine.sum(), (mine & (truth == FAIL)).sum(), (mine & spoken).sum())
    used = counts[:, 0] > 0
    verdicts = np.array([*(_POSITIVE[reading] for reading in _VERDICTS), -1])
    population, successes, labelled = counts[used].T
    return burn_in(population, successes, labelled, verdicts[used], rng=np.random.default_rng(seed))


def _with_rate(table: CalibrationTable) -> Iterator[PrincipleAnswers]:
    return (each for each in table.principles if scale_facts(each).has_rate)


def _certifying(table: CalibrationTable) -> int:
    total = 0
    for each in _with_rate(table):
        truth = reading_codes(each.readings)[each.reference.label]
        total += int((((truth == FAIL) | (truth == PASS)) & (each.split == Split.GATE)).sum())
    return total


def _unlabelled(table: CalibrationTable) -> int:
    return sum(
        int(((each.reference.label == NONE) & (each.split != Split.SEALED)).sum())
        for each in _with_rate(table)
    )


def _times(table: CalibrationTable) -> Floats:
    seconds = np.concatenate([np.zeros(0), *(each.people.seconds for each in table.principles)])
    return np.asarray(seconds[np.isfinite(seconds)])


def _warnings(table: CalibrationTable) -> Iterator[str]:
    inclusion = np.concatenate(
        [np.zeros(0), *(each.reference.inclusion[each.reference.label != NONE] for each in table.principles)]
    )
    if not inclusion.size:
        return
    if not np.isfinite(inclusion).all():
        yield "how the labelled items were drawn is not recorded; the plan takes them as drawn evenly"
    elif np.ptp(inclusion) > _EQUAL:
        yield "the labelled items were drawn with unequal probabilities; the plan is for items drawn evenly"
