"""Made-up calibration records for tests of what shows them: no number here was measured on anything."""

from dataclasses import replace

from evenhand.calibration.results import (
    PANEL,
    Advice,
    AdviceKind,
    Calibration,
    CostRow,
    DataFacts,
    ErrorGallery,
    History,
    JudgeCalibration,
    PanelCalibration,
    People,
    Trust,
    TrustCell,
)
from evenhand.calibration.table import LabelSource, SplitFacts
from evenhand.stats.estimate import Undefined

from .example_raters import (
    made_up_confusion,
    made_up_judge,
    made_up_panel,
    made_up_refused,
    same_quality,
)
from .example_sections import (
    made_up_advice,
    made_up_automation,
    made_up_blind_gate,
    made_up_cost,
    made_up_data,
    made_up_errors,
    made_up_gate,
    made_up_history,
    made_up_method,
    made_up_people,
    made_up_people_row,
    made_up_principle,
    made_up_slices,
    made_up_stamp,
    made_up_trust,
)
from .example_values import HOSTILE, JUDGES, NO_LABELS, PRINCIPLES


def made_up_calibration() -> Calibration:
    """Return a record in which every section has something to say."""
    return Calibration(
        stamp=made_up_stamp(),
        trust=made_up_trust(),
        advice=made_up_advice(),
        since_last=("judge sceptic 1.3.0 became 1.4.0", "agreement went from 91.0 % to 89.5 %"),
        data=made_up_data(),
        people=made_up_people(),
        judges=tuple(made_up_judge(judge, place) for place, judge in enumerate(JUDGES)),
        panel=made_up_panel(),
        principles=tuple(made_up_principle(place) for place in range(len(PRINCIPLES))),
        slices=made_up_slices(),
        automation=(made_up_automation(0.1, certified=0), made_up_automation(0.2, certified=5)),
        history=made_up_history(),
        errors=made_up_errors(),
        gate=made_up_gate(),
        cost=made_up_cost(),
        method=made_up_method(),
    )


def empty_calibration(*, judges: tuple[str, ...] = JUDGES[:1]) -> Calibration:
    """Return a record of a run without any label: nothing can be said, and everything says why."""
    full = made_up_calibration()
    nothing = Undefined(n=0, reason=NO_LABELS)
    return replace(
        full,
        stamp=replace(
            full.stamp, blind=None, reviewers=0, label_dates=("", ""), stale_days=None, judges=judges
        ),
        trust=tuple(
            TrustCell(
                rater=rater, principle=PRINCIPLES[0], trust=Trust.TOO_FEW, reason="There are no labels."
            )
            for rater in (*judges, PANEL)
        ),
        advice=(Advice(kind=AdviceKind.LABEL, words="Label 20 items of no-method first."),),
        since_last=(),
        data=_no_labels(full.data),
        people=People(
            principles=(),
            overall=made_up_people_row("", nothing),
            persons=(),
            seconds_per_label=None,
            left_out=0,
        ),
        judges=tuple(_unmeasured_judge(judge, nothing) for judge in judges),
        panel=_unmeasured_panel(nothing),
        principles=tuple(
            replace(
                row,
                labelled=0,
                quality=same_quality(nothing),
                shrunken=nothing,
                gain=nothing,
                rate=made_up_refused("no-method", nothing),
                ceiling=nothing,
                hardest=(),
            )
            for row in full.principles[:1]
        ),
        slices=(),
        automation=tuple(
            replace(
                row,
                automated=0.0,
                threshold=None,
                steps=(),
                words="Nothing may be decided alone: there are no labels.",
            )
            for row in full.automation
        ),
        history=History(centre=None, points=(), words="No earlier run has labels."),
        errors=ErrorGallery(confident=(), split=(), held_back=0),
        gate=(made_up_blind_gate(),),
        cost=(
            CostRow(
                judge=judges[0],
                calls=0,
                nanousd=0,
                per_thousand_nanousd=None,
                failed_share=nothing,
                agreement=nothing,
            ),
        ),
        method=full.method,
    )


def hostile_calibration() -> Calibration:
    """Return a record whose every name and word from outside is an attack on a page, a table or a sheet."""
    full = made_up_calibration()
    script, table, sql, formula, direction, link = HOSTILE
    return replace(
        full,
        stamp=replace(
            full.stamp, run=script, suite=table, constitution=sql, panel=formula, judges=(direction, link)
        ),
        trust=tuple(replace(cell, rater=script, principle=table, reason=link) for cell in full.trust),
        advice=tuple(replace(advice, words=script) for advice in full.advice),
        since_last=HOSTILE,
        data=replace(
            full.data,
            sources=(LabelSource(name=script, sha256="0" * 64, labels=9, design=table),),
            drawn=link,
            notes=HOSTILE,
        ),
        people=replace(
            full.people,
            principles=tuple(replace(row, principle=table) for row in full.people.principles),
            persons=tuple(
                replace(row, annotator=name) for row, name in zip(full.people.persons, HOSTILE, strict=False)
            ),
        ),
        judges=tuple(
            replace(
                judge,
                judge=name,
                version=script,
                model=table,
                principles={script: judge.overall},
                confusions={script: made_up_confusion((script, table))},
                no_probabilities=link,
            )
            for judge, name in zip(full.judges, HOSTILE, strict=False)
        ),
        panel=replace(
            full.panel,
            best_single=script,
            recommended=table,
            principles={link: full.panel.quality},
            rules=tuple(replace(row, rule=script) for row in full.panel.rules),
            pairs=tuple(replace(row, first=script, second=table) for row in full.panel.pairs),
            drops=tuple(replace(row, judge=formula) for row in full.panel.drops),
        ),
        principles=tuple(
            replace(row, principle=name, title=name, severity=table, hardest=(script, table))
            for row, name in zip(full.principles, HOSTILE, strict=False)
        ),
        slices=tuple(replace(row, dimension=script, value=table) for row in full.slices),
        history=replace(
            full.history,
            points=tuple(replace(point, run=script, changes=HOSTILE) for point in full.history.points),
        ),
        errors=replace(
            full.errors,
            confident=tuple(
                replace(item, principle=script, verdict=table, reference=link)
                for item in full.errors.confident
            ),
        ),
        gate=tuple(replace(row, principle=script) for row in full.gate),
        cost=tuple(replace(row, judge=formula) for row in full.cost),
        method=replace(full.method, command=script),
    )


def _no_labels(data: DataFacts) -> DataFacts:
    return replace(
        data,
        labelled=0,
        labels=0,
        people=0,
        sources=(),
        splits=SplitFacts(shares=(0.5, 0.4, 0.1), digest="", labelled=(0, 0, 0), opened=False),
        basis={},
        drawn="No item was labelled.",
        inclusion=None,
        blind={},
        dates=("", ""),
        off_scale=0,
        notes=(),
    )


def _unmeasured_judge(judge: str, nothing: Undefined) -> JudgeCalibration:
    return JudgeCalibration(
        judge=judge,
        version="1.0.0",
        model="",
        overall=same_quality(nothing),
        on_learning_labels=nothing,
        principles={},
        severities={},
        confusions={},
        against_people=nothing,
        reliability=(),
        no_probabilities="The judge gives no probabilities.",
        rate=made_up_refused("", nothing, judge),
        alternative_annotator=None,
    )


def _unmeasured_panel(nothing: Undefined) -> PanelCalibration:
    return PanelCalibration(
        quality=same_quality(nothing),
        on_learning_labels=nothing,
        principles={},
        severities={},
        confusions={},
        n_eff=nothing,
        judges=1,
        mean_error_correlation=nothing,
        best_single="",
        rules=(),
        recommended="the panel as it is: too few labels to compare",
        pairs=(),
        drops=(),
        disagreement=(),
        disagreement_auroc=nothing,
        errors_among_unanimous=nothing,
        against_people=nothing,
        reliability=(),
        rate=made_up_refused("", nothing),
    )
