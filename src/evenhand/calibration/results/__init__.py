"""The numbers of a calibration as one record: the single source of the HTML, Markdown and JSON reports.

Plain values only, so that it is JSON as it stands. A module for each section of the report; `Calibration` in
`record` holds them in the order of the report, answer first.
"""

from evenhand.calibration.results.answer import PANEL, Advice, AdviceKind, Trust, TrustCell
from evenhand.calibration.results.automation import Automation, AutomationStep
from evenhand.calibration.results.cost import CostRow
from evenhand.calibration.results.data import DataFacts
from evenhand.calibration.results.errors import ErrorGallery, ErrorItem
from evenhand.calibration.results.gate import GateSight
from evenhand.calibration.results.history import ChartPoint, History
from evenhand.calibration.results.method import CalibrationStamp, Method
from evenhand.calibration.results.panel import (
    DisagreementBin,
    DropRow,
    PairDependence,
    PanelCalibration,
    RuleRow,
)
from evenhand.calibration.results.people import People, PeoplePrinciple, PersonRow
from evenhand.calibration.results.principles import PrincipleCalibration, SliceRow
from evenhand.calibration.results.raters import (
    AlternativeAnnotator,
    Confusion,
    JudgeCalibration,
    Quality,
    RateResult,
    Reliability,
    ReliabilityBin,
)
from evenhand.calibration.results.record import SCHEMA, Calibration

__all__ = [
    "PANEL",
    "SCHEMA",
    "Advice",
    "AdviceKind",
    "AlternativeAnnotator",
    "Automation",
    "AutomationStep",
    "Calibration",
    "CalibrationStamp",
    "ChartPoint",
    "Confusion",
    "CostRow",
    "DataFacts",
    "DisagreementBin",
    "DropRow",
    "ErrorGallery",
    "ErrorItem",
    "GateSight",
    "History",
    "JudgeCalibration",
    "Method",
    "PairDependence",
    "PanelCalibration",
    "People",
    "PeoplePrinciple",
    "PersonRow",
    "PrincipleCalibration",
    "Quality",
    "RateResult",
    "Reliability",
    "ReliabilityBin",
    "RuleRow",
    "SliceRow",
    "Trust",
    "TrustCell",
]
