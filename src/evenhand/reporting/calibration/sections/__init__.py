"""The sections of a calibration report, in reading order; each is a function of the calibration."""

from collections.abc import Mapping

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.sections.answer import answer_section
from evenhand.reporting.calibration.sections.automation import automation_section
from evenhand.reporting.calibration.sections.cost import cost_section
from evenhand.reporting.calibration.sections.data import data_section
from evenhand.reporting.calibration.sections.errors import errors_section
from evenhand.reporting.calibration.sections.gate import gate_section
from evenhand.reporting.calibration.sections.history import history_section
from evenhand.reporting.calibration.sections.judges import judges_section
from evenhand.reporting.calibration.sections.method import method_section
from evenhand.reporting.calibration.sections.panel import panel_section
from evenhand.reporting.calibration.sections.people import people_section
from evenhand.reporting.calibration.sections.principles import principles_section
from evenhand.reporting.calibration.sections.stamp import refuse_gaps, stamp_lines, stamp_section
from evenhand.reporting.document import Document, foreign, words
from evenhand.reporting.item_view import ItemView


def calibration_document(
    calibration: Calibration, gallery: Mapping[int, ItemView], *, gallery_bytes: int = 400_000
) -> Document:
    """Return the report on a calibration as blocks.

    `gallery` holds the items of its errors by their place; their texts are cut to `gallery_bytes` in all.

    Raises:
        MeasureError: Its stamp has a gap.
    """
    refuse_gaps(calibration)
    sections = (
        answer_section(calibration),
        stamp_section(calibration),
        data_section(calibration),
        people_section(calibration),
        judges_section(calibration),
        panel_section(calibration),
        principles_section(calibration),
        automation_section(calibration),
        history_section(calibration),
        errors_section(calibration, gallery, most_bytes=gallery_bytes),
        gate_section(calibration),
        cost_section(calibration),
        method_section(calibration),
    )
    return Document(
        title=words("Calibration: ", foreign(calibration.stamp.suite)),
        subtitle=stamp_lines(calibration),
        sections=tuple(section for section in sections if section.blocks),
    )
