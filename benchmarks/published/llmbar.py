"""Pairs of answers to instructions, judged by many prompts in both orders (arXiv 2310.07641)."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import kappa
from benchmarks.published.tidy import by_unit, labels, verdicts

SETTINGS = frozenset({"source"})
ORDERS = ("original", "swapped")


def figures(data: Path) -> list[Figure]:
    """Return accuracy, positional agreement and the kappa of the two orders, of every subset and judge."""
    folder = data / "llmbar"
    gold = by_unit(labels(folder))
    given: dict[str, dict[str, dict[str, str]]] = defaultdict(lambda: {order: {} for order in ORDERS})
    for row in verdicts(folder):
        subset = row["item_id"].split("/")[0]
        given[f"{subset} / {row['judge']}"][row["order"]][row["item_id"]] = row["label"]
    truth = {item: label for (item, _), label in gold.items()}
    ours: dict[str, Ours] = {}
    for name, orders in given.items():
        ours |= {f"results / {name} / {key}": figure for key, figure in of_judge(orders, truth).items()}
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    return compared("llmbar", printed, ours)


def of_judge(orders: Mapping[str, Mapping[str, str]], truth: Mapping[str, str]) -> dict[str, float]:
    """Return the figures of one judge on one subset.

    An empty verdict is never right. Two of them agree, and for kappa it counts as label 2: so the authors count.
    """
    items = sorted(orders["original"])
    n = len(items)
    first, second = ([orders[order][item] for item in items] for order in ORDERS)
    right = {order: sum(orders[order][item] == truth[item] for item in items) for order in ORDERS}
    alike = sum(a == b for a, b in zip(first, second, strict=True))
    found: dict[str, float] = {"n": n, "average_accuracy_pct": 100 * sum(right.values()) / (2 * n)}
    for key, count in (
        ("correct_original", right["original"]),
        ("correct_swapped", right["swapped"]),
        ("positional_agreement", alike),
    ):
        found |= {f"{key} / count": count, f"{key} / of": n, f"{key} / percent": 100 * count / n}
    read = [[label or "2" for label in labelled] for labelled in (first, second)]
    return found | {"kappa_between_orders": kappa(*read)}
