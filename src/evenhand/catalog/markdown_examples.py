"""Examples of a principle in Markdown: attributes, the reason, and turns that end with the reply."""

from evenhand.catalog.markdown_attributes import Attribute
from evenhand.catalog.markdown_draft import Draft
from evenhand.catalog.markdown_layout import Block
from evenhand.catalog.markdown_turns import Line, TurnText, opens_turn, read_turns
from evenhand.catalog.source import Json, Span


def read_example(block: Block, principle: Draft) -> None:
    """Read a `!!! violates`, `!!! complies` or `!!! borderline` block.

    The last turn is the response and must be the assistant's. What stands before is the prompt: plain text if it is
    a single turn of the user, else a conversation. `prompt=turns` keeps even a single turn a conversation, and
    `response=N` makes the last N turns a response that is a conversation itself.
    """
    example = principle.append("examples", block.span)
    example.record["kind"] = block.kind
    example.source.values[(*example.place, "kind")] = block.span
    plain = [attribute for attribute in block.attributes if attribute.key not in {"prompt", "response"}]
    example.take(plain)
    turns, findings = read_turns(_why(block.content, example), example.source)
    example.findings.extend(findings)
    if findings:
        example.record.setdefault("response", "")  # what is missing was said already
    else:
        shapes = {attribute.key: attribute for attribute in block.attributes if attribute not in plain}
        before = _response(turns, shapes.get("response"), block, example)
        _prompt(before, shapes.get("prompt"), example)


def _why(content: list[Line], example: Draft) -> list[Line]:
    """Read the reason above the turns; return the lines of the turns."""
    start = next((index for index, (_, text) in enumerate(content) if opens_turn(text)), len(content))
    above = [(number, text) for number, text in content[:start] if text.strip()]
    if not above or not above[0][1].startswith("why:"):
        return content
    number, first = above[0]
    reason = "\n".join([first.removeprefix("why:"), *(text for _, text in above[1:])]).strip()
    key = Span(line=number, column=5, width=3)
    example.set("why", reason, Span(line=number, column=10, width=max(1, len(first) - 5)), key)
    return content[start:]


def _response(turns: list[TurnText], shape: Attribute | None, block: Block, example: Draft) -> list[TurnText]:
    """Set the response; return the turns before it."""
    if shape is not None:
        count = int(shape.value) if shape.value.isdecimal() and len(shape.value) < 9 else len(turns) + 1
        if count <= len(turns):
            _set_conversation(example, "response", turns[len(turns) - count :], shape.value_span)
            return turns[: len(turns) - count]
        message = f"response={shape.value[:60]} is not a number of turns below"
        example.report("M010", message, shape.value_span)
        example.record.setdefault("response", "")  # what is missing was said already
    elif turns and turns[-1].role == "assistant":
        example.set("response", turns[-1].content, turns[-1].span)
        return turns[:-1]
    else:
        hint = "end with <assistant>...</assistant>"
        example.report("M010", "the last turn of an example is the reply", block.span, hint)
        example.record.setdefault("response", "")
    return []


def _prompt(turns: list[TurnText], shape: Attribute | None, example: Draft) -> None:
    if shape is not None:
        if shape.value != "turns":
            example.report("M010", f"prompt is {shape.value[:60]!r}", shape.value_span, "write prompt=turns")
        _set_conversation(example, "prompt", turns, shape.value_span)
    elif len(turns) > 1 or (turns and turns[0].role != "user"):
        _set_conversation(example, "prompt", turns, turns[0].span)
    elif turns:
        example.set("prompt", turns[0].content, turns[0].span)


def _set_conversation(example: Draft, key: str, turns: list[TurnText], span: Span) -> None:
    conversation: Json = [{"role": turn.role, "content": turn.content} for turn in turns]
    example.set(key, conversation, span)
    for index, turn in enumerate(turns):
        example.source.values[(*example.place, key, index)] = turn.span
