"""Say what revising would take, without a single call: texts, ratings, tokens, money and time, as ranges."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from evenhand.generation.chain import Ask, Written
from evenhand.generation.prompt import StepPrompt, StepPrompter
from evenhand.generation.revising import RevisionChain
from evenhand.judging.budget import most_tokens_read
from evenhand.records.generation import WRITTEN, GenerationRun
from evenhand.records.run import Endpoint, RunState
from evenhand.store.generations import generation_account, same_generation
from evenhand.workflows.feedback.plan_revisions import PlannedRevisions
from evenhand.workflows.feedback.revised_suite import RevisedSuite
from evenhand.workflows.plan_suite import (
    FEWEST_CHARS_PER_TOKEN,
    MOST_CHARS_PER_TOKEN,
    PREFLIGHT_CALLS,
    SECONDS_PER_CALL,
    JudgePlan,
    Range,
    RunPlan,
    plan_run,
    usd_range,
)
from evenhand.workflows.prepare import PriceSource, existing_ledger, prepare
from evenhand.workflows.replay_models import count_recorded

_SAMPLED: Final = 200
"""Chains whose prompts are made, to measure them."""
_ASKED_TWICE: Final = 2
"""Most calls for a text that comes empty or can not be read."""
_SHORT_TEXT_TOKENS: Final = 20
"""A short critique, or a short revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratorPlan:
    """What the generator would take."""

    generator: str
    model: str
    texts: int
    """Critiques and revisions in the plan."""
    written: int
    """Those that a run of the same revisions has written already."""
    calls: Range
    input_tokens: Range
    output_tokens: Range
    usd: Range
    price_from: PriceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionCost:
    """What revising would take in both halves."""

    run: str
    """The run that would be gone on with, or read; empty where a new one would start."""
    ended: bool
    """Whether that run is at its end: then the generator is not asked."""
    generator: GeneratorPlan
    judges: tuple[JudgePlan, ...]
    """Judges that make calls: every reply before, and what is there after each round."""
    ratings: int
    """Ratings in the plan; as long as revisions are not written, those of replies that all change."""
    minutes: Range

    @property
    def usd(self) -> Range | None:
        """What both halves would cost; None where the price of a judge is not known."""
        known = [judge.usd for judge in self.judges if judge.usd is not None]
        if len(known) < len(self.judges):
            return None
        each = [self.generator.usd, *known]
        return Range(low=sum(cost.low for cost in each), high=sum(cost.high for cost in each))


def plan_cost(planned: PlannedRevisions, *, look_up: bool = True, retry_failed: bool = False) -> RevisionCost:
    """Return what revising would take. Texts of other runs that would be taken over are not looked up.

    Args:
        planned: What is planned.
        look_up: Whether the ledger is asked which ratings it has replies for; every prompt is made for that.
        retry_failed: Whether chains that failed are asked again.

    Raises:
        UsageError: An account or the generator's price is unknown.
        MeasureError: A run of the same revisions is at its end, and every chain of it failed.
    """
    run, written = _known(planned, retry_failed=retry_failed)
    generator = _generator_plan(planned, written)
    whole = planned.items * (1 + planned.revise.rounds) * planned.suite.plan.units_per_item
    if run is not None and run.state is RunState.FINISHED and not retry_failed:
        known = _plan_of(planned, run, look_up=look_up)
        judges, ratings, ended = known.judges, known.units, True
    else:
        judges, ratings, ended = tuple(_judges(planned, look_up=look_up)), whole, False
    return RevisionCost(
        run=run.id if run else "",
        ended=ended,
        generator=generator,
        judges=judges,
        ratings=ratings,
        minutes=_minutes(planned, generator, judges),
    )


def _plan_of(planned: PlannedRevisions, run: GenerationRun, *, look_up: bool) -> RunPlan:
    """Return what judging would take where every revision is known: its suite is made."""
    suite = RevisedSuite(planned, run).write()
    return plan_run(prepare(planned.workspace.root, suite), look_up=look_up)


def _known(planned: PlannedRevisions, *, retry_failed: bool) -> tuple[GenerationRun | None, int]:
    """Return the run of the same revisions, and how many texts it need not ask for any more."""
    ledger = existing_ledger(planned.workspace)
    run = same_generation(ledger, planned.job().manifest()) if ledger else None
    if ledger is None or run is None:
        return None, 0
    steps = generation_account(ledger, run).steps
    if run.state is not RunState.FINISHED:
        return run, sum(steps.values())
    return run, steps.get(WRITTEN, 0) if retry_failed else planned.steps


# -- Writing -----------------------------------------------------------------------------------------


def _generator_plan(planned: PlannedRevisions, written: int) -> GeneratorPlan:
    generator, price = planned.generator.generator, planned.job().price()
    open_texts = planned.steps - written
    chars = _mean_prompt_chars(planned)
    most = open_texts * _ASKED_TWICE + PREFLIGHT_CALLS if open_texts else 0
    longest = chars / FEWEST_CHARS_PER_TOKEN + generator.params.max_tokens * _ASKED_TWICE
    read = Range(low=math.floor(open_texts * chars / MOST_CHARS_PER_TOKEN), high=math.ceil(most * longest))
    wrote = Range(low=open_texts * _SHORT_TEXT_TOKENS, high=most * generator.params.max_tokens)
    usd = usd_range(price, read, wrote)
    assert usd is not None
    return GeneratorPlan(
        generator=generator.id,
        model=generator.model,
        texts=planned.steps,
        written=written,
        calls=Range(low=open_texts, high=most),
        input_tokens=read,
        output_tokens=wrote,
        usd=usd,
        price_from="files" if generator.price else "table",
    )


def _mean_prompt_chars(planned: PlannedRevisions) -> float:
    """Return the mean length of the first prompts of some chains; later ones differ by what is written."""
    account, settings = planned.job().account()
    generator = planned.generator.generator
    prompter = StepPrompter(
        generator=generator,
        templates=planned.generator.templates,
        endpoint=Endpoint(
            judge=generator.id,
            account=account,
            protocol=settings.protocol,
            model=generator.model.partition("/")[2],
            means="last_line",
        ),
    )
    prompts = [
        prompter.render(ask) for chain in islice(planned.chains(), _SAMPLED) for ask in _first_asks(chain)
    ]
    lengths = [most_tokens_read(prompt.request) for prompt in prompts if isinstance(prompt, StepPrompt)]
    return sum(lengths) / len(lengths) if lengths else 0.0


def _first_asks(chain: RevisionChain) -> Iterator[Ask]:
    done: list[Written] = []
    for _ in range(2 if chain.critique else 1):
        ask = chain.next(done)
        if ask is not None:
            yield ask
            done.append(Written(kind=ask.kind, principle_id=ask.principle_id, text="", key=bytes(32)))


# -- Judging -----------------------------------------------------------------------------------------


def _judges(planned: PlannedRevisions, *, look_up: bool) -> Iterator[JudgePlan]:
    """Yield what each judge would take: its plan for the suite, in proportion to the replies that are revised."""
    whole = plan_run(planned.suite)
    ledger = existing_ledger(planned.workspace) if look_up else None
    recorded = count_recorded(planned.suite, ledger) if ledger else None
    share = planned.items / max(1, planned.suite.items)
    for judge in whole.judges:
        free = None if recorded is None else round(share * recorded.get(judge.judge, 0))
        yield _judge_plan(planned, judge, share, free)


def _judge_plan(planned: PlannedRevisions, judge: JudgePlan, share: float, free: int | None) -> JudgePlan:
    """Return what a judge would take. Low: no revision differs from its reply. High: every one does."""
    before = share * judge.units - (free or 0)
    after = share * judge.units * planned.revise.rounds
    each = max(1, judge.units)
    calls = Range(
        low=math.floor(before * judge.calls.low / each),
        high=math.ceil((before + after) * judge.calls.high / each),
    )
    grows = planned.generator.generator.params.max_tokens
    read = Range(
        low=math.floor(calls.low * _mean(judge.input_tokens.low, judge.calls.low)),
        high=math.ceil(calls.high * (_mean(judge.input_tokens.high, judge.calls.high) + grows)),
    )
    wrote = Range(
        low=math.floor(calls.low * _mean(judge.output_tokens.low, judge.calls.low)),
        high=math.ceil(calls.high * _mean(judge.output_tokens.high, judge.calls.high)),
    )
    model = next(model for model in planned.suite.model_judges if model.id == judge.judge)
    return JudgePlan(
        judge=judge.judge,
        model=judge.model,
        units=round(before + after + (free or 0)),
        recorded=free,
        calls=calls,
        input_tokens=read,
        output_tokens=wrote,
        usd=usd_range(planned.suite.price(model), read, wrote),
        price_from=judge.price_from,
        batch_usd=None,
    )


def _mean(total: float, calls: float) -> float:
    return total / calls if calls else 0.0


def _minutes(planned: PlannedRevisions, generator: GeneratorPlan, judges: tuple[JudgePlan, ...]) -> Range:
    """Return how long both halves take, one after the other; the slowest account of the judges decides theirs."""
    own = planned.job().account()[1].concurrency
    low = generator.calls.low * SECONDS_PER_CALL[0] / own / 60
    high = generator.calls.high * SECONDS_PER_CALL[1] / own / 60
    slowest = Range(low=0.0, high=0.0)
    for model in planned.suite.model_judges:
        name, account = planned.suite.account(model)
        mine = [judge for judge in judges if judge.model.partition("/")[0] == name]
        slowest = Range(
            low=max(
                slowest.low,
                sum(judge.calls.low for judge in mine) * SECONDS_PER_CALL[0] / account.concurrency / 60,
            ),
            high=max(
                slowest.high,
                sum(judge.calls.high for judge in mine) * SECONDS_PER_CALL[1] / account.concurrency / 60,
            ),
        )
    return Range(low=low + slowest.low, high=high + slowest.high)


__all__ = ["GeneratorPlan", "RevisionCost", "plan_cost"]
