import tracemalloc
from collections import Counter
from collections.abc import Iterable, Sequence

import pytest
from sklearn.metrics import cohen_kappa_score

from evenhand.errors import MeasureError
from evenhand.records.judge import ModelJudge
from evenhand.records.rated import RatedItem, RatedUnit
from evenhand.records.rating import FailureKind, Order
from evenhand.records.run import Manifest, RunState
from evenhand.records.scale import NumericScale
from evenhand.records.verdict import Undecided
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary, VerdictCounts
from evenhand.stats.estimate import Estimate, Measured, Undefined

from .builders import (
    JUDGES,
    PRINCIPLES,
    find_texts,
    make_account,
    make_constitution,
    make_item,
    make_manifest,
    make_run,
    outcome,
    stream_items,
    unit,
)

YES, NO, OUTSIDE = "complies", "violates", "not_applicable"
LOST = FailureKind.MALFORMED


def summary_of(manifest: Manifest, items: Iterable[RatedItem]) -> RunSummary:
    held = list(items)
    return summarise(make_run(manifest), make_account(manifest, held), held, find_texts=find_texts)


def unanimous(manifest: Manifest, labels: Sequence[str | FailureKind], **more: object) -> list[RatedItem]:
    """Return one item for each label, on which all judges say the same."""
    return [
        make_item(manifest, seq, [unit(judge.id, label) for judge in manifest.judges], **more)  # type: ignore[arg-type]
        for seq, label in enumerate(labels)
    ]


def value(measured: Measured) -> tuple[float, int]:
    assert isinstance(measured, Estimate), measured
    return round(measured.value, 6), measured.n


def first(summary: RunSummary) -> VerdictCounts:
    return summary.principles[0].verdicts


# -- Verdicts --------------------------------------------------------------------------------------


def test_the_pass_rate_is_passing_among_decided_and_neutral_labels_stay_outside() -> None:
    manifest = make_manifest(items=50)
    verdicts = first(summary_of(manifest, unanimous(manifest, [YES] * 30 + [NO] * 10 + [OUTSIDE] * 10)))
    assert value(verdicts.pass_rate) == (0.75, 40)
    assert {each.label: each.count for each in verdicts.labels} == {
        YES: 30,
        NO: 10,
        OUTSIDE: 10,
        "cannot_tell": 0,
    }


def test_worst_and_best_case_take_the_undecided_as_failing_or_passing() -> None:
    manifest = make_manifest(items=50)
    verdicts = first(summary_of(manifest, unanimous(manifest, [YES] * 30 + [NO] * 10 + [LOST] * 10)))
    assert value(verdicts.pass_rate) == (0.75, 40)
    assert (value(verdicts.worst), value(verdicts.best)) == ((0.6, 50), (0.8, 50))
    assert verdicts.undecided == {Undecided.QUORUM: 10}


def test_groups_below_twenty_get_no_estimate() -> None:
    manifest = make_manifest(items=19)
    verdicts = first(summary_of(manifest, unanimous(manifest, [YES] * 19)))
    assert verdicts.pass_rate == Undefined(n=19, reason="too few")


def test_a_preference_has_no_pass_rate() -> None:
    manifest = make_manifest(items=30, mode="pairwise")
    summary = summary_of(manifest, [pair(manifest, seq, "a", "a") for seq in range(30)])
    assert first(summary).pass_rate == Undefined(n=0, reason="no answer of the scale passes or fails")
    assert {each.label: each.count for each in first(summary).labels}["a"] == 30


def test_slices_are_counted_each_by_itself() -> None:
    manifest = make_manifest(items=45)
    items = [
        make_item(
            manifest,
            seq,
            [unit(judge, YES if seq < 30 else NO) for judge in JUDGES],
            slices={"topic": "alpha" if seq < 25 else "beta"},
        )
        for seq in range(45)
    ]
    slices = summary_of(manifest, items).principles[0].slices
    assert [(each.dimension, each.value, value(each.verdicts.pass_rate)) for each in slices] == [
        ("topic", "alpha", (1.0, 25)),
        ("topic", "beta", (0.25, 20)),
    ]


def test_a_slice_dimension_with_endless_values_is_left_out_and_named() -> None:
    manifest = make_manifest(items=60)
    items = [
        make_item(
            manifest, seq, [unit(judge, YES) for judge in JUDGES], slices={"id": str(seq), "topic": "alpha"}
        )
        for seq in range(60)
    ]
    summary = summary_of(manifest, items)
    assert summary.slices_left_out == ("id",)
    assert [each.dimension for each in summary.principles[0].slices] == ["topic"]


def test_numbers_are_counted_by_the_side_of_the_pass_mark() -> None:
    scale = NumericScale(type="numeric", minimum=0, maximum=1, pass_at=0.5)
    constitution = make_constitution([PRINCIPLES[0]], scale="points", scales={"points": scale})
    manifest = make_manifest(items=40, constitution=constitution).model_copy(
        update={"panel": make_manifest(items=1).panel.model_copy(update={"rule": "mean"})}
    )
    summary = summary_of(manifest, unanimous(manifest, ["0.75"] * 30 + ["0.25"] * 10))
    assert value(first(summary).pass_rate) == (0.75, 40)


# -- Agreement -------------------------------------------------------------------------------------


def test_judges_agreement_and_kappa_equal_those_counted_by_others() -> None:
    manifest = make_manifest(items=300)
    items = list(stream_items(manifest, failing=0.1))
    pair_ = next(
        each for each in summary_of(manifest, items).judge_pairs if each.over.name == "all principles"
    )
    both = [
        (one, two)
        for item in items
        if (one := label_of(item, pair_.first)) is not None
        and (two := label_of(item, pair_.second)) is not None
    ]
    assert value(pair_.agreement) == (round(sum(one == two for one, two in both) / len(both), 6), len(both))
    assert value(pair_.kappa) == (round(float(cohen_kappa_score(*zip(*both, strict=True))), 6), len(both))


def test_principles_answered_on_the_same_labels_are_counted_together_and_apart() -> None:
    manifest = make_manifest(items=100)
    names = Counter(each.over.name for each in summary_of(manifest, stream_items(manifest)).judge_pairs)
    assert names == {"all principles": 3, PRINCIPLES[0]: 3, PRINCIPLES[1]: 3}


def test_a_failed_rating_does_not_match_a_label_and_is_left_out_only_beside_it() -> None:
    manifest = make_manifest(items=40, judges=JUDGES[:1])
    items = [
        make_item(manifest, seq, [unit(JUDGES[0], answer)], people={"final": YES})
        for seq, answer in enumerate([YES] * 24 + [NO] * 6 + [LOST] * 10)
    ]
    judge, panel = summary_of(manifest, items).comparisons
    assert (value(judge.of_all), value(judge.of_answered)) == ((0.6, 40), (0.8, 30))
    assert judge.confusion.columns[-1] == "no answer"
    assert judge.confusion.counts[0] == (24, 6, 0, 0, 10)
    assert panel.is_panel
    assert value(panel.of_all) == (0.6, 40)


def test_a_label_that_is_not_on_the_scale_is_left_out_and_counted() -> None:
    manifest = make_manifest(items=30)
    items = [
        make_item(manifest, seq, [unit(judge, YES) for judge in JUDGES], people={"person-1": label})
        for seq, label in enumerate([YES] * 25 + ["questionable"] * 5)
    ]
    summary = summary_of(manifest, items)
    assert [each.off_scale for each in summary.comparisons] == [5] * 4
    assert value(summary.comparisons[0].of_all) == (1.0, 25)
    assert any(warning.startswith("5 human labels are not on the scale") for warning in summary.warnings)


def test_the_panel_stands_beside_the_judge_that_matches_most() -> None:
    manifest = make_manifest(items=400)
    best = summary_of(manifest, stream_items(manifest)).best_judges
    assert [(each.annotator, each.judge, each.over.name) for each in best] == [
        ("final", JUDGES[0], "all principles"),
        ("person-1", JUDGES[0], "all principles"),
        ("person-2", JUDGES[0], "all principles"),
    ]


def test_people_are_compared_with_each_other() -> None:
    manifest = make_manifest(items=200)
    pairs = summary_of(manifest, stream_items(manifest)).people_pairs
    assert [
        (each.first, each.second, each.agreement.n) for each in pairs if len(each.over.principles) > 1
    ] == [("person-1", "person-2", 200)]


# -- Division, failures, consistency, cost ---------------------------------------------------------


def test_the_most_divided_items_come_first_and_are_at_most_twenty() -> None:
    manifest = make_manifest(items=600)
    divided = summary_of(manifest, stream_items(manifest, failing=0.2)).divided
    ranks = [(item.disagreement, item.failed / item.units) for item in divided]
    assert len(divided) == 20
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[0][0] == 1.0


def test_equally_divided_items_do_not_all_come_from_the_start() -> None:
    manifest = make_manifest(items=400)
    items = [
        make_item(manifest, seq, [unit(JUDGES[0], YES), unit(JUDGES[1], NO), unit(JUDGES[2], NO)])
        for seq in range(400)
    ]
    shown = {item.name for item in summary_of(manifest, items).divided}
    assert shown != {item.name for item in items[:20]}
    assert shown == {item.name for item in summary_of(manifest, items[::-1]).divided}


def test_texts_of_divided_items_are_cut_and_missing_ones_are_said_to_be_missing() -> None:
    manifest = make_manifest(items=1)
    answers = [unit(JUDGES[0], YES), unit(JUDGES[1], NO), unit(JUDGES[2], outcome(NO, reason="x" * 5000))]
    (item,) = summary_of(manifest, [make_item(manifest, 0, answers, case="synthetic-7")]).divided
    assert item.text is None
    assert item.judges[2].answers[0].detail.left_out == 4500


def test_failed_ratings_are_counted_by_kind_with_the_first_three_as_examples() -> None:
    manifest = make_manifest(items=30)
    items = [
        make_item(manifest, seq, [unit(JUDGES[0], LOST), unit(JUDGES[1], YES), unit(JUDGES[2], YES)])
        for seq in range(30)
    ]
    failures = summary_of(manifest, items).failures
    (group,) = failures[0].groups
    assert (group.kind, group.count, [each.item for each in group.examples]) == (
        LOST,
        30,
        [item.name for item in items[:3]],
    )
    assert value(failures[0].share) == (1.0, 30)
    assert value(failures[1].share) == (0.0, 30)


def test_pairs_whose_orders_differ_are_counted() -> None:
    manifest = make_manifest(items=40, mode="pairwise")
    items = [pair(manifest, seq, "a", "b" if seq < 10 else "a") for seq in range(40)]
    orders = summary_of(manifest, items).orders
    assert [(each.differing, value(each.same)) for each in orders] == [(10, (0.75, 40))] * 3


def test_repeats_that_differ_are_counted() -> None:
    manifest = make_manifest(items=40, judges=JUDGES[:1], repeats=3)
    items = [
        make_item(
            manifest,
            seq,
            [unit(JUDGES[0], YES if repeat or seq >= 4 else NO, repeat=repeat) for repeat in range(3)],
        )
        for seq in range(40)
    ]
    (repeats,) = summary_of(manifest, items).repeats
    assert (repeats.differing, value(repeats.same)) == (4, (0.9, 40))


def test_cost_is_listed_by_judge_with_preflight_and_a_total() -> None:
    manifest = make_manifest(items=2)
    summary = summary_of(manifest, unanimous(manifest, [YES, NO]))
    models = [judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)]
    assert [each.judge for each in summary.cost] == [*models, "preflight"]
    assert summary.total_nanousd == sum(each.nanousd for each in summary.cost)


# -- The whole -------------------------------------------------------------------------------------


def test_the_same_run_gives_the_same_summary() -> None:
    manifest = make_manifest(items=120)
    assert summary_of(manifest, stream_items(manifest)) == summary_of(manifest, stream_items(manifest))


def test_memory_does_not_grow_with_the_items() -> None:
    few, many = (peak_of(make_manifest(items=items)) for items in (250, 1_000))
    assert many < 1.2 * few


def peak_of(manifest: Manifest) -> int:
    account = make_account(manifest, stream_items(manifest))
    tracemalloc.start()
    summarise(make_run(manifest), account, stream_items(manifest))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_an_unfinished_run_is_reported_with_its_open_items_and_a_warning() -> None:
    manifest = make_manifest(items=3)
    items = [
        *unanimous(manifest, [YES]),
        make_item(manifest, 1, [unit(JUDGES[0], YES)]),
        make_item(manifest, 2, []),
    ]
    run = make_run(manifest, state=RunState.STOPPED, reason="interrupted")
    summary = summarise(run, make_account(manifest, items), items)
    assert (summary.conservation.open, summary.conservation.items_open) == (5, 2)
    assert first(summary).open == 2
    assert "evenhand resume synthetic-run" in summary.warnings[0]


def test_too_many_failed_ratings_are_said_first() -> None:
    manifest = make_manifest(items=10)
    summary = summary_of(manifest, unanimous(manifest, [YES] * 9 + [LOST]))
    assert summary.warnings[0] == (
        "3 of 30 ratings failed, above the suite's limit of 0.05: the run could not measure."
    )


def test_a_run_without_labels_says_that_nobody_knows_whether_the_judges_are_right() -> None:
    manifest = make_manifest(items=2)
    warnings = summary_of(manifest, unanimous(manifest, [YES, NO])).warnings
    assert "There are no human labels: nothing here says whether the judges are right." in warnings


def test_an_item_of_another_constitution_stops_the_report() -> None:
    manifest = make_manifest(items=1)
    stranger = make_manifest(items=1, constitution=make_constitution(["synthetic.other"]))
    items = [make_item(stranger, 0, [unit(j, YES) for j in JUDGES], principle="synthetic.other")]
    with pytest.raises(MeasureError, match="names a principle the run's constitution does not have"):
        summarise(make_run(manifest), make_account(manifest, items), items)


def label_of(item: RatedItem, judge: str) -> str | None:
    assert item.verdict is not None
    return next(opinion.label for opinion in item.verdict.opinions if opinion.judge == judge)


def pair(manifest: Manifest, seq: int, given: str, swapped: str) -> RatedItem:
    """Return a pair every judge rated in both orders; labels are in the frame of the case."""
    units: list[RatedUnit] = []
    for judge in manifest.judges:
        units += [unit(judge.id, given), unit(judge.id, swapped, order=Order.SWAPPED)]
    return make_item(manifest, seq, units, candidate="1|2")
