"""Principles that never fire, or always do: they tell nothing about the replies that were judged."""

from collections.abc import Iterator

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import Count, adjusted, count, needed_for_rare
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, Unsure
from evenhand.constitution.lint.words import percent, span

NO_RATE = "verdicts that pass or fail; here replies are compared, or no answer of the scales fails"


def never_fires(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the principles that fire on fewer than one relevant reply of two hundred, for all that is known.

    Relevant are replies that the panel passed or failed. The exact limit of the share stands below it, on enough of
    them, also after the number of principles is taken into account. Source: methods.md 7.2 (3/n where none fires).
    """
    counts = list(_counts(evidence))
    p_values = adjusted([each.p_below(choices.rarely) for _, each in counts])
    findings, unsure = [], []
    for (name, each), p in zip(counts, p_values, strict=True):
        known = each.upper(choices.confidence) < choices.rarely and each.n >= choices.least_relevant
        if known and p <= choices.false_discovery:
            findings.append(_never(name, each, float(p), choices))
        elif each.share < choices.rarely:
            unsure.append(_maybe_never(name, each, len(counts), choices))
    return _result(Check.NEVER, findings, unsure, counts, choices)


def always_fires(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the principles that fire on more than 99 of 100 relevant replies, for all that is known.

    Source: methods.md 7.2.
    """
    counts = list(_counts(evidence))
    p_values = adjusted([each.p_above(choices.mostly) for _, each in counts])
    findings, unsure = [], []
    for (name, each), p in zip(counts, p_values, strict=True):
        if each.lower(choices.confidence) > choices.mostly and p <= choices.false_discovery:
            findings.append(_always(name, each, float(p), choices))
        elif each.n and each.share > choices.mostly:
            low = percent(each.lower(choices.confidence))
            reason = f"fired on {each.hits:,} of {each.n:,} relevant replies, which only shows that it is above {low}"
            unsure.append(Unsure(check=Check.ALWAYS, principles=(name,), reason=reason))
    return _result(Check.ALWAYS, findings, unsure, counts, choices)


def hardly_varied(evidence: RunEvidence, choices: LintChoices) -> tuple[frozenset[str], frozenset[str]]:
    """Return the principles that fire on next to none of the relevant replies, and those that fire on next to all.

    By what was counted alone, sure or not: what follows from them would be about the exceptions.
    """
    counts = list(_counts(evidence))
    return (
        frozenset(name for name, each in counts if each.n and each.share < 1 - choices.mostly),
        frozenset(name for name, each in counts if each.n and each.share > choices.mostly),
    )


def _counts(evidence: RunEvidence) -> Iterator[tuple[str, Count]]:
    if evidence.preference is not None:
        return
    for column, principle in enumerate(evidence.principles):
        if principle.has_rate:
            relevant = evidence.decided[:, column]
            yield principle.id, count(evidence.fails[relevant, column], evidence.cluster[relevant])


def _result(
    check: Check,
    findings: list[EvidenceFinding],
    unsure: list[Unsure],
    counts: list[tuple[str, Count]],
    choices: LintChoices,
) -> CheckResult:
    return CheckResult(
        check=check,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if counts else NO_RATE,
        looked_at=len(counts),
        measured=tuple(
            Figure(name=name, measured=each.estimate(choices.confidence)) for name, each in counts if each.n
        ),
    )


def _never(name: str, each: Count, p: float, choices: LintChoices) -> EvidenceFinding:
    return EvidenceFinding(
        check=Check.NEVER,
        principles=(name,),
        message=f"{name} fired on {each.hits:,} of {each.n:,} relevant replies: below {_upper(each, choices)}",
        suggestion="add cases that break it, or say where it applies, or retire it",
        figures=(Figure(name="firing rate", measured=each.estimate(choices.confidence)),),
        adjusted_p=p,
    )


def _maybe_never(name: str, each: Count, tests: int, choices: LintChoices) -> Unsure:
    if not each.n:
        return Unsure(check=Check.NEVER, principles=(name,), reason="it bears on no reply of the run")
    needed = needed_for_rare(choices.rarely, choices.false_discovery / tests)
    reason = (
        f"fired on {each.hits:,} of {each.n:,} relevant replies, so its rate may be {_upper(each, choices)}"
    )
    more = f"; {needed:,} without a hit would settle it" if not each.hits else ""
    return Unsure(check=Check.NEVER, principles=(name,), reason=reason + more)


def _always(name: str, each: Count, p: float, choices: LintChoices) -> EvidenceFinding:
    rate = each.estimate(choices.confidence)
    return EvidenceFinding(
        check=Check.ALWAYS,
        principles=(name,),
        message=f"{name} fired on {each.hits:,} of {each.n:,} relevant replies: {span(rate)}",
        suggestion="add cases that keep to it, or reword it: a rule that everything breaks tells nothing apart",
        figures=(Figure(name="firing rate", measured=rate),),
        adjusted_p=p,
    )


def _upper(each: Count, choices: LintChoices) -> str:
    return percent(each.upper(choices.confidence))
