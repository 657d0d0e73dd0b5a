"""Nobody spends more than a set sum by surprise."""

from evenhand.cli.session import Session
from evenhand.errors import UsageError
from evenhand.workflows.plan_suite import Range, plan_run
from evenhand.workflows.prepare import Prepared

ASK_ABOVE_USD = 1.0


def agree_to_cost(
    session: Session,
    prepared: Prepared,
    *,
    cap: float | None,
    look_up: bool = True,
    batch: bool = False,
    again: float = 0.0,
) -> None:
    """Ask a person, on a terminal, before a run that may cost more than `ASK_ABOVE_USD`.

    What the ledger has replies for is looked up only where the whole would cost more, because it takes a while. `again`
    is how much is asked besides, as a share of the whole: none of it is taken to be in the ledger.

    Raises:
        UsageError: Nobody can be asked, or the answer is no.
    """
    plan = plan_run(prepared)
    whole = plan.batch_usd if batch else plan.usd
    besides = again * whole.high if whole else 0.0
    most = _most(whole, cap, besides)
    if most is not None and most > ASK_ABOVE_USD and look_up:
        plan = plan_run(prepared, look_up=True)
        most = _most(plan.batch_usd if batch else plan.usd, cap, besides)
    if most is None or most <= ASK_ABOVE_USD:
        return
    question = (
        f"{plan.units - plan.offline_units - (plan.recorded_units or 0):,} ratings, at most {most:.2f} USD "
        f"({plan.price_words}). Go on?"
    )
    if not session.screen.can_ask:
        raise UsageError(
            f"this run may cost up to {most:.2f} USD and nobody can be asked here",
            hint="see `evenhand plan`, then add --yes, or a cap: --max-usd 1",
        )
    if not session.screen.ask(question):
        raise UsageError("nothing was run", hint="see `evenhand plan` for where the cost comes from")


def agree_to_work(
    session: Session, usd: Range | None, *, cap: float | None, what: str, runs: int = 1
) -> None:
    """Ask a person, on a terminal, before work with a `--plan-only` that may cost more than `ASK_ABOVE_USD`.

    Args:
        session: Where to ask.
        usd: What it may cost; None where a price is unknown, which the work itself refuses.
        cap: The cap that was given.
        what: What is asked for, in words.
        runs: How many runs the cap holds for, each by itself.

    Raises:
        UsageError: Nobody can be asked, or the answer is no.
    """
    most = _most(usd, None if cap is None else runs * cap, 0.0)
    if most is None or most <= ASK_ABOVE_USD:
        return
    if not session.screen.can_ask:
        raise UsageError(
            f"this may cost up to {most:.2f} USD and nobody can be asked here",
            hint=f"see --plan-only, then add --yes, or a cap: --max-usd {ASK_ABOVE_USD / runs:.1g}",
        )
    if not session.screen.ask(f"{what}, at most {most:.2f} USD. Go on?"):
        raise UsageError("nothing was asked", hint="see --plan-only for where the cost comes from")


def _most(usd: Range | None, cap: float | None, besides: float) -> float | None:
    """Return the most a run may cost; None where the price of a model is unknown, which the run itself refuses."""
    if usd is None:
        return None
    return usd.high + besides if cap is None else min(usd.high + besides, cap)
