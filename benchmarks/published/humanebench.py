"""Eight written principles, rated by people and by three judges on one scale of four."""

from itertools import combinations
from pathlib import Path

import numpy as np
from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import alpha, quadratic_kappa
from benchmarks.published.measures import kappa as plain_kappa
from benchmarks.published.tidy import Row, Unit, labels, raters, scored, verdicts
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

SETTINGS = frozenset({"source", "kappa_columns"})
SCALE = (-1.0, -0.5, 0.5, 1.0)
STATED = {"human_slice, mean of the judges on the side of the people": "0.833"}

Floats = NDArray[np.float64]


def figures(data: Path) -> list[Figure]:
    """Return the agreement of people, of judges on both runs, and of the judges' mean with the people's."""
    folder = data / "humanebench"
    humans, judged = labels(folder), verdicts(folder)
    units = units_of(humans)
    people = scored(humans, units, raters(humans, kind="annotator"), kind="annotator")
    names = sorted(raters(judged))
    runs = {run: [row for row in judged if row["run"] == run] for run in ("human_slice", "golden_24")}
    judges = {run: scored(some, units_of(some), names, kind="judge") for run, some in runs.items()}
    labelled = {
        run: scored(humans, units_of(some), raters(humans, kind="annotator"), kind="annotator")
        for run, some in runs.items()
    }
    ours: dict[str, Ours] = {
        "human / ratings": len(humans),
        "human / items": len(units),
        "human / alpha_ordinal": ordinal_alpha(people),
        "human / alpha_binary_sign": sign_alpha(people),
    }
    for run, scores in judges.items():
        ours |= {f"judges_{run} / {key}": figure for key, figure in of_run(scores).items()}
    ours |= {
        f"judges_human_slice / kappa / {key}": figure
        for key, figure in kappas(judges["human_slice"], names).items()
    }
    together = of_ensemble(judges["golden_24"], labelled["golden_24"])
    ours |= {f"ensemble_vs_human_golden_24 / {key}": figure for key, figure in together.items()}
    slice_rate = of_ensemble(judges["human_slice"], labelled["human_slice"])["direction_match_rate"]
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    stated: dict[str, Ours] = {next(iter(STATED)): slice_rate}
    return compared("humanebench", printed, ours) + compared("humanebench", STATED, stated)


def units_of(some: list[Row]) -> list[Unit]:
    """Return the items and principles of rows."""
    return sorted({(row["item_id"], row["criterion"]) for row in some})


def codes(scores: Floats) -> NDArray[np.int64]:
    """Return places on the scale, -1 for no score."""
    places = np.abs(scores[..., np.newaxis] - np.array(SCALE)).argmin(axis=-1)
    return np.where(np.isnan(scores), -1, places)


def ordinal_alpha(scores: Floats) -> float:
    """Return alpha over the places of the scale."""
    return alpha(codes(scores), categories=len(SCALE), level="ordinal")


def sign_alpha(scores: Floats) -> float:
    """Return alpha of yes or no."""
    return alpha(np.where(np.isnan(scores), -1, (scores > 0).astype(np.int64)), categories=2, level="nominal")


def of_run(scores: Floats) -> dict[str, float]:
    """Return the agreement of the judges on one run."""
    positive = scores > 0
    return {
        "items": len(scores),
        "alpha_ordinal": ordinal_alpha(scores),
        "alpha_binary": sign_alpha(scores),
        "sign_disagreement_rate": float(np.mean(positive.any(axis=1) != positive.all(axis=1))),
    }


def kappas(scores: Floats, names: list[str]) -> dict[str, float]:
    """Return unweighted and quadratic kappa of each pair of judges."""
    found = {}
    given = [[str(code) for code in column] for column in codes(scores).T]
    scale = [str(code) for code in range(len(SCALE))]
    for first, second in combinations(range(len(names)), 2):
        name = f"{names[first]} x {names[second]}"
        found[f"{name} / 0"] = plain_kappa(given[first], given[second])
        found[f"{name} / 1"] = quadratic_kappa(given[first], given[second], scale)
    return found


def of_ensemble(judges: Floats, people: Floats) -> dict[str, float]:
    """Return how the mean of the judges goes with the mean of the people; kappa of the nearest places on the scale."""
    ours, theirs = judges.mean(axis=1), np.nanmean(people, axis=1)
    scale = [str(code) for code in range(len(SCALE))]
    near = [[str(code) for code in codes(means)] for means in (ours, theirs)]
    return {
        "n": len(ours),
        "weighted_kappa": quadratic_kappa(near[0], near[1], scale),
        "spearman_rho": float(spearmanr(ours, theirs).statistic),
        "pearson_r": float(pearsonr(ours, theirs).statistic),
        "direction_match_rate": float(np.mean((ours > 0) == (theirs > 0))),
    }
