"""What the page of a lead shows."""

from collections.abc import Iterator, Mapping, Sequence

from evenhand.calibration.words import share_with_limits
from evenhand.records.review import Flagged, Role
from evenhand.review.guideline_gaps import GuidelineGap, render_gap
from evenhand.review.progress import Progress
from evenhand.stats.estimate import Measured, Undefined
from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import Translate, translator
from evenhand.workflows.review.status import LabelEstimate, ReviewQuality, ReviewStatus

Number = tuple[str, str, str]
"""Name of a number, the number in words, or why there is none."""


def lead_context(
    status: ReviewStatus,
    quality: ReviewQuality,
    *,
    settings: PageSettings,
    flags: Sequence[tuple[Flagged, str]],
    gaps: Sequence[GuidelineGap],
    team: bool,
    link: str = "",
    link_for: str = "",
    problem: str = "",
) -> Mapping[str, object]:
    """Return what `lead.html` shows.

    Args:
        status: How the review stands.
        quality: What may be asked about how people label.
        settings: Of the person.
        flags: What reviewers told, each with its case.
        gaps: Guideline gaps.
        team: Whether people sign in with passwords.
        link: The link of an invitation that was made just now.
        link_for: Whom it is for.
        problem: What was wrong with the form that was sent.
    """
    t = translator(settings.locale)
    return {
        "settings": settings,
        "title": t("lead.title"),
        "status": status,
        "quality": quality,
        "counts": list(_counts(status.progress, t)),
        "numbers": list(_numbers(status.estimate)),
        "projections": status.estimate.found.projections if status.estimate.found else (),
        "notes": (*(status.estimate.found.warnings if status.estimate.found else ()), *status.estimate.notes),
        "flags": flags,
        "gaps": [(gap.principle.principle.id, render_gap(gap)) for gap in gaps],
        "roles": [role.value for role in Role],
        "team": team,
        "link": link,
        "link_for": link_for,
        "problem": problem,
    }


def _counts(progress: Progress, t: Translate) -> Iterator[tuple[str, str]]:
    items, time = progress.items, progress.time
    yield "drawn", t("lead.of", part=f"{items.drawn:,}", whole=f"{items.population:,}")
    for name, count in (
        ("labelled", items.labelled),
        ("closed", items.closed),
        ("wanting", items.wanting_more),
        ("to_adjudicate", items.to_adjudicate),
        ("adjudicated", items.adjudicated),
        ("open", items.open),
        ("skipped", items.skipped),
        ("flagged", items.flagged),
        ("gold", items.gold),
    ):
        yield name, f"{count:,}"
    yield "spent", f"{time.active_minutes:,.0f}"
    yield "left", f"{time.minutes_left:,.0f}"
    if time.seconds_per_label is not None:
        yield "per_label", f"{time.seconds_per_label:.0f}"


def _numbers(estimate: LabelEstimate) -> Iterator[Number]:
    found = estimate.found
    if found is not None:
        yield _number("agreement", found.agreement)
        yield _number("passing", found.passing)
        yield _number("humans_only", found.humans_only)
        yield _number("judges_alone", found.judges_alone)


def _number(name: str, measured: Measured) -> Number:
    if isinstance(measured, Undefined):
        return name, "", measured.reason
    return name, f"{share_with_limits(measured)}, n = {measured.n:,}", ""
