"""Hard pairs of answers, judged in both orders (arXiv 2410.12784)."""

from collections import defaultdict
from pathlib import Path

from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.tidy import by_unit, labels, metadata, verdicts

SETTINGS = frozenset({"source", "metric"})
OPPOSITE = {"A>B": "B>A", "B>A": "A>B"}


def figures(data: Path) -> list[Figure]:
    """Return the two-order accuracy of every judge on the pairs of GPT-4o answers."""
    folder = data / "judgebench"
    gold = by_unit(labels(folder))
    by_gpt_4o = {
        item for item, meta in metadata(folder).items() if str(meta["response_model"]).startswith("gpt-4o")
    }
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in verdicts(folder):
        if row["item_id"] in by_gpt_4o:
            right = gold[row["item_id"], row["criterion"]]
            points = (row["label"] == right) - (row["label"] == OPPOSITE[right])
            sums[row["judge"]][row["item_id"]] += points
    ours: dict[str, Ours] = {
        f"accuracy_pct / {judge}": 100 * sum(total > 0 for total in totals.values()) / len(by_gpt_4o)
        for judge, totals in sums.items()
    }
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    return compared("judgebench", printed, ours)
