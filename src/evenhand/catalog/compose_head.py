"""What a constitution takes from its bases beside principles: tiers, scales, what decides conflicts, tombstones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evenhand.catalog.joined_source import Joiner
from evenhand.catalog.merge_tiers import Contradiction, merge_tiers
from evenhand.catalog.shape_errors import quoted
from evenhand.catalog.source import Json, Place, Source
from evenhand.errors import Finding

Content = tuple[dict[str, Json], Source]
"""A constitution as plain data, and where it is written."""

_INHERITED = {"conflict": "what decides when principles collide", "language": "the language"}
"""Keys of which the bases' value holds where the file does not write its own."""

_LISTS = frozenset({"extends", "principles", "tiers", "scales", "tombstones"})


@dataclass(slots=True, kw_only=True)
class Head:
    """The head of an effective constitution."""

    data: dict[str, Json]
    findings: list[Finding] = field(default_factory=list)


def merge_head(own: Content, bases: Sequence[Content], joiner: Joiner) -> Head:
    """Merge everything but principles.

    Id, version, title and whatever else describes a constitution is its own. Tiers merge into one order. Scales and
    tombstones add up. What decides conflicts, and the language, are the bases' where the file says nothing.

    Args:
        own: The constitution.
        bases: Those it extends, effective.
        joiner: Learns where everything stands.
    """
    content, source = own
    head = Head(data={key: value for key, value in content.items() if key not in _LISTS})
    for key in head.data:
        joiner.copy(source, (key,), (key,))
    for key in _INHERITED:
        _inherit(key, own, bases, head, joiner)
    _merge_tiers(own, bases, head, joiner)
    _merge_scales(own, bases, head, joiner)
    _merge_tombstones(own, bases, head, joiner)
    return head


def _inherit(key: str, own: Content, bases: Sequence[Content], head: Head, joiner: Joiner) -> None:
    if key in head.data or (key,) in own[1].keys:
        return
    said = [base[0].get(key) for base in bases]
    for number, value in enumerate(said):
        if value != said[0]:
            message = f"{_INHERITED[key]} differs between the constitutions that are extended"
            head.findings.append(_at_base(own, number, "C018", message, f"write {key}: here"))
            return
    if said[0] is not None:
        head.data[key] = said[0]
        joiner.copy(bases[0][1], (key,), (key,))


def _merge_tiers(own: Content, bases: Sequence[Content], head: Head, joiner: Joiner) -> None:
    holders = [*bases, own]
    merged = merge_tiers([[str(tier) for tier in _list(content, "tiers")] for content, _ in holders])
    if isinstance(merged, Contradiction):
        message = (
            f"tier {quoted(merged.higher)} stands above {quoted(merged.lower)} here, "
            "and below it in what is extended"
        )
        if merged.order < len(bases):
            head.findings.append(_at_base(own, merged.order, "C017", message))
        else:
            place = ("tiers", _list(own[0], "tiers").index(merged.higher))
            head.findings.append(_at(own[1], "C017", message, place, "keep to the order of the bases"))
        every = (str(tier) for each, _ in holders for tier in _list(each, "tiers"))
        head.data["tiers"] = list(dict.fromkeys(every))
        return
    if merged:
        head.data["tiers"] = list(merged)
    for number, tier in enumerate(merged):
        content, source = next(each for each in reversed(holders) if tier in _list(each[0], "tiers"))
        joiner.copy(source, ("tiers", _list(content, "tiers").index(tier)), ("tiers", number))


def _merge_scales(own: Content, bases: Sequence[Content], head: Head, joiner: Joiner) -> None:
    scales: dict[str, Json] = {}
    for number, (content, source) in enumerate([*bases, own]):
        for name, scale in _mapping(content, "scales").items():
            if name not in scales:
                scales[name] = scale
                joiner.copy(source, ("scales", name), ("scales", name))
            elif scales[name] != scale:
                message = f"the scale {quoted(name)} is another one in what is extended"
                hint = "give this one a name of its own"
                head.findings.append(
                    _at_base(own, number, "C018", message)
                    if number < len(bases)
                    else _at(source, "C018", message, ("scales", name), hint, on_key=True)
                )
    if scales:
        head.data["scales"] = scales


def _merge_tombstones(own: Content, bases: Sequence[Content], head: Head, joiner: Joiner) -> None:
    """Add tombstones up; the nearest one speaks where several are for one id."""
    stones: dict[str, Json] = {}
    for content, source in [own, *bases]:
        for number, stone in enumerate(_list(content, "tombstones")):
            name = str(stone["id"]) if isinstance(stone, dict) else ""
            if name not in stones:
                joiner.copy(source, ("tombstones", number), ("tombstones", len(stones)))
                stones[name] = stone
    if stones:
        head.data["tombstones"] = list(stones.values())


def _at_base(own: Content, number: int, code: str, message: str, hint: str = "") -> Finding:
    return _at(own[1], code, message, ("extends", number, "ref"), hint)


def _at(
    source: Source, code: str, message: str, place: Place, hint: str = "", *, on_key: bool = False
) -> Finding:
    span = source.key_span(place) if on_key else source.value_span(place)
    return source.finding(code, message, span, suggestion=hint)


def _list(content: dict[str, Json], key: str) -> list[Json]:
    value = content.get(key)
    return value if isinstance(value, list) else []


def _mapping(content: dict[str, Json], key: str) -> dict[str, Json]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
