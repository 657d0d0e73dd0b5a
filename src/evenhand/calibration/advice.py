"""What to do next, most important first: decisions over numbers already measured."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evenhand.calibration.choices import Choices
from evenhand.calibration.panel_rules import AS_IT_IS, RULE_NAMES
from evenhand.calibration.results import (
    PANEL,
    Advice,
    AdviceKind,
    DataFacts,
    GateSight,
    JudgeCalibration,
    PanelCalibration,
    People,
    PrincipleCalibration,
    Trust,
    TrustCell,
)
from evenhand.calibration.words import (
    count,
    listed,
    number,
    number_with_limits,
    points_with_limits,
)
from evenhand.stats.estimate import Estimate, Measured

MOST_LABELS = 5000
"""More labels than this are not advised: the quality lies at the floor."""
_TRUSTED = {Trust.AS_A_PERSON, Trust.WITH_SPOT_CHECKS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What advice is given on."""

    trust: tuple[TrustCell, ...]
    data: DataFacts
    people: People
    judges: tuple[JudgeCalibration, ...]
    panel: PanelCalibration
    principles: tuple[PrincipleCalibration, ...]
    gate: tuple[GateSight, ...]


def advise(findings: Findings, choices: Choices) -> tuple[Advice, ...]:
    """Return what to do next: principles to rewrite, labels to mend, whom to use, whom to drop, what to label."""
    advice = (
        *_rewrite(findings),
        *_fix_labels(findings.data),
        *_use(findings),
        *_drop(findings),
        *_label(findings, choices),
    )
    return advice or (Advice(kind=AdviceKind.NOTHING, words="There is nothing to do."),)


# -- People and their labels -------------------------------------------------------------------------------


def _rewrite(findings: Findings) -> Iterator[Advice]:
    rows = {row.principle: row for row in findings.people.principles}
    for principle in _principles_with(findings.trust, PANEL, {Trust.PEOPLE_DISAGREE}):
        ceiling = rows[principle].ceiling
        shown = f"ceiling {number(ceiling.value)}, " if isinstance(ceiling, Estimate) else ""
        alpha = number_with_limits(rows[principle].alpha)
        yield Advice(
            kind=AdviceKind.REWRITE,
            words=f"For {principle} people disagree among themselves ({shown}alpha {alpha}): rewrite it first.",
        )


def _fix_labels(data: DataFacts) -> Iterator[Advice]:
    if data.without_inclusion:
        yield _fix(
            f"Draw the items to label with recorded probabilities: it is not known how {data.without_inclusion:,} of "
            f"{count(data.labelled, 'labelled item')} came to be labelled, so no rate can be given."
        )
    if unblind := data.blind.get("not blind", 0):
        yield _fix(
            f"Label {count(unblind, 'item')} again, blind: people saw the judges first, and a shown answer is often "
            "taken over."
        )
    if data.splits.moved:
        yield _fix(
            f"Find out why {count(data.splits.moved, 'label')} to certify with changed after "
            f"{'its' if data.splits.moved == 1 else 'their'} first use."
        )


def _fix(words: str) -> Advice:
    return Advice(kind=AdviceKind.FIX_LABELS, words=words)


# -- Whom to use -------------------------------------------------------------------------------------------


def _use(findings: Findings) -> Iterator[Advice]:
    """Yields whom to use for the principles they may be trusted for, and which rule combines the judges best."""
    yield from _rule_to_use(findings.panel)
    choices = {row.principle: _choose(row, findings) for row in findings.principles}
    for choice in dict.fromkeys(choices.values()):
        chosen = [principle for principle, own in choices.items() if own == choice]
        yield from _use_for(findings, choice, chosen)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Whom to use, and why."""

    rater: str
    name: str
    kind: AdviceKind
    why: str = ""


_THE_PANEL = _Choice(PANEL, "the panel", AdviceKind.USE)


def _choose(row: PrincipleCalibration, findings: Findings) -> _Choice:
    """Return panel or best single judge: what the principle's own labels show, else what all labels do.

    Where the labels of all principles do not show that the panel is better, it still is the choice for a principle that
    it is trusted with and the judge is not.
    """
    panel = findings.panel
    single, gain = panel.best_single, row.gain
    if panel.judges < 2 or not single:
        return _THE_PANEL
    alone = _Choice(single, f"{single} alone", AdviceKind.USE_SINGLE)
    if isinstance(gain, Estimate) and gain.interval.low > 0:
        return replace(
            _THE_PANEL, why=f": there it beats {single}, the best single judge, on held-out labels"
        )
    if isinstance(gain, Estimate) and gain.interval.high < 0:
        return replace(alone, why=": there it beats the panel as it is on held-out labels")
    trusted = {
        cell.rater for cell in findings.trust if cell.principle == row.principle and cell.trust in _TRUSTED
    }
    if _beats_single(panel) or (PANEL in trusted and single not in trusted):
        return _THE_PANEL
    shown = points_with_limits(_gain_as_it_is(panel))
    return replace(alone, why=f": on held-out labels the panel does not beat it (gain {shown})")


def _beats_single(panel: PanelCalibration) -> bool:
    return any(row.beats_single for row in panel.rules if row.rule == panel.recommended)


def _rule_to_use(panel: PanelCalibration) -> Iterator[Advice]:
    chosen = next((row for row in panel.rules if row.rule == panel.recommended), None)
    if chosen is not None and chosen.beats_single and chosen.rule != AS_IT_IS:
        learn = f" (evenhand calibrate RUN --learn FILE --rule {RULE_NAMES.get(chosen.rule, '')})"
        yield Advice(
            kind=AdviceKind.USE,
            words=f"Combine the judges by the rule {panel.recommended}: on held-out labels it beats "
            f"{panel.best_single}, the best single judge, by {points_with_limits(chosen.gain)}"
            f"{learn if chosen.rule in RULE_NAMES else ''}.",
        )


def _use_for(findings: Findings, choice: _Choice, principles: Sequence[str]) -> Iterator[Advice]:
    for trust, manner in (
        (Trust.AS_A_PERSON, "as you would a person"),
        (Trust.WITH_SPOT_CHECKS, "with spot checks"),
    ):
        trusted = set(_principles_with(findings.trust, choice.rater, {trust}))
        if shown := [principle for principle in principles if principle in trusted]:
            later = choice.kind is AdviceKind.USE_SINGLE and _beats_single(findings.panel)
            start = "Until then use" if later else "Use"
            words = f"{start} {choice.name} {manner} for {listed(shown)}{choice.why}."
            yield Advice(kind=choice.kind, words=words)


def _gain_as_it_is(panel: PanelCalibration) -> Measured:
    return next(row.gain for row in panel.rules if row.rule == AS_IT_IS)


def _drop(findings: Findings) -> Iterator[Advice]:
    """Yields who adds nothing to the rate; not those trusted with a principle, for they are good for that."""
    trusted = {cell.rater for cell in findings.trust if cell.trust in _TRUSTED}
    for judge in findings.judges:
        ratio = judge.rate.width_ratio
        if judge.rate.adds_nothing and ratio is not None and judge.judge not in trusted:
            yield Advice(
                kind=AdviceKind.DROP,
                words=f"{judge.judge} adds nothing: an estimate with it is as wide as one from the human labels alone "
                f"(width ratio {number(ratio)}).",
            )
    ratio = findings.panel.rate.width_ratio
    if findings.panel.rate.adds_nothing and ratio is not None and PANEL not in trusted:
        yield Advice(
            kind=AdviceKind.DROP,
            words="The panel adds nothing to the human labels: an estimate with it is as wide as one without "
            f"(width ratio {number(ratio)}).",
        )


# -- What to label -----------------------------------------------------------------------------------------


def _label(findings: Findings, choices: Choices) -> Iterator[Advice]:
    principles = {row.principle: row for row in findings.principles}
    for cell in findings.trust:
        if cell.rater != PANEL:
            continue
        quality = principles[cell.principle].quality
        if cell.trust is Trust.TOO_FEW:
            missing = choices.too_few - quality.answered
            yield _more(f"Label at least {count(missing, 'more item')} of {cell.principle}.")
        if cell.trust is Trust.NO:
            yield _more(
                f"For {cell.principle} the panel is below the floor of {number(choices.floor)}: improve the judges "
                "before labelling more."
            )
        if cell.trust is Trust.NOT_SHOWN:
            yield from _more_of_the_scarce(cell.principle, principles[cell.principle], choices)
    yield from _more_for_the_gate(findings.gate)


def _more_of_the_scarce(principle: str, row: PrincipleCalibration, choices: Choices) -> Iterator[Advice]:
    quality = row.quality
    kinds = ((quality.sensitivity.n, "violations"), (quality.specificity.n, "passing items"))
    has_rate = quality.sensitivity.n + quality.specificity.n > 0
    measured = quality.balanced_accuracy if has_rate else quality.agreement
    scarce, kind = min(kinds) if has_rate else (quality.answered, "items")
    needed = labels_to_decide(measured, scarce, choices)
    if needed is None:
        yield _more(f"Label more {kind} of {principle}: there are {scarce}, too few to say how many more.")
    elif needed <= MOST_LABELS:
        yield _more(f"Label {needed:,} more {kind} of {principle}: there are {scarce}.")
    else:
        yield _more(
            f"For {principle} the panel lies at the floor of {number(choices.floor)}: improve the judges before "
            "labelling more."
        )


def labels_to_decide(measured: Measured, labels: int, choices: Choices) -> int | None:
    """Return how many more of the scarce labels bring the interval to one side of the floor, by the square-root law.

    None where nothing was measured yet.
    """
    if not isinstance(measured, Estimate) or labels == 0:
        return None
    gap = abs(measured.value - choices.floor)
    above = measured.value >= choices.floor
    half = measured.value - measured.interval.low if above else measured.interval.high - measured.value
    if gap * math.sqrt(MOST_LABELS) <= half:
        return MOST_LABELS + 1
    return max(1, math.ceil(labels * ((half / gap) ** 2 - 1)))


def _more_for_the_gate(gate: Sequence[GateSight]) -> Iterator[Advice]:
    overall = next((row for row in gate if not row.principle), None)
    if overall is not None and not overall.sees_margin and overall.failing + overall.passing > 0:
        yield _more(overall.words)


def _more(words: str) -> Advice:
    return Advice(kind=AdviceKind.LABEL, words=words)


def _principles_with(trust: Sequence[TrustCell], rater: str, kinds: set[Trust]) -> list[str]:
    return [cell.principle for cell in trust if cell.rater == rater and cell.trust in kinds]
