"""A verdict in words, for the output of a failed test: short, and safe to show whatever a candidate says."""

import shlex
from collections.abc import Iterator, Sequence

from evenhand.records.panel import Panel
from evenhand.records.rated import RatedItem
from evenhand.records.scale import Reading
from evenhand.reporting.display import lines_of, one_line
from evenhand.reporting.explain import Explanation
from evenhand.reporting.item_view import Excerpt, JudgeView

_MOST_CHARACTERS = 400
_MOST_LINES = 8
_MOST_JUDGES = 12
_MOST_STEPS = 12

_MEANINGS = {Reading.PASS: "passes", Reading.FAIL: "fails", Reading.NEUTRAL: "outside the rate"}


def undecided_word(item: RatedItem, meaning: Reading | None) -> str:
    """Return why a panel left an item to people; empty where it settled it."""
    if meaning is Reading.ABSTAIN:
        return "abstention"
    verdict = item.verdict
    return verdict.undecided.value if verdict and verdict.undecided else ""


def said_of(item: RatedItem, panel: Panel, meaning: Reading | None) -> str:
    """Return the verdict in a few words."""
    label = item.verdict.label if item.verdict else None
    if meaning is None or meaning is Reading.ABSTAIN:
        said = f"undecided ({undecided_word(item, meaning)})"
    else:
        said = f"{one_line(label or '')} ({_MEANINGS[meaning]})"
    return f"{said}, by panel {one_line(panel.id)}, rule {panel.rule}"


def command_of(item: RatedItem, run: str) -> str:
    """Return the command that explains an item of a run."""
    return f"evenhand explain {shlex.quote(one_line(f'{item.name}@{run}'))}"


def explanation_lines(explanation: Explanation, command: str) -> Sequence[str]:
    """Return what stands behind a verdict: principle, texts, who said what, and how it was settled."""
    return list(_lines(explanation, command))


def _lines(explanation: Explanation, command: str) -> Iterator[str]:
    principle, item = explanation.principle, explanation.item
    title = f": {one_line(principle.title)}" if principle.title else ""
    yield f"principle {one_line(principle.principle)}{title}"
    yield from _quoted(principle.text)
    if item.text is not None:
        yield from _text("asked", item.text.prompt)
        for candidate in item.text.candidates:
            many = f" {one_line(candidate.candidate)}" if len(item.text.candidates) > 1 else ""
            yield from _text(f"judged{many}", candidate.text)
    yield f"panel {one_line(explanation.panel)}, rule {explanation.rule}, quorum {explanation.quorum}"
    for judge in item.judges[:_MOST_JUDGES]:
        yield from _judge_lines(judge)
    yield from _left_out(len(item.judges) - _MOST_JUDGES, "judges")
    yield "settled"
    for step in explanation.steps[:_MOST_STEPS]:
        yield f"  {one_line(step)}"
    yield from _left_out(len(explanation.steps) - _MOST_STEPS, "steps")
    yield f"more: {command}"


def _judge_lines(judge: JudgeView) -> Iterator[str]:
    said = judge.label or (f"not asked, {judge.spared}" if judge.spared else "no answer")
    yield f"  {one_line(judge.judge)}: {one_line(said)}"
    for answer in judge.answers[:2]:
        failed = f"failed, {answer.failure.value}: " if answer.failure else ""
        if failed or answer.detail.text:
            yield from _quoted(f"{failed}{answer.detail.text[: _MOST_CHARACTERS + 1]}", indent="    ")


def _text(name: str, text: Excerpt | None) -> Iterator[str]:
    if text is not None:
        yield name
        yield from _quoted(text.text)


def _quoted(text: str, *, indent: str = "  ") -> Iterator[str]:
    """Yield the beginning of text from outside, each line behind a bar, so that none can pass for ours."""
    lines = lines_of(text[:_MOST_CHARACTERS])
    yield from (f"{indent}| {line}" for line in lines[:_MOST_LINES])
    if len(text) > _MOST_CHARACTERS or len(lines) > _MOST_LINES:
        yield f"{indent}| ..."


def _left_out(count: int, what: str) -> Iterator[str]:
    if count > 0:
        yield f"  and {count} {what} more"
