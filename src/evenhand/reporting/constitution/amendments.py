"""Proposed amendments as Markdown, for an issue or a pull request. Texts from outside stand in blocks of code."""

from collections.abc import Iterator
from typing import Final

from evenhand.records.amendments import Amendments, EvidenceItem, Proposal
from evenhand.reporting.markdown_words import code_span, fenced, own

_TITLES: Final = {
    "coverage_gap": "No principle covers it",
    "missed_by_judges": "Judges miss what people find",
    "guideline_gap": "The text does not say",
    "inferred": "Inferred from what people decided",
}
_LONGEST: Final = 1_000


def render_amendments(amendments: Amendments) -> str:
    """Return the Markdown of all proposals."""
    return "\n".join(_lines(amendments)) + "\n"


def _lines(amendments: Amendments) -> Iterator[str]:
    name = code_span(f"{amendments.constitution} {amendments.version}", in_table=False)
    yield f"# Proposed amendments of {name}"
    yield ""
    yield "Proposals for people. Nothing applies them: whoever decides writes the change into the constitution."
    for each in amendments.proposals:
        yield ""
        yield from _proposal(each)


def _proposal(each: Proposal) -> Iterator[str]:
    yield f"## {_TITLES[each.kind]}: {code_span(each.draft.id, in_table=False)}"
    yield ""
    yield own(each.why)
    yield ""
    yield f"- Proposal {code_span(each.id, in_table=False)}, {each.decision}"
    yield f"- Behind it: {each.replies:,} replies, {each.people:,} people"
    if each.gain:
        gain = each.gain
        yield (
            f"- Measured on labels of the {gain.split} split that it was not made from: {own(gain.what)} "
            f"{gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f}), n {gain.n:,}"
        )
    for line in each.to_write:
        yield f"- [ ] {own(line)}"
    if each.draft.text:
        yield ""
        yield "The principle as it stands:" if each.kind != "inferred" else "The text that is proposed:"
        yield ""
        yield fenced(each.draft.text, most=_LONGEST)
    for item in each.items:
        yield ""
        yield from _item(item)


def _item(item: EvidenceItem) -> Iterator[str]:
    candidate = f", candidate {code_span(item.candidate, in_table=False)}" if item.candidate else ""
    yield f"### Case {code_span(item.case, in_table=False)}{candidate}"
    for title, text in (("Asked", item.prompt), ("Reply", item.response)):
        if text:
            yield ""
            yield f"{title}:"
            yield ""
            yield fenced(text, most=_LONGEST)
    if item.not_quoted:
        yield ""
        yield f"Not quoted: {own(item.not_quoted)}."
    if item.decided:
        yield ""
        yield f"Decided: {code_span(item.decided, in_table=False)}"
    if item.note:
        yield ""
        yield fenced(item.note, most=_LONGEST)
    for said in item.said:
        yield ""
        yield f"{code_span(said.by, in_table=False)} says {code_span(said.label, in_table=False)}"
        if said.note:
            yield ""
            yield fenced(said.note, most=_LONGEST)
