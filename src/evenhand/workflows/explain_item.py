"""Explain the verdicts on a case of a run: who said what, and the panel's arithmetic."""

from collections.abc import Iterator
from pathlib import Path

from evenhand.constitution.conflicts import Collision, collisions, declared_conflicts
from evenhand.errors import UnknownNameError
from evenhand.judging.readings import said_of
from evenhand.records.baseline import Said
from evenhand.records.rated import RatedItem
from evenhand.reporting.explain import Explanation, explain
from evenhand.workflows.read_run import StoredRun, read_run, reading_decider_of
from evenhand.workflows.report_run import text_finder

_MOST_NAMES = 100_000


def explain_item(start: Path, reference: str) -> tuple[Explanation, ...]:
    """Explain every item that `reference` names.

    Args:
        start: Folder from which the workspace is looked for.
        reference: ITEM@RUN, where ITEM is a case, or a case with a candidate or a principle as reports write it
            (`core-0412/privacy.contact-data`), and RUN a run or "latest"; without @RUN the newest run.

    Raises:
        UnknownNameError: There is no such run, or no such item in it.
    """
    stored, name = _run_and_name(start, reference)
    found = list(_named(stored, name))
    if not found:
        raise UnknownNameError("item", name, _near_names(stored, name), within=f"run {stored.run.id}")
    texts = text_finder(stored)({(item.case_id, item.candidate_id) for item in found})
    return tuple(
        explain(
            item,
            stored.manifest,
            texts.get((item.case_id, item.candidate_id)),
            road=stored.decider.road(item.principle_id, item.units),
            readings=_readings(stored, item),
            collisions=_collisions(stored, item),
        )
        for item in found
    )


def _readings(stored: StoredRun, item: RatedItem) -> tuple[Said, ...]:
    """Return what the panel said of an item each time, where it was asked several times."""
    if stored.manifest.readings == 1:
        return ()
    return tuple(map(said_of, reading_decider_of(stored.manifest).decide(item.principle_id, item.units)))


def _collisions(stored: StoredRun, item: RatedItem) -> tuple[Collision, ...]:
    """Return the declared conflicts between verdicts on the text of an item; comparisons of two texts have none."""
    constitution = stored.manifest.constitution
    if stored.manifest.mode == "pairwise" or not declared_conflicts(constitution):
        return ()
    verdicts = {
        each.principle_id: each.verdict.label if each.verdict else None
        for each in stored.items_of(item.case_id)
        if (each.case_id, each.candidate_id) == (item.case_id, item.candidate_id)
    }
    return collisions(constitution, verdicts)


def _run_and_name(start: Path, reference: str) -> tuple[StoredRun, str]:
    """Take a reference apart; what follows the last @ is a run, or else the end of a case's own name."""
    name, at, run = reference.rpartition("@")
    if not at:
        return read_run(start, "latest"), reference
    try:
        return read_run(start, run), name
    except UnknownNameError:
        latest = read_run(start, "latest")
        if not any(_named(latest, reference)):
            raise
        return latest, reference


def _named(stored: StoredRun, name: str) -> Iterator[RatedItem]:
    """Yield the items of a case, or the one item with exactly this name."""
    for item in stored.items_of(name):
        if name in {item.case_id, item.name, f"{item.case_id}/{item.principle_id}"}:
            yield item


def _near_names(stored: StoredRun, name: str) -> set[str]:
    """Return the items of the case that `name` begins with, or the cases where there is no such case."""
    of_the_case = {f"{item.case_id}/{item.principle_id}" for item in stored.items_of(name)}
    return of_the_case or stored.case_names(_MOST_NAMES)
