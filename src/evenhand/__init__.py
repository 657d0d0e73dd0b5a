"""evenhand: judge model outputs by a written constitution, with a panel of judges kept honest against people.

Names are resolved on first use, so that importing evenhand loads nothing else::

    import evenhand

    frames = evenhand.load("latest")
    frames.verdicts.groupby("principle")["label"].value_counts()
"""

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evenhand.calibration.choices import Choices as Choices
    from evenhand.calibration.results import Calibration as Calibration
    from evenhand.errors import EvenhandError as EvenhandError
    from evenhand.errors import FileError as FileError
    from evenhand.errors import Finding as Finding
    from evenhand.errors import MeasureError as MeasureError
    from evenhand.errors import UsageError as UsageError
    from evenhand.records.constitution import Constitution as Constitution
    from evenhand.records.constitution import Principle as Principle
    from evenhand.records.judge import Judge as Judge
    from evenhand.records.label import HumanLabel as HumanLabel
    from evenhand.records.panel import Panel as Panel
    from evenhand.records.rating import FailedRating as FailedRating
    from evenhand.records.rating import Rating as Rating
    from evenhand.records.run import Manifest as Manifest
    from evenhand.records.run import Run as Run
    from evenhand.records.scale import Scale as Scale
    from evenhand.records.suite import Candidate as Candidate
    from evenhand.records.suite import Case as Case
    from evenhand.records.suite import Item as Item
    from evenhand.records.suite import Suite as Suite
    from evenhand.records.verdict import Undecided as Undecided
    from evenhand.records.verdict import Verdict as Verdict
    from evenhand.workflows.calibration_frame import calibration_frame as calibration_frame
    from evenhand.workflows.calibration_frame import calibration_of as calibration_of
    from evenhand.workflows.load_frames import RunFrames as RunFrames
    from evenhand.workflows.load_frames import load as load

__version__ = "0.1.0"

_HOME: Final[Mapping[str, str]] = {
    "Calibration": "calibration.results",
    "Candidate": "records.suite",
    "Case": "records.suite",
    "Choices": "calibration.choices",
    "Constitution": "records.constitution",
    "EvenhandError": "errors",
    "FailedRating": "records.rating",
    "FileError": "errors",
    "Finding": "errors",
    "HumanLabel": "records.label",
    "Item": "records.suite",
    "Judge": "records.judge",
    "Manifest": "records.run",
    "MeasureError": "errors",
    "Panel": "records.panel",
    "Principle": "records.constitution",
    "Rating": "records.rating",
    "Run": "records.run",
    "RunFrames": "workflows.load_frames",
    "Scale": "records.scale",
    "Suite": "records.suite",
    "Undecided": "records.verdict",
    "UsageError": "errors",
    "Verdict": "records.verdict",
    "calibration_frame": "workflows.calibration_frame",
    "calibration_of": "workflows.calibration_frame",
    "load": "workflows.load_frames",
}

__all__ = [
    "Calibration",
    "Candidate",
    "Case",
    "Choices",
    "Constitution",
    "EvenhandError",
    "FailedRating",
    "FileError",
    "Finding",
    "HumanLabel",
    "Item",
    "Judge",
    "Manifest",
    "MeasureError",
    "Panel",
    "Principle",
    "Rating",
    "Run",
    "RunFrames",
    "Scale",
    "Suite",
    "Undecided",
    "UsageError",
    "Verdict",
    "calibration_frame",
    "calibration_of",
    "load",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'evenhand' has no attribute {name!r}")
    return getattr(import_module(f"evenhand.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
