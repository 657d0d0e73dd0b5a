"""`evenhand feedback export`: training data that others read."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from evenhand.cli.output import Column, Mark, Screen, Style, plural
from evenhand.cli.session import session_of
from evenhand.errors import MeasureError, NothingSelectedError, UnknownNameError
from evenhand.feedback.card import ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.shapes import Format
from evenhand.workflows.feedback.export import ALPHA, SHARD_MB, ExportWishes, export_feedback
from evenhand.workflows.feedback.queue_untrusted import queue_for_people
from evenhand.workflows.review.sample_wishes import SampledRun

_FORMATS = ", ".join(Format)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackExportDocument:
    """What was exported, what was left out, and who vouches for it."""

    folder: str
    """Where the files are; empty where nothing was written."""
    facts: ExportFacts
    queued: SampledRun | None
    """What was drawn for people; null where nothing was asked for."""


def feedback_export(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it, or latest.")
    ],
    *,
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help=f"One of {_FORMATS}.", show_default=False)
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder to write; a new one.", show_default=False)
    ],
    untrusted: Annotated[
        bool,
        typer.Option(
            "--untrusted",
            help="Export too what neither people nor a calibrated panel settled, marked as not trusted.",
        ),
    ] = False,
    calibration: Annotated[
        str | None,
        typer.Option(
            "--calibration",
            metavar="RUN",
            help="The run whose calibration says what the panel may decide alone; by default it is looked for.",
        ),
    ] = None,
    humans: Annotated[
        list[Path] | None,
        typer.Option(
            "--humans",
            metavar="FILE",
            help="Human labels beside those of the suite (JSONL); may be repeated.",
        ),
    ] = None,
    alpha: Annotated[
        float,
        typer.Option("--alpha", metavar="A", help="Share of decisions made alone that may be wrong."),
    ] = ALPHA,
    queue: Annotated[
        float | None,
        typer.Option(
            "--queue",
            metavar="N",
            help="Also draw N items of the run for a review by people, where it holds labels that nobody vouches for.",
        ),
    ] = None,
    splits: Annotated[
        str, typer.Option("--splits", metavar="LIST", help="Splits with their shares of the sources.")
    ] = "train=1",
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Seed of the splits.")] = 0,
    include_gate: Annotated[
        bool,
        typer.Option(
            "--include-gate",
            help="Let in sources with labels of the gate split: they can not certify what is trained on them.",
        ),
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="Write texts as they are instead of as lists of messages.")
    ] = False,
    license_: Annotated[
        str, typer.Option("--license", metavar="NAME", help="Licence of the sources, such as cc-by-4.0.")
    ] = "",
    shard_mb: Annotated[
        float, typer.Option("--shard-mb", metavar="MB", help="Most megabytes of rows in one file.")
    ] = SHARD_MB,
    gzip: Annotated[bool, typer.Option("--gzip", help="Pack files of JSON lines.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an earlier export; nothing else is ever replaced.")
    ] = False,
) -> int:
    """Write the labels of a run as training data, with a dataset card, a manifest and a schema.

    Only labels that people settled, or that a calibrated panel may decide alone, are exported; what is left out is
    counted by its reason. Sources whose human labels are kept to certify with never become training data. The same
    ledger gives the same bytes.

    Exits with 3 where nothing is trusted and with 5 where nothing is left for other reasons; no file is written then.
    """
    session = session_of(context)
    wishes = ExportWishes(
        format=_read_format(format_),
        plain=plain,
        untrusted=untrusted,
        include_gate=include_gate,
        splits=splits,
        seed=seed,
        calibration=calibration,
        humans=tuple(humans or ()),
        alpha=alpha,
        license=license_,
        shard_mb=shard_mb,
        packed=gzip,
        force=force,
    )
    facts = export_feedback(session.workspace, run, out, wishes, command=session.command_line)
    queued = None if queue is None else queue_for_people(session.workspace, facts, queue)
    folder = str(out) if facts.total else ""
    session.screen.document(
        "feedback-export/v1", FeedbackExportDocument(folder=folder, facts=facts, queued=queued)
    )
    _tell(session.screen, facts, folder)
    if queue is not None:
        _tell_queued(session.screen, queued)
    return _outcome(facts)


def _read_format(name: str) -> Format:
    """Return the format of a name.

    Raises:
        UnknownNameError: There is none.
    """
    if name not in set(Format):
        raise UnknownNameError("format", name, list(Format))
    return Format(name)


# -- Outcome ---------------------------------------------------------------------------------------


def _outcome(facts: ExportFacts) -> int:
    if facts.total:
        return 0
    return MeasureError.exit_code if LeftOut.NOT_TRUSTED in facts.left_out else NothingSelectedError.exit_code


def _tell(screen: Screen, facts: ExportFacts, folder: str) -> None:
    if folder:
        trusted = f", {facts.trusted:,} of them trusted" if facts.trusted < facts.total else ", all trusted"
        screen.result(
            Mark(plural(facts.total, "row"), Style.STRONG),
            f" of run {facts.provenance.run}{trusted}: {folder}",
        )
        screen.table(
            [Column(title="split"), Column(title="rows", right=True)],
            [(split, f"{rows:,}") for split, rows in facts.rows.items()],
        )
    else:
        screen.problem("nothing was written: of ", plural(facts.records, "record"), " none became a row")
    for reason, count in facts.left_out.items():
        screen.say(f"left out: {count:,} ({reason}: {reason.words})")
    screen.say(f"the panel {facts.standing.words}")
    if not facts.standing.certified:
        hint = facts.standing.hint.replace(" RUN", f" {facts.provenance.run}")
        screen.say(f"to have labels trusted: {hint}")
    if facts.include_gate:
        screen.problem(
            "sources with labels of the gate split are among the training data: these labels can not certify what is "
            "trained on it"
        )
    if folder:
        screen.say("next:  read the dataset card: ", Mark(f"{folder}/README.md", Style.NAME))


def _tell_queued(screen: Screen, queued: SampledRun | None) -> None:
    if queued is None:
        screen.say(
            "nothing is drawn for people: somebody vouches for every label that is not kept to certify with"
        )
        return
    screen.say(
        f"drawn for people: {queued.added:,} more items of run {queued.draw.run}, design {queued.draw.design}; "
        "label them with: evenhand review serve"
    )


__all__ = ["FeedbackExportDocument", "feedback_export"]
