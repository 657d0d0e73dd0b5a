"""What reviewers may see of the items of a run: the text of cases, without producers, and the principles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evenhand.catalog.shape_errors import quoted
from evenhand.errors import UsageError
from evenhand.records.canonical import content_hash
from evenhand.records.review import ShownCase, ShownOutput, ShownPrinciple
from evenhand.records.suite import Candidate, Case, name_of
from evenhand.store.review.rows import content_of
from evenhand.workflows.read_run import StoredRun

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Texts of a draw that are not there."""

    changed: Sequence[str]
    """Cases whose file is not what it was when the run read it."""
    textless: Sequence[str]
    """Cases whose candidate has no text."""


def shown_principles(stored: StoredRun, names: Iterable[str]) -> Mapping[str, ShownPrinciple]:
    """Return principles of a run with the scales they are answered on, by their id."""
    return {name: _shown_principle(stored, name) for name in dict.fromkeys(names)}


def principle_hashes(stored: StoredRun, names: Iterable[str]) -> Mapping[str, str]:
    """Return the hash over what a label on each principle rests on, as this run has it."""
    return {name: each.hash for name, each in shown_principles(stored, names).items()}


def _shown_principle(stored: StoredRun, name: str) -> ShownPrinciple:
    principle, scale = stored.manifest.constitution.by_id[name], stored.decider.scale(name)
    return ShownPrinciple(principle=principle, scale=scale, hash=content_hash(principle.binding(scale)))


def shown_cases(stored: StoredRun, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], ShownCase]:
    """Return what is shown of cases and candidates of a run, from its case files as they were.

    Args:
        stored: The run.
        wanted: Case and candidate of each item, a pair with a bar between its two.

    Raises:
        UsageError: The text of one of them is not there; a draw without it would not be the draw its numbers claim.
    """
    places = list(dict.fromkeys(wanted))
    cases = stored.cases(frozenset(case for case, _ in places))
    found = _found(stored, cases, places)
    changed = dict.fromkeys(case for case, _ in places if case not in cases)
    textless = dict.fromkeys(place[0] for place in places if place not in found and place[0] in cases)
    if changed or textless:
        raise _refusal(
            stored,
            Missing(changed=tuple(changed), textless=tuple(textless)),
            len({case for case, _ in places}),
        )
    return found


def content_hashes(stored: StoredRun, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
    """Return the hash of what would be shown of cases and candidates; those whose text is not there are absent."""
    places = list(dict.fromkeys(wanted))
    cases = stored.cases(frozenset(case for case, _ in places))
    return {place: content_of(case)[0] for place, case in _found(stored, cases, places).items()}


def _found(
    stored: StoredRun, cases: Mapping[str, Case], places: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], ShownCase]:
    pairwise = stored.manifest.mode == "pairwise"
    shown = {
        (name, candidate): _shown_case(cases[name], candidate, pairwise=pairwise)
        for name, candidate in places
        if name in cases
    }
    return {place: case for place, case in shown.items() if case is not None}


def _shown_case(case: Case, candidate_id: str, *, pairwise: bool) -> ShownCase | None:
    outputs = _outputs(case, candidate_id, pairwise=pairwise)
    shown = tuple(ShownOutput(id=each.id, text=each.text) for each in outputs if each.text is not None)
    if not shown or len(shown) < len(outputs):
        return None
    return ShownCase(
        case_id=case.id,
        prompt=case.prompt,
        outputs=shown,
        reference=case.reference,
        sensitive=case.sensitive,
    )


def _outputs(case: Case, candidate_id: str, *, pairwise: bool) -> tuple[Candidate, ...]:
    if pairwise:
        pair = case.outputs[:2]
        return pair if name_of(pair) == candidate_id else ()
    return tuple(each for each in case.outputs if each.id == candidate_id)


def _refusal(stored: StoredRun, missing: Missing, drawn: int) -> UsageError:
    reasons, hints = [], []
    if missing.changed:
        files = ", ".join(file.path for file in stored.manifest.files if file.role == "cases")
        reasons.append(
            f"{len(missing.changed):,} in case files that changed since the run read them "
            f"({_named(missing.changed)})"
        )
        hints.append(f"put back {files} as the run read it, or run the suite again and draw from that run")
    if missing.textless:
        reasons.append(f"{len(missing.textless):,} whose output has no text ({_named(missing.textless)})")
        hints.append("give those cases the text of their outputs")
    return UsageError(
        f"{len(missing.changed) + len(missing.textless):,} of {drawn:,} cases that were drawn can not be shown: "
        f"{' and '.join(reasons)}; nothing was drawn",
        hint="; ".join(hints),
    )


def _named(cases: Sequence[str]) -> str:
    listed = ", ".join(quoted(case) for case in cases[:_MOST_NAMED])
    return f"{listed}, and more" if len(cases) > _MOST_NAMED else listed
