"""Pairwise preferences of three people and two judges (arXiv 2306.05087)."""

from collections import Counter
from itertools import combinations
from pathlib import Path

from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import agreement, kappa
from benchmarks.published.tidy import by_unit, labels, of_rater, raters, verdicts

SETTINGS = frozenset({"source"})
STATED = {"gpt-3.5-turbo agrees with the majority": "0.698", "pandalm-7b agrees with the majority": "0.668"}


def figures(data: Path) -> list[Figure]:
    """Return the kappas of the people, their majorities, and how often the judges agree with those."""
    folder = data / "pandalm"
    humans, judged = labels(folder), verdicts(folder)
    people = {
        name[-1]: by_unit(of_rater(humans, name, kind="annotator"))
        for name in raters(humans, kind="annotator")
    }
    units = sorted(people["1"])
    ours: dict[str, Ours] = {}
    for first, second in combinations(sorted(people), 2):
        labelled = [[people[name][unit] for unit in units] for name in (first, second)]
        ours[f"human_cohen_kappa / {first}-{second}"] = kappa(*labelled)
    majority = [Counter(people[name][unit] for name in people).most_common(1)[0][0] for unit in units]
    ours |= {f"majority_label_counts / {label}": count for label, count in Counter(majority).items()}
    stated: dict[str, Ours] = {}
    for judge in raters(judged):
        given = by_unit(of_rater(judged, judge))
        stated[f"{judge} agrees with the majority"] = agreement([given[unit] for unit in units], majority)
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    return compared("pandalm", printed, ours) + compared("pandalm", STATED, stated)
