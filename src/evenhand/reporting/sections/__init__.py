"""The sections of a run report, in reading order; each is a function of the summary."""

from evenhand.reporting.document import Document, Section, foreign, words
from evenhand.reporting.sections.agreement import agreement_section
from evenhand.reporting.sections.cascade import cascade_section
from evenhand.reporting.sections.cost import cost_section
from evenhand.reporting.sections.division import divided_section
from evenhand.reporting.sections.failures import failures_section
from evenhand.reporting.sections.flagged import ItemLink, flagged_section
from evenhand.reporting.sections.headline import headline_section
from evenhand.reporting.sections.method import method_section
from evenhand.reporting.sections.outcome import outcome_section
from evenhand.reporting.sections.pacing import pacing_section
from evenhand.reporting.sections.people import people_section
from evenhand.reporting.sections.stamp import stamp_lines, stamp_section
from evenhand.reporting.summary import RunSummary


def run_document(summary: RunSummary, link: ItemLink = lambda _place: "") -> Document:
    """Return the report on a run as blocks; `link` gives the address of an item by its place."""
    stamp = summary.stamp
    return Document(
        title=words("Run report: ", foreign(stamp.suite_title or stamp.suite)),
        subtitle=stamp_lines(summary.stamp),
        sections=tuple(section for section in _sections(summary, link) if section.blocks),
    )


def _sections(summary: RunSummary, link: ItemLink) -> tuple[Section, ...]:
    return (
        headline_section(summary),
        outcome_section(summary),
        cascade_section(summary),
        agreement_section(summary),
        people_section(summary),
        stamp_section(summary),
        divided_section(summary),
        failures_section(summary),
        flagged_section(summary, link),
        cost_section(summary),
        pacing_section(summary),
        method_section(summary),
    )
