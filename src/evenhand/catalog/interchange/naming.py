"""Ids of principles and examples, made of a file's own names or words: lower case, stable, each once."""

import re
import unicodedata
from collections.abc import Callable

DIGITS = 6
"""Digits of a digest that tell texts of one constitution apart."""
_LONGEST = 80
_OTHER = re.compile(r"[^a-z0-9._-]+")
_RUNS = re.compile(r"[._-]{2,}")
_WORDS = re.compile(r"[a-z0-9]+")
_MOST_WORDS = 4
_SAYS_LITTLE = (
    "a about above after all also always an and any are as at assistant assistants avoid avoiding be been by can "
    "choose choosing close compare consider could criteria criticism critique degree discuss discussing do does don "
    "each else exhibit exhibits explain extent find for from give gives given has have how however human humans i "
    "identify if in into is it its last less likely list make makes may more most must my not of on one only or other "
    "out over own paying please possible preceding precedings previous provide reason reply replies response "
    "responses rewrite s should so someone specific such terms than that thats the their them then there these they "
    "this to try under up was ways were what whats when where whether which while who will with without would you your"
)
_EMPTY = frozenset(_SAYS_LITTLE.split())


def identifier(text: str) -> str:
    """Return text as an identifier; empty where no letter or digit of the Latin script is in it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = _OTHER.sub("-", plain.replace("'", "").replace("/", "."))
    return _short(_RUNS.sub(lambda run: "." if "." in run[0] else run[0][0], plain).strip("._-"))


def _short(name: str) -> str:
    """Return a name that is not too long, cut between two of its words where it has some."""
    if len(name) <= _LONGEST:
        return name
    cut = name[: _LONGEST + 1]
    at = max(cut.rfind(mark) for mark in "._-")
    return (cut[:at] if at > 0 else name[:_LONGEST]).strip("._-")


def name_from_text(text: str) -> str:
    """Return a few telling words of a sentence, with dashes between; empty where there are none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    told = dict.fromkeys(word for word in _WORDS.findall(plain) if word not in _EMPTY and len(word) > 1)
    return identifier("-".join(list(told)[:_MOST_WORDS]))


class Names:
    """Ids given so far in a constitution: principles differ in more than dots and dashes, examples in anything."""

    def __init__(self) -> None:
        self._given: set[str] = set()
        self._letters: set[str] = set()
        self._counts: dict[str, int] = {}

    def principle(self, wanted: str) -> str:
        """Return the id of a principle: the one wanted, or the first with a number behind it that is free."""
        name = self._free(wanted, lambda each: _letters(each) in self._letters)
        self._letters.add(_letters(name))
        return name

    def example(self, principle: str, side: str, digest: bytes) -> str:
        """Return the id of an example of a principle on one side, which the examples around it do not change."""
        return self._free(f"{principle}.{side}-{digest.hex()[:DIGITS]}", lambda _: False)

    def _free(self, wanted: str, is_near: Callable[[str], bool]) -> str:
        name, number = wanted, self._counts.get(wanted, 1)
        while name in self._given or is_near(name):
            number += 1
            name = f"{wanted}-{number}"
        self._counts[wanted] = number
        self._given.add(name)
        return name


def _letters(name: str) -> str:
    return "".join(char for char in name if char.isalnum())
