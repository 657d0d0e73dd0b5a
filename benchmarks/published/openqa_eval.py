"""Whether an answer to an open question is acceptable (arXiv 2305.06984); the values are stated of these files."""

from pathlib import Path

from benchmarks.published.figure import Figure, Ours, compared
from benchmarks.published.measures import agreement, kappa
from benchmarks.published.tidy import by_unit, labels, of_rater, verdicts

STATED = {
    "annotators, agreement": "0.864",
    "annotators, kappa": "0.728",
    "gpt-4, agreement": "0.848",
    "gpt-4, kappa": "0.696",
    "text-davinci-003, agreement": "0.838",
    "bem, agreement": "0.806",
    "bem, kappa": "0.616",
}


def figures(data: Path) -> list[Figure]:
    """Return the agreement of two annotators, and of each judge with the final label.

    Where the second annotator gave no label, the two do not agree. The two empty verdicts of GPT-4 count as "no", which
    gives the kappa that is stated; without them it is .695.
    """
    folder = data / "openqa_eval"
    humans, judged = labels(folder), verdicts(folder)
    people = [
        by_unit(of_rater(humans, name, kind="annotator")) for name in ("annotator1", "annotator2", "final")
    ]
    pairs = {"annotators": (people[0], people[1])}
    pairs |= {
        judge: (by_unit(of_rater(judged, judge)), people[2]) for judge in ("gpt-4", "text-davinci-003", "bem")
    }
    ours: dict[str, Ours] = {}
    for name, (first, second) in pairs.items():
        empty = "no" if name == "gpt-4" else ""
        both = [first[unit] or empty for unit in people[2]], [second.get(unit, "") for unit in people[2]]
        ours |= {f"{name}, agreement": agreement(*both), f"{name}, kappa": kappa(*both)}
    return compared("openqa_eval", STATED, {name: ours[name] for name in STATED})
