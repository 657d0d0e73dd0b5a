"""`evenhand calibrate`: what judges and panel are worth, held against people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, get_args

import typer

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import Advice, RateResult, TrustCell
from evenhand.cli.calibration_lines import show_calibration, show_plan
from evenhand.cli.common_options import ReportFolder
from evenhand.cli.report import read_formats
from evenhand.cli.session import session_of
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.panel_fit import LearnedRule
from evenhand.workflows.calibrate import DEFAULT_CHOICES, Lesson, calibrate_run
from evenhand.workflows.calibration.write_fit import WrittenFit, WrittenMaps
from evenhand.workflows.plan_labels import PlannedLabels, plan_more_labels
from evenhand.workflows.report_run import FORMATS

_LEAST = 1e-6
"""Least share that is taken from the command line: no number of labels tells less from none."""

_HALF_WIDTH = 0.03
"""Wished half width of the intervals, unless told otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateDocument:
    """What judges and panel are worth, in short; the JSON report has all of it."""

    run: str
    files: tuple[str, ...]
    """Files of the report."""
    trust: tuple[TrustCell, ...]
    """May each rater be trusted for each principle."""
    advice: tuple[Advice, ...]
    """What to do next, most important first."""
    rate: RateResult
    """The share of items that pass, from the panel's verdicts and the labels."""
    notes: tuple[str, ...]
    """What readers of the numbers have to know about the data."""
    fit: WrittenFit | None
    """What a panel learned from the labels; null where nothing was to be learned."""
    maps: WrittenMaps | None
    """What the judges' probabilities are worth; null where it was not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelPlanDocument:
    """How many more labels the numbers of a run need."""

    plan: PlannedLabels


def calibrate(
    context: typer.Context,
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The run, as `evenhand runs` shows it.")
    ] = "latest",
    *,
    humans: Annotated[
        list[Path] | None,
        typer.Option(
            "--humans",
            metavar="FILE",
            help="Human labels beside those of the suite (JSONL); may be repeated.",
        ),
    ] = None,
    no_review: Annotated[
        bool, typer.Option("--no-review", help="Leave out the labels people gave in the workspace's review.")
    ] = False,
    open_sealed: Annotated[
        bool,
        typer.Option(
            "--open-sealed", help="Read the labels of the sealed split too; each opening is counted."
        ),
    ] = False,
    epsilon: Annotated[
        float | None,
        typer.Option(
            "--epsilon",
            metavar="E",
            help="Also test whether a judge may replace a person, where a person costs E more agreement.",
        ),
    ] = None,
    floor: Annotated[
        float | None,
        typer.Option(
            "--floor", metavar="X", help="Balanced accuracy a rater needs to be used with spot checks."
        ),
    ] = None,
    alpha: Annotated[
        list[float] | None,
        typer.Option(
            "--alpha", metavar="A", help="Error rate of decisions made alone to certify; may be repeated."
        ),
    ] = None,
    out: ReportFolder = None,
    formats: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="LIST", help="Which of html, md and json to write."),
    ] = None,
    learn: Annotated[
        Path | None,
        typer.Option(
            "--learn",
            metavar="FILE",
            help="Also learn a panel's rule from the labels, for `fit:` of a panel.",
        ),
    ] = None,
    rule: Annotated[
        str, typer.Option("--rule", metavar="RULE", help="With --learn: weighted, dawid_skene or stack.")
    ] = "stack",
    maps: Annotated[
        Path | None,
        typer.Option(
            "--maps",
            metavar="FILE",
            help="Also write what the judges' probabilities are worth, for `calibration:` of a cascade.",
        ),
    ] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say how many more labels are needed. Certifies nothing.")
    ] = False,
    half_width: Annotated[
        float | None,
        typer.Option(
            "--half-width", metavar="W", help="With --plan: wished half width of the intervals (0.03)."
        ),
    ] = None,
    seconds_per_label: Annotated[
        float | None,
        typer.Option(
            "--seconds-per-label", metavar="S", help="With --plan: time of a label; by default as recorded."
        ),
    ] = None,
    usd_per_hour: Annotated[
        float | None,
        typer.Option("--usd-per-hour", metavar="U", help="With --plan: price of an hour of a person."),
    ] = None,
) -> int:
    """Hold judges and panel against human labels: whom to trust for what, the corrected pass rate, what to do next.

    Labels are divided by the sources of their cases into those to learn from, those to certify with and those that
    stay sealed. The first calibration of a suite locks that for good, and every use is counted in the report.
    """
    session, learned_rule = session_of(context), _rule(rule)
    files = tuple(humans or ())
    planning = {
        "half-width": half_width,
        "seconds-per-label": seconds_per_label,
        "usd-per-hour": usd_per_hour,
    }
    certifying = {"open-sealed": open_sealed or None, "learn": learn, "maps": maps, "out": out}
    _refuse_options_without_use(certifying if plan else planning, plan=plan)
    if plan:
        found = plan_more_labels(
            session.workspace,
            run,
            half_width=_HALF_WIDTH if half_width is None else half_width,
            humans=files,
            seconds_per_label=seconds_per_label,
            usd_per_hour=usd_per_hour or 0.0,
            review=not no_review,
        )
        session.screen.document("calibrate-plan/v1", LabelPlanDocument(plan=found))
        show_plan(found, session.screen)
        return 0
    written = calibrate_run(
        session.workspace,
        run,
        humans=files,
        open_sealed=open_sealed,
        review=not no_review,
        choices=_choices(epsilon, floor, alpha),
        lesson=Lesson(rule=learned_rule, path=learn) if learn else None,
        maps=maps,
        folder=out,
        formats=read_formats(",".join(formats or FORMATS)),
        command=session.command_line,
    )
    found_calibration = written.calibration
    session.screen.document(
        "calibrate/v1",
        CalibrateDocument(
            run=found_calibration.stamp.run,
            files=tuple(str(path) for path in written.reports),
            trust=found_calibration.trust,
            advice=found_calibration.advice,
            rate=found_calibration.panel.rate,
            notes=found_calibration.data.notes,
            fit=written.fit,
            maps=written.maps,
        ),
    )
    show_calibration(written, session.screen)
    return 0


def _refuse_options_without_use(options: Mapping[str, object], *, plan: bool) -> None:
    """Refuse what would silently be passed over, before a use of labels is counted."""
    for name in (name for name, value in options.items() if value is not None):
        if plan:
            raise UsageError(
                f"--{name} has no use with --plan, which certifies nothing", hint="leave one of them out"
            )
        raise UsageError(
            f"--{name} has no use without --plan", hint="add --plan to plan how many more labels it takes"
        )


def _rule(name: str) -> LearnedRule:
    rules: Mapping[str, LearnedRule] = {each: each for each in get_args(LearnedRule)}
    if name not in rules:
        raise UnknownNameError("rule to learn", name, rules)
    return rules[name]


def _choices(epsilon: float | None, floor: float | None, alpha: Sequence[float] | None) -> Choices:
    for name, value in _shares(epsilon, floor, alpha):
        if not _LEAST <= value < 1:
            raise UsageError(f"{name} is {value:g}; it should be between 0 and 1, and {_LEAST:g} or more")
    return replace(
        DEFAULT_CHOICES,
        epsilon=epsilon,
        floor=DEFAULT_CHOICES.floor if floor is None else floor,
        alpha=tuple(alpha) if alpha else DEFAULT_CHOICES.alpha,
    )


def _shares(
    epsilon: float | None, floor: float | None, alpha: Sequence[float] | None
) -> Iterator[tuple[str, float]]:
    yield from (
        (name, value) for name, value in (("--epsilon", epsilon), ("--floor", floor)) if value is not None
    )
    yield from (("--alpha", value) for value in alpha or ())
