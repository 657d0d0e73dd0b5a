"""What is wrong in a constitution beyond its shape. Works on plain data, so that one wrong key hides nothing else."""

import json
from collections.abc import Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Document, Json, Place, lookup, select, select_texts
from evenhand.errors import Finding
from evenhand.records.scale import BUILT_IN_SCALES, NominalScale, NumericScale, Scale

_SCALES: TypeAdapter[Scale] = TypeAdapter(Scale)


def check_written(document: Document) -> Iterator[Finding]:
    """Yield what is wrong in the content of a constitution's file.

    Where it extends others, names may stand for what is in those; that is looked at once they are merged into it.
    """
    if lookup(document.data, ("extends",)):
        yield from _check_alone(document)
    else:
        yield from check_constitution(document)


def check_constitution(document: Document) -> Iterator[Finding]:
    """Yield what is wrong in the content of a constitution that is whole."""
    yield from _check_alone(document)
    yield from _tombstones(document)
    yield from _tiers(document)
    yield from _conflicts(document)
    yield from _labels(document)


def _check_alone(document: Document) -> Iterator[Finding]:
    yield from _repeated_ids(document)
    yield from _near_ids(document)
    yield from _repeated_tiers(document)
    yield from _scope_words(document)
    yield from _test_and_shot(document)


def _at(document: Document, code: str, message: str, place: Place, suggestion: str = "") -> Finding:
    span = document.source.value_span(place)
    return document.source.finding(code, message, span, suggestion=suggestion)


def _ids(data: Json) -> Iterator[tuple[Place, str]]:
    """Yield ids of principles, aliases and examples; they share one name space."""
    yield from select_texts(data, "principles", None, "id")
    yield from select_texts(data, "principles", None, "aliases", None)
    yield from select_texts(data, "principles", None, "examples", None, "id")


def _repeated_ids(document: Document) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for place, name in _ids(document.data):
        if name in first:
            yield _at(document, "C001", f"id {quoted(name)} stands twice, first in {first[name]}", place)
        first.setdefault(name, document.source.where(document.source.value_span(place)))


def _near_ids(document: Document) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, name in select_texts(document.data, "principles", None, "id"):
        letters = "".join(char for char in name if char.isalnum())
        other = seen.setdefault(letters, name)
        if other != name:
            message = f"id {quoted(name)} differs from {quoted(other)} in dots and dashes only"
            yield _at(document, "C002", message, place, "give one of them another name")


def _tombstones(document: Document) -> Iterator[Finding]:
    living = {name: place for place, name in select_texts(document.data, "principles", None, "id")}
    earlier = {
        name: place for place, name in select_texts(document.data, "principles", None, "aliases", None)
    }
    for place, name in select_texts(document.data, "tombstones", None, "id"):
        if name in living:
            buried = document.source.value_span(place)
            message = f"principle {quoted(name)} has a tombstone and is still there"
            if document.source.is_own(buried):
                yield _at(document, "C008", message, place, "remove the tombstone or the principle")
            else:
                message = f"{quoted(name)} was removed, see {document.source.where(buried)}"
                yield _at(document, "C008", message, living[name], "give the principle an id of its own")
        elif name in earlier:
            now = lookup(document.data, (*earlier[name][:2], "id"))
            message = f"{quoted(name)} has a tombstone and is an earlier name of {quoted(str(now))}"
            hint = "remove the tombstone if it was renamed, or the alias if it was removed"
            yield _at(document, "C008", message, place, hint)


def _repeated_tiers(document: Document) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, tier in select_texts(document.data, "tiers", None):
        if tier in seen:
            yield _at(document, "C012", f"tier {quoted(tier)} stands twice", place, "keep one of them")
        seen.add(tier)


def _tiers(document: Document) -> Iterator[Finding]:
    declared = [tier for _, tier in select_texts(document.data, "tiers", None)]
    for place, tier in select_texts(document.data, "principles", None, "tier"):
        if tier and tier not in declared:
            hint = did_you_mean(tier, declared) or "declare it in tiers, highest first"
            yield _at(document, "C005", f"tier {quoted(tier)} is not declared", place, hint)


def _conflicts(document: Document) -> Iterator[Finding]:
    ids = [name for _, name in select_texts(document.data, "principles", None, "id")]
    for place, other in select_texts(document.data, "principles", None, "conflicts_with", None, "id"):
        if other == lookup(document.data, (*place[:2], "id")):
            yield _at(document, "C006", "a principle can not conflict with itself", place)
        elif other not in ids:
            yield _at(
                document, "C006", f"there is no principle {quoted(other)}", place, did_you_mean(other, ids)
            )


def _scope_words(document: Document) -> Iterator[Finding]:
    for place, _ in select(document.data, "principles", None, "scope", "when"):
        hint = "move `when` out of `scope`, beside it"
        yield _at(document, "C010", "`when` is no dimension of a scope", place, hint)


def _labels(document: Document) -> Iterator[Finding]:
    scales = _known_scales(document.data)
    for place, principle in select(document.data, "principles", None):
        if not isinstance(principle, dict):
            continue
        name = principle.get("scale", "comply")
        if not isinstance(name, str):
            continue
        if name not in scales:
            yield _at(
                document,
                "C003",
                f"there is no scale {quoted(name)}",
                (*place, "scale"),
                did_you_mean(name, scales),
            )
        elif scale := scales[name]:
            yield from _passing(document, place, scale)
            yield from _expectations(document, place, scale)


def _known_scales(data: Json) -> Mapping[str, Scale | None]:
    """Return the scales by name; None for one whose shape is wrong, which is reported elsewhere."""
    scales: dict[str, Scale | None] = dict(BUILT_IN_SCALES)
    for place, scale in select(data, "scales", None):
        try:
            scales[str(place[-1])] = _SCALES.validate_json(json.dumps(scale))
        except ValidationError:
            scales[str(place[-1])] = None
    return scales


def _passing(document: Document, place: Place, scale: Scale) -> Iterator[Finding]:
    for spot, label in select(document.data, *place, "pass", None):
        if not isinstance(scale, NominalScale):
            message = f"a {scale.type} scale passes by pass_at, not by labels of a principle"
            yield _at(document, "C011", message, spot, "set pass_at on the scale")
            return
        if not scale.holds(str(label)):
            hint = did_you_mean(str(label), scale.labels)
            yield _at(document, "C004", f"{quoted(label)} is no label of the scale", spot, hint)
        elif str(label) in (*scale.abstain, *scale.neutral):
            yield _at(
                document, "C004", f"{quoted(label)} is neutral or an abstention, and can not pass", spot
            )


def _expectations(document: Document, place: Place, scale: Scale) -> Iterator[Finding]:
    for spot, label in select(document.data, *place, "examples", None, "expect"):
        if label is None or scale.holds(str(label)):
            continue
        message, hint = f"{quoted(label)} is no label of the scale", did_you_mean(str(label), scale.labels)
        if isinstance(scale, NumericScale):
            message = f"{quoted(label)} is no number from {scale.minimum:g} to {scale.maximum:g}"
        yield _at(document, "C007", message, spot, hint)


def _test_and_shot(document: Document) -> Iterator[Finding]:
    """A judge that was shown an example proves nothing on it."""
    uses: dict[tuple[str | int, str], dict[str, str]] = {}
    for place, example in select(document.data, "principles", None, "examples", None):
        if not isinstance(example, dict) or "response" not in example:
            continue
        use = "shot" if example.get("use") == "shot" else "test"
        where = document.source.where(document.source.value_span(place))
        before = uses.setdefault((place[1], _content(example)), {})
        other = before.get("test" if use == "shot" else "shot")
        before.setdefault(use, where)
        if other is not None:
            message = f"the same text is a test and a shot, see {other}"
            yield _at(document, "C009", message, place, "use another text for one of them")


def _content(example: dict[str, Json]) -> str:
    prompt: Json = example.get("prompt") or ""
    if isinstance(prompt, list) and len(prompt) == 1 and lookup(prompt, (0, "role")) == "user":
        prompt = lookup(prompt, (0, "content"))
    return json.dumps([prompt, example["response"]], sort_keys=True)
