"""The settings of an Argilla data set for review: what is shown, and what is asked."""

from collections.abc import Sequence
from typing import Any, Final

from evenhand.review.exchange.answers import NONE_OTHER, answers, is_numeric
from evenhand.review.exchange.panes import panes
from evenhand.review.exchange.records import ExchangeTask
from evenhand.review.exchange.task_line import principle_texts, reference_text

LABEL, SURE, DEFENSIBLE, COMMENT = "label", "sure", "defensible", "comment"
UNSURE: Final = "unsure"
EVIDENCE: Final = "evidence_"
"""Before the name of the text that evidence is marked in."""
_VISIBLE_OPTIONS: Final = 20


def fields_of(task: ExchangeTask) -> dict[str, str]:
    """Return what a record shows."""
    return {"rule": _rule(task), **{pane.name: pane.text for pane in panes(task)}}


def _rule(task: ExchangeTask) -> str:
    texts = principle_texts(task)
    titles = {
        "title": "",
        "rule": "",
        "exceptions": "Exceptions: ",
        "applies": "Applies: ",
        "rationale": "Why: ",
    }
    lines = [f"{title}{texts[name]}" for name, title in titles.items() if texts[name]]
    lines += [f"{answer}: {words}" for answer, words in answers(task).items() if words]
    reference = reference_text(task.case.reference)
    if reference:
        lines.append("Reference: " + (reference if isinstance(reference, str) else "\n".join(reference)))
    return "\n\n".join(lines)


def settings(tasks: Sequence[ExchangeTask], *, required: int = 1) -> dict[str, Any]:
    """Return the settings as `Settings.from_json` reads them.

    The question offers the answers of all tasks; an answer that is not on the scale of its principle is refused when
    labels come back. Numeric scales are asked as free text, because a rating in Argilla is a whole number up to 10.

    Args:
        tasks: What is to be labelled.
        required: Distinct people wanted for each record.
    """
    offered = {answer: None for task in tasks for answer in answers(task)}
    names = list(dict.fromkeys(pane.name for task in tasks for pane in panes(task)))
    everywhere = [name for name in names if all(name in fields_of(task) for task in tasks)]
    return {
        "guidelines": "Judge each text by the rule beside it.",
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": required},
        "fields": [_field("rule", needed=True), *(_field(name, needed=name in everywhere) for name in names)],
        "questions": [
            _answer_question(offered, numeric=any(is_numeric(task) for task in tasks)),
            _labels(SURE, ["sure", UNSURE], needed=False),
            _question(
                DEFENSIBLE,
                "Which other answers could be defended?",
                {"type": "multi_label_selection", **_options([*offered, NONE_OTHER])},
                needed=False,
            ),
            _question(COMMENT, "Comment", {"type": "text", "use_markdown": False}, needed=False),
            *(_spans(name) for name in names),
        ],
        "metadata": [],
        "vectors": [],
    }


def _field(name: str, *, needed: bool) -> dict[str, Any]:
    return {
        "name": name,
        "title": name.capitalize(),
        "required": needed,
        "settings": {"type": "text", "use_markdown": False},
    }


def _answer_question(offered: Sequence[str] | dict[str, None], *, numeric: bool) -> dict[str, Any]:
    if numeric:
        return _question(LABEL, "Your answer", {"type": "text", "use_markdown": False}, needed=True)
    return _labels(LABEL, list(offered), needed=True)


def _labels(name: str, values: Sequence[str], *, needed: bool) -> dict[str, Any]:
    return _question(name, name.capitalize(), {"type": "label_selection", **_options(values)}, needed=needed)


def _options(values: Sequence[str]) -> dict[str, Any]:
    return {
        "options": [{"value": value, "text": value, "description": None} for value in values],
        "visible_options": min(len(values), _VISIBLE_OPTIONS) if len(values) >= 3 else None,
    }


def _spans(pane: str) -> dict[str, Any]:
    options = [{"value": "evidence", "text": "evidence", "description": None}]
    asked = {"type": "span", "allow_overlapping": True, "field": pane, "options": options}
    return _question(EVIDENCE + pane, f"Evidence in {pane}", {**asked, "visible_options": None}, needed=False)


def _question(name: str, title: str, asked: dict[str, Any], *, needed: bool) -> dict[str, Any]:
    return {"name": name, "title": title, "description": None, "required": needed, "settings": asked}
