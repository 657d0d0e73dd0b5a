"""Conflicts: cases on which whatever keeps to one principle breaks another."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import Count, adjusted
from evenhand.constitution.lint.evidence import PrincipleFacts, RunEvidence, Said, Verdicts
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, ReplyName, Unsure
from evenhand.constitution.lint.words import percent, span
from evenhand.stats.arrays import Bools, Floats, Integers
from evenhand.stats.clusters import cluster_count, cluster_sums
from evenhand.stats.exact_tails import log_choose, poisson_binomial_tail
from evenhand.stats.quantiles import normal_tail

NEEDS = "cases with two replies or more that both principles decide on, or pairs of replies that are compared"
_MOST_EXACT = 2_000
"""Cases whose chances are added up exactly; beyond, their sum is normal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dilemmas:
    """The cases that two principles decide on, G of them."""

    names: tuple[str, str]
    case: Integers
    """Their numbers, shape (G,)."""
    cluster: Integers
    """Shape (G,)."""
    conflict: Bools
    """Where no reply passes both and each is passed by some, shape (G,)."""
    chance: Floats
    """Chance of that, were the verdicts of one principle dealt out anew among the replies of the case, shape (G,)."""

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.case)

    @property
    def excess(self) -> float:
        """Share of conflicts beyond chance."""
        return float((self.conflict - self.chance).mean()) if self.n else 0.0

    @property
    def expected(self) -> float:
        """Share of conflicts by chance."""
        return float(self.chance.mean()) if self.n else 0.0


def conflicting(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the pairs of principles that can not both be kept to on more than the given share of the cases.

    That a reply passes one principle and fails another is no conflict: it may simply be bad in one way. A case is one
    where **no** reply passes both while each principle is passed by some reply, so that whichever reply is chosen, one
    of the two is broken. Where replies are compared in pairs, it is one where the two principles prefer different ones.
    Some of this happens by chance; the share counts beyond what would happen were the verdicts of one principle dealt
    out anew among the replies of each case (a permutation within cases, which keeps how hard each case is). The test is
    that the share beyond chance is above the limit; its p-values are adjusted over all pairs. Cases that share a source
    are worth fewer.

    A conflict is declared where the two are in different tiers, or one names the other under `conflicts_with`; only one
    that is not declared blocks. Source: methods.md 7.2 names the statistic; this is what it means for verdicts on whole
    replies.
    """
    found = list(_dilemmas(evidence, choices))
    p_values = adjusted([_p_above(each, choices.conflict) for each in found])
    facts = {principle.id: principle for principle in evidence.principles}
    findings, unsure = [], []
    for each, p in zip(found, p_values, strict=True):
        pair = (facts[each.names[0]], facts[each.names[1]])
        if p <= choices.false_discovery and each.excess > choices.conflict:
            findings.append(_finding(each, pair, evidence, float(p), choices))
        elif each.excess > choices.conflict:
            unsure.append(_unsure(each, choices))
    return CheckResult(
        check=Check.CONFLICT,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if found else NEEDS,
        looked_at=len(found),
        of="pairs",
    )


def _dilemmas(evidence: RunEvidence, choices: LintChoices) -> Iterator[_Dilemmas]:
    several = np.bincount(evidence.case).max(initial=0) >= 2
    if evidence.preference is None and not several:
        return
    for first, second in combinations(range(len(evidence.principles)), 2):
        found = (
            _of_replies(evidence, first, second)
            if evidence.preference is None
            else _of_pairs(evidence, evidence.preference, first, second)
        )
        if found.n >= choices.too_few:
            yield found


def _of_pairs(evidence: RunEvidence, preference: Verdicts, first: int, second: int) -> _Dilemmas:
    one, other = preference[:, first], preference[:, second]
    rows = (one > Said.UNDECIDED) & (other > Said.UNDECIDED)
    one, other = one[rows], other[rows]
    return _Dilemmas(
        names=(evidence.principles[first].id, evidence.principles[second].id),
        case=evidence.case[rows],
        cluster=evidence.cluster[rows],
        conflict=np.asarray(one * other == -1),
        chance=np.where(one * other != 0, 0.5, 0.0),
    )


def _of_replies(evidence: RunEvidence, first: int, second: int) -> _Dilemmas:
    rows = np.flatnonzero(evidence.decided[:, first] & evidence.decided[:, second])
    case, fails = evidence.case[rows], evidence.fails[rows]
    cases = int(evidence.case.max(initial=-1)) + 1
    replies = np.bincount(case, minlength=cases)
    one = np.bincount(case, weights=fails[:, first], minlength=cases).astype(np.int64)
    other = np.bincount(case, weights=fails[:, second], minlength=cases).astype(np.int64)
    neither = np.bincount(case, weights=~(fails[:, first] | fails[:, second]), minlength=cases)
    chosen = np.flatnonzero(replies >= 2)
    cluster = np.zeros(cases, dtype=np.int64)
    cluster[evidence.case] = evidence.cluster
    replies, one, other = replies[chosen], one[chosen], other[chosen]
    return _Dilemmas(
        names=(evidence.principles[first].id, evidence.principles[second].id),
        case=chosen,
        cluster=cluster[chosen],
        conflict=np.asarray((neither[chosen] == 0) & (one < replies) & (other < replies)),
        chance=chance_of_conflict(replies, one, other),
    )


def chance_of_conflict(replies: Integers, one: Integers, other: Integers) -> Floats:
    """Return the chance that no reply passes both, each being passed by some, were one principle's verdicts dealt anew.

    Of c replies a fail the first principle and b the second. No reply passes both where the c - a that pass the first
    all fail the second: C(b, c - a) of C(c, c - a) ways. 0 where a or b is c, for then one is passed by none.
    """
    passed = replies - one
    possible = (passed > 0) & (other < replies) & (other >= passed)
    ways = log_choose(other, np.where(possible, passed, 0)) - log_choose(replies, passed)
    return np.where(possible, np.exp(ways), 0.0)


# -- The test --------------------------------------------------------------------------------------


def _p_above(each: _Dilemmas, limit: float) -> float:
    """Return the chance of as many conflicts, were their share beyond chance `limit`."""
    if each.excess <= limit:
        return 1.0
    hits, shift = int(each.conflict.sum()), limit * each.n
    effect = _design_effect(each)
    informative = each.chance[each.chance > 0]
    if effect == 1.0 and len(informative) <= _MOST_EXACT:
        return poisson_binomial_tail(informative, math.ceil(hits - shift - 1e-9))
    variance = float((informative * (1 - informative)).sum()) * effect
    excess = hits - shift - float(informative.sum()) - 0.5
    return normal_tail(-excess / math.sqrt(variance)) if variance > 0 else 1.0


def _design_effect(each: _Dilemmas) -> float:
    """Return by how much conflicts vary more than they would, were the cases independent."""
    groups = cluster_count(each.n, each.cluster)
    if groups in {1, each.n}:
        return each.n / groups
    apart = each.conflict - each.chance
    apart = apart - apart.mean()
    plain = float((apart**2).sum())
    return max(1.0, float((cluster_sums(apart, each.cluster) ** 2).sum()) / plain) if plain > 0 else 1.0


# -- What is said of it ----------------------------------------------------------------------------


def priority(first: PrincipleFacts, second: PrincipleFacts, tiers: Sequence[str]) -> str:
    """Return what declares which of two principles goes first, in words; empty where nothing does."""
    if second.id in first.conflicts_with or first.id in second.conflicts_with:
        return "conflicts_with says which one wins"
    if first.tier in tiers and second.tier in tiers and first.tier != second.tier:
        high, low = sorted((first, second), key=lambda each: tiers.index(each.tier))
        return f"tier {high.tier} of {high.id} stands above {low.tier}"
    return ""


def _count(each: _Dilemmas) -> Count:
    return Count(hits=int(each.conflict.sum()), n=each.n, worth=each.n / _design_effect(each))


def _finding(
    each: _Dilemmas,
    pair: tuple[PrincipleFacts, PrincipleFacts],
    evidence: RunEvidence,
    p: float,
    choices: LintChoices,
) -> EvidenceFinding:
    declared = priority(*pair, evidence.tiers)
    share = _count(each).estimate(choices.confidence)
    cases = each.case[each.conflict]
    first, second = each.names
    state = f"declared: {declared}" if declared else "and nothing says which goes first"
    hint = f"put them in different tiers, or write conflicts_with: [{{id: {second}, resolution: ...}}]"
    return EvidenceFinding(
        check=Check.CONFLICT,
        principles=each.names,
        message=(
            f"{first} and {second} can not both be kept to on {span(share)} of {each.n:,} cases, by chance "
            f"{percent(each.expected)}; {state}"
        ),
        suggestion="add a borderline example from these cases" if declared else hint,
        blocking=not declared,
        figures=(Figure(name="share of cases", measured=share),),
        adjusted_p=p,
        items=tuple(_names(evidence, cases[: choices.most_items])),
        more_items=max(0, len(cases) - choices.most_items),
    )


def _names(evidence: RunEvidence, cases: Integers) -> Iterator[ReplyName]:
    for case in cases:
        row = int(np.flatnonzero(evidence.case == case)[0])
        yield ReplyName(case_id=evidence.names[row].case_id, candidate_id="")


def _unsure(each: _Dilemmas, choices: LintChoices) -> Unsure:
    share = _count(each).estimate(choices.confidence)
    reason = (
        f"no reply keeps to both on {span(share)} of {each.n:,} cases, by chance {percent(each.expected)}: too few to "
        f"tell a share of {percent(choices.conflict)} beyond chance"
    )
    return Unsure(check=Check.CONFLICT, principles=each.names, reason=reason)
