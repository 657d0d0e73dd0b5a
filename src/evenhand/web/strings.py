"""Every sentence of the pages, by name, and the languages they come in.

English is the only language. Two pseudo-locales stand in for the others: `en-XA` writes every sentence with accents,
longer and in brackets, so that a test finds one that is not in the catalogue; `ar-XB` does the same from right to left.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

Translate = Callable[..., str]
"""Takes the name of a sentence and its values, gives the sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """A language of the pages."""

    tag: str
    """BCP 47 tag."""
    rtl: bool = False
    pseudo: bool = False

    @property
    def dir(self) -> str:
        """Direction of its writing, as HTML names it."""
        return "rtl" if self.rtl else "ltr"


LOCALES: Mapping[str, Locale] = {
    locale.tag: locale
    for locale in (
        Locale(tag="en"),
        Locale(tag="en-XA", pseudo=True),
        Locale(tag="ar-XB", pseudo=True, rtl=True),
    )
}
DEFAULT_LOCALE = LOCALES["en"]

_ACCENTS = str.maketrans("AEIOUYaceinouyz", "ÂÉÎÖÛÝàçéîñôùýž")


@cache
def catalogue() -> Mapping[str, str]:
    """Return the sentences by their names."""
    text = (files("evenhand.web") / "strings.json").read_text(encoding="utf-8")
    sentences: dict[str, str] = json.loads(text)
    return sentences


def translator(locale: Locale) -> Translate:
    """Return the function that gives the sentences of a language."""
    sentences = _pseudo_sentences() if locale.pseudo else catalogue()

    def translate(name: str, /, **values: object) -> str:
        return sentences[name].format_map(values)

    return translate


@cache
def _pseudo_sentences() -> Mapping[str, str]:
    return {name: _pseudo(sentence) for name, sentence in catalogue().items()}


def _pseudo(sentence: str) -> str:
    """Return a sentence with accents and a third longer, its values untouched."""
    parts = sentence.replace("{", "\0{").replace("}", "}\0").split("\0")
    accented = "".join(part if part.startswith("{") else part.translate(_ACCENTS) for part in parts)
    return f"[{accented}{' ·' * (1 + len(sentence) // 12)}]"
