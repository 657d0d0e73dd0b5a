"""Made-up quality, rates and reliability of raters."""

from dataclasses import replace

from evenhand.calibration.results import (
    PANEL,
    AlternativeAnnotator,
    Confusion,
    DisagreementBin,
    DropRow,
    JudgeCalibration,
    PairDependence,
    PanelCalibration,
    Quality,
    RateResult,
    Reliability,
    ReliabilityBin,
    RuleRow,
)
from evenhand.stats.estimate import Measured, Undefined

from .example_values import PRINCIPLES, measured, measured_between


def made_up_quality(level: float, n: int = 160) -> Quality:
    return Quality(
        labelled=n + 4,
        answered=n,
        agreement=measured(level, n),
        unweighted=measured(level - 0.02, n),
        sensitivity=measured(level - 0.08, n // 4, 0.12),
        specificity=measured(level + 0.03, n - n // 4, 0.04),
        balanced_accuracy=measured(level - 0.03, n, 0.06),
        kappa=measured(level - 0.2, n, 0.1),
        gwet=measured(level - 0.05, n),
        mcc=measured(level - 0.19, n, 0.1),
        alpha=measured(level - 0.2, n, 0.1),
        prevalence=measured(0.25, n),
        ordered={},
    )


def made_up_ordered_quality(level: float, n: int = 160) -> Quality:
    no_pass = Undefined(n=n, reason="no answer of this scale passes or fails")
    return replace(
        made_up_quality(level, n),
        sensitivity=no_pass,
        specificity=no_pass,
        balanced_accuracy=no_pass,
        mcc=no_pass,
        prevalence=no_pass,
        ordered={"Kendall's tau-b": measured(0.7, n, 0.07), "ICC(2,1)": measured(0.74, n, 0.06)},
    )


def same_quality(value: Measured) -> Quality:
    return Quality(
        labelled=value.n,
        answered=value.n,
        agreement=value,
        unweighted=value,
        sensitivity=value,
        specificity=value,
        balanced_accuracy=value,
        kappa=value,
        gwet=value,
        mcc=value,
        alpha=value,
        prevalence=value,
        ordered={},
    )


def made_up_confusion(categories: tuple[str, ...]) -> Confusion:
    return Confusion(
        categories=categories,
        counts=tuple(
            tuple(
                1 if column == len(categories) else 90 if row == column else 7
                for column in range(len(categories) + 1)
            )
            for row in range(len(categories))
        ),
    )


def _confusions() -> dict[str, Confusion]:
    graded = ("1", "2", "3", "4", "5")
    labels = ("complies", "violates", "not_applicable", "cannot_tell")
    return {
        principle: made_up_confusion(categories)
        for principle, categories in zip(PRINCIPLES, (labels, labels, graded), strict=True)
    }


def _qualities(level: float) -> dict[str, Quality]:
    return {
        PRINCIPLES[0]: made_up_quality(level),
        PRINCIPLES[1]: made_up_quality(level - 0.04, 64),
        PRINCIPLES[2]: made_up_ordered_quality(level - 0.2),
    }


def made_up_rate(rater: str, principle: str = "", *, ratio: float = 0.7) -> RateResult:
    return RateResult(
        rater=rater,
        principle=principle,
        method="two strata by the verdict, Jeffreys posteriors (chain rule)",
        rate=measured_between(0.919, 0.891, 0.941, 3000),
        humans_only=measured_between(0.905, 0.865, 0.938, 168),
        judges_alone=measured_between(0.86, 0.848, 0.872, 2940),
        width_ratio=ratio,
        adds_nothing=ratio > 0.97,
        labelled=168,
        judged=2940,
    )


def made_up_refused(principle: str, why: Undefined, rater: str = PANEL) -> RateResult:
    return RateResult(
        rater=rater,
        principle=principle,
        method="",
        rate=why,
        humans_only=why,
        judges_alone=measured_between(0.86, 0.848, 0.872, 2940),
        width_ratio=None,
        adds_nothing=False,
        labelled=why.n,
        judged=2940,
        warnings=("The share the judges alone would give is not a rate of anything people said.",),
    )


def _reliability(kind: str, over: float) -> Reliability:
    bins = tuple(
        ReliabilityBin(
            low=0.5 + place / 20,
            high=0.55 + place / 20,
            confidence=0.525 + place / 20,
            correct=measured(min(0.98, 0.525 + place / 20 - over), 16, 0.15),
            n=16,
        )
        for place in range(10)
    )
    return Reliability(
        kind=kind,
        n=160,
        bins=bins,
        ece=measured(over, 160, 0.03),
        brier=measured(0.11, 160, 0.02),
        auroc=measured(0.78, 160, 0.07),
    )


def _both_reliabilities() -> tuple[Reliability, ...]:
    return (_reliability("as the judge gives it", 0.12), _reliability("beta calibration", 0.02))


def made_up_judge(judge: str, place: int) -> JudgeCalibration:
    level = (0.9, 0.91, 0.7)[place]
    recorded = judge == "rules"
    return JudgeCalibration(
        judge=judge,
        version="1.0.0",
        model="" if recorded else f"made-up-{judge}",
        overall=made_up_quality(level),
        on_learning_labels=measured(level + 0.03, 205),
        principles=_qualities(level),
        severities={"critical": made_up_quality(level + 0.01), "medium": made_up_quality(level - 0.05)},
        confusions=_confusions(),
        against_people=measured_between(level / 0.92, level / 0.92 - 0.06, level / 0.92 + 0.06, 90),
        reliability=() if recorded else _both_reliabilities(),
        no_probabilities="The judge gives no probabilities." if recorded else "",
        rate=made_up_rate(judge, ratio=0.99 if recorded else 0.75),
        alternative_annotator=None if recorded else _alternative_annotator(passed=place == 0),
    )


def _alternative_annotator(*, passed: bool) -> AlternativeAnnotator:
    return AlternativeAnnotator(
        epsilon=0.15,
        winning_rate=0.67 if passed else 0.33,
        advantage=0.91 if passed else 0.8,
        annotators=3,
        passed=passed,
        words=f"Beats {2 if passed else 1} of 3 annotators at a margin of .150.",
    )


def made_up_panel() -> PanelCalibration:
    none = Undefined(n=168, reason="it is the judge the others are compared with")
    rules = (
        ("best single judge: sceptic", 0.91, none, False),
        ("majority", 0.9, measured_between(-0.01, -0.04, 0.02, 168), False),
        ("the panel as it is", 0.9, measured_between(-0.01, -0.04, 0.02, 168), False),
        ("weighted", 0.915, measured_between(0.005, -0.02, 0.03, 168), False),
        ("Dawid-Skene", 0.905, measured_between(-0.005, -0.03, 0.02, 168), False),
        ("stack", 0.95, measured_between(0.04, 0.01, 0.07, 168), True),
    )
    return PanelCalibration(
        quality=made_up_quality(0.9),
        on_learning_labels=measured(0.94, 206),
        principles=_qualities(0.92),
        severities={"critical": made_up_quality(0.91), "medium": made_up_quality(0.87)},
        confusions=_confusions(),
        n_eff=measured_between(1.7, 1.4, 2.2, 168),
        judges=3,
        mean_error_correlation=measured_between(0.38, 0.2, 0.57, 168),
        best_single="sceptic",
        rules=tuple(
            RuleRow(rule=rule, accuracy=measured(accuracy, 168), gain=gain, beats_single=beats)
            for rule, accuracy, gain, beats in rules
        ),
        recommended="stack",
        pairs=tuple(
            PairDependence(
                first=first,
                second=second,
                agreement=measured(agreement, 168),
                error_correlation=measured_between(agreement - 0.4, agreement - 0.6, agreement - 0.2, 168),
                same_wrong=Undefined(n=6, reason="too few"),
            )
            for first, second, agreement in (
                ("reader", "sceptic", 0.9),
                ("reader", "rules", 0.72),
                ("sceptic", "rules", 0.7),
            )
        ),
        drops=tuple(
            DropRow(
                judge=judge,
                change=measured_between(change, change - 0.02, change + 0.02, 168),
                saves_nanousd=cost,
            )
            for judge, change, cost in (
                ("reader", -0.02, 410_000_000),
                ("sceptic", -0.03, 820_000_000),
                ("rules", 0.01, 0),
            )
        ),
        disagreement=tuple(
            DisagreementBin(low=low, high=low + 0.2, n=n, wrong=wrong)
            for low, n, wrong in (
                (0.0, 110, measured(0.04, 110, 0.03)),
                (0.2, 40, measured(0.2, 40, 0.12)),
                (0.4, 18, Undefined(n=18, reason="too few")),
            )
        ),
        disagreement_auroc=measured(0.74, 168, 0.09),
        errors_among_unanimous=measured(0.24, 21, 0.17),
        against_people=measured_between(0.98, 0.92, 1.04, 90),
        reliability=_both_reliabilities(),
        rate=made_up_rate(PANEL),
    )
