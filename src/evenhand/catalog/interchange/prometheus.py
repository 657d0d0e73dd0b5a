"""Rubrics in the format of Prometheus: a criterion and what each score from 1 to 5 means."""

from evenhand.catalog.interchange.draft import Draft, DraftPrinciple
from evenhand.catalog.interchange.shaped import Shaped, as_note_guess, as_notes, entries, name_of, parse_data
from evenhand.catalog.source import Place
from evenhand.records.scale import OrdinalScale

SCORES = ("1", "2", "3", "4", "5")

_CRITERIA = ("criteria", "criterion", "orig_criteria")
_HOLDERS = ("rubrics", "rubric", "score_rubrics", "score_rubric", "rubric_data")
_NAMES = ("id", "name")


def read_prometheus(text: str, path: str) -> Draft:
    """Read one rubric, a list of them, or a mapping from names to them."""
    document = parse_data(text, path)
    shaped = Shaped(document=document, findings=list(document.findings))
    draft = Draft(findings=shaped.findings)
    if document.readable:
        for place in entries(shaped, _CRITERIA, _HOLDERS):
            _read(shaped, place, draft)
    if draft.principles:
        draft.guess(0, "no score passes or fails", "the format has no threshold; set pass_at on the scale")
        draft.found["score descriptors"] = len(SCORES) * len(draft.principles)
    return draft


def _read(shaped: Shaped, place: Place, draft: Draft) -> None:
    if shaped.mapping(place) is None:
        return
    criterion = next((key for key in _CRITERIA if shaped.at((*place, key))), _CRITERIA[0])
    prefix = "orig_" if criterion.startswith("orig_") else ""
    keys = {score: f"{prefix}score{score}_description" for score in SCORES}
    text = shaped.text((*place, criterion), required=True)
    described = {score: shaped.text((*place, key), required=True) for score, key in keys.items()}
    if not text or not all(described.values()):
        return
    left = list(shaped.others(place, (criterion, *keys.values(), *_NAMES)))
    if left:
        draft.guess(shaped.line(place), as_note_guess(left), "no field of a principle fits")
    draft.principles.append(
        DraftPrinciple(
            line=shaped.line(place),
            name=name_of(shaped, place),
            text=text,
            notes=as_notes(shaped, place, left),
            scale=OrdinalScale(type="ordinal", values=SCORES, describe=described),
        )
    )
