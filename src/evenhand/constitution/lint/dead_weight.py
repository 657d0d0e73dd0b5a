"""Dead weight: principles without which panel and people would agree as well."""

from dataclasses import dataclass

import numpy as np

from evenhand.constitution.lint.choices import LintChoices
from evenhand.constitution.lint.counting import Count, adjusted, count
from evenhand.constitution.lint.evidence import RunEvidence, Said
from evenhand.constitution.lint.firing import NO_RATE
from evenhand.constitution.lint.results import Check, CheckResult, EvidenceFinding, Figure, Unsure
from evenhand.constitution.lint.words import percent
from evenhand.stats.estimate import Estimate, Interval

NEEDS = "people's view of whole replies in the optimise split: --overall FILE, or labels of every principle of a reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weight:
    """What one principle adds to the agreement of panel and people on whole replies."""

    name: str
    alone: Count
    """Replies that it alone fails and people judged; hits are those that people fail too."""
    fired: int
    """Labelled replies on which it fires, and every other principle is decided."""
    n: int
    """Replies with a verdict and people's view."""

    def gain(self, confidence: float) -> Estimate:
        """Return by how much agreement is better with it than without it."""
        share = self.alone.estimate(confidence)
        scale = self.alone.n / self.n
        low, high = (scale * (2 * limit - 1) for limit in (share.interval.low, share.interval.high))
        if not self.alone.n:
            limit = Count(hits=0, n=self.n, worth=float(self.n)).upper(0.5 + confidence / 2)
            low, high = -limit, limit
        value = scale * (2 * share.value - 1) if self.alone.n else 0.0
        return Estimate(value=value, interval=Interval(low=low, high=high, confidence=confidence), n=self.n)

    def p_useful(self, choices: LintChoices) -> float:
        """Return the chance of so few right, were it as useful as a principle has to be.

        One that never fails a reply alone is tested by that: were a tenth of what it fires on failed by it alone.
        """
        if self.alone.n:
            return self.alone.p_below(choices.useful)
        return 0.9**self.fired if self.fired >= choices.least_alone else 1.0


def dead_weight(evidence: RunEvidence, choices: LintChoices) -> CheckResult:
    """Return the principles whose leaving out does not lower the agreement of panel and people on whole replies.

    A reply passes where no principle fires. Leaving a principle out changes that for replies it alone fails: agreement
    falls by those that people fail, and rises by those that people pass. It is dead weight where the interval of the
    change includes 0, or lies on the other side, and it can be excluded that people fail two thirds of those replies:
    with few labels every interval includes 0, and that alone says nothing. Source: methods.md 7.2.
    """
    weights = _weights(evidence)
    p_values = adjusted([each.p_useful(choices) for each in weights])
    findings, unsure = [], []
    for each, p in zip(weights, p_values, strict=True):
        gain = each.gain(choices.confidence)
        if gain.interval.low > 0:
            continue
        if p <= choices.false_discovery:
            findings.append(_finding(each, gain, float(p)))
        else:
            unsure.append(_unsure(each, gain))
    needs = NO_RATE if evidence.preference is not None else NEEDS
    return CheckResult(
        check=Check.DEAD_WEIGHT,
        findings=tuple(findings),
        unsure=tuple(unsure),
        needs="" if weights else needs,
        looked_at=len(weights),
        measured=tuple(Figure(name=each.name, measured=each.gain(choices.confidence)) for each in weights),
    )


def _weights(evidence: RunEvidence) -> list[_Weight]:
    known = (evidence.overall != Said.UNDECIDED) & (evidence.panel_overall() != Said.UNDECIDED)
    n = int(known.sum())
    if not n or evidence.preference is not None:
        return []
    failed = np.asarray(evidence.overall == Said.FAIL)
    found = []
    for column, principle in enumerate(evidence.principles):
        alone = evidence.sole(column) & known
        fired = int((evidence.fails[:, column] & known & (evidence.open() == 0)).sum())
        if principle.has_rate:
            found.append(
                _Weight(
                    name=principle.id,
                    alone=count(failed[alone], evidence.cluster[alone]),
                    fired=fired,
                    n=n,
                )
            )
    return found


def _points(gain: Estimate) -> str:
    value, low, high = (100 * each for each in (gain.value, gain.interval.low, gain.interval.high))
    return f"{value:+.1f} points ({low:+.1f} to {high:+.1f})"


def _finding(each: _Weight, gain: Estimate, p: float) -> EvidenceFinding:
    alone = (
        f"people fail {each.alone.hits:,} of the {each.alone.n:,} replies that it alone fails"
        if each.alone.n
        else f"it fires on {each.fired:,} labelled replies, and never alone"
    )
    return EvidenceFinding(
        check=Check.DEAD_WEIGHT,
        principles=(each.name,),
        message=(
            f"{each.name} adds {_points(gain)} to the agreement with people on {each.n:,} whole replies; {alone}"
        ),
        suggestion="a candidate to cut, one at a time, or to say again so that judges fail what people fail",
        figures=(Figure(name="gain of agreement", measured=gain),),
        adjusted_p=p,
    )


def _unsure(each: _Weight, gain: Estimate) -> Unsure:
    reason = (
        f"it adds {_points(gain)} to the agreement with people; it alone fails {each.alone.n:,} of {each.n:,} labelled "
        "replies, too few to say whether it is needed"
    )
    if each.alone.n:
        reason += f" (people fail {percent(each.alone.share)} of those)"
    return Unsure(check=Check.DEAD_WEIGHT, principles=(each.name,), reason=reason)
