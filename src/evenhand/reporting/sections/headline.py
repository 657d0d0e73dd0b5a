"""The answer first: what came of the run, in a few sentences."""

from collections.abc import Iterator

from evenhand.records.scale import Reading
from evenhand.reporting.comparing import largest_sets
from evenhand.reporting.display import count, percent_parts, sentence, usd
from evenhand.reporting.document import Block, Bullets, Section, Words, code, foreign, words
from evenhand.reporting.sections.cascade import price_range
from evenhand.reporting.sections.cells import over
from evenhand.reporting.summary import BestJudge, PairAgreement, RunSummary
from evenhand.stats.estimate import Estimate

_MOST_COMPARED = 3
_MOST_FAILING = 12
_GRAVE = ("critical", "high")
"""Severities whose failing verdicts are named first, the gravest first."""


def headline_section(summary: RunSummary) -> Section:
    """Return the first section: warnings, then the findings in words."""
    points = (
        *_outcome(summary),
        *_cascade(summary),
        *_failing(summary),
        *_pass_rates(summary),
        *_agreement(summary),
        *_best_judges(summary),
        *_failures(summary),
        *_cost(summary),
        *_next_steps(summary),
    )
    return Section(id="in-short", title="In short", blocks=(*_warnings(summary), Bullets(points=points)))


def _warnings(summary: RunSummary) -> Iterator[Block]:
    if summary.warnings:
        yield Bullets(points=tuple(words(warning) for warning in summary.warnings), tone="warning")


def _outcome(summary: RunSummary) -> Iterator[Words]:
    law, judges = summary.conservation, len(summary.stamp.judges)
    steps = f" asked in {len(summary.cascade.steps)} steps" if summary.cascade else ""
    yield words(
        f"{count(law.decided)} of {count(law.items)} items have a verdict by the rule "
        f"“{summary.stamp.panel_rule}” over {judges} {'judge' if judges == 1 else 'judges'}{steps}; "
        f"{count(law.undecided)} are undecided and belong to people, {count(law.items_open)} are open."
    )


def _cascade(summary: RunSummary) -> Iterator[Words]:
    """Say how far the items came, and what that saved."""
    if summary.cascade is None:
        return
    roads = ", ".join(f"{count(step.settled)} at step {step.step}" for step in summary.cascade.steps)
    people = sum(step.people for step in summary.cascade.steps)
    yield words(f"Items settled by the cascade: {roads}; {count(people)} went to people.")
    savings = summary.cascade.savings
    known = [(each.low_nanousd, each.high_nanousd) for each in savings]
    if savings:
        low = None if any(one is None for one, _ in known) else sum(one or 0 for one, _ in known)
        high = None if low is None else sum(other or 0 for _, other in known)
        yield words(
            f"{count(summary.conservation.spared)} ratings were spared, by estimate "
            f"{count(round(sum(each.calls for each in savings)))} calls and {price_range(low, high)}."
        )


def _failing(summary: RunSummary) -> Iterator[Words]:
    """Name the grave principles that fail; counts are no rates and stand however few the items are."""
    grave = [each for each in summary.principles if each.severity in _GRAVE]
    failing = [each for each in grave if each.verdicts.read_as(Reading.FAIL)]
    failing.sort(key=lambda each: (_GRAVE.index(each.severity), -each.verdicts.read_as(Reading.FAIL)))
    for each in failing[:_MOST_FAILING]:
        failed, items = each.verdicts.read_as(Reading.FAIL), each.verdicts.items
        yield words(
            foreign(each.principle),
            f" ({each.severity}): {count(failed)} of {count(items)} {'item fails' if items == 1 else 'items fail'}.",
        )
    if more := len(failing[_MOST_FAILING:]):
        yield words(
            f"{count(more)} more critical or high severity principles have failing verdicts; see Verdicts."
        )


def _pass_rates(summary: RunSummary) -> Iterator[Words]:
    known = [
        (each.verdicts.pass_rate.value, each)
        for each in summary.principles
        if isinstance(each.verdicts.pass_rate, Estimate)
    ]
    if known:
        lowest = min(known, key=lambda pair: pair[0])[1]
        which = "Judges' pass rate under " if len(known) == 1 else "Lowest judges' pass rate, under "
        silent = len(summary.principles) - len(known)
        more = "more principle has" if silent == 1 else "more principles have"
        rest = f" {count(silent)} {more} no estimate." if silent else ""
        yield words(
            which,
            foreign(lowest.principle),
            f": {sentence(percent_parts(lowest.verdicts.pass_rate))}; as the judges say, not corrected for error.",
            rest,
        )


def _agreement(summary: RunSummary) -> Iterator[Words]:
    sets = largest_sets(tuple(pair.over for pair in summary.judge_pairs))
    for principles in dict.fromkeys(sets):
        pairs = [
            (pair.agreement.value, pair)
            for pair in summary.judge_pairs
            if pair.over == principles and isinstance(pair.agreement, Estimate)
        ]
        if pairs:
            yield _pair_sentence(min(pairs, key=lambda known: known[0])[1], alone=len(pairs) == 1)


def _pair_sentence(pair: PairAgreement, *, alone: bool) -> Words:
    return words(
        foreign(pair.first),
        " and ",
        foreign(pair.second),
        " give the same label to " if alone else ", the two judges furthest apart, give the same label to ",
        f"{sentence(percent_parts(pair.agreement))} of the items both answered, over ",
        over(pair.over),
        ".",
    )


def _best_judges(summary: RunSummary) -> Iterator[Words]:
    settled = [best for best in summary.best_judges if best.annotator in summary.stamp.people.resolved]
    for best in (settled or summary.best_judges)[:_MOST_COMPARED]:
        yield words(
            "Against the labels of ",
            foreign(best.annotator),
            " over ",
            over(best.over),
            ": the best single judge, ",
            foreign(best.judge),
            f", matches {sentence(percent_parts(best.judge_of_all))}, "
            f"the panel {sentence(percent_parts(best.panel_of_all))}. {_beside(best)}",
        )


def _beside(best: BestJudge) -> str:
    judge, panel = best.judge_of_all, best.panel_of_all
    if not isinstance(judge, Estimate) or not isinstance(panel, Estimate):
        return ""
    if panel.value < judge.value:
        return "On these labels the panel matches fewer than that judge alone."
    return "On these labels the panel matches at least as many as its best judge."


def _failures(summary: RunSummary) -> Iterator[Words]:
    law = summary.conservation
    failed = sum(law.failed.values())
    kinds = ", ".join(f"{count(number)} {kind.value}" for kind, number in law.failed.items())
    if failed:
        yield words(
            f"{count(failed)} of {count(law.planned - law.spared)} ratings failed ({kinds}); none of them is a score."
        )
    else:
        yield words(f"None of {count(law.planned - law.spared)} ratings failed.")


def _cost(summary: RunSummary) -> Iterator[Words]:
    calls = sum(each.calls for each in summary.cost)
    reused = sum(each.reused for each in summary.cost)
    imported = sum(each.imported for each in summary.cost)
    source = f", {count(imported)} of them imported from a file of recordings" if imported else ""
    if calls or reused:
        yield words(
            f"{usd(summary.total_nanousd)} for {count(calls)} calls; "
            f"{count(reused)} ratings came from replies paid for earlier{source}."
        )
    else:
        yield words("No call was paid for.")


def _next_steps(summary: RunSummary) -> Iterator[Words]:
    if summary.divided:
        first = summary.divided[0]
        yield words(
            "Look first at the items the judges are most divided on. All about one of them: ",
            code("evenhand explain"),
            " ",
            foreign(f"{first.name}@{summary.stamp.run}"),
        )
