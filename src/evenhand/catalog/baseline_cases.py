"""The cases of a baseline's file: a quick reader for lines that are right, and one that says what is wrong."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, NoReturn

from pydantic import TypeAdapter

from evenhand.catalog.locate import validate
from evenhand.catalog.located_json import parse_located
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Document, Json, Place, Source, Span, select
from evenhand.errors import Finding
from evenhand.records.baseline import BaselineCase, BaselineHead, Cells, Said
from evenhand.records.canonical import FileRecord

_LONGEST_ANSWER: Final = 80
_FIELDS: Final = frozenset({"prompt", "outputs", "said", "reference", "again", "slice", "source", "tags"})
_NEEDED: Final = frozenset({"prompt", "outputs", "said"})
_NOTHING: Final[Mapping[str, Any]] = {}


class CaseReader:
    """Reads the lines of cases as a head says they are."""

    def __init__(self, head: BaselineHead, shown: str) -> None:
        """Prepare to read.

        Args:
            head: The head of the file.
            shown: File as the reader named it.
        """
        self._head = head
        self._shown = shown
        self._answers = 1 + len(head.judges)
        self._said: dict[str, dict[tuple[Said, ...], tuple[Said, ...]]] = {pid: {} for pid in head.principles}
        self._again: dict[str, dict[tuple[Said, ...], tuple[Said, ...]]] = {
            pid: {} for pid in head.principles
        }

    def read(self, content: bytes) -> BaselineCase | None:
        """Return the case of a line; None where something is wrong with it, which `explain` names."""
        try:
            text = content.decode().removesuffix(",")
            ((name, fields),) = _DECODER.decode(f"{{{text}}}").items()
            if "\\u" in text:
                json.dumps({name: fields}, ensure_ascii=False).encode()  # refuses half of a character
            return self._case(name, fields)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def _case(self, name: str, fields: dict[str, Any]) -> BaselineCase:
        _require(_NEEDED <= fields.keys() <= _FIELDS)
        return BaselineCase(
            id=name,
            prompt=_text(fields["prompt"]),
            outputs=_texts(fields["outputs"]),
            said=self._cells(fields["said"], self._said, self._answers, self._answers),
            reference=self._references(fields.get("reference", _NOTHING)),
            again=self._cells(fields.get("again", _NOTHING), self._again, 1, self._head.readings),
            slice=_texts(fields.get("slice", _NOTHING)),
            source=_text(fields.get("source", "")),
            tags=tuple(map(_text, fields.get("tags", ()))),
        )

    def _cells(
        self,
        written: dict[str, dict[str, list[Said]]],
        known: dict[str, dict[tuple[Said, ...], tuple[Said, ...]]],
        least: int,
        most: int,
    ) -> Cells:
        """Return the cells of a case; equal ones are one object, and looked at once."""
        found: dict[str, dict[str, tuple[Said, ...]]] = {}
        for candidate, by_principle in written.items():
            row: dict[str, tuple[Said, ...]] = {}
            for principle, answers in by_principle.items():
                cell = tuple(answers)
                seen = known[principle].get(cell)
                if seen is None:
                    _require(type(answers) is list and least <= len(cell) <= most)
                    _require(all(self._is_answer(principle, answer) for answer in cell))
                    known[principle][cell] = seen = cell
                row[principle] = seen
            found[candidate] = row
        return found

    def _references(self, written: dict[str, dict[str, Any]]) -> Mapping[str, Mapping[str, str]]:
        for by_principle in written.values():
            for principle, label in by_principle.items():
                _require(isinstance(label, str) and self._is_answer(principle, label))
        return written

    def _is_answer(self, principle: str, answer: object) -> bool:
        """Tell whether an answer is on the scale of a principle; a scale of numbers has no list of its answers."""
        if answer is None or answer is False:
            return True
        readings = self._head.principles[principle].readings
        is_label = isinstance(answer, str) and 0 < len(answer) <= _LONGEST_ANSWER
        return is_label and (not readings or answer in readings)

    # -- Slowly, to say what is wrong ---------------------------------------------------------------

    def explain(self, number: int, content: bytes) -> list[Finding]:
        """Return what is wrong with a line that `read` gave back."""
        text = content.decode("utf-8", "replace")
        plain = Source(path=self._shown, lines=[text], first_line=number)
        if (at := _not_utf8(content)) is not None:
            span = Span(line=number, column=len(content[:at].decode("utf-8", "replace")) + 1)
            message = f"byte 0x{content[at]:02X} is not UTF-8"
            return [plain.finding("D002", message, span, suggestion="save the file as UTF-8")]
        cut = text.removesuffix(",")
        document = parse_located([cut], self._shown, first_line=number, before="{", after="}")
        if document.readable and len(document.data if isinstance(document.data, dict) else ()) != 1:
            span = Span(line=number, column=1)
            return [plain.finding("B003", "a line of a case holds one case", span, suggestion=_ONE_LINE)]
        found = validate(_ADAPTER, Mapping[str, _CaseLine], document)[1]
        if not found:
            found = list(self._wrong_cells(document))
        return found or [plain.finding("B003", "the line can not be read", Span(line=number, column=1))]

    def _wrong_cells(self, document: Document) -> Iterator[Finding]:
        for key, least, most in (("said", self._answers, self._answers), ("again", 1, self._head.readings)):
            for place, answers in select(document.data, None, key, None, None):
                yield from self._unknown_principle(document, place)
                if isinstance(answers, list):
                    yield from self._wrong_count(document, place, len(answers), least, most)
            for place, answer in select(document.data, None, key, None, None, None):
                yield from self._wrong_answer(document, place, str(place[-2]), answer)
        for place, answer in select(document.data, None, "reference", None, None):
            yield from self._unknown_principle(document, place)
            yield from self._wrong_answer(document, place, str(place[-1]), answer)

    def _unknown_principle(self, document: Document, place: Place) -> Iterator[Finding]:
        name, known = str(place[-1]), self._head.principles
        if name not in known:
            span = document.source.key_span(place)
            message = f"the head of the file has no principle {quoted(name)}"
            yield document.source.finding("B006", message, span, suggestion=did_you_mean(name, known))

    def _wrong_count(
        self, document: Document, place: Place, count: int, least: int, most: int
    ) -> Iterator[Finding]:
        if not least <= count <= most:
            of_judges = f"{most}: the panel and {most - 1} judges"
            wanted = of_judges if place[1] == "said" else f"1 to {most}, one for each reading"
            span = document.source.value_span(place)
            yield document.source.finding("B005", f"{count} answers stand here instead of {wanted}", span)

    def _wrong_answer(
        self, document: Document, place: Place, principle: str, answer: Json
    ) -> Iterator[Finding]:
        mark = self._head.principles.get(principle)
        if mark is None or self._is_answer(principle, answer):
            return
        span, labels = document.source.value_span(place), tuple(mark.readings)
        shown = quoted(answer) if isinstance(answer, str) else json.dumps(answer)[:60]
        hint = did_you_mean(answer, labels) if isinstance(answer, str) else ""
        wanted = f"one of {', '.join(labels)}" if labels else "a label"
        message = f"{shown} is no answer on {principle}, which is {wanted}, null or false"
        yield document.source.finding("B004", message, span, suggestion=hint)


class _CaseLine(FileRecord):
    """The shape of a case; cells are looked at by themselves."""

    prompt: str
    outputs: Mapping[str, str]
    said: Mapping[str, Mapping[str, tuple[Any, ...]]]
    reference: Mapping[str, Mapping[str, str]] = {}
    again: Mapping[str, Mapping[str, tuple[Any, ...]]] = {}
    slice: Mapping[str, str] = {}
    source: str = ""
    tags: tuple[str, ...] = ()


_ADAPTER: Final = TypeAdapter(Mapping[str, _CaseLine])
_ONE_LINE: Final = "write each case on a line of its own, as it was"


def _require(is_right: bool) -> None:  # noqa: FBT001 - the one thing it is given
    if not is_right:
        raise ValueError("the line is wrong")


def _text(value: object) -> str:
    if type(value) is not str:
        raise TypeError("text is expected")
    return value


def _texts(value: dict[str, Any]) -> Mapping[str, str]:
    for each in value.values():
        _text(each)
    return value


def _not_utf8(content: bytes) -> int | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("a key stands twice")
    return content


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} stands where no number does")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_refuse, parse_float=_refuse, parse_constant=_refuse
)
"""A case holds text, null and false; a key that stands twice and a number are wrong."""
