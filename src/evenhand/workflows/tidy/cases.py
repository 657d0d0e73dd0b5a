"""Items of a tidy folder as cases: texts kept, groups found, answers kept out of sight."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from evenhand.catalog.tidy import TidyItem
from evenhand.errors import UsageError
from evenhand.records.suite import Case
from evenhand.records.tidy import Quirk, TidyMapping

_ROLES = {"system", "user", "assistant", "tool"}
_ANSWERS = {"gold", "label", "answer", "is_chosen", "chosen", "rejected"}
"""Fields of meta that give the right answer away; they become nothing a report or a reviewer could show."""
_CLUSTERS = ("doc_id", "group", "article")
"""Fields of meta that say which items come from one source."""
_MOST_GROUPS = 50


@dataclass(slots=True)
class ItemSurvey:
    """What the items hold, from one pass over them."""

    count: int = 0
    ids: dict[str, None] = field(default_factory=dict)
    repeated_ids: int = 0
    candidates: dict[int, int] = field(default_factory=dict)
    """How many items have so many candidates."""
    odd_texts: list[str] = field(default_factory=list)
    """Items with a candidate that is neither text nor a conversation."""
    prompts: dict[str, int] = field(default_factory=dict)
    """How many items share a prompt, by its digest."""
    meta: dict[str, dict[str, int]] = field(default_factory=dict)
    """How many items hold each value of each field of meta; a few more values than make a group, then no more."""
    extra: dict[str, int] = field(default_factory=dict)
    """Keys beside the known ones."""

    def groups(self) -> tuple[str, ...]:
        """Return the fields of meta that cases are grouped by: words, few of them, more than one, no answer."""
        return tuple(
            name
            for name, values in self.meta.items()
            if 1 < len(values) <= _MOST_GROUPS and name not in _ANSWERS and 2 * len(values) <= self.count
        )

    def cluster(self) -> str:
        """Return the field of meta that says which items are not independent; empty where there is none."""
        return next((name for name in _CLUSTERS if name in self.meta), "")


def survey_items(items: Iterable[TidyItem]) -> ItemSurvey:
    """Read the items once.

    Raises:
        FileError: Lines are wrong.
    """
    survey = ItemSurvey()
    for item in items:
        survey.count += 1
        survey.repeated_ids += item.item_id in survey.ids
        survey.ids[item.item_id] = None
        number = len(item.candidates)
        survey.candidates[number] = survey.candidates.get(number, 0) + 1
        if any(not _is_text(candidate) for candidate in item.candidates):
            survey.odd_texts.append(item.item_id)
        _count(survey.prompts, _digest(item))
        for name, value in (item.meta or {}).items():
            values = survey.meta.setdefault(name, {})
            word = _word(value)
            if word is not None and (word in values or len(values) <= _MOST_GROUPS):
                _count(values, word)
        for name in item.model_extra or {}:
            _count(survey.extra, name)
    return survey


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMaker:
    """Makes cases of items."""

    survey: ItemSurvey
    mapping: TidyMapping
    pairwise: bool
    principles: Mapping[str, Sequence[str]]
    """Principles each item is judged by; an item that is not here is judged by all that apply."""

    def cases(self, items: Iterable[TidyItem]) -> Iterator[Case]:
        """Yield a case for each item.

        Raises:
            UsageError: An item has several candidates that labels do not compare, or its scope is not mapped.
        """
        scopes = {spec.field for spec in self.mapping.scope.values()}
        groups = [name for name in self.survey.groups() if name not in scopes]
        cluster = self.survey.cluster()
        for item in items:
            content = {
                "id": item.item_id,
                "prompt": _text(item.prompt),
                "reference": _reference(item.reference),
                "principles": list(self.principles.get(item.item_id, ())),
                "scope": self._scope(item),
                "slice": _slice(item, groups),
                "source": self._source(item, cluster),
                **self._candidates(item),
            }
            yield Case.model_validate_json(
                json.dumps({k: v for k, v in content.items() if v not in (None, "")})
            )

    def _candidates(self, item: TidyItem) -> dict[str, JsonValue]:
        texts = [_text(candidate) for candidate in item.candidates]
        producers = _producers(item, len(texts))
        if self.pairwise:
            return {
                "candidates": [
                    {"id": name, "text": text, "producer": producer}
                    for name, text, producer in zip("ab", texts, producers, strict=False)
                ]
            }
        if len(texts) > 1:
            raise UsageError(
                f"item {item.item_id!r} has {len(texts)} candidates, and the labels do not say which is meant",
                hint="give every candidate an item of its own, or label the pair as 1, 2 or tie",
            )
        return {"response": texts[0] if texts else None, "producer": producers[0] if texts else ""}

    def _scope(self, item: TidyItem) -> dict[str, JsonValue]:
        scope: dict[str, JsonValue] = {}
        for name, spec in self.mapping.scope.items():
            word = _word((item.meta or {}).get(spec.field))
            if word is None or word not in spec.values:
                raise UsageError(
                    f"item {item.item_id!r}: meta.{spec.field} is {word!r}, which the scope {name!r} does not map",
                    hint=f"mapped are: {', '.join(spec.values)}",
                )
            scope[name] = spec.values[word]
        return scope

    def _source(self, item: TidyItem, cluster: str) -> str:
        named = _word((item.meta or {}).get(cluster)) if cluster else None
        if named is not None:
            return f"{cluster}:{named}"
        digest = _digest(item)
        return f"prompt:{digest}" if self.survey.prompts.get(digest, 0) > 1 and item.prompt else ""


def item_quirks(survey: ItemSurvey, *, pairwise: bool) -> Iterator[Quirk]:
    """Yield what people should know about the items."""
    if survey.odd_texts:
        yield Quirk(
            kind="candidates-without-text",
            count=len(survey.odd_texts),
            message="items have a candidate that is neither text nor a conversation; it is kept as its JSON",
            examples=tuple(survey.odd_texts[:3]),
        )
    if lacking := sum(n for number, n in survey.candidates.items() if number < (2 if pairwise else 1)):
        yield Quirk(
            kind="items-without-candidates",
            count=lacking,
            message="items do not hold what was judged; only recorded judges can rate them",
        )
    if answers := [name for name in survey.meta if name in _ANSWERS]:
        yield Quirk(
            kind="answers-in-meta",
            count=len(answers),
            message="fields of meta give the right answer away; they are not kept",
            examples=tuple(answers),
        )
    kept = {*survey.groups(), survey.cluster(), "systems", "system"} | _ANSWERS
    if lost := [name for name in (*survey.meta, *survey.extra) if name not in kept]:
        yield Quirk(
            kind="fields-not-kept",
            count=len(lost),
            message="fields of the items are no groups (one value, too many values, or no words); they are not kept",
            examples=tuple(lost),
        )


def _count(counts: dict[str, int], name: str) -> None:
    counts[name] = counts.get(name, 0) + 1


def _digest(item: TidyItem) -> str:
    content = item.prompt if isinstance(item.prompt, str) else json.dumps(item.prompt, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _word(value: JsonValue) -> str | None:
    """Return a word or a truth value as text; numbers and anything else are no groups."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) and value else None


def _is_text(value: JsonValue) -> bool:
    return isinstance(value, str) or _is_conversation(value)


def _is_conversation(value: JsonValue) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_turn(turn) for turn in value)


def _is_turn(turn: JsonValue) -> bool:
    if not isinstance(turn, dict) or set(turn) != {"role", "content"}:
        return False
    return turn["role"] in _ROLES and isinstance(turn["content"], str)


def _text(value: JsonValue) -> JsonValue:
    """Return text and conversations as they are, nothing as nothing, and anything else as its JSON."""
    return value if value is None or _is_text(value) else json.dumps(value, ensure_ascii=False)


def _reference(value: JsonValue) -> JsonValue:
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return value
    return None if value == [] else _text(value)


def _slice(item: TidyItem, groups: Iterable[str]) -> dict[str, JsonValue]:
    meta = item.meta or {}
    return {name: word for name in groups if (word := _word(meta.get(name))) is not None}


def _producers(item: TidyItem, count: int) -> list[str]:
    meta = item.meta or {}
    systems = meta.get("systems")
    if isinstance(systems, list) and len(systems) == count:
        return [_word(system) or "" for system in systems]
    return [_word(meta.get("system")) or ""] * count
