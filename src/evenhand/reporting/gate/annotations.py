"""What a gate marks in the files it is about, as workflow commands: what failed as errors, what is open as warnings."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from evenhand.gate.results import FloorResult, GateResult, RuleResult, Status, TestResult
from evenhand.records.constitution import Importance
from evenhand.reporting.gate.places import Place, Places
from evenhand.reporting.gate.sections.background import RULES_CHANGED
from evenhand.reporting.gate.sections.tests import change_in_words
from evenhand.reporting.gate.wording import gravity, tests_and_floors, what_is_tested_in_words
from evenhand.reporting.gate.workflow_commands import Annotation, annotate
from evenhand.stats.change.noninferiority import Outcome

SOON: Final = timedelta(days=14)
"""How long before its end an entry of the quarantine is warned of."""

_FIRST: Final = -1
_LAST: Final = 9
_Ordered = tuple[int, Annotation]
"""How grave it is, and what is said."""


def render_annotations(result: GateResult, places: Places, *, today: date | None = None) -> str:
    """Return workflow commands, a line each: at most nine errors and nine warnings, and how many more there are.

    Args:
        result: What the gate says.
        places: Where the suite's gate, principles and quarantine stand.
        today: The day by which entries of the quarantine run out; None warns of none.
    """
    errors = sorted(_errors(result, places), key=lambda each: each[0])
    warnings = sorted(_warnings(result, places, today), key=lambda each: each[0])
    lines = annotate([each for _, each in errors], [each for _, each in warnings])
    return "".join(f"{line}\n" for line in lines)


def _errors(result: GateResult, places: Places) -> Iterator[_Ordered]:
    for rule in result.rules:
        if rule.outcome is Outcome.FAILED:
            yield _told(rule.severity, _rule_title(rule), rule.reason, places.of_principle(rule.principle))
    for each in tests_and_floors(result):
        if each.outcome is Outcome.FAILED:
            yield _of_test(each, "failed", places)


def _warnings(result: GateResult, places: Places, today: date | None) -> Iterator[_Ordered]:
    if result.status is Status.COULD_NOT_MEASURE:
        for reason in result.reasons or (result.headline,):
            yield _FIRST, _annotation("The gate could not measure", reason, places.gate)
    if result.rules_changed:
        yield _FIRST, _annotation(RULES_CHANGED, "\n".join(result.rules_changed), places.gate)
    yield from _undecided(result, places)
    for entry in result.quarantined:
        if today is not None and _ends_soon(entry.until, today):
            message = (
                f"{entry.case}, {entry.principle}, in quarantine until {entry.until} (owner {entry.owner})"
            )
            yield _LAST, _annotation("Quarantine ends soon", message, places.quarantine or places.gate)


def _undecided(result: GateResult, places: Places) -> Iterator[_Ordered]:
    tested = set()
    for each in tests_and_floors(result):
        if each.outcome is Outcome.UNDECIDED and each.decides:
            tested.add(each.principle)
            yield _of_test(each, "undecided", places)
    for rule in result.rules:
        if rule.outcome is Outcome.UNDECIDED:
            yield _told(rule.severity, _rule_title(rule), rule.reason, places.of_principle(rule.principle))
    for principle in result.principles:
        name = principle.principle
        if principle.outcome is Outcome.UNDECIDED and principle.blocks and name not in tested:
            yield _told(principle.severity, f"{name}: undecided", principle.reason, places.of_principle(name))


def _of_test(each: TestResult | FloorResult, word: str, places: Places) -> _Ordered:
    about = what_is_tested_in_words(each.principle, each.measure, each.slice)
    numbers = f"\n{change_in_words(each)}" if isinstance(each, TestResult) else ""
    kind = "" if isinstance(each, TestResult) else "floor of "
    place = places.of_principle(each.principle)
    return _told(each.severity, f"{kind}{about}: {word}", f"{each.reason}{numbers}", place)


def _rule_title(rule: RuleResult) -> str:
    return f"{rule.principle}: zero tolerance (a rule, no statistics)"


def _told(severity: Importance, title: str, message: str, place: Place) -> _Ordered:
    return gravity(severity), _annotation(title, f"{severity}: {message}", place)


def _annotation(title: str, message: str, place: Place) -> Annotation:
    return Annotation(title=title, message=message, file=place.path, line=place.line)


def _ends_soon(until: str, today: date) -> bool:
    try:
        return date.fromisoformat(until) <= today + SOON
    except ValueError:
        return False
