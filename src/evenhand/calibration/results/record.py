"""The whole record of a calibration."""

from dataclasses import dataclass
from typing import Final

from evenhand.calibration.results.answer import Advice, TrustCell
from evenhand.calibration.results.automation import Automation
from evenhand.calibration.results.cost import CostRow
from evenhand.calibration.results.data import DataFacts
from evenhand.calibration.results.errors import ErrorGallery
from evenhand.calibration.results.gate import GateSight
from evenhand.calibration.results.history import History
from evenhand.calibration.results.method import CalibrationStamp, Method
from evenhand.calibration.results.panel import PanelCalibration
from evenhand.calibration.results.people import People
from evenhand.calibration.results.principles import PrincipleCalibration, SliceRow
from evenhand.calibration.results.raters import JudgeCalibration

SCHEMA: Final = "calibration-report/v1"
"""Kind and version of the JSON report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How judges and panel relate to reference labels."""

    stamp: CalibrationStamp
    trust: tuple[TrustCell, ...]
    advice: tuple[Advice, ...]
    since_last: tuple[str, ...]
    """What changed since the last calibrated run, in words."""
    data: DataFacts
    people: People
    judges: tuple[JudgeCalibration, ...]
    panel: PanelCalibration
    principles: tuple[PrincipleCalibration, ...]
    slices: tuple[SliceRow, ...]
    automation: tuple[Automation, ...]
    history: History
    errors: ErrorGallery
    gate: tuple[GateSight, ...]
    cost: tuple[CostRow, ...]
    method: Method
