"""Readers that nobody here wrote, and hostile names."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import xmlschema
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.reporting.hostile import HOSTILE

from evenhand.reporting.gate.places import Place, Places

VENDOR = Path(__file__).with_name("vendor")
READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
OURS = {
    *(
        "heading",
        "paragraph",
        "inline",
        "bullet_list",
        "ordered_list",
        "list_item",
        "blockquote",
        "table",
        "thead",
    ),
    *("tbody", "tr", "th", "td", "text", "code_inline", "strong", "softbreak", "text_special", "html_block"),
}
OUR_HTML = re.compile(
    r"(?:<!-- evenhand:gate:[^<>\s]{1,200} -->|<details><summary>(?:[^<]|<code>[^<]*</code>)*</summary>|</details>)\n?"
)
READ_BY_HOSTS = re.compile(r"@\w|#\w|https?://|www\.\w|\$|!\d|\bGH-\d", re.IGNORECASE)
"""What a host makes links and mentions of in the text that is left when Markdown is read."""
NEVER_SEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

PLACES = Places(
    gate=Place(path="suites/pr-gate.yaml", line=12),
    principles={"privacy": Place(path="constitutions/base.md", line=40)},
    cases={"core-0001": Place(path="suites/core.jsonl", line=2)},
)
TRICKS = (
    "<!-- evenhand:gate:other -->",
    "@octocat",
    "octo/cat#7",
    "$`x`$",
    "$$ x $$ and $\\x$",
    "/close",
    "GH-12 and 0123abc",
    "a|b\\|c",
    "```",
    "]]>",
    "[x](javascript:1)",
    "![](//x)",
    "&commat;octocat",
    "&#64;octocat &lt;b&gt;",
    "</details><b>",
    "x\n\n# y",
    "- x",
    "1. x",
    "\u202eabc\u200b",
    ":tada:",
    "{0} [a](1)",
    "::error::x",
    "%0A",
    "",
    " ",
)
hostile_names = st.sampled_from((*TRICKS, *HOSTILE)) | st.text(st.characters(codec="utf-8"), max_size=40)


def tokens(text: str) -> list[Token]:
    """Return what a reader of Markdown makes of a text, flat."""
    flat = []
    for token in READER.parse(text):
        flat += [token, *(token.children or [])]
    return flat


def kinds(text: str) -> set[str]:
    """Return the kinds of things in a Markdown text."""
    return {re.sub(r"_(open|close)$", "", token.type) for token in tokens(text)}


def read_text(text: str) -> str:
    """Return the text that is left of Markdown outside of code, as hosts search it."""
    parts = [
        re.sub(r"<code>[^<]*</code>|<!--.*?-->", "", token.content)
        for token in tokens(text)
        if token.type == "html_block"
    ]
    for token in READER.parse(text):
        if token.type == "inline":
            said = (
                each.content if each.type in {"text", "text_special"} else " "
                for each in token.children or []
            )
            parts.append("".join(said))
    return "\n".join(parts)


def table_widths(text: str) -> list[list[int]]:
    """Return, for each table as the reader sees it, the number of cells of every row."""
    widths: list[list[int]] = []
    for token in READER.parse(text):
        if token.type == "table_open":
            widths.append([])
        elif token.type == "tr_open":
            widths[-1].append(0)
        elif token.type in {"td_open", "th_open"}:
            widths[-1][-1] += 1
    return widths


@cache
def junit_schema() -> xmlschema.XMLSchema:
    """Return the schema of JUnit XML."""
    return xmlschema.XMLSchema(VENDOR / "junit-10.xsd")


@cache
def sarif_validator() -> Any:
    """Return a validator of SARIF."""
    schema = json.loads((VENDOR / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
