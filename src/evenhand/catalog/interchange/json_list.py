"""Lists of principles in JSON, as papers publish them: plain texts, records, or pairs of critique and revision.

Read are: a list of texts; a list of records with the principle under one of `_TEXTS`, or with a critique and a
revision; a mapping from name to such a record (`prompt` and `edit_request` as the published critiques have them);
and any of these under `constitutions` or `principles`.
"""

import re

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.shaped import Shaped, as_notes
from evenhand.catalog.interchange.wording import COMPARED, compares
from evenhand.catalog.located_json import parse_located
from evenhand.catalog.source import Json, Place

_TEXTS = ("principle", "text", "rule", "statement", "content", "description")
_NAMES = ("id", "name", "key")
_TITLES = ("title",)
_CRITIQUES = ("critique", "critic", "critique_request", "prompt")
_REVISIONS = ("revision", "revision_request", "edit_request")
_HOLDERS = ("constitutions", "constitution", "principles")

_CUE = re.compile(r"\s*\b(?:Options|Critique|Revision):\s*$")
_REQUEST = re.compile(r"^\s*(?:CritiqueRequest|RevisionRequest):\s*")
_TURNS = re.compile(r"^\s*(?:Human|User|Assistant|H|A):", re.MULTILINE)
NEEDED = "The reply gives no reason for this criticism: "


def read_json_list(text: str, path: str) -> Draft:
    """Read a list of principles."""
    document = parse_located(text.split("\n"), path, first_line=1)
    shaped = Shaped(document=document, findings=list(document.findings))
    draft = Draft(findings=shaped.findings)
    if document.readable:
        for place in _entries(shaped, draft):
            _read(shaped, place, draft)
    return draft


def _entries(shaped: Shaped, draft: Draft) -> list[Place]:
    data = shaped.at(())
    holder = next((key for key in _HOLDERS if isinstance(data, dict) and key in data), None)
    top: Place = (holder,) if holder else ()
    if holder:
        for key in shaped.others((), (holder,)):
            draft.guess(shaped.line((key,)), f"{key} is left out", "it holds no principle")
    held: Json = shaped.at(top)
    if isinstance(held, dict):
        return [(*top, key) for key in held]
    if isinstance(held, list):
        return shaped.items(top)
    shaped.report("a list of principles belongs here, or a mapping from names to them", top)
    return []


def _read(shaped: Shaped, place: Place, draft: Draft) -> None:
    value = shaped.at(place)
    name = str(place[-1]) if isinstance(place[-1], str) else ""
    if isinstance(value, str):
        _add_text(shaped, place, DraftPrinciple(line=shaped.line(place), name=name, text=value), draft)
    elif isinstance(value, dict):
        _read_record(shaped, place, name, draft)
    else:
        shaped.report("a text or a mapping belongs here", place)


def _read_record(shaped: Shaped, place: Place, name: str, draft: Draft) -> None:
    held = [key for key in (*_NAMES, *_TITLES, *_TEXTS, *_CRITIQUES, *_REVISIONS) if shaped.at((*place, key))]
    name = next((shaped.text((*place, key)) for key in _NAMES if key in held), name)
    title = next((shaped.text((*place, key)) for key in _TITLES if key in held), "")
    text_at = next((key for key in _TEXTS if key in held), None)
    critique = next((_request(shaped, (*place, key)) for key in _CRITIQUES if key in held), "")
    revision = next((_request(shaped, (*place, key)) for key in _REVISIONS if key in held), "")
    if text_at is None and not (critique and revision):
        shaped.report(
            "the record has no principle, and no critique with its revision",
            place,
            f"put the principle under one of: {', '.join(_TEXTS)}",
        )
        return
    if text_at is None:
        why = "the format holds what a critic is asked, not what a reply must do"
        draft.guess(shaped.line(place), "the principle was made of the critique; better write a rule", why)
    left = list(shaped.others(place, held))
    if left:
        draft.guess(shaped.line(place), f"{', '.join(left)} became notes", "no field of a principle fits")
    principle = DraftPrinciple(
        line=shaped.line(place),
        name=name,
        title=title,
        text=shaped.text((*place, text_at)) if text_at else NEEDED + critique,
        critique=critique,
        revision=revision,
        notes=as_notes(shaped, place, left),
    )
    if text_at:
        _add_text(shaped, (*place, text_at), principle, draft)
    else:
        draft.principles.append(principle)


def _request(shaped: Shaped, place: Place) -> str:
    """Return what a critic or reviser is asked, without the words that cue the model; several are joined."""
    value = shaped.at(place)
    parts = shaped.texts(place) if isinstance(value, list) else [shaped.text(place)]
    return "\n\n".join(_without_cue(_REQUEST.sub("", part, count=1))[0] for part in parts if part)


def _add_text(shaped: Shaped, place: Place, found: DraftPrinciple, draft: Draft) -> None:
    """Add a principle whose text was written as one, or refuse a conversation."""
    if len(_TURNS.findall(found.text)) > 1:
        hint = "examples for a model are no constitution"
        shaped.report("this is a conversation, not a principle", place, hint, code="I010")
        return
    text, cue = _without_cue(found.text)
    if not text:
        shaped.report("the principle is empty", place)
        return
    if cue:
        draft.guess(found.line, f"“{cue}” at the end is left out", "it cues a model and asks for nothing")
    if compares(text):
        draft.guess(found.line, *COMPARED)
    draft.principles.append(
        DraftPrinciple(
            line=found.line,
            name=found.name,
            title=found.title,
            text=text,
            critique=found.critique,
            revision=found.revision,
            notes=found.notes,
            scale="pair" if compares(text) else "comply",
        )
    )


def _without_cue(text: str) -> tuple[str, str]:
    tail = text[-200:]
    match = _CUE.search(tail)
    if match is None:
        return text.strip(), ""
    return text[: len(text) - len(tail) + match.start()].strip(), match[0].strip()
