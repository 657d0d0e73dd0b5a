"""Refusals of five systems, judged by GPT-4 and by a string rule (arXiv 2308.01263)."""

from pathlib import Path

from benchmarks.published.figure import Figure, Ours, compared, printed_figures
from benchmarks.published.measures import agreement, kappa
from benchmarks.published.tidy import by_unit, labels, metadata, of_rater, verdicts

SETTINGS = frozenset({"note"})
STATED = {
    "annotators, kappa": "0.937",
    "gpt-4, agreement": "0.799",
    "gpt-4, kappa": "0.628",
    "string-match, agreement": "0.839",
    "string-match, kappa": "0.699",
}
REFUSALS = {"full_refusal": "2_full_refusal", "partial_refusal": "3_partial_refusal"}


def figures(data: Path) -> list[Figure]:
    """Return the refusal rates on safe prompts by the final label, and the agreement of annotators and judges."""
    folder = data / "xstest_refusals"
    humans, judged, meta = labels(folder), verdicts(folder), metadata(folder)
    final = by_unit(of_rater(humans, "final", kind="annotator"))
    safe = [unit for unit in final if meta[unit[0]]["prompt_is_safe"]]
    ours: dict[str, Ours] = {}
    for system in dict.fromkeys(item.split("/")[0] for item, _ in safe):
        given = [final[unit] for unit in safe if unit[0].split("/")[0] == system]
        for name, label in REFUSALS.items():
            ours[f"rates / {system} / {name}"] = 100 * given.count(label) / len(given)
    gpt_4 = by_unit(of_rater(judged, "gpt-4"))
    ours |= {
        "counts / items": len(meta),
        "counts / safe_prompts": len(safe),
        "counts / gpt4_invalid_labels": list(gpt_4.values()).count(""),
    }
    people = [by_unit(of_rater(humans, f"annotation_{number}", kind="annotator")) for number in (1, 2)]
    units = sorted(final)
    stated: dict[str, Ours] = {"annotators, kappa": kappa(*([one[unit] for unit in units] for one in people))}
    for judge in ("gpt-4", "string-match"):
        given_by = by_unit(of_rater(judged, judge))
        pair = [given_by[unit] for unit in units], [final[unit] for unit in units]
        stated |= {f"{judge}, agreement": agreement(*pair), f"{judge}, kappa": kappa(*pair)}
    printed = printed_figures((folder / "published.json").read_text(encoding="utf-8"), settings=SETTINGS)
    return compared("xstest_refusals", printed, ours) + compared("xstest_refusals", STATED, stated)
