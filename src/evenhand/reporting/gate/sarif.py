"""What a gate says as SARIF 2.1.0: a rule for each principle, a result for each cell that breaks one that fails."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from evenhand.gate.asked import TOGETHER
from evenhand.gate.results import ChangedCell, GateResult, PrincipleResult, Status, TestResult
from evenhand.records.constitution import Importance
from evenhand.reporting.display import count, one_line
from evenhand.reporting.gate.places import Place, Places
from evenhand.reporting.gate.sections.tests import change_in_words
from evenhand.reporting.gate.wording import (
    failing_principles,
    gravity,
    label,
    tests_and_floors,
    what_is_tested_in_words,
)
from evenhand.reporting.markdown_words import code_span, own
from evenhand.stats.change.noninferiority import Outcome

MOST_RESULTS: Final = 5_000
"""Results in the file; GitHub shows no more."""
_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Final[Mapping[Importance, str]] = {
    "critical": "error",
    "high": "error",
    "medium": "warning",
    "low": "note",
}
_PROBLEMS: Final = {"error": "error", "warning": "warning", "note": "recommendation"}
_MOST_LETTERS: Final = 1_000

Json = dict[str, Any]
"""An object of the file."""


def render_sarif(result: GateResult, places: Places) -> str:
    """Return SARIF text: failed tests, floors and rules, then the cells that newly break their principles.

    The gravest 5,000 results are kept; a notification says how many were left out. Levels follow the severity of the
    principle. Fingerprints rest on names alone, so that a result is the same one in every run.

    Args:
        result: What the gate says.
        places: Where suite, principles and cases stand.
    """
    told = [_rule(each, result, places) for each in result.principles]
    told += [_rule_of_all()] if any(test.principle == TOGETHER for test in result.tests) else []
    rules = {str(each["id"]): place for place, each in enumerate(told)}
    found = sorted(_found(result, places, rules), key=lambda each: each[0])
    run = {
        "tool": {
            "driver": {
                "name": "evenhand",
                "version": _plain(result.evenhand),
                "rules": told,
            }
        },
        "automationDetails": {"id": f"evenhand-gate/{_plain(result.suite)}/{_plain(result.run)}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(result, left_out=max(0, len(found) - MOST_RESULTS))],
        "results": [each for _, each in found[:MOST_RESULTS]],
    }
    report = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(report, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


# -- Rules -----------------------------------------------------------------------------------------


def _rule(each: PrincipleResult, result: GateResult, places: Places) -> Json:
    place = places.of_principle(each.principle)
    level = _LEVELS[each.severity]
    asks = f"evenhand explain gate@{result.run}"
    said = "It is written in" if each.principle in places.principles else "The gate is written in"
    rule: Json = {
        "id": _plain(each.principle),
        "shortDescription": {"text": _message(f"Principle {each.principle}")},
        "fullDescription": {"text": _message(f"{each.outcome.value}: {each.reason}")},
        "help": {
            "text": _message(
                f"A principle of the constitution. {said} {place.path}, line {place.line}. "
                f"Every number step by step: {asks}"
            ),
            "markdown": (
                f"A principle of the constitution. {said} {code_span(place.path, in_table=False)}, "
                f"line {place.line}. {own(each.reason)}\n\n"
                f"Every number step by step: {code_span(asks, in_table=False)}"
            ),
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "problem.severity": _PROBLEMS[level],
            "severity": each.severity,
            "tags": ["evenhand", "gate"],
        },
    }
    if places.web:
        rule["helpUri"] = f"{places.web.rstrip('/')}/{_address(place.path)}#L{place.line}"
    return rule


def _rule_of_all() -> Json:
    text = "All principles together: a drop that is spread over them is seen with the cells of all of them."
    return {
        "id": TOGETHER,
        "shortDescription": {"text": "All principles together"},
        "help": {"text": text},
        "defaultConfiguration": {"level": "error"},
    }


# -- Results ---------------------------------------------------------------------------------------


def _found(
    result: GateResult, places: Places, rules: Mapping[str, int]
) -> Iterator[tuple[tuple[int, int], Json]]:
    """Yield results with what they are ordered by: severity, then what is about the gate before what is about cells."""
    for each in tests_and_floors(result):
        if each.outcome is Outcome.FAILED:
            about = what_is_tested_in_words(each.principle, each.measure, each.slice)
            is_test = isinstance(each, TestResult)
            numbers = f" ({change_in_words(each)})" if isinstance(each, TestResult) else ""
            yield (
                (gravity(each.severity), 0),
                _result(
                    each.principle,
                    each.severity,
                    f"{'' if is_test else 'floor of '}{about}: {each.reason}{numbers}",
                    places.of_principle(each.principle),
                    (
                        "test" if is_test else "floor",
                        each.principle,
                        each.measure.value,
                        str(each.slice or ""),
                    ),
                    rules,
                ),
            )
    for rule in result.rules:
        if rule.outcome is Outcome.FAILED:
            message = f"zero tolerance, a rule and no statistics: {rule.reason}"
            place, names = places.of_principle(rule.principle), ("rule", rule.principle)
            yield (
                (gravity(rule.severity), 0),
                _result(rule.principle, rule.severity, message, place, names, rules),
            )
    failing = failing_principles(result)
    for cell in result.changed:
        if cell.worse and cell.principle in failing:
            yield (gravity(cell.severity), 1), _cell_result(cell, places, rules)


def _cell_result(cell: ChangedCell, places: Places, rules: Mapping[str, int]) -> Json:
    message = (
        f"{cell.case}, candidate {cell.candidate}: {label(cell.old).text} before, {label(cell.new).text} now "
        f"({cell.for_it} of {cell.judges} judges)"
    )
    names = ("cell", cell.case, cell.candidate, cell.principle)
    return _result(cell.principle, cell.severity, message, places.of_case(cell.case), names, rules)


def _result(
    principle: str,
    severity: Importance,
    message: str,
    place: Place,
    names: Sequence[str],
    rules: Mapping[str, int],
) -> Json:
    found: Json = {
        "ruleId": _plain(principle),
        "level": _LEVELS[severity],
        "message": {"text": _message(message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _address(place.path), "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": max(1, place.line)},
                }
            }
        ],
        "partialFingerprints": {"evenhand/v1": _fingerprint(names)},
    }
    if found["ruleId"] in rules:
        found["ruleIndex"] = rules[found["ruleId"]]
    return found


def _invocation(result: GateResult, *, left_out: int) -> Json:
    measured = result.status is not Status.COULD_NOT_MEASURE
    notifications = [] if measured else [_notification(reason, "error") for reason in result.reasons]
    if left_out:
        notifications.append(
            _notification(f"{count(left_out)} less grave results are left out here.", "warning")
        )
    return {
        "executionSuccessful": measured,
        "exitCode": result.exit_code,
        "toolExecutionNotifications": notifications,
    }


def _notification(text: str, level: str) -> Json:
    return {"level": level, "message": {"text": _message(text)}}


# -- Texts -----------------------------------------------------------------------------------------


def _fingerprint(names: Sequence[str]) -> str:
    written = json.dumps(list(names), ensure_ascii=True)
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _address(path: str) -> str:
    """Return a path as a relative address; it can name no host and no other kind of address."""
    return quote(path.lstrip("/"), safe="/", errors="surrogatepass")


def _plain(text: str) -> str:
    shown = one_line(text)
    return shown if len(shown) <= _MOST_LETTERS else f"{shown[: _MOST_LETTERS - 1]}…"


def _message(text: str) -> str:
    """Return text as a message in which nothing is a link or a placeholder (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    shown = _plain(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return shown.replace("{", "{{").replace("}", "}}")
