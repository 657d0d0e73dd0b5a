"""Whether decisions made alone keep their promise, and whether intervals of calibration measures cover the truth.

    python -m benchmarks.coverage.selective [--quick]

Everything is simulated with known truth: confidences from a stated distribution, and a stated probability of being
right at each confidence. Every share printed comes with its Monte-Carlo standard error.
"""

import argparse
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evenhand.stats.confidence.auroc import auroc
from evenhand.stats.confidence.bins import bin_places
from evenhand.stats.confidence.brier import brier_score
from evenhand.stats.confidence.calibration_error import expected_calibration_error
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.selective import Tier, certify_cascade, certify_threshold
from evenhand.stats.thinning import equally_likely

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FINE = 200_000
"""Quantiles of a confidence that stand for its whole distribution."""
POOL = 2000
"""Items without labels, in each repetition."""
WORLD = 200_000
"""Items that stand for everything two judges will ever see."""
SEED = 20261127
ALPHAS = (0.05, 0.1, 0.15, 0.2)
SIZES = (100, 250, 1000)
"""Labels that certify."""
MEASURE_SIZES = (50, 200, 1000)
"""Answers that a measure rests on."""


@dataclass(frozen=True, kw_only=True)
class ConfidenceModel:
    """How sure a judge is, and how often it is right when it is that sure."""

    name: str
    quantile: Callable[[Floats], Floats]
    """Confidence at each quantile of its distribution."""
    right: Callable[[Floats], Floats]
    """Probability of being right at a confidence."""

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Floats, Bools]:
        """Return confidences and whether the answers are right."""
        confidence = self.quantile(rng.random(n))
        return confidence, rng.random(n) < self.right(confidence)

    def risk_curve(self) -> tuple[Floats, Floats]:
        """Return rising confidences and the probability of being wrong at each of them or above."""
        confidence = self.quantile((np.arange(FINE) + 0.5) / FINE)
        wrong = 1 - self.right(confidence)
        return confidence, wrong[::-1].cumsum()[::-1] / np.arange(FINE, 0, -1)

    def breaks(self, alpha: float) -> Callable[[float], bool]:
        """Return whether what a threshold accepts is wrong more often than `alpha`; nothing accepted breaks nothing."""
        confidence, curve = self.risk_curve()

        def broken(threshold: float) -> bool:
            place = int(np.searchsorted(confidence, threshold))
            return place < FINE and bool(curve[place] > alpha)

        return broken


def upper_half(u: Floats) -> Floats:
    """Return confidences between .5 and 1, more of them high."""
    return 0.5 + 0.5 * np.sqrt(u)


def votes(u: Floats) -> Floats:
    """Return shares of five votes."""
    return np.select([u < 0.2, u < 0.5], [0.6, 0.8], 1.0)


MODELS = (
    ConfidenceModel(name="calibrated", quantile=upper_half, right=lambda c: c),
    ConfidenceModel(name="overconfident", quantile=upper_half, right=lambda c: 0.5 + 0.7 * (c - 0.5)),
    ConfidenceModel(
        name="surest are worse", quantile=upper_half, right=lambda c: np.where(c > 0.95, 0.78, 0.3 + 0.68 * c)
    ),
    ConfidenceModel(name="five votes", quantile=votes, right=lambda c: 0.55 + 0.4 * c),
)


def hardest(alpha: float) -> ConfidenceModel:
    """Return a judge whose confidence says nothing and whose risk is a hair above the limit at every threshold."""
    return ConfidenceModel(
        name="just above limit", quantile=upper_half, right=lambda c: np.full(c.shape, 1 - alpha - 1e-6)
    )


@dataclass(frozen=True, kw_only=True)
class Share:
    """A share seen in a simulation."""

    value: float
    repetitions: int

    @property
    def error(self) -> float:
        """Return its Monte-Carlo standard error."""
        return math.sqrt(self.value * (1 - self.value) / self.repetitions)

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.error:.3f})"


@dataclass(frozen=True, kw_only=True)
class Promise:
    """How often rules broke a promise of at most alpha, over repeated draws of labels."""

    certified: Share
    """The fixed sequence."""
    automated: float
    """Mean share it accepts."""
    plug_in: Share
    """The lowest threshold of the grid whose labels err at most alpha."""
    face_value: bool
    """Whether "confidence is at least 1 - alpha" breaks it; it does not look at labels."""


def promise(
    model: ConfidenceModel, n: int, alpha: float, *, repetitions: int, rng: np.random.Generator
) -> Promise:
    """Return how often each rule lets through more than `alpha` wrong answers."""
    broken = model.breaks(alpha)
    certified, plug_in, automated = 0, 0, 0.0
    for _ in range(repetitions):
        confidence, correct = model.draw(n, rng)
        selection = certify_threshold(confidence, correct, model.draw(POOL, rng)[0], alpha=alpha)
        automated += selection.automated_share
        certified += broken(selection.threshold)
        low = [
            step.threshold
            for step in selection.steps
            if step.counts[0].n and step.counts[0].losses <= alpha * step.counts[0].n
        ]
        plug_in += broken(min(low, default=math.inf))
    return Promise(
        certified=Share(value=certified / repetitions, repetitions=repetitions),
        automated=automated / repetitions,
        plug_in=Share(value=plug_in / repetitions, repetitions=repetitions),
        face_value=broken(1 - alpha),
    )


# -- Labels that were not equally likely -----------------------------------------------------------


def thinned_promise(
    model: ConfidenceModel, n: int, alpha: float, *, repetitions: int, rng: np.random.Generator
) -> tuple[Share, Share, float]:
    """Return how often the promise breaks with half-targeted labels, thinned and as they are, and the share kept."""
    broken = model.breaks(alpha)
    broken_thinned, broken_raw, kept_share = 0, 0, 0.0
    for _ in range(repetitions):
        confidence, correct = model.draw(20 * n, rng)
        unsure = np.sqrt(confidence * (1 - confidence)) + 1e-3
        probability = np.clip(0.5 * n * (unsure / unsure.sum() + 1 / confidence.size), 0, 1)
        drawn = rng.random(confidence.size) < probability
        labelled, right, weights = confidence[drawn], correct[drawn], 1 / probability[drawn]
        pool = confidence[~drawn]
        kept = equally_likely(weights, rng=rng)
        kept_share += float(kept.mean()) / repetitions
        thinned = certify_threshold(labelled[kept], right[kept], pool, alpha=alpha)
        raw = certify_threshold(labelled, right, pool, alpha=alpha)
        broken_thinned += broken(thinned.threshold)
        broken_raw += broken(raw.threshold)
    return (
        Share(value=broken_thinned / repetitions, repetitions=repetitions),
        Share(value=broken_raw / repetitions, repetitions=repetitions),
        kept_share,
    )


def easy_slice_promise(n: int, *, repetitions: int, rng: np.random.Generator) -> tuple[Share, Share, float]:
    """Return the same for labels drawn four times as often from an easy half than from a hard one.

    The judge errs on .05 of the easy and on .25 of the hard items, .15 of all; .14 is promised. Its confidence says
    nothing, so any threshold breaks the promise.
    """
    broken_thinned, broken_raw, kept_share = 0, 0, 0.0
    for _ in range(repetitions):
        easy = rng.random(n) < 0.8
        correct = rng.random(n) < np.where(easy, 0.95, 0.75)
        confidence, pool = upper_half(rng.random(n)), upper_half(rng.random(POOL))
        kept = equally_likely(np.where(easy, 10.0, 40.0), rng=rng)
        kept_share += float(kept.mean()) / repetitions
        thinned = certify_threshold(confidence[kept], correct[kept], pool, alpha=0.14)
        raw = certify_threshold(confidence, correct, pool, alpha=0.14)
        broken_thinned += thinned.automated_share > 0
        broken_raw += raw.automated_share > 0
    return (
        Share(value=broken_thinned / repetitions, repetitions=repetitions),
        Share(value=broken_raw / repetitions, repetitions=repetitions),
        kept_share,
    )


# -- Cascades --------------------------------------------------------------------------------------


def cascade_promise(
    *, shared: float, alpha: float, n: int, repetitions: int, rng: np.random.Generator
) -> tuple[Share, float]:
    """Return how often any tier of two breaks its promise, and the mean share decided.

    Both judges are right more often the surer they are; `shared` from -1 to 1 says how their errors go together (the
    correlation of the normal numbers behind them). The truth is read off 400,000 items.
    """
    world = _two_judges(WORLD, shared, rng)
    broken, automated = 0, 0.0
    for _ in range(repetitions):
        tiers = _two_judges(n, shared, rng)
        pools = _two_judges(POOL, shared, rng)
        selection = certify_cascade(
            [Tier(confidence=c, correct=k, pool=p) for (c, k), (p, _) in zip(tiers, pools, strict=True)],
            alpha=alpha,
        )
        automated += selection.automated_share / repetitions
        left, failed = np.ones(WORLD, bool), False
        for tier, (confidence, correct) in zip(selection.tiers, world, strict=True):
            taken = left & (confidence >= tier.threshold)
            failed |= bool(taken.any() and 1 - correct[taken].mean() > alpha)
            left &= ~taken
        broken += failed
    return Share(value=broken / repetitions, repetitions=repetitions), automated


def _two_judges(n: int, shared: float, rng: np.random.Generator) -> list[tuple[Floats, Bools]]:
    noise = rng.normal(size=(2, n))
    second = shared * noise[0] + math.sqrt(1 - shared**2) * noise[1]
    judges = []
    for error, skill in ((noise[0], 0.8), (second, 0.9)):
        confidence = upper_half(rng.random(n))
        # Right where a uniform number made of the normal one is below the probability of being right.
        uniform = np.argsort(np.argsort(error)) / n
        judges.append((confidence, uniform < 0.5 + skill * (confidence - 0.5)))
    return judges


# -- Measures of confidence ------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MeasureCoverage:
    """How often intervals held the truth, over repeated draws of answers."""

    calibration_error: Share
    bias_plain: float
    """Mean of the plain calibration error less the true one."""
    bias_corrected: float
    """The same of the corrected form."""
    brier: Share
    auroc: Share
    """Of the draws in which it was defined."""


def measure_coverage(
    model: ConfidenceModel, n: int, *, repetitions: int, rng: np.random.Generator, draws: int = 500
) -> MeasureCoverage:
    """Return the coverage of the intervals of calibration error, Brier score and AUROC.

    The true calibration error is that of the bins of the sample: the probability of each, times how far the confidence
    is from the probability of being right there.
    """
    error, brier, area = true_error(model), true_brier(model), true_auroc(model)
    held: dict[str, list[bool]] = {"error": [], "brier": [], "auroc": []}
    biases: list[tuple[float, float]] = []
    for _ in range(repetitions):
        confidence, correct = model.draw(n, rng)
        seen = expected_calibration_error(confidence, correct, rng=rng, draws=draws)
        if isinstance(seen, Undefined) or isinstance(seen.corrected, Undefined):
            raise TypeError(f"{n} answers give no calibration error")
        truth = error(confidence)
        held["error"].append(covers(seen.corrected, truth))
        biases.append((seen.plain - truth, seen.corrected.value - truth))
        held["brier"].append(covers(brier_score(confidence, correct), brier))
        measured = auroc(confidence, correct)
        if isinstance(measured, Estimate):
            held["auroc"].append(covers(measured, area))
    plain, corrected = np.mean(biases, axis=0)
    shares = {
        name: Share(value=float(np.mean(flags)), repetitions=len(flags)) for name, flags in held.items()
    }
    return MeasureCoverage(
        calibration_error=shares["error"],
        bias_plain=float(plain),
        bias_corrected=float(corrected),
        brier=shares["brier"],
        auroc=shares["auroc"],
    )


def covers(measured: Measured, truth: float) -> bool:
    """Return whether an interval holds a value."""
    if isinstance(measured, Undefined):
        return False
    return measured.interval.low - 1e-12 <= truth <= measured.interval.high + 1e-12


def true_error(model: ConfidenceModel) -> Callable[[Floats], float]:
    """Return the calibration error over the bins that a sample of confidences makes."""
    fine = model.quantile((np.arange(FINE) + 0.5) / FINE)
    apart = np.concatenate([[0.0], (model.right(fine) - fine).cumsum()]) / FINE

    def error(confidence: Floats) -> float:
        place = bin_places(confidence, np.ones(confidence.size))
        edges = np.array([confidence[place == each].min() for each in range(1, int(place.max()) + 1)])
        ends = np.concatenate([[0], np.searchsorted(fine, edges), [FINE]])
        return float(np.abs(np.diff(apart[ends])).sum())

    return error


def true_brier(model: ConfidenceModel) -> float:
    """Return the expected Brier score."""
    fine = model.quantile((np.arange(FINE) + 0.5) / FINE)
    right = model.right(fine)
    return float(np.mean(right * (1 - fine) ** 2 + (1 - right) * fine**2))


def true_auroc(model: ConfidenceModel) -> float:
    """Return the probability that a right answer has more confidence than a wrong one, ties counting half."""
    fine = model.quantile((np.arange(FINE) + 0.5) / FINE)
    _, place = np.unique(fine, return_inverse=True)
    right, wrong = (np.bincount(place, weights=each) for each in (model.right(fine), 1 - model.right(fine)))
    return float(right @ (wrong.cumsum() - wrong / 2) / (right.sum() * wrong.sum()))


# -- Tables ----------------------------------------------------------------------------------------


def promise_table(repetitions: int) -> Iterator[str]:
    """Give the lines of the table of promises."""
    yield f"Broken promises of at most alpha; at most .1 of calibrations may. {repetitions} repetitions"
    yield (
        f"{'confidence':<18}{'n':>6}{'alpha':>7}{'broken (MC error)':>20}{'automated':>11}"
        f"{'plug-in':>16}{'at face value':>15}"
    )
    rng = np.random.default_rng(SEED)
    for alpha in ALPHAS:
        for model in (*MODELS, hardest(alpha)):
            for n in SIZES:
                seen = promise(model, n, alpha, repetitions=repetitions, rng=rng)
                face = "broken" if seen.face_value else "kept"
                yield (
                    f"{model.name:<18}{n:>6}{alpha:>7.2f}{seen.certified!s:>20}{seen.automated:>11.2f}"
                    f"{seen.plug_in!s:>16}{face:>15}"
                )


def design_table(repetitions: int) -> Iterator[str]:
    """Give the lines of the tables of half-targeted labels and of cascades."""
    rng = np.random.default_rng(SEED + 1)
    yield f"The same with 400 labels, half targeted at unsure items; last, at an easy slice. {repetitions} repetitions"
    yield f"{'confidence':<18}{'alpha':>7}{'thinned':>18}{'as drawn':>18}{'labels kept':>13}"
    for model, alpha in ((MODELS[2], 0.165), (MODELS[0], 0.1), (MODELS[3], 0.1), (hardest(0.1), 0.1)):
        thinned, raw, kept = thinned_promise(model, 400, alpha, repetitions=repetitions, rng=rng)
        yield f"{model.name:<18}{alpha:>7.3f}{thinned!s:>18}{raw!s:>18}{kept:>13.2f}"
    thinned, raw, kept = easy_slice_promise(400, repetitions=repetitions, rng=rng)
    yield f"{'easy slice':<18}{0.14:>7.3f}{thinned!s:>18}{raw!s:>18}{kept:>13.2f}"
    yield ""
    yield f"Cascades of two judges, 300 labels, alpha .2. {repetitions} repetitions"
    yield f"{'correlation behind errors':<28}{'broken':>18}{'automated':>11}"
    for shared in (-0.9, 0.0, 0.9):
        broken, automated = cascade_promise(shared=shared, alpha=0.2, n=300, repetitions=repetitions, rng=rng)
        yield f"{shared:<28.1f}{broken!s:>18}{automated:>11.2f}"


def measure_table(repetitions: int) -> Iterator[str]:
    """Give the lines of the table of coverage."""
    yield f"Coverage of 95 % intervals. {repetitions} repetitions"
    yield (
        f"{'confidence':<18}{'n':>6}{'calibration error':>20}{'bias plain':>12}{'corrected':>11}"
        f"{'Brier':>16}{'AUROC':>16}"
    )
    rng = np.random.default_rng(SEED + 2)
    for model in (*MODELS, hardest(0.15)):
        for n in MEASURE_SIZES:
            seen = measure_coverage(model, n, repetitions=repetitions, rng=rng)
            yield (
                f"{model.name:<18}{n:>6}{seen.calibration_error!s:>20}{seen.bias_plain:>+12.3f}"
                f"{seen.bias_corrected:>+11.3f}{seen.brier!s:>16}{seen.auroc!s:>16}"
            )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a tenth of the repetitions")
    repetitions = 200 if parser.parse_args(arguments).quick else 2000
    for table in (promise_table, design_table, measure_table):
        for line in table(repetitions):
            print(line, flush=True)
        print()


if __name__ == "__main__":
    main()
