"""What the sampling design of review is worth, and what a draw costs.

    python benchmarks/review_sampling.py simulated [--quick]
    python benchmarks/review_sampling.py recorded [FOLDER] [--quick]
    python benchmarks/review_sampling.py speed [--quick] [--items 1000000]

`simulated`: panels of five judges who err together, in the settings of methods.md 3.5 (strong and weak panels, two
prevalences); `recorded`: the judges and people of recorded sets, drawn with replacement as if they were all there is.
Both draw with the design of `evenhand review sample` and compare what can be made of the labels with a review of as
many items drawn at random: AIPW that follows the panel as far as it helps (tuned) and wholly (untuned), and others.
`speed`: the command itself on a made-up run, as a process of its own.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # started as a file, Python only knows this folder

from benchmarks.coverage.drawn_labels import PANELS, Panel  # noqa: E402 - needs the line above
from benchmarks.coverage.limits import Coverage, limits_of, show, wilson_limits  # noqa: E402
from benchmarks.review_panels import RecordedPanel, read_panels  # noqa: E402
from benchmarks.review_speed import measure_draw  # noqa: E402

from evenhand.review.selection import DesignStep, expected_half_width, probabilities_after  # noqa: E402
from evenhand.review.uncertainty import panel_uncertainty, spread_of_labels  # noqa: E402
from evenhand.stats.arrays import Bools, Floats, Integers  # noqa: E402
from evenhand.stats.estimate import Estimate, Measured  # noqa: E402
from evenhand.stats.intervals import wilson_interval  # noqa: E402
from evenhand.stats.rates.tuned import tuned_aipw_mean  # noqa: E402
from evenhand.stats.rates.weighted import aipw_mean, hajek  # noqa: E402

DATA = ROOT.parent / "shared" / "data"
JUDGED = 10_000
"""Items of a population."""
LABELS = (60, 100, 200)
TUNED, UNTUNED, HAJEK, TOPPED_UP, POOLED, RANDOM = (
    "AIPW, tuned",
    "AIPW, untuned",
    "Hajek, labels alone",
    "AIPW, tuned, topped up",
    "labels pooled",
    "as many at random (Wilson)",
)
COVERAGE, BIAS = (0.93, 0.97), 0.001
WIDTHS = {"pass rate": 1.03, "agreement": 1.00}
"""Aims of methods.md 3.5: bias at 100 labels and more, and widths at most."""
_ERRORS = 2
"""Monte-Carlo standard errors by which a figure may miss an aim and not be said to."""
_CLOSE = 0.02
"""The same of a width, whose error is not computed."""


@dataclass(frozen=True, kw_only=True)
class Population:
    """N items with votes of yes and no, and what people say."""

    yes: Floats
    """Share of the judges who say yes, shape (N,)."""
    silent: Floats
    """Share of the judges without an answer, shape (N,)."""
    truth: Bools

    @property
    def verdict(self) -> Bools:
        """What most judges say; a tie is no yes."""
        return np.asarray(self.yes > 0.5)

    @property
    def uncertainty(self) -> Floats:
        """What the votes leave open, as `evenhand review sample` reads them."""
        votes = np.column_stack([self.yes, 1 - self.yes])
        return panel_uncertainty(
            spread_of_labels(votes), silent=self.silent, undecided=np.asarray(self.yes == 0.5)
        )


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Estimates of one quantity from many draws, by method."""

    found: dict[str, list[Measured]] = field(
        default_factory=lambda: {TUNED: [], UNTUNED: [], TOPPED_UP: [], HAJEK: [], POOLED: []}
    )
    expected: list[float] = field(default_factory=list)
    """Half widths that the draw led to expect."""

    def add(self, scores: Floats, outcome: Bools, drawn: "Drawn") -> None:
        """Estimate from one draw."""
        labels = np.where(drawn.once, outcome, np.nan)
        topped = np.where(drawn.topped, outcome, np.nan)
        self.found[TUNED].append(tuned_aipw_mean(scores, labels, drawn.chances).estimate)
        self.found[UNTUNED].append(aipw_mean(scores, labels, drawn.chances).estimate)
        self.found[TOPPED_UP].append(tuned_aipw_mean(scores, topped, drawn.raised).estimate)
        self.found[HAJEK].append(hajek(labels, drawn.chances).estimate)
        hits, n = int(outcome[drawn.once].sum()), int(drawn.once.sum())
        interval = wilson_interval(hits, n) if n else wilson_interval(0, 1)
        self.found[POOLED].append(Estimate(value=hits / max(n, 1), interval=interval, n=n))
        self.expected.append(drawn.expected)

    def rows(self, truth: float, n: int, setting: str, rng: np.random.Generator) -> list["Row"]:
        """Return how each method did, beside as many labels drawn at random."""
        some = next(iter(self.found.values()))
        hits = rng.binomial(n, truth, size=len(some))
        random = wilson_limits(hits, np.full_like(hits, n))
        methods = {RANDOM: random, **{name: limits_of(each) for name, each in self.found.items()}}
        return [
            Row(
                **asdict(each.judged_by(truth, setting, name, random)),
                bias_error=float(each.value.std() / len(hits) ** 0.5),
                to_expected=float((each.high - each.low).mean() / (2 * np.mean(self.expected))),
            )
            for name, each in methods.items()
        ]


@dataclass(frozen=True, kw_only=True)
class Row(Coverage):
    """What came of one method in one setting, with the Monte-Carlo standard error of its bias."""

    bias_error: float
    to_expected: float
    """Mean width over the width that the draw led one to expect."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One draw in one go, and one with the same numbers in two parts, the second divided by strata."""

    chances: Floats
    once: Bools
    raised: Floats
    topped: Bools
    expected: float


def draw(population: Population, n: int, rng: np.random.Generator) -> Drawn:
    """Draw n labels with the design of review."""
    uncertainty, numbers = population.uncertainty, rng.random(len(population.yes))
    strata: Integers = np.arange(len(numbers), dtype=np.int64) % 4

    def chances(*steps: DesignStep) -> Floats:
        return probabilities_after(steps, uncertainty, lambda _: strata)

    whole = chances(DesignStep(budget=n))
    raised = chances(DesignStep(budget=n / 2), DesignStep(budget=n, strata=("topic",)))
    return Drawn(
        chances=whole,
        once=numbers < whole,
        raised=raised,
        topped=numbers < raised,
        expected=expected_half_width(uncertainty, whole),
    )


def measure(populations: Iterator[Population], n: int, tallies: dict[str, Tally]) -> None:
    """Draw from each population once, and estimate pass rate and agreement from the same labels."""
    rng = np.random.default_rng(n)
    for population in populations:
        drawn, yes = draw(population, n, rng), population.yes
        tallies["pass rate"].add(yes, population.truth, drawn)
        agreed = population.truth == population.verdict
        tallies["agreement"].add(np.maximum(yes, 1 - yes), agreed, drawn)


# -- Simulated panels ------------------------------------------------------------------------------


def simulated(repetitions: int) -> Iterator[Row]:
    """Yield what came of every method, on every panel, with every number of labels."""
    for panel in PANELS:
        rng = np.random.default_rng(7)
        truths = {"pass rate": panel.rate, "agreement": panel.agreement(rng)}
        for n in LABELS:
            tallies = {name: Tally() for name in truths}
            measure(_simulate(panel, repetitions, rng), n, tallies)
            for name, truth in truths.items():
                yield from tallies[name].rows(truth, n, f"{panel}, n {n:3}, {name}", rng)


def _simulate(panel: Panel, repetitions: int, rng: np.random.Generator) -> Iterator[Population]:
    for _ in range(repetitions):
        truth, votes = panel.draw(JUDGED, rng)
        yield Population(yes=votes / panel.judges, silent=np.zeros(JUDGED), truth=truth)


# -- Recorded panels -------------------------------------------------------------------------------


def recorded(folder: Path, repetitions: int) -> Iterator[Row]:
    """Yield the same for recorded judges and people."""
    for panel in read_panels(folder):
        truths = {
            "pass rate": float(panel.truth.mean()),
            "agreement": float((panel.truth == (panel.yes > 0.5)).mean()),
        }
        for n in LABELS:
            rng = np.random.default_rng(n)
            tallies = {name: Tally() for name in truths}
            measure(_resample(panel, repetitions, rng), n, tallies)
            for name, truth in truths.items():
                yield from tallies[name].rows(truth, n, f"{panel.name}, n {n:3}, {name}", rng)


def _resample(panel: RecordedPanel, repetitions: int, rng: np.random.Generator) -> Iterator[Population]:
    for _ in range(repetitions):
        rows: NDArray[np.int64] = rng.integers(0, len(panel.truth), JUDGED)
        yield Population(yes=panel.yes[rows], silent=panel.silent[rows], truth=panel.truth[rows])


# -- What it comes to ------------------------------------------------------------------------------


def summary(rows: Sequence[Row]) -> None:
    """Print the range of each method, and whether tuned AIPW keeps to the aims within two Monte-Carlo errors."""
    print(
        f"\n{'':12}{'':28} {'coverage':>15} {'width':>13}  largest bias (at 100 labels and more), its error"
    )
    for name in WIDTHS:
        for method in dict.fromkeys(row.method for row in rows):
            some = [row for row in rows if row.method == method and row.setting.endswith(name)]
            worst = max((row for row in some if "n  60" not in row.setting), key=lambda row: abs(row.bias))
            cover, width = [row.coverage for row in some], [row.width for row in some]
            print(
                f"{name:12}{method:28} {min(cover):.3f} to {max(cover):.3f} {min(width):5.2f} to {max(width):4.2f} "
                f"{worst.bias:+8.4f} {worst.bias_error:.4f}"
            )


def expectations(rows: Sequence[Row]) -> None:
    """Print how wide the intervals of pass rates are beside what the draw led one to expect."""
    found = [row.to_expected for row in rows if row.method == TUNED and row.setting.endswith("pass rate")]
    print(
        f"\nIntervals of pass rates by tuned AIPW are {min(found):.2f} to {max(found):.2f} times as wide as "
        "`evenhand review sample` led one to expect"
    )


def aims(rows: Sequence[Row]) -> None:
    """Print which aims tuned AIPW misses, and by how much."""
    missed = [line for row in rows if row.method in {TUNED, TOPPED_UP} for line in _missed(row)]
    counted = sum(row.method in {TUNED, TOPPED_UP} for row in rows)
    low, high = COVERAGE
    widths = ", ".join(f"{name} at most {most:.2f}" for name, most in WIDTHS.items())
    print(
        f"\nAims: coverage {low} to {high}, bias at most {BIAS} from 100 labels on, width {widths}.\n"
        f"Missed is what lies {_ERRORS} Monte-Carlo errors beyond, a width by more than {_CLOSE}.\n"
        f"{len(missed)} missed in {counted} rows of tuned AIPW"
    )
    for line in missed:
        print(f"  {line}")


def _missed(row: Row) -> Iterator[str]:
    slack = _ERRORS * row.error
    if not COVERAGE[0] - slack <= row.coverage <= COVERAGE[1] + slack:
        yield f"{row.setting}, {row.method}: coverage {row.coverage:.3f}"
    # An interval of width 1 is about 2 * 1.96 * sqrt(p q / n) of random review: its error, over the repetitions.
    error = (
        row.width * 0.5 / (int(row.setting.partition(" n ")[2].partition(",")[0]) * row.repetitions) ** 0.5
    )
    if "n  60" not in row.setting and abs(row.bias) > BIAS + _ERRORS * error:
        yield f"{row.setting}, {row.method}: bias {row.bias:+.4f}"
    if row.width > WIDTHS[row.setting.rpartition(", ")[2]] + _CLOSE:
        yield f"{row.setting}, {row.method}: width {row.width:.2f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one of the three."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("part", choices=["simulated", "recorded", "speed"])
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true", help="few repetitions, a small run")
    parser.add_argument("--items", type=int, default=1_000_000)
    options = parser.parse_args(arguments)
    if options.part == "speed":
        print(measure_draw(options.items // 100 if options.quick else options.items))
    elif options.part == "simulated":
        rows = list(simulated(20 if options.quick else 1_000))
        show("Width is the mean width over that of Wilson's interval of as many labels drawn at random", rows)
        summary(rows)
        expectations(rows)
        aims(rows)
    else:
        rows = list(recorded(options.folder, 10 if options.quick else 500))
        show("Recorded judges and people, drawn with replacement", rows)
        summary(rows)
        expectations(rows)


if __name__ == "__main__":
    main()
