"""What has to be known to do a calibration again, and what exactly was calibrated."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """What has to be known to do it again."""

    choices: Mapping[str, str]
    """Every cut-off and its value."""
    procedure: tuple[str, ...]
    """How the numbers were made from the labels, in sentences: splits, weights, cross-fitting."""
    seed: int
    versions: Mapping[str, str]
    command: str
    """The command that rebuilds the report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationStamp:
    """What was calibrated, with what, when."""

    run: str
    suite: str
    finished: str
    constitution: str
    """Title, version and hash."""
    panel: str
    rule: str
    judges: tuple[str, ...]
    """Judge, version, model and served models, one line each."""
    blind: bool | None
    """Whether all reference labels are blind; None where it is not recorded."""
    reviewers: int
    label_dates: tuple[str, str]
    stale_days: int | None
    """Days from the last label to the end of the run, below 0 where it was given later; None where not recorded."""
    evenhand: str
