"""The frame all HTML pages share: one template environment with escaping on, one style sheet, one policy."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from evenhand.records.reveal import reveal
from evenhand.reporting.charts import picture
from evenhand.reporting.display import count


def render_page(template: str, **context: object) -> str:
    """Return a page; every value is escaped, and none is ever a template."""
    style = _style()
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own file, and the policy names its digest
            style_hash=_digest(style),
            **context,
        )
    )


@cache
def _environment() -> Environment:
    """Return the environment; apart from the one judge prompts use, which knows other rules."""
    environment = Environment(
        loader=PackageLoader("evenhand.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"reveal": reveal, "picture": picture, "count": count}
    return environment


@cache
def _style() -> str:
    return (files("evenhand.reporting") / "templates" / "page.css").read_text(encoding="utf-8")


def _digest(style: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
