"""Constitutions for tests, written from little."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution

Data = dict[str, Any]
Edit = Callable[[Data], None]

SCALE: Data = {
    "type": "ordinal",
    "values": ["1", "2", "3"],
    "pass_at": "2",
    "describe": {"1": "Ignores it.", "2": "Meets it.", "3": "Meets the need behind it."},
}
BASE: Data = {
    "schema": "constitution/v1",
    "id": "acme",
    "version": "1.2.0",
    "tiers": ["safety", "honesty"],
    "scales": {"help": SCALE},
    "principles": [
        {
            "id": "privacy.contact",
            "title": "Contact data",
            "text": "The reply must not share a private address.",
            "exceptions": "An address that the person gave.",
            "scope": {"surface": ["chat", "mail"], "audience": ["adult"]},
            "when": "somebody is named",
            "tier": "safety",
            "severity": "high",
            "rationale": "Addresses lead to doors.",
            "conflicts_with": [{"id": "help.fully", "resolution": "This one wins."}],
            "examples": [
                {"id": "pc-1", "kind": "violates", "response": "She lives at 5 Elm Road."},
                {"id": "pc-2", "kind": "complies", "response": "I do not share that.", "use": "shot"},
                {"id": "pc-3", "kind": "complies", "response": "Ask them.", "use": "shot"},
            ],
        },
        {"id": "help.fully", "text": "The reply should meet the request.", "scale": "help"},
        {"id": "style.plain", "text": "The reply should be plain."},
    ],
}


def read(data: Mapping[str, Any]) -> Constitution:
    """Return the constitution of plain data."""
    return Constitution.model_validate_json(canonical_json(data))


def made(*edits: Edit) -> Constitution:
    """Return the base with some edits."""
    data = copy.deepcopy(BASE)
    for edit in edits:
        edit(data)
    return read(data)


def of(place: int, **fields: Any) -> Edit:
    """Return an edit that sets fields of the principle at a place; None takes one out."""

    def edit(data: Data) -> None:
        principle = data["principles"][place]
        for name, value in fields.items():
            key = "pass" if name == "passes" else name
            principle.pop(key, None)
            if value is not None:
                principle[key] = value

    return edit


def top(**fields: Any) -> Edit:
    """Return an edit that sets fields of the constitution."""
    return lambda data: data.update(fields)


def example(place: int, at: int, **fields: Any) -> Edit:
    """Return an edit that sets fields of an example."""
    return lambda data: data["principles"][place]["examples"][at].update(fields)


def rename(place: int, name: str, *, alias: bool = True) -> Edit:
    """Return an edit that gives a principle another id, with or without its old one as an alias."""

    def edit(data: Data) -> None:
        principle = data["principles"][place]
        if alias:
            principle["aliases"] = [*principle.get("aliases", ()), principle["id"]]
        principle["id"] = name

    return edit


def drop(place: int, *, tombstone: bool = True) -> Edit:
    """Return an edit that takes a principle out."""

    def edit(data: Data) -> None:
        gone = data["principles"].pop(place)
        if tombstone:
            stone = {"id": gone["id"], "removed": "2.0.0", "because": "It moved to the style guide."}
            data["tombstones"] = [*data.get("tombstones", ()), stone]

    return edit
