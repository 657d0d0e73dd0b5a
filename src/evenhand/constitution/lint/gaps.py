"""Coverage gaps: replies that people fail and on which no principle fires."""

from collections.abc import Iterator

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import count
from evenhand.constitution.lint.dead_weight import NEEDS
from evenhand.constitution.lint.evidence import RunEvidence, Said
from evenhand.constitution.lint.firing import NO_RATE
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, ReplyName, Unsure
from evenhand.constitution.lint.words import percent, span
from evenhand.stats.arrays import Bools, Integers


def gap_rows(evidence: RunEvidence) -> tuple[Integers, Bools]:
    """Return the replies that people judged and no principle fires on, and which of them people fail beyond the text.

    Where people judged the whole reply, it is one that they fail, unless they also fail it under a principle: then the
    principle is there, and it is the judges who missed it. Where they only labelled principles, it is one that they
    fail under any of them: judges do not find in the text what people do.
    """
    by_principle = (evidence.human == Said.FAIL).any(axis=1)
    judged = (evidence.human == Said.PASS).any(axis=1) | by_principle
    whole = evidence.overall != Said.UNDECIDED
    beyond = (evidence.overall == Said.FAIL) & ~by_principle
    failed = np.where(whole & evidence.whole_labels, beyond, by_principle)
    rows = np.flatnonzero((whole | judged) & (evidence.panel_overall() == Said.PASS))
    return rows, np.asarray(failed[rows])


def coverage_gaps(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return that people fail replies on which no principle fires, where it is too often for slips, and list them.

    Each reply is a proposal: a principle that is missing, or one that does not say enough for judges to see it. Single
    ones may be slips of a judge or of a person, so that the finding is that people fail more of the replies that no
    principle fires on than the limit, by the exact one-sided interval. Source: methods.md 7.2.
    """
    rows, failed = gap_rows(evidence)
    if evidence.preference is not None or not len(rows):
        needs = NO_RATE if evidence.preference is not None else NEEDS
        return CheckResult(check=Check.GAP, needs=needs, of="replies")
    each = count(failed, evidence.cluster[rows])
    limit = choices.gap if evidence.whole_labels else choices.missed
    items = tuple(_names(evidence, rows[failed]))
    findings: tuple[EvidenceFinding, ...] = ()
    unsure: tuple[Unsure, ...] = ()
    share = each.estimate(choices.confidence)
    said = f"people fail {each.hits:,} of {each.n:,} replies that no principle fires on"
    if each.lower(choices.confidence) > limit:
        findings = (
            EvidenceFinding(
                check=Check.GAP,
                principles=(),
                message=f"{said}: {span(share)}",
                suggestion="read them, and write drafts with: evenhand constitution amend",
                figures=(Figure(name="share that people fail", measured=share),),
                items=items[: choices.most_items],
                more_items=max(0, len(items) - choices.most_items),
            ),
        )
    elif share.interval.high > limit or each.n < choices.too_few:
        reason = f"{said}, which leaves open whether it is more than {percent(limit)}: {span(share)}"
        unsure = (Unsure(check=Check.GAP, principles=(), reason=reason),)
    return CheckResult(
        check=Check.GAP,
        findings=findings,
        unsure=unsure,
        looked_at=each.n,
        of="replies that no principle fires on",
    )


def _names(evidence: RunEvidence, rows: Integers) -> Iterator[ReplyName]:
    for row in rows:
        name = evidence.names[row]
        failed = np.flatnonzero(evidence.human[row] == Said.FAIL)
        by = tuple(evidence.principles[column].id for column in failed)
        yield ReplyName(case_id=name.case_id, candidate_id=name.candidate_id, by=by)
