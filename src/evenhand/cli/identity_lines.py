"""Who answered for the judges of a run, and what was paid for what: lines for people, records for JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evenhand.cli.output import plural
from evenhand.judging.budget import usd
from evenhand.records.instrument import Answerer, Instrument, Mixture
from evenhand.records.rated import RunAccount
from evenhand.records.run import Manifest
from evenhand.records.spending import Spending, spending_by_judge


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweringJudge:
    """Who answered for one judge."""

    judge: str
    mixed: bool
    """Whether it was more than one instrument; `mixture` says in what way."""
    mixture: Mixture | None
    """In what way: its ratings come from several models, another model was only seen besides, or only the fingerprint
    changed; null where it was one instrument."""
    expected: str
    """Model that preflight saw answer; empty where it did not say."""
    answered_by: tuple[Answerer, ...]
    """In the order of their first unit."""
    asked_with: tuple[Instrument, ...]
    """Several after an upgrade between two executions."""


def answering_judges(manifest: Manifest, account: RunAccount) -> tuple[AnsweringJudge, ...]:
    """Return who answered for each judge that asks a model."""
    return tuple(
        AnsweringJudge(
            judge=each.judge,
            mixed=each.mixture is not None,
            mixture=each.mixture,
            expected=each.expected,
            answered_by=each.answerers,
            asked_with=each.instruments,
        )
        for each in account.identities(manifest)
    )


def mixed_lines(judges: Sequence[AnsweringJudge]) -> Iterator[str]:
    """Yield a line for each judge that was more than one instrument."""
    for judge in judges:
        if judge.mixture:
            parts = "; ".join(_answerer(each) for each in judge.answered_by)
            seen = f"preflight saw {judge.expected}; " if judge.expected else ""
            yield f"judge {judge.judge} is a mixed instrument, {judge.mixture.words}: {seen}{parts}"


def _answerer(each: Answerer) -> str:
    name = each.served_model or "a model that gave no name"
    fingerprint = f" with fingerprint {each.fingerprint}" if each.fingerprint else ""
    since = "in preflight" if each.first_unit < 0 else f"from unit {each.first_unit} on"
    return f"{name}{fingerprint} gave {plural(each.ratings, 'rating')}, {since}"


def upgrade_lines(judges: Sequence[AnsweringJudge]) -> Iterator[str]:
    """Yield a line for each judge that was asked with more than one set of software."""
    for judge in judges:
        software = dict.fromkeys(
            ", ".join(filter(None, (each.sdk, each.transport))) for each in judge.asked_with
        )
        if len(software) > 1:
            yield f"judge {judge.judge} was asked with different software: {'; then '.join(software)}"


def spending_lines(account: RunAccount) -> Iterator[str]:
    """Yield what each judge cost and for what, where there is more to tell than a sum."""
    for each in spending_by_judge(account.shares):
        if parts := _parts(each):
            yield f"{each.judge}: {usd(each.nanousd)} USD ({', '.join(parts)})"


def _parts(each: Spending) -> list[str]:
    told = (
        (each.failed_nanousd, "failed ratings"),
        (each.asked_again_nanousd, "replies asked again"),
        (each.preflight_nanousd, "preflight"),
        (each.open_nanousd, "open ratings"),
        (each.unanswered_at_risk_nanousd, "at risk without a reply"),
    )
    parts = [f"{usd(nanousd)} {what}" for nanousd, what in told if nanousd]
    if each.estimated_replies:
        parts.append(f"{plural(each.estimated_replies, 'price')} estimated")
    return parts
