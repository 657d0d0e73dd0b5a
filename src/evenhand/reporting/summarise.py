"""From a run to its summary: one pass over the items, then every number of the report."""

from collections.abc import Iterable, Iterator, Sequence

from evenhand.calibration.categories import Categories
from evenhand.records.judge import ModelJudge
from evenhand.records.rated import CallCounts, RatedItem, RunAccount
from evenhand.records.rating import RATED, SPARED
from evenhand.records.run import Manifest, Run
from evenhand.records.scale import Reading
from evenhand.records.spending import spending_by_judge
from evenhand.reporting.cascade_tally import cascade_result
from evenhand.reporting.comparing import (
    best_judges,
    label_comparisons,
    largest_sets,
    pair_agreements,
    principle_sets,
)
from evenhand.reporting.conservation import conserve
from evenhand.reporting.item_view import REPORT_LIMITS, FindTexts, ItemView, view_item
from evenhand.reporting.measuring import TOO_FEW, Measuring
from evenhand.reporting.notes import NOTES, warnings
from evenhand.reporting.pacing import account_pacing
from evenhand.reporting.stamp import Blind, Drawn, PeopleStamp, make_stamp
from evenhand.reporting.summary import (
    Bin,
    CallCost,
    Consistency,
    Disagreement,
    EndpointView,
    FailureGroup,
    JudgeAnswers,
    JudgeFailures,
    LabelCount,
    OwnFamilyItems,
    PrincipleResult,
    RunSummary,
    SliceResult,
    VerdictCounts,
)
from evenhand.reporting.tally import BINS, WHOLE, Selves, Tally, VerdictTally, tally_items
from evenhand.stats.estimate import Measured, Undefined


def summarise(
    run: Run, account: RunAccount, items: Iterable[RatedItem], *, find_texts: FindTexts | None = None
) -> RunSummary:
    """Return every number of the report on `run`.

    Args:
        run: The run, with its manifest.
        account: Where its units went and what its calls cost.
        items: Its rated items, read once; memory does not grow with their number.
        find_texts: Gives the texts of cases; asked once, for the most divided items only.

    Raises:
        MeasureError: The conservation law is broken, the stamp has gaps, or the items are not the run's.
    """
    manifest = run.manifest
    tally = tally_items(manifest, items)
    conservation = conserve(run, account, tally)
    measuring = Measuring(manifest.suite.seed)
    judges = [judge.id for judge in manifest.judges]
    principles = [each.id for each in manifest.constitution.principles if (each.id, WHOLE) in tally.verdicts]
    sets = principle_sets(tally, principles)
    comparisons = tuple(label_comparisons(tally, judges, sets, measuring))
    return RunSummary(
        confidence=measuring.confidence,
        too_few=TOO_FEW,
        stamp=make_stamp(run, account, _people(tally)),
        conservation=conservation,
        warnings=tuple(warnings(run, account, conservation, tally)),
        principles=tuple(_principle(manifest, tally, principle, measuring) for principle in principles),
        slices_left_out=tally.slices_left_out,
        judge_pairs=tuple(pair_agreements(tally.pairs, judges, sets, measuring)),
        people_pairs=tuple(pair_agreements(tally.people_pairs, tally.people, sets, measuring)),
        comparisons=comparisons,
        people_left_out=tally.people_left_out,
        best_judges=tuple(best_judges(comparisons, largest_sets(sets))),
        disagreement=_disagreement(tally),
        divided=tuple(_divided(tally, find_texts)),
        failures=tuple(_failures(tally, judge, measuring) for judge in judges),
        flagged=tally.flagged.result(),
        orders=tuple(_consistencies(tally.orders, judges, measuring)),
        repeats=tuple(_consistencies(tally.repeats, judges, measuring)),
        cascade=cascade_result(manifest, account, tally.cascade, measuring),
        cost=tuple(_cost(manifest, account)),
        spending=spending_by_judge(account.shares),
        total_nanousd=account.cost_nanousd,
        pacing=tuple(account_pacing(account.pacing)),
        own_family=tuple(_own_families(manifest)),
        endpoints=tuple(_endpoints(manifest)),
        notes=NOTES,
    )


def _people(tally: Tally) -> PeopleStamp:
    return PeopleStamp(
        labels=tally.labels,
        people=len(tally.people),
        resolved=tally.resolved,
        blind=_blind(tally),
        drawn=_drawn(tally),
        dates=" to ".join(dict.fromkeys(tally.days)) if tally.days else "not recorded",
    )


def _blind(tally: Tally) -> Blind:
    if tally.blind[True] == tally.labels > 0:
        return "blind"
    if tally.blind[True]:
        return "partly blind"
    return "not blind" if tally.blind[False] == tally.labels > 0 else "not recorded"


def _drawn(tally: Tally) -> Drawn:
    if tally.drawn == tally.labels > 0:
        return "with inclusion probability"
    return "partly with inclusion probability" if tally.drawn else "without inclusion probability"


# -- Verdicts --------------------------------------------------------------------------------------


def _principle(manifest: Manifest, tally: Tally, principle: str, measuring: Measuring) -> PrincipleResult:
    text = manifest.constitution.by_id[principle]
    categories = tally.categories[principle]
    return PrincipleResult(
        principle=principle,
        title=text.title,
        severity=text.severity,
        verdicts=_verdicts(tally.verdicts[principle, WHOLE], categories, measuring),
        judges=tuple(_judge_answers(tally, principle, judge.id) for judge in manifest.judges),
        slices=tuple(_slices(tally, principle, measuring)),
    )


def _slices(tally: Tally, principle: str, measuring: Measuring) -> Iterator[SliceResult]:
    places = sorted(
        place
        for name, place in tally.verdicts
        if name == principle and place != WHOLE and place[0] not in tally.slices_left_out
    )
    for dimension, value in places:
        verdicts = tally.verdicts[principle, (dimension, value)]
        yield SliceResult(
            dimension=dimension,
            value=value,
            verdicts=_verdicts(verdicts, tally.categories[principle], measuring),
        )


def _verdicts(tally: VerdictTally, categories: Categories, measuring: Measuring) -> VerdictCounts:
    counts = _label_counts(tally.labels, categories)
    passed = sum(each.count for each in counts if each.reading is Reading.PASS)
    failed = sum(each.count for each in counts if each.reading is Reading.FAIL)
    unsettled = tally.undecided.total() + tally.open
    known, all_of_them = passed + failed, passed + failed + unsettled

    def rate(successes: int, n: int) -> Measured:
        if not categories.has_rate:
            return Undefined(n=n, reason="no answer of the scale passes or fails")
        return measuring.share(successes, n)

    return VerdictCounts(
        items=tally.labels.total() + unsettled,
        labels=counts,
        undecided=dict(sorted(tally.undecided.items())),
        open=tally.open,
        pass_rate=rate(passed, known),
        worst=rate(passed, all_of_them),
        best=rate(passed + unsettled, all_of_them),
    )


def _judge_answers(tally: Tally, principle: str, judge: str) -> JudgeAnswers:
    answers = tally.answers[principle, judge]
    return JudgeAnswers(
        judge=judge,
        labels=_label_counts(answers.labels, tally.categories[principle]),
        tied=answers.tied,
        unread=answers.unread,
    )


def _label_counts(counts: dict[str, int], categories: Categories) -> tuple[LabelCount, ...]:
    return tuple(
        LabelCount(label=label, reading=reading, count=counts.get(label, 0))
        for label, reading in categories.readings.items()
    )


# -- Division, failures, consistency ---------------------------------------------------------------


def _disagreement(tally: Tally) -> Disagreement:
    edges = [(0.0, 0.0), *((step / BINS, (step + 1) / BINS) for step in range(BINS))]
    return Disagreement(
        bins=tuple(
            Bin(low=low, high=high, count=tally.disagreement[place])
            for place, (low, high) in enumerate(edges)
        ),
        fewer_than_two=tally.fewer_than_two,
    )


def _divided(tally: Tally, find_texts: FindTexts | None) -> Iterator[ItemView]:
    items = tally.divided.ranked()
    texts = find_texts({(item.case_id, item.candidate_id) for item in items}) if find_texts else {}
    for item in items:
        yield view_item(item, texts.get((item.case_id, item.candidate_id)), REPORT_LIMITS)


def _failures(tally: Tally, judge: str, measuring: Measuring) -> JudgeFailures:
    asked = (
        sum(count for (name, _), count in tally.units.items() if name == judge) - tally.units[judge, SPARED]
    )
    groups = tuple(
        FailureGroup(
            judge=judge,
            kind=kind,
            count=tally.units[judge, kind.value],
            examples=tuple(examples),
        )
        for (name, kind), examples in sorted(tally.examples.items())
        if name == judge
    )
    share = measuring.share(asked - tally.units[judge, RATED], asked)
    return JudgeFailures(judge=judge, share=share, groups=groups)


def _consistencies(
    counts: dict[str, Selves], judges: Sequence[str], measuring: Measuring
) -> Iterator[Consistency]:
    for judge in judges:
        if judge in counts:
            selves = counts[judge]
            yield Consistency(
                judge=judge,
                differing=selves.differing,
                one_order=selves.one_order,
                same=measuring.share(selves.same, selves.same + selves.differing),
            )


# -- Cost ------------------------------------------------------------------------------------------


def _cost(manifest: Manifest, account: RunAccount) -> Iterator[CallCost]:
    for judge in manifest.judges:
        if isinstance(judge, ModelJudge) or judge.id in account.calls:
            yield _call_cost(judge.id, account.calls.get(judge.id, CallCounts()))
    if account.preflight.attempts:
        yield _call_cost("preflight", account.preflight)


def _call_cost(judge: str, counts: CallCounts) -> CallCost:
    return CallCost(
        judge=judge,
        calls=counts.attempts,
        failed=counts.failed,
        asked_again=counts.unread,
        possible_duplicates=counts.possible_duplicates,
        reused=counts.reused,
        imported=counts.imported,
        input_tokens=counts.input_tokens,
        output_tokens=counts.output_tokens,
        nanousd=counts.cost_nanousd,
        at_risk_nanousd=counts.at_risk_nanousd,
    )


def _own_families(manifest: Manifest) -> Iterator[OwnFamilyItems]:
    for own in manifest.own_family:
        yield OwnFamilyItems(judge=own.judge, items=own.count, of=own.of, producers=own.producers)


def _endpoints(manifest: Manifest) -> Iterator[EndpointView]:
    for endpoint in manifest.endpoints:
        yield EndpointView(
            judge=endpoint.judge,
            protocol=endpoint.protocol,
            transport=endpoint.transport,
            base_url=endpoint.base_url,
            model=endpoint.model,
            served_model=endpoint.served_model,
            means=endpoint.means,
            logprobs=endpoint.logprobs,
            left_out=endpoint.left_out,
            notes=endpoint.notes,
        )
