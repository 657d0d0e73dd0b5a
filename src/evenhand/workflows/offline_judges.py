"""Make the judges of a suite that need no call."""

from collections.abc import Mapping

from evenhand.judging.ports import OfflineJudge
from evenhand.workflows.prepare import Prepared


def offline_judges(prepared: Prepared) -> Mapping[str, OfflineJudge]:
    """Return the offline judges of a prepared suite by name."""
