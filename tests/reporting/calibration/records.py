"""Made-up calibrations for the tests of reports: no judge, person or number in them exists."""

import random
from collections.abc import Mapping, Sequence

from evenhand.calibration.results import (
    PANEL,
    Advice,
    AdviceKind,
    AlternativeAnnotator,
    Automation,
    AutomationStep,
    Calibration,
    CalibrationStamp,
    ChartPoint,
    CostRow,
    DataFacts,
    DisagreementBin,
    DropRow,
    ErrorGallery,
    ErrorItem,
    GateSight,
    History,
    JudgeCalibration,
    Method,
    PairDependence,
    PanelCalibration,
    People,
    PeoplePrinciple,
    PersonRow,
    PrincipleCalibration,
    Quality,
    RuleRow,
    SliceRow,
    Trust,
    TrustCell,
)
from evenhand.calibration.table import LabelSource, SplitAccess, SplitFacts
from evenhand.stats.estimate import Undefined

from .maker import Maker

CATEGORIES = ("complies", "violates", "not_applicable", "cannot_tell")


def make_calibration(
    *,
    judges: int | Sequence[str] = 3,
    principles: int | Sequence[str] = 4,
    undefined: bool = False,
    blind: bool | None = True,
    labelled: int = 180,
    categories: Sequence[str] = CATEGORIES,
    names: Mapping[str, str] | None = None,
    seed: int = 1,
) -> Calibration:
    """Return a made-up calibration; `names` replaces other texts that come from outside."""
    text = {"suite": "synthetic", "run": "synthetic-run", "annotator": "person", "slice": "topic"} | dict(
        names or {}
    )
    judge_ids = (
        [f"synthetic-judge-{place + 1}" for place in range(judges)]
        if isinstance(judges, int)
        else list(judges)
    )
    rules = (
        [f"synthetic.principle-{place + 1}" for place in range(principles)]
        if isinstance(principles, int)
        else list(principles)
    )
    maker = Maker(rng=random.Random(seed), undefined=undefined)
    small = {rules[-1]} if len(rules) > 1 else set()
    sizes = {rule: 7 if rule in small else labelled for rule in rules}
    raters = [PANEL, *judge_ids]
    trust = [
        TrustCell(
            rater=who,
            principle=rule,
            trust=_trust(place, row, rules, undefined=undefined),
            reason=f"{who} agrees on 0.91 of the gate labels, the floor is 0.75.",
            adds_nothing=who != PANEL and (row + place) % 7 == 3,
        )
        for row, rule in enumerate(rules)
        for place, who in enumerate(raters)
    ]
    panel_quality = {rule: maker.quality(0.93, sizes[rule]) for rule in rules}
    total = sum(sizes.values())
    return Calibration(
        stamp=CalibrationStamp(
            run=text["run"],
            suite=text["suite"],
            finished="2026-11-20T10:04:11Z",
            constitution=f"{text['suite']}@1.0.0 sha256:{'1' * 64}",
            panel="synthetic-panel",
            rule="majority",
            judges=tuple(
                f"{who} 1.2.0, model local/synthetic-model, served synthetic-model-1" for who in judge_ids
            ),
            blind=blind,
            reviewers=3,
            label_dates=("2026-11-02", "2026-11-18"),
            stale_days=2,
            evenhand="0.1.0",
        ),
        trust=tuple(trust),
        advice=_advice(judge_ids, rules, undefined=undefined),
        since_last=(
            f"{judge_ids[0]} went from version 1.1.0 to 1.2.0; its agreement did not change within the interval.",
        ),
        data=_data(text, total, undefined=undefined, blind=blind),
        people=_people(maker, rules, sizes, text),
        judges=tuple(
            _judge(maker, who, place, rules, sizes, categories) for place, who in enumerate(judge_ids)
        ),
        panel=_panel(maker, judge_ids, panel_quality, total, categories),
        principles=tuple(
            PrincipleCalibration(
                principle=rule,
                title=f"Synthetic principle number {row + 1}",
                severity=("critical", "high", "medium")[row % 3],
                items=12 * sizes[rule],
                labelled=sizes[rule],
                quality=panel_quality[rule],
                shrunken=maker.share(0.92, max(sizes[rule], 20)),
                gain=maker.share(0.02, sizes[rule]),
                rate=maker.rate(PANEL, rule, sizes[rule]),
                ceiling=maker.share(0.93, sizes[rule]),
                hardest=tuple(f"synthetic-{100 * row + place:04d}" for place in range(0 if undefined else 7)),
            )
            for row, rule in enumerate(rules)
        ),
        slices=_slices(maker, text["slice"]),
        automation=_automation(maker),
        history=_history(maker, text["run"]),
        errors=_errors(rules, categories, undefined=undefined),
        gate=_gate(rules, sizes, undefined=undefined),
        cost=tuple(
            CostRow(
                judge=who,
                calls=0 if undefined else 6000,
                nanousd=0 if undefined else 1_450_000_000 * (place + 1),
                per_thousand_nanousd=None if undefined else 241_000_000 * (place + 1) ** 2,
                failed_share=maker.share(0.012, 6000),
                agreement=maker.share(0.93 - 0.025 * (place % 4), total),
            )
            for place, who in enumerate(judge_ids)
        ),
        method=Method(
            choices={
                "confidence of intervals": "0.95",
                "bootstrap draws": "2000",
                "floor of balanced accuracy": "0.75",
            },
            procedure=(
                "Labels are divided by cluster; every rule was fitted to other labels than it is shown on.",
            ),
            seed=0,
            versions={"evenhand": "0.1.0", "numpy": "2.4.0", "scipy": "1.17.0"},
            command=f"evenhand calibrate {text['run']}",
        ),
    )


def _trust(place: int, row: int, rules: Sequence[str], *, undefined: bool) -> Trust:
    if undefined or (row == len(rules) - 1 and len(rules) > 1):
        return Trust.TOO_FEW
    if row == 2:
        return Trust.PEOPLE_DISAGREE
    order = (Trust.AS_A_PERSON, Trust.WITH_SPOT_CHECKS, Trust.NOT_SHOWN, Trust.NO)
    return order[(place + (row % 3) * place) % 4]


def _advice(judges: Sequence[str], rules: Sequence[str], *, undefined: bool) -> tuple[Advice, ...]:
    if undefined:
        return (Advice(kind=AdviceKind.LABEL, words="Label 60 more items before anything is concluded."),)
    return (
        Advice(
            kind=AdviceKind.USE,
            words=f"Use the panel for {rules[0]}, with a spot check of 5 % of its verdicts.",
        ),
        Advice(
            kind=AdviceKind.REWRITE,
            words=f"Rewrite {rules[-1]}: people agree on it no better than alpha 0.31.",
        ),
        Advice(
            kind=AdviceKind.DROP,
            words=f"Drop {judges[-1]}: without it nothing gets worse, and USD 4.35 is saved.",
        ),
        Advice(
            kind=AdviceKind.LABEL,
            words="Label 180 more failing items, so that the gate sees a drop of 3 points.",
        ),
    )


def _data(text: Mapping[str, str], total: int, *, undefined: bool, blind: bool | None) -> DataFacts:
    how = {True: "blind", False: "not blind", None: "not recorded"}[blind]
    return DataFacts(
        items=12 * total,
        verdicts=12 * total - 31,
        undecided=31,
        labelled=total,
        labels=2 * total,
        people=3,
        sources=(
            LabelSource(
                name="labels/synthetic.jsonl",
                sha256="sha256:" + "2" * 64,
                labels=2 * total,
                design="one draw",
            ),
        ),
        splits=SplitFacts(
            shares=(0.4, 0.4, 0.2),
            digest="sha256:" + "3" * 64,
            labelled=(total // 2, total // 3, total // 6),
            opened=False,
            accesses=(
                SplitAccess(
                    at="2026-11-10T08:00:00Z", split="gate", run=text["run"], purpose="evenhand calibrate"
                ),
            ),
        ),
        basis={"unanimous": total // 2, "majority": total // 4, "resolved": total // 4},
        drawn="Items were drawn with probabilities from 5.0 % to 31.0 %; labels are weighted by one over theirs.",
        inclusion=None if undefined else (0.05, 0.31),
        without_inclusion=12 if undefined else 0,
        blind={how: total},
        dates=("2026-11-02", "2026-11-18"),
        off_scale=1,
        notes=("Two cases share a prompt; their items are counted as one cluster.",),
    )


def _people(maker: Maker, rules: Sequence[str], sizes: Mapping[str, int], text: Mapping[str, str]) -> People:
    def row(name: str, n: int, ceiling: float) -> PeoplePrinciple:
        return PeoplePrinciple(
            principle=name,
            doubly_labelled=n,
            ceiling=maker.share(ceiling, n),
            pairwise=maker.share(ceiling - 0.02, n),
            alpha=maker.plain(2 * ceiling - 1.1, n),
            contested=maker.share(0.12, n),
            defensible=maker.share(0.06, 2 * n),
            cannot_tell=maker.share(0.03, 2 * n),
        )

    return People(
        principles=tuple(
            row(rule, sizes[rule], 0.71 if place == 2 else 0.93) for place, rule in enumerate(rules)
        ),
        overall=row("", sum(sizes.values()), 0.92),
        persons=tuple(
            PersonRow(
                annotator=f"{text['annotator']}-{place + 1}",
                labels=120,
                with_others=maker.share(0.9, 120),
                seconds=None if maker.undefined else 31.5,
            )
            for place in range(3)
        ),
        seconds_per_label=None if maker.undefined else 28.4,
        left_out=0,
    )


def _judge(
    maker: Maker,
    who: str,
    place: int,
    rules: Sequence[str],
    sizes: Mapping[str, int],
    categories: Sequence[str],
) -> JudgeCalibration:
    skill, total = 0.92 - 0.025 * (place % 5), sum(sizes.values())
    speaks = place % 3 != 2 and not maker.undefined
    return JudgeCalibration(
        judge=who,
        version="1.2.0",
        model="local/synthetic-model",
        overall=maker.quality(skill, total),
        principles={rule: maker.quality(skill, sizes[rule]) for rule in rules},
        confusions={rule: maker.confusion(skill, sizes[rule], categories) for rule in rules},
        on_learning_labels=maker.share(skill + 0.01, total),
        severities=_severities(maker, skill, total),
        against_people=maker.plain(skill / 0.93, total),
        reliability=(
            maker.reliability("as the judge gives it", total, 0.2),
            maker.reliability("isotonic map fitted to other labels", total, 0.01),
        )
        if speaks
        else (),
        no_probabilities="" if speaks else "it gives one answer and no probabilities",
        rate=maker.rate(who, "", total, adds_nothing=place % 3 == 2),
        alternative_annotator=AlternativeAnnotator(
            epsilon=0.2,
            winning_rate=0.67,
            advantage=0.82,
            annotators=3,
            passed=True,
            words="It beats 2 of 3 persons with epsilon 0.2, so it may stand in for one.",
        )
        if place == 0
        else None,
    )


def _panel(
    maker: Maker,
    judges: Sequence[str],
    qualities: Mapping[str, Quality],
    total: int,
    categories: Sequence[str],
) -> PanelCalibration:
    pairs = tuple(
        PairDependence(
            first=first,
            second=second,
            agreement=maker.share(0.86 + 0.1 * maker.rng.random(), 12 * total),
            error_correlation=maker.plain(0.15 + 0.5 * maker.rng.random(), total),
            same_wrong=maker.share(0.7, total // 5),
        )
        for place, first in enumerate(judges)
        for second in judges[place + 1 :]
    )
    return PanelCalibration(
        quality=maker.quality(0.93, total),
        on_learning_labels=maker.share(0.94, total),
        principles=qualities,
        severities=_severities(maker, 0.93, total),
        confusions={
            rule: maker.confusion(0.93, each.labelled, categories) for rule, each in qualities.items()
        },
        n_eff=maker.plain(1.7, total),
        judges=len(judges),
        mean_error_correlation=maker.plain(0.41, total),
        best_single=judges[0],
        rules=tuple(
            RuleRow(
                rule=rule,
                accuracy=maker.share(0.92 + 0.01 * place, total),
                gain=Undefined(n=total, reason="it is that judge")
                if place == 0
                else maker.plain(0.012 * place, 9000),
                beats_single=place == 3,
            )
            for place, rule in enumerate((f"best single judge: {judges[0]}", "majority", "weighted", "stack"))
        ),
        recommended="the panel as it is: the stack gains 0.6 points, which may be chance",
        pairs=pairs,
        drops=tuple(
            DropRow(judge=who, change=maker.plain(-0.004, 9000), saves_nanousd=1_450_000_000)
            for who in judges
        ),
        disagreement=tuple(
            DisagreementBin(low=low, high=high, n=n, wrong=maker.share(wrong, n))
            for low, high, n, wrong in (
                (0.0, 0.0, 6 * total // 10, 0.03),
                (0.0, 0.4, total // 5, 0.11),
                (0.4, 0.7, total // 8, 0.24),
                (0.7, 1.0, total // 14, 0.38),
            )
        ),
        disagreement_auroc=maker.plain(0.78, total),
        errors_among_unanimous=maker.share(0.31, total // 8),
        against_people=maker.plain(1.01, total),
        reliability=() if maker.undefined else (maker.reliability("mean over the judges", total, 0.08),),
        rate=maker.rate(PANEL, "", total),
    )


def _severities(maker: Maker, skill: float, total: int) -> Mapping[str, Quality]:
    return {name: maker.quality(skill, total // 3) for name in ("critical", "high", "medium")}


def _slices(maker: Maker, dimension: str) -> tuple[SliceRow, ...]:
    return tuple(
        SliceRow(
            dimension=dimension,
            value=value,
            items=40 * n,
            labelled=n,
            agreed=round(skill * n),
            agreement=maker.share(skill, n),
            shrunken=maker.share(0.5 * skill + 0.46, n + 40),
            worse=None if maker.undefined else worse,
            adjusted_p=None if maker.undefined else adjusted,
        )
        for value, n, skill, worse, adjusted in (
            ("alpha", 90, 0.94, 0.02, 1.0),
            ("beta", 61, 0.81, 0.81, 0.031),
            ("gamma", 7, 0.86, 0.22, 1.0),
        )
    )


def _automation(maker: Maker) -> tuple[Automation, ...]:
    found = []
    for alpha, certified in ((0.1, 4), (0.2, 7)):
        steps = tuple(
            AutomationStep(
                coverage=0.3 + 0.1 * place,
                threshold=0.995 - 0.05 * place,
                labelled=60 + 20 * place,
                errors=place * 3,
                agreement=maker.share(0.98 - 0.022 * place, 60 + 20 * place),
                p_value=0.001 * 4**place if place <= certified else None,
                certified=place < certified and not maker.undefined,
            )
            for place in range(8)
        )
        share = 0.0 if maker.undefined else steps[certified - 1].coverage
        found.append(
            Automation(
                alpha=alpha,
                delta=0.1,
                confidence_source="the mean probability of the verdict over the judges",
                automated=share,
                threshold=None if maker.undefined else steps[certified - 1].threshold,
                steps=steps,
                least_labels=22 if alpha == 0.1 else 11,
                words=f"the panel may decide {100 * share:.0f} % of the items alone"
                if share
                else "nothing can be certified with these labels",
            )
        )
    return tuple(found)


def _history(maker: Maker, run: str) -> History:
    values = (0.93, 0.92, 0.94, 0.93, 0.84, 0.92)
    changes: dict[int, tuple[str, ...]] = {
        2: ("constitution 1.0.0 to 1.1.0",),
        4: ("synthetic-judge-1 1.1.0 to 1.2.0", "served model synthetic-model-1 to synthetic-model-2"),
    }
    return History(
        centre=None if maker.undefined else 0.925,
        points=tuple(
            ChartPoint(
                run=f"{run}-{place}",
                finished=f"2026-11-{place + 2:02d}T08:00:00Z",
                agreement=maker.share(value, 180),
                low=None if maker.undefined else 0.866,
                high=None if maker.undefined else 0.984,
                inside=value > 0.866,
                changes=changes.get(place, ()),
            )
            for place, value in enumerate(values)
        ),
        words="One of 6 runs lies outside the limits."
        if not maker.undefined
        else "Too few labels for limits.",
    )


def _errors(rules: Sequence[str], categories: Sequence[str], *, undefined: bool) -> ErrorGallery:
    if undefined:
        return ErrorGallery(confident=(), split=(), held_back=0)

    def item(seq: int, confidence: float | None, disagreement: float) -> ErrorItem:
        return ErrorItem(
            seq=seq,
            principle=rules[seq % len(rules)],
            verdict="" if confidence is None else categories[0],
            reference=categories[1],
            confidence=confidence,
            disagreement=disagreement,
        )

    return ErrorGallery(
        confident=tuple(item(place, 0.99 - 0.003 * place, 0.0) for place in range(20)),
        split=tuple(item(20 + place, None, 1.0 - 0.02 * place) for place in range(20)),
        held_back=14,
    )


def _gate(rules: Sequence[str], sizes: Mapping[str, int], *, undefined: bool) -> tuple[GateSight, ...]:
    return tuple(
        GateSight(
            principle=rule,
            failing=n // 4,
            passing=n - n // 4,
            discordance=0.15,
            discordance_basis="taken, not measured",
            sensitivity_drop=None if undefined or n < 20 else 1.2 / n**0.5,
            specificity_drop=None if undefined or n < 20 else 0.7 / n**0.5,
            sees_margin=n > 1000,
            words="It would miss a drop of 3 points; label 400 more failing items.",
        )
        for rule, n in (("", sum(sizes.values())), *((rule, sizes[rule]) for rule in rules))
    )
