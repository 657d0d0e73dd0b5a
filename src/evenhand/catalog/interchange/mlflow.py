"""Judges of MLflow: the instructions of `make_judge`, and the answers it may give."""

import re

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.shaped import Shaped, as_note_guess, as_notes, entries, name_of, parse_data
from evenhand.catalog.source import Place
from evenhand.records.scale import NominalScale, Scale

_WORDS = {
    "inputs": "the prompt",
    "outputs": "the reply",
    "expectations": "the expected answer",
    "trace": "the record of its steps",
    "conversation": "the conversation",
}
_VARIABLE = re.compile(r"\{\{\s{0,20}(\w{1,40})\s{0,20}\}\}")
_LITERAL = re.compile(r"(?:typing\.)?Literal\[(?P<inside>[^\[\]]{1,2000})\]")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_ANSWER = re.compile(r"\S(?:.{0,78}\S)?")
_KNOWN = ("id", "name", "instructions", "feedback_value_type")


def read_mlflow(text: str, path: str) -> Draft:
    """Read one judge, a list of them, or a mapping from names to them."""
    document = parse_data(text, path)
    shaped = Shaped(document=document, findings=list(document.findings))
    draft = Draft(findings=shaped.findings)
    if document.readable:
        for place in entries(shaped, ("instructions",), ("judges", "scorers")):
            _read(shaped, place, draft)
    return draft


def _read(shaped: Shaped, place: Place, draft: Draft) -> None:
    if shaped.mapping(place) is None:
        return
    line = shaped.line(place)
    instructions = shaped.text((*place, "instructions"), required=True)
    if not instructions:
        return
    text = _VARIABLE.sub(lambda found: _WORDS.get(found[1], found[0]), instructions)
    if text != instructions:
        draft.guess(
            line, "variables in double braces became words, such as “the reply”", "a rule has no variables"
        )
    left = list(shaped.others(place, _KNOWN))
    if left:
        draft.guess(line, as_note_guess(left), "they say how a judge works, which its own file says")
    name = name_of(shaped, place)
    draft.principles.append(
        DraftPrinciple(
            line=line,
            name=name,
            title=name,
            text=text,
            notes=as_notes(shaped, place, left),
            scale=_scale(shaped, (*place, "feedback_value_type"), draft),
        )
    )


def _scale(shaped: Shaped, place: Place, draft: Draft) -> Scale | str:
    value = shaped.at(place)
    if value is None:
        return "comply"
    if isinstance(value, list):
        answers = shaped.texts(place)
    else:
        literal = _LITERAL.fullmatch(shaped.text(place))
        answers = [one or other for one, other in _QUOTED.findall(literal["inside"])] if literal else []
        if not literal:
            draft.guess(
                shaped.line(place), "the scale is comply", f"answers of type {str(value)[:40]} are no list"
            )
            return "comply"
    answers = list(dict.fromkeys(answers))
    if len(answers) < 2 or not all(_ANSWER.fullmatch(answer) for answer in answers):
        hint = "an answer is one line of at most 80 characters"
        shaped.report("a list of two answers or more belongs here", place, hint)
        return "comply"
    why = "the format does not say which; name them under pass"
    draft.guess(shaped.line(place), "no answer passes or fails", why)
    return NominalScale(type="nominal", values=tuple(answers))
