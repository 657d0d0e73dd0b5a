"""Forms out in JSON: a list of the principles' texts, and the pairs of critique and revision as papers publish them."""

import json

from evenhand.catalog.interchange.written import LeftOut, Written, fields_left_out
from evenhand.records.constitution import Constitution


def write_json_list(constitution: Constitution) -> Written:
    """Return the texts of the principles as a JSON list, in their order."""
    texts = [each.text for each in constitution.principles]
    return Written(text=_json(texts), left_out=fields_left_out(constitution.principles, ("id", "text")))


def write_critiques(constitution: Constitution) -> Written:
    """Return what critic and reviser are asked as JSON, by the id of the principle."""
    whole = [each for each in constitution.principles if each.critique and each.revision]
    pairs = {
        each.id: {
            "prompt": [f"\n\nCritiqueRequest: {each.critique}\n\nCritique:"],
            "edit_request": f"\n\nRevisionRequest: {each.revision}\n\nRevision:",
        }
        for each in whole
    }
    missing = len(constitution.principles) - len(whole)
    without = (LeftOut(what="principles without critique and revision", count=missing),) if missing else ()
    return Written(
        text=_json(pairs), left_out=(*without, *fields_left_out(whole, ("id", "critique", "revision")))
    )


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
