"""Compound principles: texts that ask for more than one thing, so that a verdict does not say which one failed."""

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.evidence import RunEvidence
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding
from evenhand.records.claims import find_claims


def compound(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the principles whose text holds more than one testable claim.

    Read off the text alone (`records.claims`), for English; no figure of the run is behind it, and it is no test.
    Source: methods.md 7.2 (partial credit is exploited in compound criteria).
    """
    del choices
    read = [principle for principle in evidence.principles if principle.language.startswith("en")]
    findings = []
    for principle in read:
        claims = find_claims(principle.text)
        if len(claims) > 1:
            second = claims[1]
            findings.append(
                EvidenceFinding(
                    check=Check.COMPOUND,
                    principles=(principle.id,),
                    message=f'{principle.id} asks for {len(claims)} things; the second begins "{second}"',
                    suggestion="make a principle of each, so that each has its own verdict",
                )
            )
    return CheckResult(
        check=Check.COMPOUND,
        findings=tuple(findings),
        needs="" if read else "texts in English",
        looked_at=len(read),
    )
