"""What the best of several judge prompts is worth: simulated with known truth, and with recorded prompts as candidates.

    python -m benchmarks.tuning curse|slices|recorded [--data FOLDER] [--quick]

`curse`: the optimism of the best of K prompts, beside methods.md 7.4. `slices`: how often a candidate that is worse on
a slice is accepted. `recorded`: the prompts of LLMBar (arXiv 2310.07641) as candidates; its 419 items are all there is,
from which labels are drawn with replacement, so that the true gain of every prompt is known. The choice and its
cross-validation, the gate and the sealed gain are those of the code behind `evenhand judge tune`.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.coverage.change import table
from benchmarks.gate_sides import Items, gate, run_of
from benchmarks.published.tidy import by_unit, labels, of_rater, raters, verdicts
from numpy.typing import NDArray
from scipy.special import ndtri

from evenhand.records.gate import GateSpec
from evenhand.records.scale import Reading
from evenhand.stats.change.noninferiority import MARGIN
from evenhand.stats.estimate import Estimate
from evenhand.tuning.accept import Outcome, decide
from evenhand.tuning.gains import paired_gain
from evenhand.tuning.scores import Scores
from evenhand.tuning.select import select
from evenhand.workflows.tuning.decide import gate_rules

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
SEED = 20261128
ACCURACY, SPREAD, SHARED = 0.8, 0.02, 2.0
"""Mean of the prompts, standard deviation of their true accuracies, and weight of what makes an item hard for all."""
PRINTED: Mapping[tuple[int, int], str] = {(50, 10): "+4.6", (50, 50): "+7.2", (200, 50): "+2.7"}
"""Optimism by labels and prompts, as methods.md 7.4 prints it."""
READINGS = {"1": Reading.NEUTRAL, "2": Reading.NEUTRAL}
CORRECT = {"right": Reading.NEUTRAL, "wrong": Reading.NEUTRAL}

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


# -- Simulated prompts ---------------------------------------------------------------------------------------


def made_up(accuracies: Floats, n: int, rng: np.random.Generator) -> Bools:
    """Return who is right on n items, shape (n, K): K prompts of these accuracies that find the same items hard."""
    scale = np.sqrt(1 + SHARED**2)
    hard = SHARED * rng.standard_normal(n)[:, None]
    return np.asarray(hard + rng.standard_normal((n, accuracies.size)) < ndtri(accuracies) * scale)


def scores_of(right: Bools) -> Scores:
    """Return the scores as a tuning reads them; every item is its own source."""
    n, k = right.shape
    names = tuple(f"c{place}" for place in range(k))
    return Scores(names=names, right=right.astype(np.float64), clusters=np.arange(n))


def curse(reps: int) -> Iterator[str]:
    """Yield the table of the winner's curse."""
    rows = []
    for n, k in ((50, 10), (50, 50), (200, 10), (200, 50), (800, 50)):
        rng = np.random.default_rng([SEED, n, k])
        found = np.array([_one_choice(n, k, rng) for _ in range(reps)])
        seen, true, worth = 100 * found.mean(axis=0)
        error = 100 * found[:, 0].std() / np.sqrt(reps)
        rows.append(
            (n, k, f"{seen:+.1f}", f"±{error:.1f}", PRINTED.get((n, k), ""), f"{worth:+.1f}", f"{true:+.1f}")
        )
    yield (
        f"The best of K prompts on n labels, {reps:,} draws; accuracy {ACCURACY}, true standard deviation "
        f"{100 * SPREAD:.0f} points, shared difficulty.\nPoints. Optimism: score that chose less true accuracy; by "
        "cross-validation: what `judge tune` says of it;\ntrue gain: over the mean prompt."
    )
    heads = ("labels", "K", "optimism", "", "methods.md", "by cross-validation", "true gain")
    yield table(heads, rows)


def _one_choice(n: int, k: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return optimism, true gain and the optimism that cross-validation sees, of one choice."""
    accuracies = np.clip(ACCURACY + SPREAD * rng.standard_normal(k), 0.01, 0.99)
    scores = scores_of(made_up(accuracies, n, rng))
    found = select(scores, [1] * k, rng=rng, rounds=2)
    true = float(accuracies[scores.names.index(found.name)])
    return found.score - true, true - ACCURACY, found.optimism or 0.0


# -- Slices --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One tuning, with the truth."""

    outcome: Outcome
    claimed: float
    """Gain of the best over the current judge on the labels that chose it."""
    expected: float
    """The same less the optimism that cross-validation sees."""
    true: float
    """True gain of the chosen prompt."""
    worst: float
    """True change on the slice where it is worst."""
    sealed: Estimate | None
    """Gain on the sealed labels; None where nothing was accepted."""
    passed: bool
    """Whether the gate passed."""


def slices(reps: int) -> Iterator[str]:
    """Yield how often a candidate is accepted that loses more than the margin on a slice."""
    rows = []
    for drop in (0.0, MARGIN, 0.06, 0.12):
        many = 3 * reps if drop == MARGIN else reps
        for n in (1200, 4800):
            rng = np.random.default_rng([SEED, round(1000 * drop), n])
            trials = [_with_slices(drop, n, rng) for _ in range(many)]
            accepted = [trial for trial in trials if trial.outcome is Outcome.ACCEPTED]
            worse = sum(trial.worst < -MARGIN + 1e-9 for trial in accepted)
            rows.append(
                (
                    f"{100 * drop:.0f}",
                    n,
                    _share(len(accepted), many),
                    _share(sum(trial.outcome is Outcome.REFUSED for trial in trials), many),
                    _share(worse, many),
                    _share(sum(trial.claimed > 0.02 and trial.worst <= -MARGIN for trial in trials), many),
                )
            )
    yield (
        f"Ten candidates, 8 points better on three slices of four and worse by `drop` on one; 200 labels choose, the "
        f"gate has n.\n{reps} tunings each, {3 * reps} where the margin is lost; per cent. Regressed: accepted though "
        "3 points or more are\nlost on a slice; at 3 about 5 is right, standard error 0.9. Naive: the best of the "
        "choosing labels taken for 2 points\nbetter or more, with that loss."
    )
    yield table(("drop", "n", "accepted", "refused", "regressed", "naive"), rows)


def _with_slices(drop: float, n: int, rng: np.random.Generator) -> Trial:
    groups = rng.integers(4, size=200 + n)
    current = np.full(4, ACCURACY)
    better = current + np.array([0.08, 0.08, 0.08, -drop])
    accuracies = np.stack([current, *[better] * 10], axis=1)
    hard = SHARED * rng.standard_normal(200 + n)[:, None]
    limits = ndtri(accuracies[groups]) * np.sqrt(1 + SHARED**2)
    right = hard + rng.standard_normal((200 + n, 11)) < limits
    scores = scores_of(right[:200])
    found = select(scores, [1] * 11, rng=rng, rounds=1)
    best = scores.names.index(found.name)
    claimed = found.score - float(scores.means[0])
    change = accuracies[:, best] - accuracies[:, 0]
    outcome, passed = _gated(right[200:, 0], right[200:, best], rng, groups=[str(g) for g in groups[200:]])
    return Trial(
        outcome=Outcome.NOTHING if best == 0 else outcome,
        claimed=claimed,
        expected=claimed - (found.optimism or 0.0),
        true=float(change.mean()),
        worst=float(change.min()),
        sealed=None,
        passed=passed,
    )


def _gated(
    old: Bools, new: Bools, rng: np.random.Generator, *, groups: Sequence[str] | None = None
) -> tuple[Outcome, bool]:
    """Return what the gate of a tuning makes of two judges on its labels, and whether the gate itself passed."""
    n = old.size
    items = Items(
        principle="all",
        readings=CORRECT,
        truth=["right"] * n,
        ids=[str(place) for place in range(n)],
        slices=[{"group": group} for group in groups] if groups else None,
    )
    sides = [
        run_of(items, list(np.where(side, "right", "wrong")), name) for name, side in (("o", old), ("n", new))
    ]
    spec = gate_rules(GateSpec(compares="judges"), ("group",) if groups else ())
    result = gate(sides[0], sides[1], spec)
    gain = paired_gain(old.astype(float), new.astype(float), np.arange(n), rng=rng)
    outcome, _ = decide(result.status.value, result.headline, gain, must="better", alpha=0.05)
    return outcome, result.status.value == "passed"


# -- Recorded prompts ----------------------------------------------------------------------------------------

POOLS: Mapping[str, tuple[str, ...]] = {
    "GPT-4": ("GPT-4/",),
    "ChatGPT": ("ChatGPT/",),
    "LLaMA2": ("LLaMA2/",),
    "all": ("GPT-4/", "ChatGPT/", "LLaMA2/", "PaLM2/", "Falcon/", "ChatGPT-0301/"),
}
"""Prompts that are candidates, by the beginnings of their names; the current judge is the first one's Vanilla."""
CURRENT = {
    "GPT-4": "GPT-4/Vanilla",
    "ChatGPT": "ChatGPT/Vanilla",
    "LLaMA2": "LLaMA2/Vanilla",
    "all": "ChatGPT/Vanilla",
}


def recorded_prompts(folder: Path, pool: str) -> tuple[tuple[str, ...], Bools]:
    """Return the prompts of a pool, the current judge first, and who is right on which item, shape (419, K)."""
    rows = [row for row in verdicts(folder) if row["order"] == "original"]
    truth = by_unit(labels(folder))
    said = {name: by_unit(of_rater(rows, name)) for name in raters(rows) if name.startswith(POOLS[pool])}
    units = list(said[CURRENT[pool]])
    given = {
        name: np.array([mine[unit] == truth[unit] for unit in units])
        for name, mine in said.items()
        if set(units) <= set(mine)
    }
    names = (CURRENT[pool], *(name for name in given if name != CURRENT[pool]))
    return names, np.stack([given[name] for name in names], axis=1)


def recorded(data: Path, reps: int) -> Iterator[str]:
    """Yield the tables of the recorded prompts."""
    claims, gates = [], []
    for pool in POOLS:
        names, right = recorded_prompts(data / "llmbar", pool)
        for n in (50, 200):
            for certify in (400, 1600):
                rng = np.random.default_rng([SEED, len(names), n, certify])
                trials = [one_tuning(right, n, certify, rng) for _ in range(reps)]
                if certify == 400:
                    claims.append((pool, len(names) - 1, n, *_claims(trials)))
                gates.append((pool, len(names) - 1, n, certify, *_outcomes(trials)))
    yield (
        f"The best of K recorded prompts on n labels, {reps} seeded draws each. Gains over the current judge (Vanilla) "
        "in points.\nClaimed: what `take the best` would say; cross-validated: what `judge tune` says beside it; true: "
        "on all 419 items."
    )
    yield table(
        (
            "prompts of",
            "K",
            "labels",
            "claimed",
            "cross-validated",
            "true",
            "optimism",
            "true gain below 0 (%)",
        ),
        claims,
    )
    yield (
        "\nThe gate on so many labels, half as many sealed. Per cent of the draws; then, of what was accepted, the "
        "mean sealed and true\ngain, how often the 95 % interval of the sealed gain covers the true one, and how often "
        "the true one is below 0."
    )
    yield table(
        (
            "prompts of",
            "K",
            "labels",
            "gate",
            "accepted",
            "undecided",
            "refused",
            "nothing",
            "sealed gain",
            "true gain",
            "covered",
            "worse",
        ),
        gates,
    )


def one_tuning(right: Bools, n: int, certify: int, rng: np.random.Generator) -> Trial:
    """Return one tuning on labels that are drawn from the population of `right`, shape (items, K)."""
    whole = right.mean(axis=0)
    drawn = [rng.integers(len(right), size=size) for size in (n, certify, certify // 2)]
    scores = scores_of(right[drawn[0]])
    found = select(scores, [1] * right.shape[1], rng=rng, rounds=4)
    best = scores.names.index(found.name)
    claimed = found.score - float(scores.means[0])
    true = float(whole[best] - whole[0])
    if best == 0:
        outcome, passed, sealed = Outcome.NOTHING, False, None
    else:
        outcome, passed = _gated(right[drawn[1], 0], right[drawn[1], best], rng)
        sealed = (
            _sealed(right[drawn[2], 0], right[drawn[2], best], rng) if outcome is Outcome.ACCEPTED else None
        )
    return Trial(
        outcome=outcome,
        claimed=claimed,
        expected=claimed - (found.optimism or 0.0),
        true=true,
        worst=true,
        sealed=sealed,
        passed=passed,
    )


def _sealed(old: Bools, new: Bools, rng: np.random.Generator) -> Estimate | None:
    measured = paired_gain(old.astype(float), new.astype(float), np.arange(old.size), rng=rng).difference
    return measured if isinstance(measured, Estimate) else None


def _claims(trials: Sequence[Trial]) -> tuple[str, ...]:
    claimed, expected, true = (
        100 * np.mean([getattr(trial, name) for trial in trials]) for name in ("claimed", "expected", "true")
    )
    below = _share(sum(trial.true < 0 for trial in trials), len(trials))
    return f"{claimed:+.1f}", f"{expected:+.1f}", f"{true:+.1f}", f"{claimed - true:+.1f}", below


def _outcomes(trials: Sequence[Trial]) -> tuple[str, ...]:
    many = len(trials)
    shares = [
        _share(sum(trial.outcome is outcome for trial in trials), many)
        for outcome in (Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REFUSED, Outcome.NOTHING)
    ]
    accepted = [(trial, trial.sealed) for trial in trials if trial.sealed is not None]
    if not accepted:
        return (*shares, "-", "-", "-", "-")
    sealed = 100 * np.mean([measured.value for _, measured in accepted])
    true = 100 * np.mean([trial.true for trial, _ in accepted])
    covered = sum(
        measured.interval.low <= trial.true <= measured.interval.high for trial, measured in accepted
    )
    worse = sum(trial.true < 0 for trial, _ in accepted)
    return (
        *shares,
        f"{sealed:+.1f}",
        f"{true:+.1f}",
        _share(covered, len(accepted)),
        _share(worse, len(accepted)),
    )


def _share(some: int, many: int) -> str:
    return f"{100 * some / many:.1f}"


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("curse", "slices", "recorded"))
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    quick = arguments.quick
    lines = {
        "curse": lambda: curse(50 if quick else 2000),
        "slices": lambda: slices(4 if quick else 200),
        "recorded": lambda: recorded(arguments.data, 4 if quick else 200),
    }[arguments.what]()
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
