"""Generation runs in the ledger: started, found, read back and added up."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import Row, and_, case, func, or_, select, update

from evenhand.errors import UnknownNameError
from evenhand.records.canonical import canonical_json
from evenhand.records.generation import (
    GenerationAccount,
    GenerationManifest,
    GenerationRun,
    Purpose,
    Step,
)
from evenhand.records.run import AttemptState
from evenhand.store import tables
from evenhand.store.ledger import JUDGE_RUN, LedgerFile
from evenhand.store.rows import searchable
from evenhand.store.step_rows import read_generation_run, read_step

_ROWS_PER_READ: Final = 5_000
_SENT, _RECEIVED = AttemptState.SENT.value, AttemptState.RECEIVED.value
_runs, _attempts, _steps = tables.runs.c, tables.attempts.c, tables.steps.c


def start_generation(ledger: LedgerFile, manifest: GenerationManifest) -> GenerationRun:
    """Add a generation run; its name is its UTC time and five random letters."""
    name = ledger.add_run(manifest.canonical(), inputs_hash=manifest.inputs_hash(), kind=manifest.purpose)
    return read_generation(ledger, name)


def set_generation_manifest(ledger: LedgerFile, name: str, manifest: GenerationManifest) -> None:
    """Replace a run's manifest by one that also holds what was found on the way."""
    change = update(tables.runs).where(_runs.name == name)
    with ledger.write() as connection:
        connection.execute(change.values(manifest=canonical_json(manifest.canonical()).decode()))


def read_generation(ledger: LedgerFile, name: str, purpose: Purpose | None = None) -> GenerationRun:
    """Return one generation run by its name, or the newest (of a purpose) for "latest".

    Raises:
        UnknownNameError: There is no such run.
    """
    return read_generation_run(_row(ledger, name, purpose))


def generations(ledger: LedgerFile, purpose: Purpose | None = None) -> tuple[GenerationRun, ...]:
    """Return the generation runs, the newest last."""
    query = select(tables.runs).where(_of(purpose)).order_by(_runs.id)
    with ledger.read() as connection:
        return tuple(read_generation_run(row) for row in connection.execute(query))


def newest_generations(ledger: LedgerFile) -> Iterator[GenerationRun]:
    """Yield the generation runs, the newest first, each read when it is asked for."""
    query = select(tables.runs).where(_of(None)).order_by(_runs.id.desc())
    with ledger.read() as connection:
        yield from map(read_generation_run, connection.execute(query))


def same_generation(ledger: LedgerFile, manifest: GenerationManifest) -> GenerationRun | None:
    """Return the newest run that asks the same questions; None where there is none."""
    query = select(tables.runs).where(_of(manifest.purpose), _runs.inputs_hash == manifest.inputs_hash())
    with ledger.read() as connection:
        row = connection.execute(query.order_by(_runs.id.desc()).limit(1)).first()
    return None if row is None else read_generation_run(row)


def generation_number(ledger: LedgerFile, name: str) -> int:
    """Return the number the tables know a generation run by.

    Raises:
        UnknownNameError: There is no such run.
    """
    return int(_row(ledger, name, None).id)


def read_steps(ledger: LedgerFile, name: str) -> Iterator[Step]:
    """Yield the settled steps of a run, chain by chain.

    Raises:
        UnknownNameError: There is no such run.
    """
    number, last = generation_number(ledger, name), -1
    while True:
        query = select(tables.steps).where(_steps.run == number, _steps.seq > last).order_by(_steps.seq)
        with ledger.read() as connection:
            rows = connection.execute(query.limit(_ROWS_PER_READ)).all()
        yield from map(read_step, rows)
        if len(rows) < _ROWS_PER_READ:
            return
        last = rows[-1].seq


def generation_account(ledger: LedgerFile, run: GenerationRun) -> GenerationAccount:
    """Return where the chains of a run went, and what its calls cost."""
    number = generation_number(ledger, run.id)
    unpriced = and_(
        _attempts.cost_nanousd.is_(None),
        or_(_attempts.maybe_billed == 1, _attempts.state.in_((_SENT, _RECEIVED))),
    )
    sums = select(
        func.count(),
        func.coalesce(func.sum(case((_attempts.state == AttemptState.FAILED.value, 1), else_=0)), 0),
        func.coalesce(func.sum(case((_attempts.state == AttemptState.UNKNOWN.value, 1), else_=0)), 0),
        func.coalesce(func.sum(_attempts.input_tokens), 0),
        func.coalesce(func.sum(_attempts.output_tokens), 0),
        func.coalesce(func.sum(_attempts.cost_nanousd), 0),
        func.coalesce(func.sum(case((unpriced, _attempts.reserved_nanousd), else_=0)), 0),
    ).where(_attempts.run == number)
    states = select(_steps.state, func.count(), func.count(_steps.reused)).where(_steps.run == number)
    with ledger.read() as connection:
        calls, failed, unknown, read, wrote, cost, risk = connection.execute(sums).one()
        rows = connection.execute(states.group_by(_steps.state).order_by(_steps.state)).all()
    return GenerationAccount(
        chains=run.manifest.chains,
        steps={row[0]: row[1] for row in rows},
        calls=calls,
        unanswered=failed,
        possible_duplicates=unknown,
        reused=sum(row[2] for row in rows),
        input_tokens=read,
        output_tokens=wrote,
        cost_nanousd=cost,
        at_risk_nanousd=risk,
    )


def models_that_wrote(ledger: LedgerFile, name: str) -> Mapping[str, int]:
    """Return how many replies each model gave to the questions of a run, those taken over from other runs included.

    Names are what the replies say of themselves, and hostile; replies that name no model are left out.

    Raises:
        UnknownNameError: There is no such run.
    """
    number = generation_number(ledger, name)
    taken = select(_steps.reused).where(_steps.run == number, _steps.reused.is_not(None))
    mine = and_(_attempts.run == number, _attempts.unit >= 0)
    query = select(_attempts.served_model, func.count()).where(
        or_(mine, _attempts.id.in_(taken)), _attempts.served_model != ""
    )
    with ledger.read() as connection:
        rows = connection.execute(query.group_by(_attempts.served_model).order_by(_attempts.served_model))
        return {row[0]: row[1] for row in rows}


def _of(purpose: Purpose | None) -> Any:
    return _runs.kind == purpose if purpose else _runs.kind != JUDGE_RUN


def _row(ledger: LedgerFile, name: str, purpose: Purpose | None) -> Row[Any]:
    query = select(tables.runs).where(_of(purpose)).order_by(_runs.id.desc())
    if name != "latest":
        query = query.where(_runs.name == searchable(name))
    with ledger.read() as connection:
        found = connection.execute(query.limit(1)).first()
        if found is not None:
            return found
        known = select(_runs.name).where(_of(purpose)).order_by(_runs.id.desc()).limit(200)
        names = list(connection.execute(known).scalars())
    raise UnknownNameError("generation run", name, names)
