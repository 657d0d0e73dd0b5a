"""What is advised, in which order, and in which words."""

from dataclasses import replace

import pytest

from evenhand.calibration.advice import Findings, advise, labels_to_decide
from evenhand.calibration.choices import Choices
from evenhand.calibration.results import (
    PANEL,
    Advice,
    AdviceKind,
    DataFacts,
    RateResult,
    RuleRow,
    Trust,
    TrustCell,
)
from evenhand.stats.estimate import Measured, Undefined

from .example_raters import made_up_rate
from .example_values import PRINCIPLES, measured_between
from .examples import made_up_calibration

FULL = made_up_calibration()
GAIN_SEEN = measured_between(0.04, 0.01, 0.07)
NO_GAIN = measured_between(-0.01, -0.04, 0.02)
SEEING = tuple(replace(row, sees_margin=True) for row in FULL.gate)
CLEAN = replace(FULL.data, blind={"blind": 420}, splits=replace(FULL.data.splits, moved=0))


def cells(rater: str, *trusts: Trust) -> tuple[TrustCell, ...]:
    return tuple(
        TrustCell(rater=rater, principle=principle, trust=trust, reason="Made up.")
        for principle, trust in zip(PRINCIPLES, trusts, strict=False)
    )


def findings(
    *trust: TrustCell, gain: Measured = GAIN_SEEN, recommended: str = "the panel as it is"
) -> Findings:
    beats = not isinstance(gain, Undefined) and gain.interval.low > 0
    row = RuleRow(
        rule="the panel as it is", accuracy=measured_between(0.9, 0.8, 1), gain=gain, beats_single=beats
    )
    stack = replace(row, rule="stack", gain=GAIN_SEEN, beats_single=True)
    useful = tuple(replace(judge, rate=made_up_rate(judge.judge)) for judge in FULL.judges)
    return Findings(
        trust=trust or cells(PANEL, Trust.AS_A_PERSON, Trust.AS_A_PERSON, Trust.WITH_SPOT_CHECKS),
        data=CLEAN,
        people=FULL.people,
        judges=useful,
        panel=replace(FULL.panel, rules=(row, stack), recommended=recommended),
        principles=FULL.principles,
        gate=SEEING,
    )


def words(given: Findings) -> list[tuple[AdviceKind, str]]:
    return [(advice.kind, advice.words) for advice in advise(given, Choices())]


def test_a_trusted_panel_that_beats_its_best_judge_is_to_be_used() -> None:
    assert words(findings()) == [
        (AdviceKind.USE, "Use the panel as you would a person for no-method and no-false-citation."),
        (AdviceKind.USE, "Use the panel with spot checks for tone."),
    ]


def test_a_panel_that_does_not_beat_its_best_judge_gives_way_to_it() -> None:
    given = findings(
        *cells(PANEL, Trust.AS_A_PERSON),
        *cells("sceptic", Trust.WITH_SPOT_CHECKS),
        gain=NO_GAIN,
        recommended="best single judge: sceptic",
    )
    assert words(given) == [
        (
            AdviceKind.USE_SINGLE,
            (
                "Use sceptic alone with spot checks for no-method: on held-out labels the panel does not beat it "
                "(gain -1.0 points (-4.0 to +2.0))."
            ),
        )
    ]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (
            GAIN_SEEN,
            (
                "Use the panel with spot checks for no-method: there it beats sceptic, the best single judge, on held-"
                "out labels."
            ),
        ),
        (
            measured_between(-0.05, -0.08, -0.02),
            (
                "Use sceptic alone as you would a person for no-method: there it beats the panel as it is on held-out "
                "labels."
            ),
        ),
    ],
)
def test_what_a_principles_own_labels_show_comes_before_what_all_labels_do(own: Measured, said: str) -> None:
    given = findings(
        *cells(PANEL, Trust.WITH_SPOT_CHECKS),
        *cells("sceptic", Trust.AS_A_PERSON),
        gain=NO_GAIN,
        recommended="best single judge: sceptic",
    )
    first = replace(given.principles[0], gain=own)
    assert words(replace(given, principles=(first, *given.principles[1:])))[0][1] == said


def test_a_rule_that_beats_both_is_named() -> None:
    found = words(findings(gain=NO_GAIN, recommended="stack"))
    assert found[0] == (
        AdviceKind.USE,
        (
            "Combine the judges by the rule stack: on held-out labels it beats sceptic, the best single judge, "
            "by +4.0 points (+1.0 to +7.0) (evenhand calibrate RUN --learn FILE --rule stack)."
        ),
    )


def test_a_principle_on_which_people_disagree_comes_first() -> None:
    given = findings(*cells(PANEL, Trust.AS_A_PERSON, Trust.AS_A_PERSON, Trust.PEOPLE_DISAGREE))
    kind, first = words(given)[0]
    assert kind is AdviceKind.REWRITE
    assert first.startswith("For tone people disagree among themselves (ceiling 0.71, alpha 0.21")
    assert first.endswith("rewrite it first.")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (replace(CLEAN, without_inclusion=7), "how 7 of 420 labelled items came to be labelled"),
        (replace(CLEAN, blind={"blind": 1, "not blind": 35}), "Label 35 items again, blind"),
        (replace(CLEAN, splits=replace(FULL.data.splits, moved=2)), "why 2 labels to certify with changed"),
    ],
)
def test_labels_that_can_not_carry_a_number_are_to_be_mended(data: DataFacts, said: str) -> None:
    found = words(replace(findings(), data=data))
    assert [text for kind, text in found if kind is AdviceKind.FIX_LABELS and said in text]


def test_a_judge_that_adds_nothing_is_named_with_its_ratio() -> None:
    given = findings()
    useless: RateResult = made_up_rate("rules", ratio=0.99)
    judges = (*given.judges[:2], replace(given.judges[2], rate=useless))
    found = words(replace(given, judges=judges))
    assert found[-1][0] is AdviceKind.DROP
    assert found[-1][1].startswith("rules adds nothing")
    assert "0.99" in found[-1][1]


@pytest.mark.parametrize("rater", ["rules", PANEL])
def test_who_is_trusted_with_a_principle_is_not_to_be_dropped(rater: str) -> None:
    given = findings(*cells(rater, Trust.NO, Trust.WITH_SPOT_CHECKS))
    useless: RateResult = made_up_rate(rater, ratio=0.99)
    judges = (*given.judges[:2], replace(given.judges[2], rate=useless))
    changed = replace(given, panel=replace(given.panel, rate=useless), judges=judges)
    dropped = [text.split(" adds nothing")[0] for kind, text in words(changed) if kind is AdviceKind.DROP]
    assert dropped == (["The panel"] if rater == "rules" else ["rules"])


def test_too_few_labels_ask_for_as_many_as_are_missing() -> None:
    given = findings(*cells(PANEL, Trust.TOO_FEW))
    few = replace(given.principles[0], quality=replace(given.principles[0].quality, answered=12))
    found = words(replace(given, principles=(few, *given.principles[1:])))
    assert found == [(AdviceKind.LABEL, "Label at least 8 more items of no-method.")]


def test_a_quality_not_shown_asks_for_the_scarce_kind() -> None:
    given = findings(*cells(PANEL, Trust.NOT_SHOWN))
    quality = replace(given.principles[0].quality, balanced_accuracy=measured_between(0.8, 0.7, 0.88))
    found = words(replace(given, principles=(replace(given.principles[0], quality=quality),)))
    assert found == [(AdviceKind.LABEL, "Label 120 more violations of no-method: there are 40.")]


def test_a_panel_below_the_floor_is_to_be_improved() -> None:
    found = words(findings(*cells(PANEL, Trust.NO)))
    assert found == [
        (
            AdviceKind.LABEL,
            "For no-method the panel is below the floor of 0.75: improve the judges before labelling more.",
        )
    ]


def test_a_panel_is_used_where_the_best_judge_is_not_trusted() -> None:
    given = findings(
        *cells(PANEL, Trust.WITH_SPOT_CHECKS),
        *cells("sceptic", Trust.NO),
        gain=NO_GAIN,
        recommended="best single judge: sceptic",
    )
    assert words(given) == [(AdviceKind.USE, "Use the panel with spot checks for no-method.")]


def test_nothing_to_do_is_said() -> None:
    given = findings(*cells("nobody", Trust.NO))
    assert advise(given, Choices()) == (Advice(kind=AdviceKind.NOTHING, words="There is nothing to do."),)


@pytest.mark.parametrize(
    ("quality", "labels", "needed"),
    [
        (measured_between(0.8, 0.7, 0.88), 40, 120),  # twice as wide as it may be: four times the labels
        (measured_between(0.7, 0.6, 0.8), 10, 30),
        (measured_between(0.75, 0.6, 0.8), 10, 5001),  # at the floor
        (measured_between(0.8, 0.76, 0.88), 40, 1),
        (Undefined(n=3, reason="too few"), 40, None),
        (measured_between(0.8, 0.7, 0.88), 0, None),
    ],
)
def test_labels_to_decide(quality: Measured, labels: int, needed: int | None) -> None:
    assert labels_to_decide(quality, labels, Choices()) == needed
