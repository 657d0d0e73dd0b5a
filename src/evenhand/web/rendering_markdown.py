"""Markdown and JSON of a candidate as inert HTML: no markup of its own, no image, nothing to click.

Links and images become their words with the whole address beside them as text, so that nothing can be fetched, opened
or passed off as another address.
"""

import json
import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape

from evenhand.records.reveal import reveal

MOST_FORMATTED = 20_000
"""Code points that are formatted; work on Markdown made to be slow stays small."""

_DEEPEST = 20
"""Levels of JSON that are indented."""

_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*+"(?=\s*+:))|(?P<string>"(?:[^"\\]|\\.)*+")'
    r"|(?P<number>-?\d[\d.eE+-]*+)|(?P<word>-?[a-zA-Z]++)|(?P<open>[{\[])(?P<empty>\s*+[}\]])?+|(?P<close>[}\]])"
    r"|(?P<colon>:)|(?P<comma>,)|\s++"
)


def formatted(text: str) -> Markup:
    """Return the first `MOST_FORMATTED` code points of a text as HTML: JSON laid out, anything else as Markdown."""
    if looks_like_json(text):
        return Markup('<div class="code" dir="ltr" tabindex="0">{}</div>').format(lay_out_json(text))
    return Markup('<div class="markdown">{}</div>').format(markdown(text[:MOST_FORMATTED]))


def looks_like_json(text: str) -> bool:
    """Tell whether a text is a JSON object or list of a size that is laid out."""
    if len(text) > MOST_FORMATTED or text.lstrip()[:1] not in {"{", "["}:
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def lay_out_json(text: str) -> Markup:
    """Return JSON with a line for each value. Nothing is read and written anew: a key that stands twice stays so."""
    depth, parts = 0, []
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or ""
        if kind == "close":
            depth -= 1
            parts.append(_new_line(depth))
        parts.append(_coloured(kind, token[0]))
        if kind == "open":
            depth += 1
        if kind in {"open", "comma"}:
            parts.append(_new_line(depth))
    return Markup("").join(parts)


def _new_line(depth: int) -> Markup:
    return escape("\n" + "  " * min(depth, _DEEPEST))


def _coloured(kind: str, token: str) -> Markup:
    if kind in {"key", "string", "number", "word"}:
        return Markup('<span class="json-{}">{}</span>').format(kind, reveal(token))
    return escape({"colon": ": ", "empty": token[0] + token[-1]}.get(kind, token.strip()))


def markdown(text: str) -> Markup:
    """Return Markdown as HTML; hidden characters are drawn before it is read."""
    parser = _parser()
    tokens = parser.parse(reveal(text))
    for token in tokens:
        token.attrs.pop("style", None)  # of table cells; the policy of the pages refuses it
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704 - html is off; our rules escape


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    for rule in (
        _image,
        _link_open,
        _link_close,
        _heading_open,
        _heading_close,
        _table_open,
        _table_close,
        _fence,
    ):
        parser.add_render_rule(rule.__name__[1:], rule)
    parser.add_render_rule("code_block", _fence)
    return parser


# -- Rules: what would be a link, an image, a heading of the page or a scroll bar of it ---------------


def _image(_: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    del options, env
    token = tokens[place]
    return Markup('<span class="image">🖼 {} {}</span>').format(token.content, _address(token, "src"))


def _link_open(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del tokens, place, options, env
    return '<span class="link">'


def _link_close(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del options, env
    depth = 0
    for token in reversed(tokens[: place + 1]):
        depth += {"link_close": 1, "link_open": -1}.get(token.type, 0)
        if depth == 0:
            return Markup("</span> {}").format(_address(token, "href"))
    raise AssertionError("a link ends that never began")


def _address(token: Token, name: str) -> Markup:
    return Markup('<code class="address" dir="ltr">⟨{}⟩</code>').format(
        reveal(str(token.attrGet(name) or ""))
    )


def _heading_open(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del options, env
    level = int(tokens[place].tag[1:])
    return f'<p class="heading level-{level}">'


def _heading_close(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del tokens, place, options, env
    return "</p>\n"


def _table_open(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del tokens, place, options, env
    return '<div class="scroll" tabindex="0"><table>\n'


def _table_close(
    _: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType
) -> str:
    del tokens, place, options, env
    return "</table></div>\n"


def _fence(_: RendererHTML, tokens: Sequence[Token], place: int, options: OptionsDict, env: EnvType) -> str:
    del options, env
    return Markup('<div class="code" dir="ltr" tabindex="0">{}</div>\n').format(
        tokens[place].content.rstrip("\n")
    )
