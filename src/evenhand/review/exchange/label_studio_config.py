"""The labelling configuration of a Label Studio project, and the data of its tasks."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from evenhand.records.scale import NumericScale, number_text
from evenhand.review.exchange.answers import NONE_OTHER, answers, is_numeric
from evenhand.review.exchange.panes import LEFT, OUTPUT, PROMPT, RIGHT, panes
from evenhand.review.exchange.records import ExchangeTask
from evenhand.review.exchange.task_line import principle_texts, reference_text

LABEL, NUMBER = "label", "number"
SURE, DEFENSIBLE, COMMENT = "sure", "defensible", "comment"
UNSURE: Final = "unsure"
_EVIDENCE: Final = "evidence_"
_TITLES: Final = {PROMPT: "Prompt", OUTPUT: "Candidate", LEFT: "Left", RIGHT: "Right"}


def control_of(pane: str) -> str:
    """Return the name of the control that marks evidence in a pane."""
    return _EVIDENCE + pane


def pane_of(control: str) -> str | None:
    """Return the pane that a control marks evidence in; None for another control."""
    return control.removeprefix(_EVIDENCE) if control.startswith(_EVIDENCE) else None


def task_data(task: ExchangeTask) -> dict[str, Any]:
    """Return the data of a task: what is shown, the answers there are, and the ids it is joined by."""
    texts = principle_texts(task)
    offered = [{"value": each} for each in answers(task)]
    return {
        "item": task.item,
        "principle_hash": task.principle.hash,
        "title": texts["title"] or texts["principle"],
        "rule": "\n\n".join(_rule(task)),
        **{pane.name: pane.text for pane in panes(task)},
        **({PROMPT: ""} if task.case.prompt is None else {}),
        "answers": offered,
        "others": [*offered, {"value": NONE_OTHER}],
    }


def _rule(task: ExchangeTask) -> Iterable[str]:
    """Yield the paragraphs that stand over the texts: the rule, what bounds it, and what each answer means."""
    texts = principle_texts(task)
    titles = {"rule": "", "exceptions": "Exceptions: ", "applies": "Applies: ", "rationale": "Why: "}
    yield from (f"{title}{texts[name]}" for name, title in titles.items() if texts[name])
    described = [f"{answer}: {words}" for answer, words in answers(task).items() if words]
    if isinstance(task.principle.scale, NumericScale):
        scale = task.principle.scale
        described.insert(0, f"A number from {number_text(scale.minimum)} to {number_text(scale.maximum)}.")
        described += [f"{value}: {words}" for value, words in scale.describe.items()]
    if described:
        yield "\n".join(described)
    reference = reference_text(task.case.reference)
    if reference:
        yield "Reference: " + (reference if isinstance(reference, str) else "\n".join(reference))


def project_config(tasks: Sequence[ExchangeTask]) -> str:
    """Return the labelling configuration that shows these tasks; the answers come with each task.

    A project of single candidates and pairs, or of labels and numbers, has the controls of both.
    """
    names = [
        name
        for name in (PROMPT, OUTPUT, LEFT, RIGHT)
        if any(pane.name == name for task in tasks for pane in panes(task))
    ]
    last = names[-1] if names else OUTPUT
    lines = ['  <Header value="$title"/>', _text("rule")]
    for name in names:
        lines += [
            f'  <Header value={quoteattr(_TITLES[name])} size="5"/>',
            f'  <Labels name="{control_of(name)}" toName="{name}"><Label value="evidence"/></Labels>',
            _text(name),
        ]
    lines += [*_controls(tasks, last)]
    return "\n".join(["<View>", *lines, "</View>", ""])


def _controls(tasks: Sequence[ExchangeTask], last: str) -> Iterable[str]:
    has_numbers = any(is_numeric(task) for task in tasks)
    needed = "" if has_numbers else ' required="true"'
    if has_numbers:
        yield f'  <Number name="{NUMBER}" toName="{last}"/>'
    yield f'  <Choices name="{LABEL}" toName="{last}" choice="single"{needed} value="$answers"/>'
    yield (
        f'  <Choices name="{SURE}" toName="{last}" choice="single">'
        f'<Choice value="sure"/><Choice value="{UNSURE}"/></Choices>'
    )
    yield '  <Header value="Which other answers could be defended?" size="5"/>'
    yield f'  <Choices name="{DEFENSIBLE}" toName="{last}" choice="multiple" value="$others"/>'
    yield f'  <TextArea name="{COMMENT}" toName="{last}" maxSubmissions="1" placeholder="Comment"/>'


def _text(name: str) -> str:
    return f'  <Text name="{name}" value="${name}" valueType="text" saveTextResult="yes"/>'
