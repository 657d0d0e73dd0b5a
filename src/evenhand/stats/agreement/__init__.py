"""Coefficients of agreement: one module per kind. What a report of a run needs is importable from here."""

from evenhand.stats.agreement.cohen import cohen_kappa
from evenhand.stats.agreement.percent import percent_agreement
from evenhand.stats.bootstrap import DRAWS

__all__ = ["DRAWS", "cohen_kappa", "percent_agreement"]
