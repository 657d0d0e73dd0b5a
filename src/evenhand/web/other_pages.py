"""What the smaller pages show: help, settings, the judges behind an item, nothing left, and what went wrong."""

from collections.abc import Mapping, Sequence

from evenhand.records.review import OpenItem, Revealed
from evenhand.web.item_page import LastAnswer, answers_of, label_text, range_of
from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import translator


def help_context(*, settings: PageSettings) -> Mapping[str, object]:
    """Return what `help.html` shows."""
    return {"settings": settings, "title": translator(settings.locale)("help.title")}


def settings_context(
    *, settings: PageSettings, tags: Sequence[str], opts_out: Sequence[str], problem: str = ""
) -> Mapping[str, object]:
    """Return what `settings.html` shows.

    Args:
        settings: Of the person.
        tags: Content tags of the items there are.
        opts_out: Those this person opted out of.
        problem: What was wrong with the form that was sent.
    """
    title = translator(settings.locale)("settings.title")
    return {"settings": settings, "title": title, "tags": tags, "opts_out": opts_out, "problem": problem}


def revealed_context(
    revealed: Revealed, open_item: OpenItem, *, settings: PageSettings
) -> Mapping[str, object]:
    """Return what `revealed.html` shows. Labels of a pair are in the frame of the person: "a" is the left one."""
    t = translator(settings.locale)
    return {
        "settings": settings,
        "title": t("reveal.title"),
        "revealed": revealed,
        "label": label_text(revealed.label, t),
        "verdict": label_text(revealed.verdict, t) if revealed.verdict is not None else "",
        "ratings": [(rating, label_text(rating.label or "", t)) for rating in revealed.ratings],
        "answers": answers_of(open_item, t),
        "number": range_of(open_item),
    }


def empty_context(
    *,
    settings: PageSettings,
    can_undo: bool = False,
    on_break: bool = False,
    last: LastAnswer | None = None,
) -> Mapping[str, object]:
    """Return what `empty.html` shows: nothing is left to review, or the person is on a break."""
    t = translator(settings.locale)
    name = "break" if on_break else "empty"
    words = {
        "break": ("break.taken", "break.back", "break.go_on"),
        "empty": ("empty.title", "empty.text", "empty.look_again"),
    }
    title, text, again = (t(word) for word in words[name])
    return {
        "settings": settings,
        "title": title,
        "text": text,
        "again": again,
        "can_undo": can_undo,
        "last": last,
        "last_label": label_text(last.label, t) if last else "",
    }


def notice_context(
    problem: str, *, settings: PageSettings, hint: str = "", back: str = "/next"
) -> Mapping[str, object]:
    """Return what `notice.html` shows: a refusal or a conflict, and where to go on."""
    title = translator(settings.locale)("notice.title")
    return {"settings": settings, "title": title, "problem": problem, "hint": hint, "back": back}
