"""Every sentence of the pages comes from the catalogue: rendered in the pseudo-locale, nothing else is left."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from importlib.resources import files
from string import Formatter

import pytest

from evenhand.records.review import Draft, EvidenceSpan, Revealed, RevealedRating, Spent
from evenhand.review.keys import KEYS, key_hint
from evenhand.web.item_page import LastAnswer, PageView, item_context
from evenhand.web.other_pages import (
    empty_context,
    help_context,
    notice_context,
    revealed_context,
    settings_context,
)
from evenhand.web.page_settings import PageSettings
from evenhand.web.rendering import render
from evenhand.web.strings import LOCALES, catalogue, translator

from .items import PERCENT, QUALITY, make_item, make_words_of_the_file_plain, turns

PSEUDO = PageSettings(locale=LOCALES["en-XA"])
SPOKEN = (
    "aria-label",
    "title",
    "placeholder",
    "alt",
    "data-in",
    "data-added",
    "data-removed",
    "data-nothing",
)


class Sentences(HTMLParser):
    """Collects what people read or hear on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unread += tag in {"kbd", "style", "script"}
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._unread -= tag in {"kbd", "style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._unread and data.strip():
            self.found.append(data.strip())


def pages() -> Iterator[tuple[str, str]]:
    """Yield every page, with nothing from outside in it but digits."""
    item = make_words_of_the_file_plain(make_item(prompt="1", outputs=("2 3",), sensitive=("4",)))
    draft = Draft(
        defensible=("violates",),
        evidence=(EvidenceSpan(block="output:output-0", start=0, end=1, quote="2"),),
    )
    tired = make_words_of_the_file_plain(
        make_item(prompt=turns("1", "2", "3"), outputs=("2" * 50_000,), draft=draft, session_active_ms=10**8)
    )
    pair = make_words_of_the_file_plain(
        make_item(prompt="1\n" * 9, outputs=("2\u200b", "3"), reference=("4", "5"))
    )
    number = make_words_of_the_file_plain(make_item(prompt="1", outputs=("",), scale=PERCENT, reference="1"))
    ordinal = make_words_of_the_file_plain(make_item(prompt=None, outputs=(turns("1", "2"),), scale=QUALITY))
    choices = (EvidenceSpan(block="output:output-0", start=0, end=1, quote="2"),) * 2
    last = LastAnswer(assignment="1", label="violates", may_reveal=True)
    views: Mapping[str, Mapping[str, object]] = {
        "plain": item_context(item, settings=PSEUDO, last=last),
        "choices": item_context(tired, settings=PSEUDO, choices=choices),
        "pair": item_context(
            pair, settings=PSEUDO, view=PageView.from_query({"diff": "1", "look": "source"})
        ),
        "number": item_context(number, settings=PSEUDO, view=PageView.from_query({"look": "formatted"})),
        "ordinal": item_context(ordinal, settings=PSEUDO),
        "formatted": item_context(tired, settings=PSEUDO, view=PageView.from_query({"look": "formatted"})),
    }
    for name, context in views.items():
        yield name, render("item.html", person="7", csrf="8", **context)
    read = RevealedRating(judge="1", label="complies", reason="2", quotes=("3",))
    ratings = (read, RevealedRating(judge="4", label=None, failed="5"))
    seen = Revealed(
        assignment="1", label="violates", verdict=None, undecided="6", ratings=ratings, stratum="7"
    )
    nobody = Revealed(assignment="1", label="violates", verdict="complies")
    others = {
        "help": ("help.html", help_context(settings=PSEUDO)),
        "help without keys": (
            "help.html",
            help_context(settings=PageSettings(locale=PSEUDO.locale, keys_on=False)),
        ),
        "settings": (
            "settings.html",
            settings_context(settings=PSEUDO, tags=("1",), opts_out=(), problem="2"),
        ),
        "no tags": ("settings.html", settings_context(settings=PSEUDO, tags=(), opts_out=())),
        "revealed": ("revealed.html", revealed_context(seen, item, settings=PSEUDO)),
        "nobody": ("revealed.html", revealed_context(nobody, number, settings=PSEUDO)),
        "empty": ("empty.html", empty_context(settings=PSEUDO, can_undo=True)),
        "break": ("empty.html", empty_context(settings=PSEUDO, on_break=True)),
        "notice": ("notice.html", notice_context("1", settings=PSEUDO, hint="2", back="/items/1")),
        "saved": ("saved.html", {"settings": PSEUDO, "spent_now": Spent(), "just_saved": True}),
    }
    for name, (template, shown) in others.items():
        yield name, render(template, person="7", csrf="8", **shown)


def outside_brackets(sentence: str) -> str:
    """Return what of a sentence is not from the pseudo-locale; its values stand in brackets too."""
    while (shorter := re.sub(r"\[[^][]*\]", "", sentence)) != sentence:
        sentence = shorter
    return sentence


def own_sentences(html: str) -> set[str]:
    """Return what people read on a page that is neither from the catalogue nor a key, a digit or a mark."""
    reader = Sentences()
    reader.feed(html)
    left = {outside_brackets(sentence).strip(" ·:,()0123456789\u2013\n") for sentence in reader.found}
    return left - {"", "⟦U+200B⟧", *(key_hint(key.key) for key in KEYS)}


def test_no_sentence_stands_outside_the_catalogue() -> None:
    left = {name: own_sentences(html) for name, html in pages()}
    assert not {name: sentences for name, sentences in left.items() if sentences}


def test_the_pseudo_locale_would_show_a_sentence_of_a_template() -> None:
    assert own_sentences("<p title='[Fôûnd ·]'>[Fôûnd [7] ·] and forgotten</p>") == {"and forgotten"}


def test_the_page_from_right_to_left_says_so() -> None:
    settings = PageSettings(locale=LOCALES["ar-XB"])
    assert '<html lang="ar-XB" dir="rtl"' in render("help.html", **help_context(settings=settings))


@pytest.mark.parametrize("tag", LOCALES)
def test_every_sentence_takes_the_same_values_in_every_language(tag: str) -> None:
    for name, sentence in catalogue().items():
        values = {field: "1" for _, field, _, _ in Formatter().parse(sentence) if field}
        assert "1" in translator(LOCALES[tag])(name, **values) or not values


def test_every_sentence_is_used_and_every_used_one_is_there() -> None:
    sources = [
        *files("evenhand.web").joinpath("templates").iterdir(),
        *(file for file in files("evenhand.web").iterdir() if file.name.endswith(".py")),
        *(file for file in files("evenhand.web").joinpath("routes").iterdir() if file.name.endswith(".py")),
        files("evenhand.review") / "keys.py",
    ]
    text = "\n".join(file.read_text(encoding="utf-8") for file in sources)
    quoted = set(re.findall(r'"([a-z_]+\.[a-z_.]+)"', text))
    families = set(re.findall(r'"([a-z_]+(?:\.[a-z_]+)*\.)" ~', text))
    families |= set(re.findall(r'f"([a-z_]+(?:\.[a-z_]+)*\.)\{', text))
    families |= {"sign_in.", "invitation."}  # pages of accounts
    unused = {name for name in catalogue() if name not in quoted and not name.startswith(tuple(families))}
    assert not unused
    called = set(re.findall(r'\bt\("([a-z_.]+)"', text))
    assert called - {name for name in called if name.endswith(".")} <= set(catalogue())
