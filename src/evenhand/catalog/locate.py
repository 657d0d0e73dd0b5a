"""pydantic's errors told to people: where in the file, what is wrong, what to write instead; all at once."""

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from evenhand.catalog.annotations import Site, field_names, follow_location
from evenhand.catalog.shape_errors import ShapeError
from evenhand.catalog.source import Document, Json, Place, lookup
from evenhand.errors import Finding, nearest_name

MAX_FINDINGS = 200

Record = TypeVar("Record")


def validate(
    adapter: TypeAdapter[Record], root: Any, document: Document
) -> tuple[Record | None, list[Finding]]:
    """Return the record that a document spells, or None, with everything wrong in notation and shape.

    Args:
        adapter: The validator of `root`.
        root: The record type, or a union of record types.
        document: What was read.
    """
    findings = list(document.findings)
    if not document.readable:
        return None, findings
    try:
        record = adapter.validate_json(json.dumps(document.data))
    except ValidationError as error:
        taken = {(found.line, found.column) for found in findings}
        shape = explain_errors(error, root, document)
        return None, findings + [found for found in shape if (found.line, found.column) not in taken]
    return record, findings


def explain_errors(error: ValidationError, root: Any, document: Document) -> list[Finding]:
    """Return a finding for each thing wrong in the shape of a document."""
    details = error.errors(include_url=False)[:MAX_FINDINGS]
    sites = [(detail, follow_location(root, detail["loc"])) for detail in details]
    kept = [
        (detail, site)
        for detail, site in sites
        if _is_meant(site, document.data) and not _only_follows(detail, site, document.data)
    ]
    unknown = {site.place for detail, site in kept if detail["type"] == "extra_forbidden"}
    return [
        ShapeError(
            kind=detail["type"],
            words=detail["msg"],
            context=detail.get("ctx") or {},
            site=site,
            document=document,
        ).finding()
        for detail, site in kept
        if not (detail["type"] == "missing" and _is_misspelt(site, unknown))
    ]


def _is_meant(site: Site, data: Json) -> bool:
    """Tell whether an error is about the member of each union that the writer most likely meant."""
    return all(
        branch.taken == _meant_member(lookup(data, branch.place), branch.members) for branch in site.branches
    )


def _only_follows(detail: ErrorDetails, site: Site, data: Json) -> bool:
    """Tell whether a list counts as too short only because its items are wrong, which is reported already."""
    value = lookup(data, site.place)
    fewest = (detail.get("ctx") or {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(value, list) and len(value) >= fewest


def _meant_member(value: Json, members: tuple[str, ...]) -> str:
    if not isinstance(value, list):
        return members[0]
    lists = [member for member in members if member.startswith("tuple")]
    has_turns = any(isinstance(item, dict) for item in value)
    turns = next((member for member in lists if "Message" in member), lists[0])
    return turns if has_turns or len(lists) == 1 else next(member for member in lists if member != turns)


def _is_misspelt(site: Site, unknown: set[Place]) -> bool:
    """Tell whether a missing key stands there with a slip, which is reported already."""
    siblings = [str(place[-1]) for place in unknown if place[:-1] == site.place[:-1]]
    names = field_names(site.model) if site.model else ()
    return any(nearest_name(sibling, names) == site.place[-1] for sibling in siblings)
