"""What a revision report rests on, and how it knows what it says."""

from collections.abc import Iterator
from typing import Final

from evenhand.feedback.revision_report import RevisionReport, RevisionStamp, Spent
from evenhand.reporting.display import count, usd
from evenhand.reporting.document import Block, Bullets, Cell, Table, code, foreign, words
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell


def stamp_blocks(report: RevisionReport) -> Iterator[Block]:
    """Return what the numbers rest on: who wrote and who judged, apart; texts, seeds, versions, cost."""
    stamp = report.stamp
    yield Table(caption=words("What it rests on"), columns=columns("What", "Which"), rows=tuple(_rows(stamp)))
    yield Table(
        caption=words("The generator, which writes and never judges"),
        columns=columns("Generator", "Version", "Asked for", "Answered by"),
        rows=(
            (
                foreign_cell(stamp.generator.id),
                foreign_cell(stamp.generator.version),
                foreign_cell(stamp.generator.model),
                foreign_or(stamp.generator.served_model, "not stated"),
            ),
        ),
    )
    yield Table(
        caption=words("The judges, who judge before and after and do not know which is which"),
        columns=columns("Judge", "Version", "Asked for"),
        rows=tuple(
            (foreign_cell(judge.id), foreign_cell(judge.version), foreign_or(judge.model, "no model"))
            for judge in stamp.judges
        ),
    )
    yield Table(
        caption=words("Prompts of the generator"),
        columns=columns("Prompt", "Hash"),
        rows=tuple(
            (text_cell(kind), text_cell(code(digest))) for kind, digest in stamp.generator.prompts.items()
        ),
    )
    yield Table(
        caption=words("Cost"),
        columns=(
            *columns("Half"),
            *columns(
                "Calls",
                "Taken over",
                "Possible duplicates",
                "Tokens read",
                "written",
                "Cost",
                "At risk",
                numbers=7,
            ),
        ),
        rows=(_cost_row("writing", report.generating), _cost_row("judging", report.judging)),
    )


def _rows(stamp: RevisionStamp) -> Iterator[tuple[Cell, ...]]:
    yield text_cell("Feedback file"), foreign_cell(stamp.feedback)
    yield text_cell("Revision run"), foreign_cell(stamp.run)
    yield text_cell("Judged in run"), text_cell(foreign(stamp.judged_by), " of ", foreign(stamp.judged_suite))
    yield text_cell("Suite"), foreign_cell(stamp.suite)
    yield text_cell("Constitution"), foreign_cell(f"{stamp.constitution}@{stamp.constitution_version}")
    yield text_cell("Hash of the constitution"), text_cell(code(stamp.constitution_hash))
    yield text_cell("Panel"), foreign_cell(stamp.panel)
    yield text_cell("Rounds"), text_cell(count(stamp.rounds), "" if stamp.critique else ", without critiques")
    yield text_cell("Principles"), text_cell(_draw_words(stamp))
    if stamp.violated_in:
        yield text_cell("Found violated in run"), foreign_cell(stamp.violated_in)
    yield text_cell("Seed"), text_cell(str(stamp.seed))
    yield text_cell("Command"), foreign_cell(stamp.command)


def _draw_words(stamp: RevisionStamp) -> str:
    if stamp.choose == "all":
        return "all that apply, in every round"
    return f"{count(stamp.count)} a round, {stamp.choose}"


def _cost_row(half: str, spent: Spent) -> tuple[Cell, ...]:
    return (
        text_cell(half),
        count_cell(spent.calls),
        count_cell(spent.reused),
        count_cell(spent.possible_duplicates),
        count_cell(spent.input_tokens),
        count_cell(spent.output_tokens),
        text_cell(usd(spent.nanousd)),
        text_cell(usd(spent.at_risk_nanousd)),
    )


_BLIND: Final = (
    "Every reply and what was there after each round were judged as an ordinary run on a suite of their own, in an "
    "order drawn by the seed and the texts, under names that say nothing. Verdicts on first replies that the ledger "
    "held were taken from it."
)
_PAIRED: Final = (
    "Changes are paired: the same reply, under the same principle, before and after. Replies that share a source are "
    "drawn together (bootstrap of whole sources, sign-flip test); else Tango's interval and McNemar's mid-p test."
)


def method_blocks(report: RevisionReport) -> Iterator[Block]:
    """Return how it is known."""
    trust = words(
        "The panel says what improved, and it is the panel that revisions may learn to please. How far it can be "
        "trusted is what its calibration says: draw items of the judging run for people with ",
        code(f"evenhand review sample {report.stamp.judged_by}"),
        ", and calibrate it with their labels.",
    )
    seed = words(f"Seed of the intervals: {report.effects.seed}.")
    yield Bullets(points=(words(_BLIND), words(_PAIRED), trust, seed))
