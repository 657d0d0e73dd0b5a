"""A section that is a list and nothing else, such as a public constitution of statements: each item by itself."""

import re
from collections.abc import Sequence

from evenhand.catalog.interchange.headings import Line

_ITEM = re.compile(r"[ ]{0,3}(?:[-*+]|\d{1,3}[.)])[ \t]+(?P<text>\S.*)")
_FEWEST_WORDS = 4
"""Words of an item that can be a rule by itself."""


def list_items(body: Sequence[Line]) -> list[Line]:
    """Return the items of a section with the lines they begin at; none where it holds anything else.

    A line that is indented goes on with the item above it. An item of a few words is part of a rule, so that a list
    with one is no list of rules.
    """
    items: list[tuple[int, list[str]]] = []
    for number, text in body:
        item = _ITEM.fullmatch(text)
        if item:
            items.append((number, [item["text"].rstrip()]))
        elif text.strip():
            if not items or not text.startswith(("  ", "\t")):
                return []
            items[-1][1].append(text.strip())
    found = [(number, "\n".join(lines)) for number, lines in items]
    whole = all(len(text.split()) >= _FEWEST_WORDS for _, text in found)
    return found if len(found) > 1 and whole else []
