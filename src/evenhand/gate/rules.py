"""By which rules a gate decides, as they are kept in a baseline: who loosens them in the same change is seen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from evenhand.calibration.words import count
from evenhand.records.baseline import Baseline, BaselineHead
from evenhand.records.suite import Suite

_PLACES: Final = frozenset({"baseline", "quarantine"})
"""Parts of a gate that say where files are, and decide nothing."""
_NONE: Final = "none"
_MOST_NAMED: Final = 5


def mark_rules(suite: Suite) -> Mapping[str, str]:
    """Return the rules of a suite's gate in words, defaults spelled out; empty where it has no gate."""
    if suite.gate is None:
        return {}
    written = suite.gate.model_dump(mode="json", exclude=set(_PLACES))
    rules = dict(_flat("", written))
    return {**rules, "limits.failed_share": _word(suite.limits.failed_share), "seed": _word(suite.seed)}


def told_rules(old: Baseline, new: Baseline) -> Iterator[str]:
    """Yield what decides the gate and is other than when the baseline was made, in words.

    These are the rules, the severity of principles, by which rules go, and the groups and sources of cases, by which
    they are tested.
    """
    yield from _told_spec(old.head.rules, new.head.rules)
    yield from _told_severities(old.head, new.head)
    yield from _told_cases(old, new)


def _flat(prefix: str, value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, each in value.items():
        if isinstance(each, dict):
            yield from _flat(f"{prefix}{name}.", each)
        else:
            yield f"{prefix}{name}", _word(each)


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value))) or _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _NONE if value is None else str(value)


def _told_spec(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    if not then and now:
        yield "the baseline does not say by which rules it was accepted"
        return
    for name in sorted({*then, *now}):
        before, after = then.get(name, _NONE), now.get(name, _NONE)
        if before != after:
            yield f"{name} {before} became {after}"


def _told_severities(then: BaselineHead, now: BaselineHead) -> Iterator[str]:
    for name, mark in now.principles.items():
        before = then.principles.get(name)
        if before and before.severity != mark.severity:
            yield f"severity of {name}: {before.severity} became {mark.severity}"


def _told_cases(old: Baseline, new: Baseline) -> Iterator[str]:
    moved: Counter[str] = Counter()
    sources = 0
    for name, then in old.cases.items():
        now = new.cases.get(name)
        if now is None:
            continue
        sources += then.source != now.source
        moved.update(_moved(then.slice, now.slice))
    for dimension, number in sorted(moved.items())[:_MOST_NAMED]:
        yield f"{count(number, 'case')} in another group of {dimension}"
    if len(moved) > _MOST_NAMED:
        yield f"cases in other groups of {count(len(moved) - _MOST_NAMED, 'more slice')}"
    if sources:
        yield f"{count(sources, 'case')} of another source"


def _moved(then: Mapping[str, str], now: Mapping[str, str]) -> Iterable[str]:
    return (name for name in {*then, *now} if then.get(name) != now.get(name))
