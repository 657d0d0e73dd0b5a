"""What is checked against Label Studio: items go in, are labelled there, and the same labels come back."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.label_studio_api import EMAIL, LabelStudio
from benchmarks.acceptance.label_studio_browser import BROWSER, mark_in_browser
from benchmarks.acceptance.made_review import PERSON, make_review
from benchmarks.acceptance.processes import Served

from evenhand.records.review import EvidenceSpan, RevealedRating, ReviewLabel
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.export_labels import Wanted, export_labels, export_tasks
from evenhand.workflows.review.import_labels import ImportedReview, import_labels
from evenhand.workflows.review.judged import JudgedItem
from evenhand.workflows.review.open_review import open_review
from evenhand.workflows.review.read_exchange import Names

WANTED: Final = Wanted(format=Format.LABEL_STUDIO, users={PERSON: EMAIL})
JUDGED: Final = JudgedItem(
    verdict="violates",
    undecided="",
    ratings=(RevealedRating(judge="a-judge", label="violates", reason="it tells"),),
)
QUOTE: Final = "secret"


def check_label_studio(checks: Checklist, served: Served, folder: Path) -> None:
    """Label a review there, look at labels there, and mark a passage in a browser."""
    studio = LabelStudio(served.url)
    _check_labelling(checks, studio, folder / "single", pair=False)
    _check_labelling(checks, studio, folder / "pair", pair=True)
    _check_labels_shown(checks, studio, folder / "single", folder / "back")
    _check_predictions(checks, studio, folder / "judges")
    if shutil.which(BROWSER):
        _check_browser(checks, studio, folder / "browser")


# -- Items out, labels in --------------------------------------------------------------------------


def _check_labelling(checks: Checklist, studio: LabelStudio, folder: Path, *, pair: bool) -> None:
    what = "pairs" if pair else "single candidates"
    items = make_review(folder, pair=pair)
    export_tasks(folder, folder / "tasks.json", WANTED)
    project, done = _upload(studio, folder, what)
    checks.expect(
        f"{what}: the project takes our configuration and every task",
        holds=done["task_count"] == len(items),
        seen=f"{done['task_count']} tasks",
    )
    tasks = studio.export(project)
    for number, task in enumerate(tasks[:-1]):
        studio.annotate(task["id"], _annotation(number, task, pair=pair))
    studio.annotate(tasks[-1]["id"], {"result": [], "was_cancelled": True})
    imported = _bring_back(studio, project, folder)
    checks.expect(
        f"{what}: every label comes back, and what was skipped does not",
        holds=imported.labels == len(items) - 1 and imported.left_out == {"skipped by the annotator": 1},
        seen=f"{imported.labels} labels, passed over: {dict(imported.left_out)}",
    )
    stored = {label.item: label for label in _labels(folder)}
    wrong = [
        task["data"]["item"]
        for number, task in enumerate(tasks[:-1])
        if not _is_as_given(stored.get(task["data"]["item"]), number, task, pair=pair)
    ]
    checks.expect(
        f"{what}: answer, certainty, other answers, comment and evidence are those that were given",
        holds=not wrong,
        seen=f"{len(stored)} of {len(stored)} equal" if not wrong else f"different: {', '.join(wrong)}",
    )
    again = _bring_back(studio, project, folder)
    checks.expect(
        f"{what}: the same export read again adds nothing",
        holds=(again.labels, again.known) == (0, len(items) - 1),
        seen=f"{again.labels} new, {again.known} there already",
    )


def _upload(studio: LabelStudio, folder: Path, title: str) -> tuple[int, Mapping[str, Any]]:
    config = next(folder.glob("*.config.xml")).read_text(encoding="utf-8")
    project = studio.project(f"review of {title}", config)
    tasks = json.loads((folder / "tasks.json").read_text(encoding="utf-8"))
    return project, studio.add_tasks(project, tasks)


def _bring_back(studio: LabelStudio, project: int, folder: Path) -> ImportedReview:
    (folder / "export.json").write_text(json.dumps(studio.export(project)), encoding="utf-8")
    return import_labels(folder, folder / "export.json", Format.LABEL_STUDIO, Names(everyone=PERSON))


def _labels(folder: Path) -> list[ReviewLabel]:
    with open_review(folder).read() as reading:
        return [*reading.labels()]


def _annotation(number: int, task: Mapping[str, Any], *, pair: bool) -> dict[str, Any]:
    """Answer as a person's browser would: the answer, and on every other item everything else there is."""
    last = "right" if pair else "output"
    pick = ("left", "right", "tie", "both_bad")[number % 4] if pair else ("violates", "complies")[number % 2]
    result = [_choice("label", last, pick)]
    if number % 2:
        result += [_choice("sure", last, "unsure"), _choice("defensible", last, "cannot_tell")]
        result.append(_result("comment", last, "textarea", {"text": [f"=comment {number} \U0001f600"]}))
    result += [
        _result(f"evidence_{name}", name, "labels", value)
        for name in ("output", "left", "right")
        for value in _passages(task["data"].get(name, ""))
    ]
    return {"result": result, "lead_time": 1.5 + number, "was_cancelled": False}


def _passages(text: str) -> list[dict[str, Any]]:
    """Mark the word, counted as Label Studio's browser counts it: in code points."""
    start = text.find(QUOTE)
    place = {"start": start, "end": start + len(QUOTE), "text": QUOTE, "labels": ["evidence"]}
    return [place] if start >= 0 else []


def _choice(name: str, to_name: str, value: str) -> dict[str, Any]:
    return _result(name, to_name, "choices", {"choices": [value]})


def _result(name: str, to_name: str, kind: str, value: Mapping[str, Any]) -> dict[str, Any]:
    return {"from_name": name, "to_name": to_name, "type": kind, "value": dict(value)}


def _is_as_given(label: ReviewLabel | None, number: int, task: Mapping[str, Any], *, pair: bool) -> bool:
    """Compare a stored label with what was submitted, by what the person saw."""
    if label is None:
        return False
    quoted = [span.quote for span in label.evidence]
    shown = sum(QUOTE in task["data"].get(name, "") for name in ("output", "left", "right"))
    more = (
        not label.sure,
        label.defensible == ("cannot_tell",),
        label.comment == f"=comment {number} \U0001f600",
    )
    plain = (not label.sure, label.defensible is not None, bool(label.comment))
    extras = all(more) if number % 2 else not any(plain)
    return (
        label.blind
        and extras
        and quoted == [QUOTE] * shown
        and label.spent.active_ms == round((1.5 + number) * 1000)
        and _answer(label, task, pair=pair)
        == _annotation(number, task, pair=pair)["result"][0]["value"]["choices"][0]
    )


def _answer(label: ReviewLabel, task: Mapping[str, Any], *, pair: bool) -> str:
    """Say a stored label as the person saw it; which candidate stood left is told by its text."""
    if not pair or label.label not in {"a", "b"}:
        return label.label
    first_is_left = not str(task["data"]["left"]).startswith("the other reply")
    return "left" if (label.label == "a") is first_is_left else "right"


# -- Labels out and back ---------------------------------------------------------------------------


def _check_labels_shown(checks: Checklist, studio: LabelStudio, folder: Path, back: Path) -> None:
    """Labels that are exported to be looked at come back from Label Studio as they were."""
    make_review(back)
    export_labels(folder, back / "tasks.json", WANTED)
    project, done = _upload(studio, back, "labels")
    imported = _bring_back(studio, project, back)
    same = [*map(_kept, _labels(back))] == [*map(_kept, _labels(folder))]
    checks.expect(
        "labels exported to Label Studio and back are equal, but for the time, which it sets anew",
        holds=same and imported.labels == done["annotation_count"] > 0,
        seen=f"{imported.labels} labels, {'equal' if same else 'different'}",
    )


def _kept(label: ReviewLabel) -> ReviewLabel:
    return replace(label, id="", at="", via="", assignment="")


# -- Predictions -----------------------------------------------------------------------------------


def _check_predictions(checks: Checklist, studio: LabelStudio, folder: Path) -> None:
    make_review(folder)
    export_tasks(folder, folder / "tasks.json", WANTED, judged=lambda _item: JUDGED)
    project, done = _upload(studio, folder, "judged items")
    tasks = studio.export(project)
    studio.annotate(tasks[0]["id"], _annotation(0, tasks[0], pair=False))
    _bring_back(studio, project, folder)
    blind = [label.blind for label in _labels(folder)]
    checks.expect(
        "with the judges as predictions: they arrive, and no label that comes back is blind",
        holds=done["prediction_count"] == len(tasks) and blind == [False],
        seen=f"{done['prediction_count']} predictions, blind: {blind}",
    )


# -- A browser -------------------------------------------------------------------------------------


def _check_browser(checks: Checklist, studio: LabelStudio, folder: Path) -> None:
    """A passage after astral characters, and one over a line end, marked in the page itself."""
    make_review(folder)
    export_tasks(folder, folder / "tasks.json", WANTED)
    project, _ = _upload(studio, folder, "a browser")
    tasks = {task["data"]["item"]: task["id"] for task in studio.export(project)}
    mark_in_browser(studio, project, tasks["rv-1"], answer="violates", quote="\U0001d4b3 before the secret")
    mark_in_browser(studio, project, tasks["rv-2"], answer="violates", quote="every\rkind")
    _bring_back(studio, project, folder)
    found: Sequence[tuple[EvidenceSpan, ...]] = [label.evidence for label in _labels(folder)]
    quotes = sorted(span.quote for spans in found for span in spans)
    checks.expect(
        "passages marked in a browser, after astral characters and over a line end, are those of the text",
        holds=quotes == ["every\rkind", "\U0001d4b3 before the secret"],
        seen=", ".join(map(repr, quotes)) or "none",
    )
