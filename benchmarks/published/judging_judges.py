"""Judges of answers to trivia questions against one person (arXiv 2406.12624)."""

from pathlib import Path

import numpy as np
from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import kappa
from benchmarks.published.tidy import by_unit, labels, of_rater, raters, verdicts

SETTINGS = frozenset({"source", "data", "metric", "not_reproduced_from_files"})
BROKEN = "llama2-13b-chat"
"""The system whose verdicts of GPT-4 are wrong in the source."""
STATED = {
    "GPT-4 from the files": "76.9",
    "GPT-4 without the broken system": "83.4",
    "Llama-7B from the files": "63.4",
}


def figures(data: Path) -> list[Figure]:
    """Return the mean kappa over the systems of each judge of the first version, and what is stated of the files."""
    folder = data / "judging_judges"
    people, judged = by_unit(labels(folder / "v1")), verdicts(folder / "v1")
    kappas = {judge: system_kappas(by_unit(of_rater(judged, judge)), people) for judge in raters(judged)}
    ours: dict[str, Ours] = {
        f"kappa_x100 / {judge}": 100 * float(np.mean(list(found.values()))) for judge, found in kappas.items()
    }
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    whole = [found for system, found in kappas["GPT-4"].items() if system != BROKEN]
    stated: dict[str, Ours] = {
        "GPT-4 from the files": ours["kappa_x100 / GPT-4"],
        "GPT-4 without the broken system": 100 * float(np.mean(whole)),
        "Llama-7B from the files": ours["kappa_x100 / Llama-7B"],
    }
    return compared("judging_judges", printed, ours) + compared("judging_judges", STATED, stated)


def system_kappas(judged: dict[tuple[str, str], str], people: dict[tuple[str, str], str]) -> dict[str, float]:
    """Return the kappa of a judge and the person on the answers of each system; no verdict, no item."""
    systems = dict.fromkeys(item.split("/")[1] for item, _ in people)
    pairs = {
        system: [
            (label, people[unit])
            for unit, label in judged.items()
            if label and unit in people and unit[0].split("/")[1] == system
        ]
        for system in systems
    }
    return {
        system: kappa([a for a, _ in some], [b for _, b in some]) for system, some in pairs.items() if some
    }
