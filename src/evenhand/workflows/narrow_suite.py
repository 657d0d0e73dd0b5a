"""Find the part of a suite that somebody wants judged."""

from collections.abc import Set as AbstractSet

from evenhand.errors import NothingSelectedError, UsageError
from evenhand.judging.narrow import Part, choose, draw, item_name, names_of, nothing_fits, survey
from evenhand.judging.plan import Plan
from evenhand.records.narrow import Narrow, Wishes
from evenhand.records.run import Run
from evenhand.store.ledger import LedgerFile
from evenhand.store.places import disagreed_places, failed_places, stored_places
from evenhand.workflows.feedback.drawn_items import drawn_items

_RUNS_LOOKED_AT = 500
_CASES_NAMED = 5_000


def narrow_suite(
    whole: Plan,
    wishes: Wishes,
    suite_path: str,
    suite_seed: int,
    ledger: LedgerFile | None,
    going_on: Run | None = None,
) -> tuple[Part, Narrow]:
    """Return the part of a suite as tests of membership, and as its manifest records it.

    Args:
        whole: The plan of the whole suite.
        wishes: What is wanted.
        suite_path: The suite, as manifests name it.
        suite_seed: Seed of a sample, where the wishes name none.
        ledger: The ledger with earlier runs; None where there is none.
        going_on: The run that goes on with the part it began with, where one does.

    Raises:
        NothingSelectedError: Nothing is left.
        UsageError: An earlier run is needed, and there is none.
    """
    choose("principle", wishes.principles, tuple(whole.scales))
    of = _earlier_run(wishes, suite_path, ledger)
    named = _named(wishes, of, ledger, going_on) if of and ledger else None
    if wishes.principle_draw:
        drawn = drawn_items(whole, wishes.principle_draw, wishes.principle_seed)
        named = drawn if named is None else named & drawn
    part = Part(principles=wishes.principles, cases=wishes.cases, named=named)
    seed = suite_seed if wishes.seed is None else wishes.seed
    if wishes.sample is not None:
        part = draw(whole.items(), part, wishes.sample, seed)
    found = survey(whole.items(), part)
    for pattern in wishes.cases:
        if not found.met[pattern]:
            raise nothing_fits("case", pattern, list(names_of(whole.items(), _CASES_NAMED)))
    if not found.items:
        raise NothingSelectedError(_nothing(wishes, of), hint="see what is there with: evenhand plan SUITE")
    return part, Narrow(
        principles=wishes.principles,
        cases=wishes.cases,
        judges=wishes.judges,
        sample=wishes.sample,
        seed=seed if wishes.sample is not None else 0,
        failed=wishes.failed,
        disagreed=wishes.disagreed,
        of=of.id if of else "",
        principle_draw=wishes.principle_draw,
        principle_seed=wishes.principle_seed,
        items=found.items,
        items_of=found.items_of,
        digest=found.digest,
    )


def _nothing(wishes: Wishes, of: Run | None) -> str:
    if of is None:
        return "no item of the suite is left"
    words = " or ".join(
        word for word, wanted in (("failed", wishes.failed), ("disagreed", wishes.disagreed)) if wanted
    )
    return f"no item of the suite {words} in run {of.id}, as far as the other options leave any"


def _earlier_run(wishes: Wishes, suite_path: str, ledger: LedgerFile | None) -> Run | None:
    """Return the run that the wishes rest on; None where they rest on none."""
    if not (wishes.failed or wishes.disagreed):
        if wishes.of:
            raise UsageError("--of names a run for --failed or --disagreed", hint="add one of them")
        return None
    if ledger is None:
        raise UsageError("there is no earlier run of this suite", hint="run it first, as a whole")
    if wishes.of:
        return ledger.run(wishes.of)
    runs = (run for run in ledger.recent_runs(_RUNS_LOOKED_AT) if run.manifest.suite_path == suite_path)
    found = next(runs, None)
    if found is None:
        raise UsageError(
            "there is no earlier run of this suite", hint="run it first, or name a run with --of"
        )
    return found


def _named(wishes: Wishes, of: Run, ledger: LedgerFile, going_on: Run | None) -> AbstractSet[bytes]:
    """Return the names of the items that the earlier run decided for.

    A run that goes on keeps the items it started with, whatever became of the earlier run since.
    """
    if going_on:
        own = frozenset(item_name(*place) for place in stored_places(ledger, going_on))
        if len(own) == going_on.manifest.planned_items:
            return own
    sources = [
        *([failed_places(ledger, of)] if wishes.failed else []),
        *([disagreed_places(ledger, of)] if wishes.disagreed else []),
    ]
    return frozenset(item_name(*place) for source in sources for place in source)
