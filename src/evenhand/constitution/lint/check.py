"""Run every check of a constitution by what a run said under it."""

import math
from collections.abc import Collection, Iterator
from dataclasses import replace

from evenhand.constitution.lint.ambiguous import ambiguous
from evenhand.constitution.lint.checkable import not_checkable
from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.compound import compound
from evenhand.constitution.lint.conflict import conflicting
from evenhand.constitution.lint.dead_weight import dead_weight
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.constitution.lint.firing import always_fires, hardly_varied, never_fires
from evenhand.constitution.lint.gaps import coverage_gaps
from evenhand.constitution.lint.redundant import redundant
from evenhand.constitution.lint.results import CheckResult, EvidenceLint


def lint_evidence(evidence: RunEvidence, choices: LintChoices | None = None) -> EvidenceLint:
    """Return what a run says against the constitution it was judged by.

    Every check says what it found, what there is too little of to say, or what it would need. The p-values of a check
    are adjusted over all that it tested, so that about one in twenty of its findings is false at most; nothing is
    adjusted over the checks.

    A principle that fires on next to every reply would fail all of them, and labels of one on which people do not agree
    are no failures to count, so the checks on whole replies leave both out. Where a principle fires on next to all or
    none of the replies, these do not tell whether people agree on it.
    """
    cutoffs = choices or LintChoices()
    rare, usual = hardly_varied(evidence, cutoffs)
    checkable = not_checkable(evidence, cutoffs, without=rare | usual)
    disputed = frozenset(name for finding in checkable.findings for name in finding.principles)
    whole = evidence.without(usual)
    return EvidenceLint(
        runs=evidence.runs,
        replies=len(evidence.names),
        judges=evidence.judges,
        choices=cutoffs,
        checks=tuple(
            _out_of(each, len(evidence.principles))
            for each in (
                ambiguous(evidence, cutoffs),
                never_fires(evidence, cutoffs),
                always_fires(evidence, cutoffs),
                redundant(whole, cutoffs),
                conflicting(evidence, cutoffs),
                dead_weight(whole, cutoffs),
                checkable,
                coverage_gaps(whole.without_labels(disputed), cutoffs),
                compound(evidence, cutoffs),
            )
        ),
        notes=(*evidence.notes, *_left_out(usual, disputed)),
    )


def _out_of(found: CheckResult, principles: int) -> CheckResult:
    """Say how many principles or pairs there are, so that those nothing could be said of are not taken for clean."""
    there_are = {"principles": principles, "pairs": math.comb(principles, 2)}
    return replace(found, out_of=there_are.get(found.of))


def _left_out(usual: Collection[str], disputed: Collection[str]) -> Iterator[str]:
    for names, words in (
        (usual, "fires on next to every reply, and is left out of what a whole reply passes"),
        (disputed, "is not agreed on by people, and its labels are left out of coverage gaps"),
    ):
        yield from (f"{name} {words}." for name in sorted(names))
