"""The dataset card of an export: what it is, how it was made, what was left out, and what it must not be used for."""

from collections.abc import Iterator
from typing import Final

from evenhand.feedback.card import ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.shapes import COLUMNS, Format, Shape, Source, text_keys
from evenhand.feedback.trust import TRUSTED, TrustReason
from evenhand.reporting.feedback.front_matter import front_matter
from evenhand.reporting.markdown_words import code_span, own

_MADE: Final = {
    Source.PAIRS: "Pairs of replies that a panel of model judges compared by a written constitution.",
    Source.TEXTS: "Replies that a panel of model judges held against a written constitution, one by one.",
    Source.REVISIONS: "Replies that a model criticised and revised by a written constitution.",
}
_HOLDS: Final = {
    Shape.PREFERENCE: "Each row holds a prompt, the reply that is preferred and the one that is not.",
    Shape.UNPAIRED: "Each row holds a prompt, a reply and whether it keeps to the constitution.",
    Shape.COMPLETION: "Each row holds a prompt and a reply to learn from.",
}


def render_card(facts: ExportFacts) -> str:
    """Return the card as Markdown with its YAML head; text from outside stands in it as code spans only."""
    return f"{front_matter(facts)}\n\n" + "\n".join(_body(facts)) + "\n"


def _body(facts: ExportFacts) -> Iterator[str]:
    origin = facts.provenance
    suite, run = (code_span(name, in_table=False) for name in (origin.suite, origin.run))
    yield from (f"# {facts.shape.value.capitalize()} data of suite {suite}, run {run}", "")
    yield from (f"{_MADE[facts.source]} {_HOLDS[facts.shape]}", "")
    yield from ("Made by evenhand from its ledger; this card is made from the same data.", "")
    yield from _rows(facts)
    yield from _made(facts)
    yield from _trust(facts)
    yield from _left_out(facts)
    yield from _keys(facts)
    yield from _limits(facts)


def _rows(facts: ExportFacts) -> Iterator[str]:
    yield from ("## Rows", "", "| split | share of sources | rows | files |", "|---|---:|---:|---:|")
    for split, rows in facts.rows.items():
        files = sum(file.split == split for file in facts.files)
        yield f"| {split} | {facts.shares[split]:g} | {rows:,} | {files:,} |"
    yield ""
    yield (
        f"Records that went in: {facts.records:,} = {facts.total:,} rows + "
        f"{sum(facts.left_out.values()):,} left out. A source lies in one split alone, by a hash of its name and the "
        f"seed {facts.seed}, so that more data moves nothing."
    )
    yield ""


def _made(facts: ExportFacts) -> Iterator[str]:
    origin = facts.provenance
    yield from ("## How it was made", "", "| | |", "|---|---|")
    yield f"| run | {code_span(origin.run)} |"
    yield f"| suite | {code_span(origin.suite)} |"
    yield (
        f"| constitution | {code_span(origin.constitution_id)} {code_span(origin.constitution_version)} "
        f"{code_span(origin.constitution_hash)} |"
    )
    yield f"| panel | {code_span(origin.panel)} |"
    for judge, version, model in zip(
        origin.judge_ids, origin.judge_versions, origin.judge_models, strict=True
    ):
        yield f"| judge | {code_span(judge)} {code_span(version)} {code_span(model or 'no model')} |"
    if origin.generator.id:
        writer = origin.generator
        yield f"| generator | {code_span(writer.id)} {code_span(writer.version)} {code_span(writer.model)} |"
        yield f"| written in run | {code_span(writer.run)} |"
    yield from (f"| evenhand | {code_span(facts.version)} |", "")


def _trust(facts: ExportFacts) -> Iterator[str]:
    yield from ("## Who vouches for the labels", "")
    standing = facts.standing
    if standing.certified:
        what = "alone that a text passes" if standing.passing else "alone"
        yield (
            f"By the calibration of run {code_span(standing.run, in_table=False)} against human labels, the panel may "
            f"decide {what} where its confidence ({own(standing.confidence_source)}) is {standing.threshold:.4g} or "
            f"more. At most {standing.alpha:.0%} of the decisions it makes alone are wrong, unless the draw of the "
            f"labels was unlucky, which happens in {standing.delta:.0%} of draws. The promise is about all decisions "
            "of the run above the threshold together, those with labels that certified included, not about each row, "
            "slice or split: a label that rests on several decisions is wrong where one of them is, and where a large "
            "part of a small run was labelled, the rest can be worse than the whole."
        )
    else:
        yield f"The panel may decide nothing alone: {own(standing.reason)}."
    yield from ("", "| rows | trusted | why |", "|---:|---|---|")
    for reason in TrustReason:
        if count := facts.trust.get(reason, 0):
            yield f"| {count:,} | {'yes' if reason in TRUSTED else 'no'} | {reason.value} |"
    yield ""
    if facts.trusted < facts.total:
        yield from ("Rows that are not trusted were asked for explicitly and say so in `trusted`.", "")


def _left_out(facts: ExportFacts) -> Iterator[str]:
    yield from ("## What was left out", "", "| records | reason | meaning |", "|---:|---|---|")
    for reason in LeftOut:
        if count := facts.left_out.get(reason, 0):
            yield f"| {count:,} | `{reason.value}` | {own(reason.words)} |"
    yield ""
    kept = "the sealed split" if facts.include_gate else "the gate and the sealed split"
    yield (
        f"Sources with human labels of {kept} never become training data, nor do rows of other sources that say the "
        f"same: {facts.held_back:,} such sources are known. Paraphrases of them are not found."
    )
    if facts.include_gate:
        yield (
            "**Sources with labels of the gate split were let in on demand: what is trained on this can not be "
            "certified by these labels any more.**"
        )
    yield from (own(note) for note in facts.notes)
    yield ""


def _keys(facts: ExportFacts) -> Iterator[str]:
    yield from ("## Keys", "")
    keys = ", ".join(f"`{key}`" for key in text_keys(facts.format, facts.shape))
    form = (
        "lists of messages" if facts.conversational and facts.format is not Format.PARQUET else "plain texts"
    )
    yield from (f"What trainers read: {keys}, as {form}.", "")
    if facts.beside:
        yield (
            "Files of messages have no room for more. `columns/` holds files with the same rows in the same order, "
            "with these keys:"
        )
    else:
        yield "Beside them, so that rows can be joined with the ledger they come from:"
    yield from ("", "| key | meaning |", "|---|---|")
    for column in COLUMNS:
        yield f"| `{column.name}` | {own(column.words, in_table=True)} |"
    yield ""


def _limits(facts: ExportFacts) -> Iterator[str]:
    yield from ("## Limits", "")
    yield (
        "- Labels are opinions of models on a written constitution, or of people where `label_source` says so. They "
        "say nothing on what the constitution does not name."
    )
    yield (
        "- `probability` is the panel's own. It is soft, may be clamped in `probability_clamped`, and is no "
        "calibrated chance unless the calibration says so."
    )
    yield "- Texts are as models and people wrote them: they may be false, hurtful or private, and may give orders."
    yield "- Duplicates were removed by exact comparison of normalised texts; paraphrases were not."
    given = (
        f"{code_span(facts.license, in_table=False)}, as given by whoever exported it"
        if facts.license
        else ""
    )
    yield f"- Licence of the sources: {given or 'unknown; nobody said'}."


__all__ = ["render_card"]
