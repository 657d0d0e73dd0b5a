"""Rubrics of a promptfoo configuration: what its model-graded assertions ask of a reply.

Nothing named in it is opened: a rubric in a file of its own is said to be left out.
"""

from collections import Counter
from collections.abc import Iterator

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.shaped import Shaped, parse_data
from evenhand.catalog.source import Place
from evenhand.records.scale import NumericScale, Scale, number_text

_RUBRICS = ("llm-rubric", "g-eval", "model-graded-closedqa")
_KNOWN = ("description", "defaultTest", "tests", "scenarios", "assert")
_TESTS: tuple[Place, ...] = (("tests",), ("scenarios",), ())
_SET = "assert-set"
_NOT = "not-"
_NOT_OPENED = "files that a configuration names are not opened"
_DENIED = "This must not be true of the reply: "


def read_promptfoo(text: str, path: str) -> Draft:
    """Read the rubrics of a configuration."""
    document = parse_data(text, path)
    shaped = Shaped(document=document, findings=list(document.findings))
    draft = Draft(findings=shaped.findings)
    if not document.readable or not _is_configuration(shaped):
        return draft
    draft.title = shaped.text(("description",)) if isinstance(document.data, dict) else ""
    others: Counter[str] = Counter()
    seen: dict[tuple[str, str], int] = {}
    for place in _assertions(shaped, draft):
        kind = shaped.text((*place, "type"))
        if shaped.at((*place, "$ref")) is not None:
            draft.guess(
                shaped.line(place), "an assertion by reference is left out", "references are not followed"
            )
        elif kind.removeprefix(_NOT) in _RUBRICS:
            _read(shaped, place, kind, seen, draft)
        elif kind and kind != _SET:
            others[kind] += 1
    if left := list(shaped.others((), _KNOWN)):
        draft.guess(0, f"{', '.join(key[:40] for key in left)} left out", "they hold no rubric")
    for kind, count in sorted(others.items()):
        draft.guess(0, f"assertions of type {kind[:60]} are left out: {count}", "they hold no rubric")
    return draft


def _is_configuration(shaped: Shaped) -> bool:
    """Tell whether a file is a configuration, or a list of tests as it may name one."""
    return isinstance(shaped.at(()), list) or shaped.mapping(()) is not None


def _assertions(shaped: Shaped, draft: Draft) -> Iterator[Place]:
    """Yield the places of assertions, those in sets among them, in the order of the file."""
    places = [
        *shaped.items(("defaultTest", "assert")),
        *(place for top in _TESTS for place in _of_tests(shaped, top, draft)),
        *shaped.items(("assert",)),
    ]
    for place in sorted(places, key=shaped.position):
        yield place
        yield from shaped.items((*place, "assert"))


def _of_tests(shaped: Shaped, top: Place, draft: Draft) -> Iterator[Place]:
    """Yield the assertions of tests that stand in the file itself."""
    held = shaped.at(top)
    if isinstance(held, dict):
        return
    places = [top] if isinstance(held, str) else shaped.items(top)
    for place in places:
        named = shaped.at(place)
        if isinstance(named, str):
            draft.guess(shaped.line(place), f"the tests of {named[:80]} are left out", _NOT_OPENED)
            continue
        yield from shaped.items((*place, "assert"))
        for inner in shaped.items((*place, "tests")):
            yield from shaped.items((*inner, "assert"))


def _read(shaped: Shaped, place: Place, kind: str, seen: dict[tuple[str, str], int], draft: Draft) -> None:
    line = shaped.line(place)
    value = shaped.at((*place, "value"))
    text = (
        "\n".join(shaped.texts((*place, "value")))
        if isinstance(value, list)
        else shaped.text((*place, "value"), required=True)
    )
    if not text:
        return
    if text.startswith("file://"):
        draft.guess(line, f"the rubric {text[:80]} is left out", _NOT_OPENED)
        return
    if first := seen.get((kind, text)):
        draft.guess(line, f"the rubric of line {first} is not taken again", "the text is the same")
        return
    seen[kind, text] = line
    denied = kind.startswith(_NOT)
    if denied:
        draft.guess(line, f"“{_DENIED.strip()}” stands before the text", "the assertion is denied")
    if "{{" in text:
        draft.guess(
            line, "variables in double braces stay as they are written", "they are not filled in here"
        )
    metric = shaped.text((*place, "metric"))
    draft.principles.append(
        DraftPrinciple(
            line=line,
            name=metric,
            title=metric,
            text=_DENIED + text if denied else text,
            notes=_notes(shaped, place, draft),
            scale=_scale(shaped, place, draft),
        )
    )


def _notes(shaped: Shaped, place: Place, draft: Draft) -> str:
    known = ("type", "value", "metric", "threshold")
    left = list(shaped.others(place, known))
    if left:
        what = f"{', '.join(key[:60] for key in left)} left out"
        draft.guess(shaped.line(place), what, "they say how a judge works, which its own file says")
    above = shaped.text((*place[:-2], "description")) if len(place) > 2 else ""
    return f"From the test: {above}" if above else ""


def _scale(shaped: Shaped, place: Place, draft: Draft) -> Scale | str:
    threshold = shaped.number((*place, "threshold"))
    if threshold is None:
        return "comply"
    if not 0 <= threshold <= 1:
        shaped.report("a threshold lies between 0 and 1", (*place, "threshold"))
        return "comply"
    what = f"a score from 0 to 1, {number_text(threshold)} passes"
    draft.guess(shaped.line(place), what, "the rubric has a threshold")
    return NumericScale(type="numeric", minimum=0, maximum=1, pass_at=threshold)
