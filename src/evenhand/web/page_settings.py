"""What a reviewer set for the pages: keys, colours, language, breaks. Nothing here changes what is reviewed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from evenhand.errors import UsageError
from evenhand.review.keys import KEYS, Key, remapped
from evenhand.web.strings import DEFAULT_LOCALE, LOCALES, Locale

THEMES = ("auto", "light", "dark")
MOST_BREAK = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """Settings of one person. Kept as one line of JSON, in a cookie or wherever the application likes."""

    locale: Locale = DEFAULT_LOCALE
    theme: str = "auto"
    keys_on: bool = True
    """Whether single keys do anything."""
    changed_keys: Mapping[str, str] = field(default_factory=dict)
    """Keys other than the table's, by action."""
    break_minutes: int = 25
    """Active minutes after which a break is suggested; 0 for never."""
    break_items: int = 60
    """Items after which a break is suggested; 0 for never."""

    @property
    def keys(self) -> tuple[Key, ...]:
        """The table of keys with this person's changes."""
        return remapped(self.changed_keys)


def dump_settings(settings: PageSettings) -> str:
    """Return the settings as one line of plain ASCII JSON."""
    return json.dumps(
        {
            "locale": settings.locale.tag,
            "theme": settings.theme,
            "keys_on": settings.keys_on,
            "changed_keys": dict(settings.changed_keys),
            "break_minutes": settings.break_minutes,
            "break_items": settings.break_items,
        },
        separators=(",", ":"),
    )


def load_settings(text: str) -> PageSettings:
    """Return the settings written in a line of JSON; what is unknown or broken in it is as if never set."""
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError):
        return PageSettings()
    return _settings(stored) if isinstance(stored, dict) else PageSettings()


def _settings(stored: Mapping[str, object]) -> PageSettings:
    plain = PageSettings()
    keys = stored.get("changed_keys")
    return PageSettings(
        locale=LOCALES.get(str(stored.get("locale")), plain.locale),
        theme=theme if (theme := str(stored.get("theme"))) in THEMES else plain.theme,
        keys_on=stored.get("keys_on") is not False,
        changed_keys={str(action): str(key) for action, key in keys.items()}
        if isinstance(keys, dict)
        else {},
        break_minutes=_count(stored.get("break_minutes"), plain.break_minutes),
        break_items=_count(stored.get("break_items"), plain.break_items),
    )


def _count(value: object, otherwise: int) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_BREAK
    return value if is_count and isinstance(value, int) else otherwise


def read_settings(form: Mapping[str, str]) -> PageSettings:
    """Return the settings of the settings form.

    Raises:
        UsageError: Two actions share a key, a key is no single character, or a number is none.
    """
    changes = {
        key.action: chosen
        for key in KEYS
        if not key.fixed and (chosen := form.get(f"key.{key.action}", "").strip()) not in {"", key.key}
    }
    if changes and remapped(changes) == KEYS:
        raise UsageError("two actions would have the same key, or a key is no single character")
    return PageSettings(
        locale=LOCALES.get(form.get("locale", ""), DEFAULT_LOCALE),
        theme=theme if (theme := form.get("theme", "")) in THEMES else "auto",
        keys_on="keys_on" in form,
        changed_keys=changes,
        break_minutes=_number(form, "break_minutes", 25),
        break_items=_number(form, "break_items", 60),
    )


def _number(form: Mapping[str, str], name: str, otherwise: int) -> int:
    text = form.get(name, "").strip()
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and int(text) <= MOST_BREAK):
        raise UsageError(f"{text!r} is no whole number from 0 to {MOST_BREAK}", hint="0 suggests no breaks")
    return int(text)
