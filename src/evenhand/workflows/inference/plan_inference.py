"""Say what inferring principles would take, without a single call: texts, money and decisions, as ranges."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.generators import load_generator
from evenhand.catalog.prices import lookup_price
from evenhand.catalog.settings import find_workspace
from evenhand.constitution.inverse.decisions import Decision, batches, held_out, learned_from
from evenhand.constitution.inverse.texts import MOST_PROPOSALS
from evenhand.workflows.inference.infer_principles import DEFAULT_INFERENCE, InferenceChoices
from evenhand.workflows.inference.read_decisions import read_decisions
from evenhand.workflows.plan_suite import FEWEST_CHARS_PER_TOKEN, MOST_CHARS_PER_TOKEN, Range, usd_range
from evenhand.workflows.read_run import read_own_run

_ASKED_TWICE = 2
"""Most calls for a text that comes empty or can not be read."""
_FEWEST_WRITTEN = 2
"""Tokens of a vote of one word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InferencePlan:
    """What inferring principles would take."""

    decisions: int
    """Decisions of people that could be used."""
    overrides: int
    """How many of them went against the panel."""
    batches: int
    """Texts that propose."""
    votes: Range
    """Votes: as few as for one proposal that fails at once, as many as for all that may be voted on and tested."""
    usd: Range | None
    """What it would cost; None where the price is not known."""


def plan_inference(
    start: Path, run: str, generator: Path, choices: InferenceChoices = DEFAULT_INFERENCE
) -> InferencePlan:
    """Return what inferring principles would take, texts of earlier runs not counted.

    Raises:
        UnknownNameError: There is no such run.
        FileError: The generator's file has findings.
        NoLabelsError: The run has no decision of people in one of the splits.
    """
    stored = read_own_run(start, run)
    loaded = load_generator(generator)
    decided = read_decisions(stored)
    learned = learned_from(decided.optimise, choices.seed, most=choices.most_learned)
    tested_on = held_out(decided.gate, choices.seed, most=choices.most_held_out)
    proposing = batches(learned, choices.seed, size=choices.batch)
    votes = _votes(proposing, learned, tested_on, choices)
    price = loaded.generator.price or lookup_price(
        loaded.generator.model, find_workspace(start).settings.prices
    )
    chars = sum(map(len, loaded.templates.values())) + _mean_chars([*learned, *tested_on])
    texts = Range(
        low=len(proposing) + votes.low, high=_ASKED_TWICE * (choices.batch * len(proposing) + votes.high)
    )
    most = loaded.generator.params.max_tokens
    read = Range(
        low=math.floor(texts.low * chars / MOST_CHARS_PER_TOKEN),
        high=math.ceil(texts.high * chars / FEWEST_CHARS_PER_TOKEN),
    )
    wrote = Range(low=texts.low * _FEWEST_WRITTEN, high=texts.high * most)
    everybody = (*decided.optimise, *decided.gate)
    return InferencePlan(
        decisions=len(everybody),
        overrides=sum(each.is_override for each in everybody),
        batches=len(proposing),
        votes=votes,
        usd=usd_range(price, read, wrote),
    )


def _votes(
    proposing: Sequence[Sequence[Decision]],
    learned: Sequence[Decision],
    tested_on: Sequence[Decision],
    choices: InferenceChoices,
) -> Range:
    texts = Counter(batch[0].principle_id for batch in proposing)
    scored = Counter(each.principle_id for each in learned)
    tested = Counter(each.principle_id for each in tested_on)
    high = sum(
        min(choices.most_proposals, MOST_PROPOSALS * count) * scored[name] for name, count in texts.items()
    )
    return Range(
        low=min((scored[name] for name in texts), default=0),
        high=high + choices.most_tested * max((tested[name] for name in texts), default=0),
    )


def _mean_chars(decisions: Sequence[Decision]) -> float:
    lengths = [len(each.prompt) + len(each.first) + len(each.second) for each in decisions]
    return sum(lengths) / len(lengths) if lengths else 0.0
