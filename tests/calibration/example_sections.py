"""Made-up sections of a calibration record that are not about raters."""

from dataclasses import replace

from evenhand.calibration.results import (
    PANEL,
    Advice,
    AdviceKind,
    Automation,
    AutomationStep,
    CalibrationStamp,
    ChartPoint,
    CostRow,
    DataFacts,
    ErrorGallery,
    ErrorItem,
    GateSight,
    History,
    Method,
    People,
    PeoplePrinciple,
    PersonRow,
    PrincipleCalibration,
    SliceRow,
    Trust,
    TrustCell,
)
from evenhand.calibration.table import LabelSource, SplitAccess, SplitFacts
from evenhand.stats.estimate import Measured, Undefined

from .example_raters import (
    made_up_ordered_quality,
    made_up_quality,
    made_up_rate,
    made_up_refused,
)
from .example_values import JUDGES, PRINCIPLES, TITLES, measured, measured_between


def made_up_stamp() -> CalibrationStamp:
    return CalibrationStamp(
        run="20261120-101500-made-up",
        suite="made-up",
        finished="2026-11-20T10:15:00Z",
        constitution="Made-up principles 1.0.0 (sha256 00aa)",
        panel="made-up",
        rule="majority",
        judges=tuple(f"{judge} 1.0.0, model made-up-{judge}" for judge in JUDGES),
        blind=False,
        reviewers=3,
        label_dates=("2026-10-01", "2026-11-08"),
        stale_days=12,
        evenhand="0.0.0",
    )


def made_up_trust() -> tuple[TrustCell, ...]:
    words = {
        Trust.AS_A_PERSON: "Agrees with people on 92.0 % (87.0 to 97.0), one person with the others on 91.0 %.",
        Trust.WITH_SPOT_CHECKS: "Balanced accuracy .860 (.810 to .910) is above the floor of .750.",
        Trust.NOT_SHOWN: "Balanced accuracy .780 (.690 to .860): 30 failing items are too few to tell.",
        Trust.NO: "Balanced accuracy .550 (.480 to .620) is below the floor of .750.",
        Trust.PEOPLE_DISAGREE: "Alpha among people is .210 (.110 to .310), below .400: rewrite the principle first.",
        Trust.TOO_FEW: "12 labels; no number is given under 20.",
    }
    grid = (
        (Trust.WITH_SPOT_CHECKS, Trust.NOT_SHOWN, Trust.PEOPLE_DISAGREE),
        (Trust.AS_A_PERSON, Trust.TOO_FEW, Trust.PEOPLE_DISAGREE),
        (Trust.NO, Trust.NO, Trust.PEOPLE_DISAGREE),
        (Trust.AS_A_PERSON, Trust.NOT_SHOWN, Trust.PEOPLE_DISAGREE),
    )
    return tuple(
        TrustCell(
            rater=rater,
            principle=principle,
            trust=trust,
            reason=words[trust],
            adds_nothing=rater == "rules" and trust is Trust.NO,
        )
        for rater, row in zip((*JUDGES, PANEL), grid, strict=True)
        for principle, trust in zip(PRINCIPLES, row, strict=True)
    )


def made_up_advice() -> tuple[Advice, ...]:
    return (
        Advice(
            kind=AdviceKind.REWRITE,
            words="For tone people disagree among themselves (ceiling .710): rewrite it first.",
        ),
        Advice(kind=AdviceKind.USE, words="Use the panel for no-method."),
        Advice(
            kind=AdviceKind.USE_SINGLE,
            words="For no-false-citation use sceptic alone: the panel does not beat it on held-out labels.",
        ),
        Advice(kind=AdviceKind.DROP, words="Judge rules adds nothing (width ratio .990)."),
        Advice(kind=AdviceKind.LABEL, words="Label 120 more items that fail no-false-citation."),
        Advice(
            kind=AdviceKind.FIX_LABELS,
            words="35 labels were given after the judges were seen; label them again blind.",
        ),
    )


def made_up_data() -> DataFacts:
    return DataFacts(
        items=3000,
        verdicts=2940,
        undecided=60,
        labelled=420,
        labels=700,
        people=3,
        sources=(
            LabelSource(
                name="labels/made-up.jsonl",
                sha256="ab" * 32,
                labels=700,
                design="half uniform, half by uncertainty",
            ),
        ),
        splits=SplitFacts(
            shares=(0.5, 0.4, 0.1),
            digest="cd" * 32,
            labelled=(210, 168, 42),
            opened=False,
            accesses=(
                SplitAccess(
                    at="2026-11-01T09:00:00Z",
                    split="gate",
                    run="20261101-made-up",
                    purpose="evenhand calibrate",
                ),
            ),
            moved=2,
        ),
        basis={"single": 200, "majority": 60, "unanimous": 150, "resolved": 10},
        drawn="Labelled items were drawn with probabilities between 2.0 % and 40.0 %.",
        inclusion=(0.02, 0.4),
        without_inclusion=0,
        blind={"blind": 360, "not blind": 35, "not recorded": 25},
        dates=("2026-10-01", "2026-11-08"),
        off_scale=3,
        notes=("12 cases of the suite have no item in this run.",),
    )


def made_up_people_row(principle: str, value: Measured) -> PeoplePrinciple:
    return PeoplePrinciple(
        principle=principle,
        doubly_labelled=value.n,
        ceiling=value,
        pairwise=value,
        alpha=value,
        contested=value,
        defensible=value,
        cannot_tell=value,
    )


def made_up_people() -> People:
    rows = [
        PeoplePrinciple(
            principle=principle,
            doubly_labelled=90,
            ceiling=measured(ceiling, 90),
            pairwise=measured(ceiling - 0.02, 90),
            alpha=measured(alpha, 90, 0.1),
            contested=measured(1 - ceiling, 90),
            defensible=measured(0.04, 180, 0.03),
            cannot_tell=measured(0.02, 180, 0.02),
        )
        for principle, ceiling, alpha in zip(
            ("", *PRINCIPLES), (0.86, 0.94, 0.91, 0.71), (0.7, 0.86, 0.8, 0.21), strict=True
        )
    ]
    persons = (
        PersonRow(annotator="person-1", labels=300, with_others=measured(0.9, 180), seconds=31.5),
        PersonRow(annotator="person-2", labels=260, with_others=measured(0.88, 150), seconds=24.0),
        PersonRow(
            annotator="person-3",
            labels=140,
            with_others=Undefined(n=12, reason="too few"),
            seconds=None,
        ),
    )
    return People(
        principles=tuple(rows[1:]), overall=rows[0], persons=persons, seconds_per_label=27.0, left_out=4
    )


def made_up_principle(place: int) -> PrincipleCalibration:
    level = (0.92, 0.88, 0.7)[place]
    refused = Undefined(n=60, reason="no answer of this scale passes or fails")
    return PrincipleCalibration(
        principle=PRINCIPLES[place],
        title=TITLES[place],
        severity=("critical", "high", "medium")[place],
        items=1000,
        labelled=(164, 68, 164)[place],
        quality=made_up_ordered_quality(level) if place == 2 else made_up_quality(level),
        shrunken=measured(level - 0.01),
        gain=measured_between(0.01, -0.02, 0.04, 160),
        rate=made_up_refused(PRINCIPLES[place], refused)
        if place == 2
        else made_up_rate(PANEL, PRINCIPLES[place]),
        ceiling=measured((0.94, 0.91, 0.71)[place], 90),
        hardest=("made-up-0412", "made-up-0099") if place == 0 else (),
    )


def made_up_slices() -> tuple[SliceRow, ...]:
    return (
        SliceRow(
            dimension="language",
            value="en",
            items=2400,
            labelled=140,
            agreed=128,
            agreement=measured(128 / 140, 140),
            shrunken=measured(0.91, 140),
            worse=0.02,
            adjusted_p=1.0,
        ),
        SliceRow(
            dimension="language",
            value="ar",
            items=500,
            labelled=24,
            agreed=16,
            agreement=measured(16 / 24, 24, 0.18),
            shrunken=measured(0.79, 24, 0.12),
            worse=0.93,
            adjusted_p=0.012,
        ),
        SliceRow(
            dimension="language",
            value="de",
            items=100,
            labelled=4,
            agreed=4,
            agreement=Undefined(n=4, reason="too few"),
            shrunken=Undefined(n=4, reason="too few"),
            worse=None,
            adjusted_p=None,
        ),
    )


def made_up_automation(alpha: float, *, certified: int) -> Automation:
    steps = tuple(
        AutomationStep(
            coverage=0.3 + place / 10,
            threshold=0.97 - place / 20,
            labelled=50 + 17 * place,
            errors=2 * place + 1,
            agreement=measured(1 - (2 * place + 1) / (50 + 17 * place), 50 + 17 * place),
            p_value=0.001 * 3**place if place <= certified else None,
            certified=place < certified,
        )
        for place in range(8)
    )
    automated = steps[certified - 1].coverage if certified else 0.0
    return Automation(
        alpha=alpha,
        delta=0.1,
        confidence_source="mean probability of the judges, calibrated on the labels for learning",
        automated=automated,
        threshold=steps[certified - 1].threshold if certified else None,
        steps=steps,
        least_labels=22,
        words=f"The panel may decide {automated:.0%} of the items alone."
        if certified
        else "Nothing may be decided alone: the first step fails.",
    )


def made_up_history() -> History:
    points = tuple(
        ChartPoint(
            run=f"2026{month:02}01-made-up",
            finished=f"2026-{month:02}-01T10:00:00Z",
            agreement=measured(value, 160),
            low=0.83,
            high=0.97,
            inside=value > 0.83,
            changes=changes,
        )
        for month, value, changes in (
            (8, 0.9, ()),
            (9, 0.92, ()),
            (10, 0.81, ("judge sceptic 1.2.0 became 1.3.0",)),
            (11, 0.9, ("the constitution changed", "judge sceptic 1.3.0 became 1.4.0")),
        )
    )
    return History(centre=0.9, points=points, words="1 of 4 runs lies outside the control limits.")


def made_up_errors() -> ErrorGallery:
    return ErrorGallery(
        confident=tuple(
            ErrorItem(
                seq=seq,
                principle=PRINCIPLES[seq % 2],
                verdict="complies",
                reference="violates",
                confidence=0.98 - seq / 1000,
                disagreement=0.0,
            )
            for seq in range(20)
        ),
        split=(
            ErrorItem(
                seq=77,
                principle=PRINCIPLES[0],
                verdict="",
                reference="violates",
                confidence=None,
                disagreement=1.0,
            ),
        ),
        held_back=17,
    )


def made_up_gate() -> tuple[GateSight, ...]:
    rows = (
        ("", 82, 250, 0.09, 0.05),
        (PRINCIPLES[0], 41, 123, 0.12, 0.03),
        (PRINCIPLES[1], 9, 55, None, 0.11),
    )
    return tuple(
        GateSight(
            principle=principle,
            failing=failing,
            passing=passing,
            discordance=0.15,
            discordance_basis="assumed; no two runs share items",
            sensitivity_drop=sensitivity,
            specificity_drop=specificity,
            sees_margin=False,
            words="Even a drop of everything would go unseen."
            if sensitivity is None
            else f"A drop of sensitivity under {sensitivity:.0%} would go unseen.",
        )
        for principle, failing, passing, sensitivity, specificity in rows
    )


def made_up_blind_gate() -> GateSight:
    return replace(
        made_up_gate()[2],
        principle="",
        failing=0,
        passing=0,
        specificity_drop=None,
        words="There are no labels.",
    )


def made_up_cost() -> tuple[CostRow, ...]:
    return tuple(
        CostRow(
            judge=judge,
            calls=calls,
            nanousd=nanousd,
            per_thousand_nanousd=nanousd / 3 if calls else 0.0,
            failed_share=measured(0.01, 3000, 0.004),
            agreement=measured(agreement, 168),
        )
        for judge, calls, nanousd, agreement in (
            ("reader", 3020, 410_000_000, 0.9),
            ("sceptic", 3050, 820_000_000, 0.91),
            ("rules", 0, 0, 0.7),
        )
    )


def made_up_method() -> Method:
    return Method(
        choices={"confidence": "0.95", "too_few": "20", "floor": "0.75", "epsilon": "not set"},
        procedure=(
            "What is learnt from labels is learnt from the optimise split and measured on the gate split.",
            "Labels are weighted by one over the probability with which their item was drawn.",
        ),
        seed=0,
        versions={"evenhand": "0.0.0", "numpy": "2.0.0"},
        command="evenhand calibrate 20261120-101500-made-up",
    )
