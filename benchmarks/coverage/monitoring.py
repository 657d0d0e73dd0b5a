"""How often a monitor cries wolf, how soon it sees a drop, and whether it names the right cause.

    python -m benchmarks.coverage.monitoring [--quick]

Every stream is simulated, with the Monte-Carlo standard error beside its shares. The rolling z-test is what is commonly
used instead: the mean of the last 100 labels against the usual one, one-sided at 5 %.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.coverage.change import percent, standard_error, table
from numpy.typing import NDArray

from evenhand.stats.intervals import wilson_interval
from evenhand.stats.monitoring.attribution import Cause, attribute, observe, watch
from evenhand.stats.monitoring.betting import (
    RESTART_EVERY,
    SHARES,
    SMALL_SHARES,
    Direction,
    begin,
    log_e_values,
    unbiased_terms,
    update,
)
from evenhand.stats.monitoring.confidence_sequence import confidence_limits

SEED = 20261127
LOOKS = 2000
USUAL = 0.88
"""Agreement before a change (methods.md 6.6)."""
KINDS = ((".1 to .9", SHARES, 0), ("small", SMALL_SHARES, 0), ("fresh starts", SHARES, RESTART_EVERY))
"""Mixtures of bets: a name, the bets, and how often they start afresh."""
WINDOW = 100
Z = 1.6448536269514722
"""The normal quantile of 95 %."""


def alarm_times(
    null: float,
    rate: float,
    *,
    reps: int,
    rng: np.random.Generator,
    shares: tuple[float, ...] = SHARES,
    restart_every: int = 0,
) -> NDArray[np.float64]:
    """Return after how many labels the bet on a drop below `null` raises its alarm; infinite if never in the looks."""
    start = begin(null, shares=shares, restart_every=restart_every)
    found = [update(start, rng.random(LOOKS) < rate).alarm_at for _ in range(reps)]
    return np.array([np.inf if at is None else at for at in found])


def late_alarms(
    null: float, rate: float, *, good: int, restart_every: int, reps: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return the delays of alarms when a drop follows on so many labels at the usual rate; infinite if not seen."""
    start = begin(null, restart_every=restart_every)
    found = []
    for _ in range(reps):
        bet = update(update(start, rng.random(good) < USUAL), rng.random(LOOKS) < rate)
        found.append(np.inf if bet.alarm_at is None else float(bet.alarm_at - good))
    return np.array(found)


def rolling_alarms(*, every: int, reps: int, rng: np.random.Generator) -> float:
    """Return the share of streams without a change in which a rolling z-test, looked at so often, ever alarms."""
    streams = np.cumsum(rng.random((reps, LOOKS)) < USUAL, axis=1)
    ends = np.arange(WINDOW - 1, LOOKS, every)
    before = np.where(ends >= WINDOW, streams[:, ends - WINDOW], 0)
    means = (streams[:, ends] - before) / WINDOW
    return float(((means - USUAL) / np.sqrt(USUAL * (1 - USUAL) / WINDOW) < -Z).any(axis=1).mean())


def sequence_coverage(rate: float, *, reps: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often all looks cover the rate: confidence sequence, and Wilson's interval made for one look.

    A mean is outside the sequence just when one of the two bets against it has its alarm wealth.
    """
    bets = [begin(rate, direction=side, alpha=0.025, shares=SMALL_SHARES) for side in Direction]
    n = np.arange(1, LOOKS + 1)
    covered = np.zeros(2)
    for _ in range(reps):
        stream = rng.random(LOOKS) < rate
        covered[0] += all((log_e_values(bet, stream) < np.log(40)).all() for bet in bets)
        z = (np.cumsum(stream) - n * rate) / np.sqrt(n * rate * (1 - rate))
        covered[1] += bool((np.abs(z) <= 1.959963984540054).all())
    return float(covered[0] / reps), float(covered[1] / reps)


def sequence_widths(rate: float, looks: Sequence[int]) -> list[tuple[int, float, float]]:
    """Return n, the width of the sequence there and that of Wilson's interval, for a stream with an even share."""
    stream = np.floor(np.arange(1, max(looks) + 1) * rate) > np.floor(np.arange(max(looks)) * rate)
    limits = confidence_limits(stream, looks=np.array(looks))
    singles = [wilson_interval(int(stream[:n].sum()), n) for n in looks]
    widths = (limits.high - limits.low).tolist()
    return [(n, w, s.high - s.low) for n, w, s in zip(looks, widths, singles, strict=True)]


def drawn_terms(rate: float, *, smallest: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return terms of a stream whose wrong verdicts are drawn for people more often, up to always."""
    outcomes = (rng.random(LOOKS) < rate).astype(np.float64)
    suspicion = np.clip(rng.normal(0.7 - 0.4 * outcomes, 0.2), 0, 1)
    probabilities = np.clip(suspicion, smallest, 1)
    seen = rng.random(LOOKS) < probabilities
    return unbiased_terms(
        outcomes, 1 - 0.4 * suspicion, probabilities, seen=seen, smallest_probability=smallest
    )


def weighted_alarms(
    null: float, rate: float, *, smallest: float, reps: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return alarm times of a bet on unbiased terms, in items of the stream, seen or not."""
    start = begin(null, low=1 - 1 / smallest, high=1 / smallest)
    found = [update(start, drawn_terms(rate, smallest=smallest, rng=rng)).alarm_at for _ in range(reps)]
    return np.array([np.inf if at is None else at for at in found])


# -- Who changed ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Change:
    """What happens to both streams in the middle."""

    name: str
    truth: Cause
    live: float
    """Share that the judge passes afterwards; .80 before."""
    anchors: float
    """Agreement on the anchors afterwards; .88 before."""


CHANGES = (
    Change(name="nothing", truth=Cause.NONE, live=0.80, anchors=0.88),
    Change(name="system 15 points worse", truth=Cause.SYSTEM, live=0.65, anchors=0.88),
    Change(name="system 12 points better", truth=Cause.SYSTEM, live=0.92, anchors=0.88),
    Change(name="judge stricter, 13 points off", truth=Cause.JUDGE, live=0.69, anchors=0.75),
    Change(name="judge laxer, 18 points off", truth=Cause.JUDGE, live=0.92, anchors=0.70),
)


def attributions(change: Change, *, reps: int, rng: np.random.Generator) -> dict[Cause, float]:
    """Return how often each cause is named; ticks of 20 live verdicts and 10 anchors, 50 before, 100 after."""
    found = dict.fromkeys(Cause, 0)
    for _ in range(reps):
        monitor = watch(live_mean=0.80, anchor_mean=0.88, guard=45)
        for tick in range(150):
            live, anchors = (0.80, 0.88) if tick < 50 else (change.live, change.anchors)
            monitor = observe(
                monitor, tick=tick, live=rng.random(20) < live, anchors=rng.random(10) < anchors
            )
        found[attribute(monitor).cause] += 1
    return {cause: count / reps for cause, count in found.items()}


# -- The command ---------------------------------------------------------------------------------------------


def error_of(share: float, reps: int) -> str:
    """Return a share in percent with its standard error."""
    return f"{percent(share)} ±{percent(float(np.sqrt(max(share * (1 - share), 0.0) / reps)))}"


def print_alarms(*, reps: int, rng: np.random.Generator) -> None:
    print(f"Alarms in {reps} streams of {LOOKS} labels without a change (%)")
    rows: list[tuple[object, ...]] = []
    for null, rate in ((0.88, 0.88), (0.85, 0.88), (0.5, 0.5), (0.97, 0.97)):
        for name, shares, every in KINDS:
            times = alarm_times(null, rate, reps=reps, rng=rng, shares=shares, restart_every=every)
            alarmed = float(np.isfinite(times).mean())
            rows.append((f"bets {name}, null {null}", rate, "every label", error_of(alarmed, reps)))
    for every in (1, 50):
        share = rolling_alarms(every=every, reps=reps, rng=rng)
        rows.append((f"rolling z-test of {WINDOW}", USUAL, f"every {every}", error_of(share, reps)))
    print(table(("monitor", "rate", "looks", "alarms"), rows))


def print_delays(*, reps: int, rng: np.random.Generator) -> None:
    print(
        f"\nMedian labels until the alarm after a drop at the beginning, {reps} streams (not seen in {LOOKS}: %)"
    )
    rows: list[tuple[object, ...]] = []
    for null in (0.88, 0.85):
        for name, shares, every in KINDS:
            cells = []
            for rate in (0.80, 0.75, 0.70):
                times = alarm_times(null, rate, reps=reps, rng=rng, shares=shares, restart_every=every)
                cells.append(f"{np.median(times):.0f} ({percent(float(np.isinf(times).mean()))})")
            rows.append((null, name, *cells))
    print(table(("null", "bets", "to .80", "to .75", "to .70"), rows))


def print_late(*, reps: int, rng: np.random.Generator) -> None:
    print(
        f"\nMedian labels until the alarm after a drop from {USUAL} late in the stream, null .85, {reps} streams"
    )
    rows: list[tuple[object, ...]] = []
    for good in (0, 200, 1000, 5000):
        for name, every in (("one start", 0), (f"every {RESTART_EVERY}", RESTART_EVERY)):
            delays = [
                np.median(late_alarms(0.85, rate, good=good, restart_every=every, reps=reps, rng=rng))
                for rate in (0.80, 0.75, 0.70)
            ]
            rows.append((good, name, *(f"{delay:.0f}" for delay in delays)))
    print(table(("good labels before", "fresh starts", "to .80", "to .75", "to .70"), rows))


def print_weighted(*, reps: int, rng: np.random.Generator) -> None:
    print(f"\nItems drawn with unequal chances, {reps} streams of {LOOKS} items: alarms (%) and median items")
    rows = []
    for smallest in (0.2, 0.5):
        for null, rate in ((0.88, 0.88), (0.88, 0.75), (0.88, 0.70)):
            times = weighted_alarms(null, rate, smallest=smallest, reps=reps, rng=rng)
            rows.append(
                (
                    smallest,
                    null,
                    rate,
                    error_of(float(np.isfinite(times).mean()), reps),
                    f"{np.median(times):.0f}",
                )
            )
    print(table(("smallest chance", "null", "rate", "alarms", "median"), rows))


def print_sequences(*, reps: int, rng: np.random.Generator) -> None:
    print(f"\nAll of {LOOKS} looks cover the rate (%), {reps} streams; nominal 95")
    rows = []
    for rate in (0.5, 0.8, 0.9, 0.97):
        ours, single = sequence_coverage(rate, reps=reps, rng=rng)
        rows.append((rate, error_of(ours, reps), error_of(single, reps)))
    print(table(("rate", "confidence sequence", "score interval for one look"), rows))
    print("\nWidths at a rate of .8")
    widths = [
        (n, f"{w:.3f}", f"{s:.3f}", f"{w / s:.2f}")
        for n, w, s in sequence_widths(0.8, (50, 200, 1000, 10_000))
    ]
    print(table(("n", "confidence sequence", "Wilson", "ratio"), widths))


def print_causes(*, reps: int, rng: np.random.Generator) -> None:
    print(
        f"\nCauses named (%), {reps} replays, standard error at most {standard_error(reps)}; "
        "20 live verdicts and 10 anchors a tick, a change at tick 50, guard 45"
    )
    rows = []
    for change in CHANGES:
        found = attributions(change, reps=reps, rng=rng)
        rows.append((change.name, change.truth, *(percent(found[cause]) for cause in Cause)))
    print(table(("change", "truth", *Cause), rows))


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rng = np.random.default_rng(SEED)
    print_alarms(reps=100 if quick else 4000, rng=rng)
    print_delays(reps=50 if quick else 1000, rng=rng)
    print_late(reps=20 if quick else 300, rng=rng)
    print_weighted(reps=50 if quick else 1000, rng=rng)
    print_sequences(reps=50 if quick else 2000, rng=rng)
    print_causes(reps=10 if quick else 500, rng=rng)


if __name__ == "__main__":
    main()
