"""Say what a run would take, without a single call: calls, tokens, money and time, as ranges."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evenhand.catalog.prices import PRICE_TABLE_DATE
from evenhand.judging.budget import NANOUSD, cost_nanousd, most_tokens_read
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.interface import ChatRequest
from evenhand.providers.registry import has_batches
from evenhand.records.judge import SHORT_ANSWER_TOKENS, ModelJudge, Price
from evenhand.records.narrow import Wishes
from evenhand.records.rating import Usage
from evenhand.records.run import Endpoint, Unit
from evenhand.workflows.judge_notices import judge_notices
from evenhand.workflows.prepare import WHOLE_SUITE, Prepared, PriceSource, existing_ledger, prepare
from evenhand.workflows.replay_models import count_recorded
from evenhand.workflows.survey import SAMPLED_ITEMS

FEWEST_CHARS_PER_TOKEN = 2.5
MOST_CHARS_PER_TOKEN = 6.0
PREFLIGHT_CALLS = 8
"""Most calls that look at an endpoint before it is asked."""
SECONDS_PER_CALL = (0.5, 8.0)
"""What a call may take, as a guess."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A low and a high estimate."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """What one model judge would take."""

    judge: str
    model: str
    units: int
    """Its ratings in the plan."""
    recorded: int | None
    """Those that a reply in the ledger answers for free; None where nobody looked."""
    calls: Range
    """Low: one call for each of the others, and none in the later steps of a cascade. High: each asked again as often
    as the judge allows, and preflight."""
    input_tokens: Range
    output_tokens: Range
    usd: Range | None
    """None where the price of the model is not known."""
    price_from: PriceSource
    """Where that price is from: `files` are the judge file and evenhand.toml, `table` is the price table."""
    batch_usd: Range | None
    """The same with `run --batch`; the price of live calls where the account has no batch API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """What a run of a suite would take."""

    suite: str
    part: str
    """The part of the suite that would be judged, in words; empty is the whole."""
    cases: int
    """Cases of the whole suite."""
    principles: int
    items: int
    units: int
    offline_units: int
    recorded_units: int | None
    """Units that a reply in the ledger answers for free; None where nobody looked, or there is no ledger."""
    judges: tuple[JudgePlan, ...]
    minutes: Range
    """From the accounts' concurrency and half a second to eight seconds a call."""
    warnings: tuple[str, ...]
    """What to know about the judges before they are asked."""
    sampled: bool
    """Whether tokens were scaled up from a sample of the prompts."""
    cascade_steps: int
    """Steps of the panel's cascade; 0 without one."""

    @property
    def usd(self) -> Range | None:
        """What all judges would cost; None where a price is not known."""
        known = [judge.usd for judge in self.judges if judge.usd is not None]
        if len(known) < len(self.judges):
            return None
        return Range(low=sum(each.low for each in known), high=sum(each.high for each in known))

    @property
    def prices_as_of(self) -> str:
        """Date of the price table; empty where no price is from it."""
        return PRICE_TABLE_DATE if any(judge.price_from == "table" for judge in self.judges) else ""

    @property
    def price_words(self) -> str:
        """Where the prices are from, in words; empty where there is none."""
        written = any(judge.price_from == "files" for judge in self.judges)
        if self.prices_as_of:
            return f"prices of {self.prices_as_of}" + (" and those in your files" if written else "")
        return "prices in your files" if written else ""

    @property
    def batch_usd(self) -> Range | None:
        """What all judges would cost with `run --batch`; None where a price is not known."""
        known = [judge.batch_usd for judge in self.judges if judge.batch_usd is not None]
        if len(known) < len(self.judges):
            return None
        return Range(low=sum(each.low for each in known), high=sum(each.high for each in known))


def plan_suite(
    start: Path, suite: Path, wishes: Wishes = WHOLE_SUITE, *, look_up: bool = False, readings: int = 1
) -> RunPlan:
    """Plan a run of `suite`, or of a part of it.

    Args:
        start: Folder from which the workspace is looked for.
        suite: The suite's file.
        wishes: Which part of it.
        look_up: Whether the ledger is asked which units it has replies for; every prompt is made for that.
        readings: How often the panel would be asked.

    Raises:
        FileError: A file has findings.
        UsageError: The parts do not fit together.
        NothingSelectedError: Nothing is left of the suite.
    """
    return plan_run(prepare(start, suite, wishes, readings=readings), look_up=look_up)


def plan_run(prepared: Prepared, *, look_up: bool = False) -> RunPlan:
    """Plan a run of a suite that is loaded, as `plan_suite`."""
    ledger = existing_ledger(prepared.workspace) if look_up else None
    recorded = count_recorded(prepared, ledger) if ledger else None
    per_judge = prepared.plan.units_by_judge()
    judges = tuple(
        _judge_plan(prepared, judge, prepared.items * per_judge[judge.id], recorded)
        for judge in prepared.model_judges
    )
    called = sum(judge.units for judge in judges)
    units = prepared.items * prepared.plan.units_per_item
    return RunPlan(
        suite=prepared.loaded.suite.id,
        part=prepared.narrow.words() if prepared.narrow else "",
        cases=prepared.survey.scan.count,
        principles=len(prepared.plan.scales),
        items=prepared.items,
        units=units,
        offline_units=units - called,
        recorded_units=None if recorded is None else sum(recorded.values()),
        judges=judges,
        minutes=_minutes(prepared, judges),
        warnings=tuple(judge_notices(prepared.aliases, prepared.own_families)),
        sampled=bool(prepared.model_judges) and prepared.items > SAMPLED_ITEMS,
        cascade_steps=len(prepared.loaded.panel.cascade),
    )


def _judge_plan(
    prepared: Prepared, judge: ModelJudge, units: int, recorded: Mapping[str, int] | None
) -> JudgePlan:
    known = None if recorded is None else recorded.get(judge.id, 0)
    asked = units - (known or 0)
    chars = _mean_prompt_chars(prepared, judge)
    fewest_calls = 0 if _may_be_spared(prepared, judge) else asked
    most_calls = asked * (1 + judge.answer.reasks) + PREFLIGHT_CALLS if asked else 0
    calls = Range(low=fewest_calls, high=most_calls)
    read = Range(
        low=math.floor(fewest_calls * chars / MOST_CHARS_PER_TOKEN),
        high=math.ceil(most_calls * chars / FEWEST_CHARS_PER_TOKEN),
    )
    short = 0 if prepared.decides(judge) else SHORT_ANSWER_TOKENS
    written = Range(low=fewest_calls * short, high=most_calls * judge.params.max_tokens)
    return JudgePlan(
        judge=judge.id,
        model=judge.model,
        units=units,
        recorded=known,
        calls=calls,
        input_tokens=read,
        output_tokens=written,
        usd=usd_range(prepared.price(judge), read, written),
        price_from=prepared.price_source(judge),
        batch_usd=usd_range(_batch_price(prepared, judge), read, written),
    )


def _may_be_spared(prepared: Prepared, judge: ModelJudge) -> bool:
    """Tell whether the judge is in a later step of a cascade, which may settle every item before it is asked."""
    return any(judge.id in step.judges for step in prepared.loaded.panel.cascade[1:])


def _batch_price(prepared: Prepared, judge: ModelJudge) -> Price | None:
    """Return what a judge costs with `run --batch`, which asks it live where there is no batch API."""
    price = prepared.price(judge)
    return price.in_batch() if price and has_batches(prepared.account(judge)[1]) else price


def usd_range(price: Price | None, read: Range, written: Range) -> Range | None:
    """Return what tokens read and written cost; None where the price is not known."""
    if price is None:
        return None
    low, high = (
        cost_nanousd(price, Usage(input_tokens=int(tokens_in), output_tokens=int(tokens_out))) / NANOUSD
        for tokens_in, tokens_out in ((read.low, written.low), (read.high, written.high))
    )
    return Range(low=low, high=high)


def _mean_prompt_chars(prepared: Prepared, judge: ModelJudge) -> float:
    """Render prompts, all of them or an even sample, and return their mean length; orders and repeats are alike."""
    prompter = Prompter(
        judge=judge,
        template=prepared.loaded.templates[judge.id],
        constitution=prepared.loaded.constitution,
        endpoint=_assumed_endpoint(prepared, judge),
    )
    prompts = [prompter.render(Unit(seq=0, item=item, judge=judge)) for item in prepared.survey.sample]
    lengths = [_chars(prompt.request) for prompt in prompts if isinstance(prompt, Prompt)]
    return sum(lengths) / len(lengths) if lengths else 0.0


def _assumed_endpoint(prepared: Prepared, judge: ModelJudge) -> Endpoint:
    account, _, model = judge.model.partition("/")
    means: Literal["decision", "json_schema"] = "decision" if prepared.decides(judge) else "json_schema"
    return Endpoint(judge=judge.id, account=account, protocol="openai-chat", model=model, means=means)


def _chars(request: ChatRequest) -> int:
    return most_tokens_read(request)


def _minutes(prepared: Prepared, judges: tuple[JudgePlan, ...]) -> Range:
    """Accounts work side by side; the slowest decides."""
    low, high = [0.0], [0.0]
    for judge in prepared.model_judges:
        name, account = prepared.account(judge)
        mine = [plan for plan in judges if plan.model.partition("/")[0] == name]
        low.append(sum(plan.calls.low for plan in mine) * SECONDS_PER_CALL[0] / account.concurrency / 60)
        high.append(sum(plan.calls.high for plan in mine) * SECONDS_PER_CALL[1] / account.concurrency / 60)
    return Range(low=max(low), high=max(high))
