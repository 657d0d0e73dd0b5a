"""Pages from templates: one environment with escaping on, in which every unknown name is an error."""

import json
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from evenhand.records.message import flatten
from evenhand.records.reveal import reveal
from evenhand.review.keys import key_hint
from evenhand.review.prose import flowing
from evenhand.web.page_settings import PageSettings
from evenhand.web.strings import translator


def render(template: str, **context: object) -> str:
    """Return a page as HTML.

    Args:
        template: Name of a file in `templates`.
        context: What the template names. `settings` (a `PageSettings`) decides language, direction, colours and keys;
            `person` and `csrf` are empty where nobody is signed in. Every value is escaped; none is ever a template.
    """
    settings = context.get("settings")
    settings = settings if isinstance(settings, PageSettings) else PageSettings()
    keys = settings.keys if settings.keys_on else ()
    frame: Mapping[str, object] = {
        "t": translator(settings.locale),
        "lang": settings.locale.tag,
        "dir": settings.locale.dir,
        "person": "",
        "role": "",
        "csrf": "",
        "key": {key.action: key.key for key in keys},
        "key_table": json.dumps({key.key: key.action for key in keys}),
    }
    return _environment().get_template(template).render({**frame, **context, "settings": settings})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("evenhand.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "reveal": reveal,
        "hint": key_hint,
        "clock": clock,
        "flat": flatten,
        "flowing": flowing,
    }
    return environment


def clock(milliseconds: int) -> str:
    """Return a stretch of time as minutes and seconds, with hours where there are any."""
    minutes, seconds = divmod(max(milliseconds, 0) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
