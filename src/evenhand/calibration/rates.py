"""The share of passing items, from many verdicts and few labels: given, or refused with the reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from evenhand.calibration.measuring import TOO_FEW, Measuring
from evenhand.calibration.quality import NO_RATE
from evenhand.calibration.results import RateResult
from evenhand.calibration.sample import FAIL, NEITHER, PASS, Ints, reading_codes, with_panel
from evenhand.calibration.table import NONE, Flags, Floats, PrincipleAnswers, Split
from evenhand.calibration.words import count
from evenhand.stats.estimate import Estimate, Interval, Measured, Undefined
from evenhand.stats.intervals import proportion
from evenhand.stats.quantiles import student_quantile
from evenhand.stats.rates.estimate_rate import estimate_rate
from evenhand.stats.rates.labels_alone import width_ratio
from evenhand.stats.rates.results import RateEstimate, RateRefused
from evenhand.stats.rates.weighted import aipw_mean
from evenhand.stats.shares import weighted_share

AMONG_OPINIONS = "AIPW, of the items that pass or fail"
_VERDICTS = np.array([0, 1, -1, -2], dtype=np.int64)
"""What FAIL, PASS, NEITHER and no answer are to an estimate: negative, positive, undecided, failed."""
_NO_LABELS = "no label to certify with"
_MOST_LABELLED = 0.5
"""Share of labelled items above which hardly anything is left for verdicts to tell."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """All N items a rate is about, labelled or not."""

    read_answers: Ints
    """Readings of the answers of the judges and of the verdict, shape (N, J + 1)."""
    read_truth: Ints
    """Readings of the labels to certify with, shape (N,); -1 without one."""
    inclusion: Floats
    """Probability of having a label to certify with, shape (N,); not a number where not known."""
    clusters: Ints
    """Items with the same number share a source, shape (N,)."""
    has_rate: bool
    left_out: int = 0
    """Principles without a label, or without answers that pass and fail."""
    apart: int = 0
    """Labels to certify with that belong to no draw, beside others that do; no rate rests on them."""

    @property
    def labelled(self) -> Flags:
        """Where there is a label to certify with."""
        return np.asarray(self.read_truth != NONE)

    @cached_property
    def shared_clusters(self) -> Ints | None:
        """The clusters; None where no two items share one."""
        return self.clusters if len(np.unique(self.clusters)) < len(self.clusters) else None

    @property
    def without_inclusion(self) -> int:
        """Labels whose probability is not known."""
        return int((self.labelled & ~np.isfinite(self.inclusion)).sum())


def share_to_certify(principles: Sequence[PrincipleAnswers], certify: Collection[Split]) -> float:
    """Return the share of all items that lie in the splits to certify with; 1 where none does."""
    inside = sum(int(np.isin(each.split, list(certify)).sum()) for each in principles)
    return inside / sum(each.n for each in principles) if inside else 1.0


def population_of(answers: PrincipleAnswers, certify: Collection[Split], share: float) -> Population:
    """Return the items of a principle.

    Labels of other splits do not count here. The split was drawn at random by cluster, over all principles alike, so
    the probability that an item is labelled and may certify is that of being labelled times `share`, the share of all
    items in the splits to certify with.
    """
    codes = reading_codes(answers.readings)
    inside = np.isin(answers.split, list(certify))
    truth = np.where(inside, answers.reference.drawn, NONE)
    apart = inside & (answers.reference.drawn != answers.reference.label)
    return Population(
        read_answers=codes[with_panel(answers)],
        read_truth=codes[truth],
        inclusion=answers.reference.inclusion * share,
        clusters=answers.clusters.astype(np.int64),
        has_rate={FAIL, PASS} <= set(codes.tolist()),
        apart=int(apart.sum()),
    )


def pool_populations(populations: Sequence[Population]) -> Population:
    """Return several principles as one; those without a label, or with no rate, are left out and counted.

    Where that leaves none, all are kept, and the rate will be refused. At least one is needed.
    """
    chosen = [each for each in populations if each.has_rate and each.labelled.any()]
    chosen = chosen or list(populations)
    return Population(
        read_answers=np.concatenate([each.read_answers for each in chosen]),
        read_truth=np.concatenate([each.read_truth for each in chosen]),
        inclusion=np.concatenate([each.inclusion for each in chosen]),
        clusters=np.concatenate([each.clusters for each in chosen]),
        has_rate=all(each.has_rate for each in chosen),
        left_out=len(populations) - len(chosen),
        apart=sum(each.apart for each in populations),
    )


def empty_population(judges: int) -> Population:
    """Return the items of a table without principles."""
    none = np.zeros(0, dtype=np.int64)
    return Population(
        read_answers=np.zeros((0, judges + 1), dtype=np.int64),
        read_truth=none,
        inclusion=np.zeros(0),
        clusters=none,
        has_rate=False,
    )


def measure_rate(
    population: Population, rater: int, *, name: str, principle: str, measuring: Measuring
) -> RateResult:
    """Return the share of passing items among those that pass or fail, as one rater's answers and the labels tell it.

    Refused without answers that pass and fail, with a label whose probability is not known, and with too few labels.
    Where people gave labels that neither pass nor fail the share is a ratio of two AIPW means; otherwise the method is
    chosen by `estimate_rate`.

    Source: methods.md 3.1, 3.5.
    """
    said = population.read_answers[:, rater]
    result = RateResult(
        rater=name,
        principle=principle,
        method="",
        rate=Undefined(n=int(population.labelled.sum()), reason=_why_refused(population, measuring)),
        humans_only=Undefined(n=int(population.labelled.sum()), reason=_why_refused(population, measuring)),
        judges_alone=_judges_alone(population, said, measuring),
        width_ratio=None,
        adds_nothing=False,
        labelled=int(population.labelled.sum()),
        judged=len(said),
        warnings=(*_left_out(population), *_apart(population)),
    )
    if _why_refused(population, measuring):
        return result
    if (population.read_truth == NEITHER).any():
        return _among_opinions(population, said, result, measuring)
    return _of_all(population, said, result, measuring)


def _why_refused(population: Population, measuring: Measuring) -> str:
    labelled = int(population.labelled.sum())
    if not population.has_rate:
        return NO_RATE
    if labelled == 0:
        return _NO_LABELS
    if unknown := population.without_inclusion:
        return (
            f"it is not known how {unknown:,} of {count(labelled, 'label')} to certify with came to be drawn"
        )
    return TOO_FEW if labelled < measuring.choices.too_few else ""


def _left_out(population: Population) -> tuple[str, ...]:
    if not population.left_out:
        return ()
    left_out = count(population.left_out, "principle")
    return (f"{left_out} left out: no label to certify with, or no answer that passes or fails.",)


def _apart(population: Population) -> tuple[str, ...]:
    if not population.apart:
        return ()
    return (f"{count(population.apart, 'label')} left out: they belong to no draw, beside others that do.",)


def _judges_alone(population: Population, said: Ints, measuring: Measuring) -> Measured:
    if not population.has_rate:
        return Undefined(n=len(said), reason=NO_RATE)
    passed, failed = int((said == PASS).sum()), int((said == FAIL).sum())
    return proportion(passed, passed + failed, confidence=measuring.choices.confidence)


# -- Labels that all pass or fail --------------------------------------------------------------------------


def _of_all(population: Population, said: Ints, result: RateResult, measuring: Measuring) -> RateResult:
    found = estimate_rate(
        _VERDICTS[said],
        population.read_truth,
        population.inclusion,
        clusters=population.shared_clusters,
        rng=measuring.rng("rate", result.rater, result.principle),
        confidence=measuring.choices.confidence,
    )
    if isinstance(found, RateRefused):
        refused = Undefined(n=result.labelled, reason=found.reason)
        return replace(result, rate=refused, humans_only=refused)
    return replace(
        result,
        method=_method(found),
        rate=found.estimate,
        humans_only=found.humans_only,
        width_ratio=found.width_ratio,
        adds_nothing=_adds_nothing(found.width_ratio, result, measuring),
        warnings=(*result.warnings, *_little_to_tell(result), *found.warnings),
    )


def _method(found: RateEstimate) -> str:
    return f"{found.method.value}: {found.reason}"


def _adds_nothing(ratio: float | None, result: RateResult, measuring: Measuring) -> bool:
    """Tell whether a rater adds nothing; where most items are labelled no rater could add much, and none is blamed."""
    return ratio is not None and ratio > measuring.choices.adds_nothing and not _little_to_tell(result)


def _little_to_tell(result: RateResult) -> tuple[str, ...]:
    if result.labelled <= _MOST_LABELLED * result.judged:
        return ()
    labelled = f"{result.labelled:,} of {count(result.judged, 'item')}"
    return (f"{labelled} have a label to certify with: verdicts, however good, narrow the interval little.",)


# -- Labels that do neither among them ---------------------------------------------------------------------


def _among_opinions(
    population: Population, said: Ints, result: RateResult, measuring: Measuring
) -> RateResult:
    rate = _ratio(population, said, measuring)
    alone = _labels_alone(population, measuring)
    ratio = width_ratio(rate, alone)
    neither = int((population.read_truth == NEITHER).sum())
    return replace(
        result,
        method=AMONG_OPINIONS,
        rate=rate,
        humans_only=alone,
        width_ratio=ratio,
        adds_nothing=_adds_nothing(ratio, result, measuring),
        warnings=(
            *result.warnings,
            *_little_to_tell(result),
            f"{count(neither, 'label')} neither pass nor fail; the share is of the items that do either.",
        ),
    )


def _ratio(population: Population, said: Ints, measuring: Measuring) -> Measured:
    """Return the ratio of the means of "passes" and "passes or fails", its error from the linearised difference."""
    n = int(population.labelled.sum())
    passes, opinions = (
        _corrected(population, said, 0.0, measuring),
        _corrected(population, said, None, measuring),
    )
    if isinstance(passes, Undefined) or isinstance(opinions, Undefined) or opinions.value <= 0:
        return Undefined(n=n, reason="too few labels pass or fail")
    share = min(1.0, max(0.0, passes.value / opinions.value))
    rest = _corrected(population, said, share, measuring)
    assert isinstance(rest, Estimate), "it rests on the same labels"
    least = _least_half(population, measuring)
    low = min(rest.interval.low - rest.value, -least)
    high = max(rest.interval.high - rest.value, least)
    interval = Interval(
        low=max(0.0, share + low / opinions.value),
        high=min(1.0, share + high / opinions.value),
        confidence=measuring.choices.confidence,
    )
    return Estimate(value=share, interval=interval, n=n)


def _least_half(population: Population, measuring: Measuring) -> float:
    """Return half the width of an interval if one typical label had differed from its verdict (see `aipw_mean`).

    A rater who was right every time, on items that all pass, is not known to be right always.
    """
    labelled = population.labelled
    typical = float((1 / population.inclusion[labelled]).mean()) / len(labelled)
    groups = len(np.unique(population.clusters[labelled]))
    return student_quantile(measuring.choices.confidence, max(groups - 2, 1)) * typical


def _corrected(population: Population, said: Ints, share: float | None, measuring: Measuring) -> Measured:
    """Return the AIPW mean of "passes" - share x "passes or fails"; of "passes or fails" alone without a share."""

    def outcome(readings: Ints) -> Floats:
        passes, opinions = readings == PASS, (readings == PASS) | (readings == FAIL)
        return opinions.astype(np.float64) if share is None else np.asarray(passes - share * opinions)

    given = said != NONE
    scores = outcome(said)
    scores[~given] = scores[given].mean() if given.any() else 0.0
    return aipw_mean(
        scores,
        np.where(population.labelled, outcome(population.read_truth), np.nan),
        population.inclusion,
        clusters=population.shared_clusters,
        confidence=measuring.choices.confidence,
    ).estimate


def _labels_alone(population: Population, measuring: Measuring) -> Measured:
    chosen = (population.read_truth == PASS) | (population.read_truth == FAIL)
    clusters = population.shared_clusters
    if not chosen.any():
        return Undefined(n=0, reason="no label passes or fails")
    return weighted_share(
        population.read_truth[chosen] == PASS,
        weights=1 / population.inclusion[chosen],
        clusters=None if clusters is None else clusters[chosen],
        confidence=measuring.choices.confidence,
    )
