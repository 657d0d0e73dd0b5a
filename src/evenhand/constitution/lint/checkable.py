"""Principles that people do not agree on among themselves: nothing can be checked against them."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import adjusted
from evenhand.constitution.lint.evidence import PeopleTable, RunEvidence
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, Unsure
from evenhand.constitution.lint.words import number
from evenhand.stats.agreement.krippendorff import krippendorff_alpha
from evenhand.stats.estimate import Estimate, Measured, Undefined
from evenhand.stats.quantiles import normal_quantile, normal_tail

NEEDS = "items that two people labelled: review with 2 reviewers an item"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alpha:
    """Agreement of people on a principle."""

    name: str
    measured: Measured

    def p_below(self, limit: float) -> float:
        """Return the chance of an alpha as low, were it `limit`; the upper half of the interval is taken as normal."""
        if isinstance(self.measured, Undefined):
            return 1.0
        half = self.measured.interval.high - self.measured.value
        error = half / normal_quantile(self.measured.interval.confidence)
        return (
            normal_tail((self.measured.value - limit) / error)
            if error > 0
            else float(self.measured.value >= limit)
        )


def not_checkable(
    evidence: RunEvidence, choices: LintChoices, *, without: Collection[str] = ()
) -> CheckResult:
    """Return the principles on which Krippendorff's alpha of people among themselves is below the limit.

    Those in `without` are not measured: nearly all replies get one answer under them, so that alpha is about slips.

    Source: methods.md 7.2; the limit is that of a calibration.
    """
    found = [
        _Alpha(
            name=principle.id,
            measured=Undefined(n=len(table.labels), reason="nearly all replies get one answer")
            if principle.id in without
            else _alpha(principle.id, table, choices),
        )
        for principle, table in zip(evidence.principles, evidence.people, strict=True)
        if table is not None
    ]
    p_values = adjusted([each.p_below(choices.human_alpha) for each in found])
    findings, unsure = [], []
    for each, p in zip(found, p_values, strict=True):
        if isinstance(each.measured, Undefined):
            reason = f"{each.measured.n:,} doubly labelled items: {each.measured.reason}"
            unsure.append(Unsure(check=Check.NOT_CHECKABLE, principles=(each.name,), reason=reason))
        elif p <= choices.false_discovery:
            findings.append(_finding(each.name, each.measured, float(p), choices))
        elif each.measured.interval.low < choices.human_alpha:
            unsure.append(_unsure(each.name, each.measured, choices))
    return CheckResult(
        check=Check.NOT_CHECKABLE,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if found else NEEDS,
        looked_at=len(found),
        measured=tuple(Figure(name=each.name, measured=each.measured) for each in found),
    )


def _alpha(name: str, table: PeopleTable, choices: LintChoices) -> Measured:
    doubly = int(((table.labels >= 0).sum(axis=1) > 1).sum())
    if doubly < choices.too_few:
        return Undefined(n=doubly, reason=f"fewer than {choices.too_few}")
    rare, share = _otherwise(table)
    if rare < choices.least_fired and share < choices.slips:
        return Undefined(
            n=doubly,
            reason=f"people agree on another label than the most common one on {rare:,}, so alpha is about slips",
        )
    return krippendorff_alpha(
        table.labels,
        categories=table.categories,
        level=table.level,
        values=table.values,
        clusters=table.clusters,
        rng=np.random.default_rng([choices.seed, zlib.crc32(name.encode())]),
        confidence=choices.confidence,
        draws=choices.draws,
    )


def _otherwise(table: PeopleTable) -> tuple[int, float]:
    """Return how far people give another label than the most common one of all.

    Returns:
        On how many items two people or more agree on another one, and the share of other ones among all labels.
    """
    votes = np.stack([(table.labels == code).sum(axis=1) for code in range(table.categories)], axis=1)
    given = int(votes.sum())
    votes[:, votes.sum(axis=0).argmax()] = 0
    return int((votes.max(axis=1, initial=0) >= 2).sum()), int(votes.sum()) / max(given, 1)


def _finding(name: str, alpha: Estimate, p: float, choices: LintChoices) -> EvidenceFinding:
    return EvidenceFinding(
        check=Check.NOT_CHECKABLE,
        principles=(name,),
        message=(
            f"people do not agree on {name}: alpha {number(alpha)} on {alpha.n:,} items, below {choices.human_alpha:g}"
        ),
        suggestion="rewrite it before it is automated: no judge can be held against people who differ",
        figures=(Figure(name="alpha of people", measured=alpha),),
        adjusted_p=p,
    )


def _unsure(name: str, alpha: Estimate, choices: LintChoices) -> Unsure:
    reason = (
        f"alpha of people is {number(alpha)} on {alpha.n:,} items, which leaves open whether it is below "
        f"{choices.human_alpha:g}"
    )
    return Unsure(check=Check.NOT_CHECKABLE, principles=(name,), reason=reason)
