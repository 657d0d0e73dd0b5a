"""The alternative-annotator test on its authors' own data (arXiv 2501.10970)."""

import json
from pathlib import Path

import numpy as np
from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import value
from benchmarks.published.tidy import Row, coded, labels, of_rater, raters, scored, verdicts

from evenhand.stats.alternative_annotator import Scoring, alternative_annotator_test
from evenhand.stats.estimate import Undefined

SETTINGS = frozenset(
    {
        "source",
        "epsilon",
        "q_fdr",
        "min_humans_per_instance",
        "min_instances_per_human",
        "scoring",
        "rounded_to",
    }
)
TASKS = ("summeval", "framing", "cebab_aspects", "cebab_stars", "lesion", "wax", "mtbench")


def figures(data: Path) -> list[Figure]:
    """Return winning rate and advantage probability of every judge on the seven tasks."""
    return [figure for task in TASKS for figure in task_figures(data / "alttest" / task)]


def task_figures(folder: Path) -> list[Figure]:
    """Return the figures of one task."""
    text = (folder / "published.json").read_text(encoding="utf-8")
    settings = json.loads(text)
    humans, judged = labels(folder), verdicts(folder)
    ours: dict[str, Ours] = {}
    for judge in raters(judged):
        rate, advantage = judge_figures(of_rater(judged, judge), humans, settings)
        ours[f"results / {judge} / winning_rate"] = rate
        ours[f"results / {judge} / advantage_probability"] = advantage
    printed = printed_figures(text, settings=SETTINGS)
    return compared(f"alttest/{folder.name}", printed, ours, decimals=settings["rounded_to"])


def judge_figures(judged: list[Row], humans: list[Row], settings: dict[str, object]) -> tuple[float, float]:
    """Return winning rate and advantage probability of one judge."""
    units = sorted({(row["item_id"], row["criterion"]) for row in humans})
    people, judge = raters(humans, kind="annotator"), raters(judged)
    scoring: Scoring = "neg_rmse" if settings["scoring"] == "neg_rmse" else "accuracy"
    answers: np.ndarray
    annotators: np.ndarray
    if scoring == "neg_rmse":
        answers = scored(judged, units, judge, kind="judge")
        annotators = scored(humans, units, people, kind="annotator")
    else:
        scale = sorted({row["label"] for row in (*judged, *humans)} - {""})
        answers = coded(judged, units, judge, scale, kind="judge")
        annotators = coded(humans, units, people, scale, kind="annotator")
    found = alternative_annotator_test(
        answers[:, 0], annotators, epsilon=float(str(settings["epsilon"])), scoring=scoring
    )
    assert not isinstance(found, Undefined), found
    return found.winning_rate, value(found.advantage_probability)
