"""Words as Markdown in which nothing but what we mean is markup, an address, a mention, a reference or a formula.

Hosts of code look for `@name`, `#7`, addresses and `$formulas$` in the text that is left when Markdown is read, where a
backslash is gone already: only inside of code do they leave them alone. So text from outside is always a code span, and
so is every word of a sentence that they could take for one of these.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from evenhand.reporting.display import lines_of, one_line
from evenhand.reporting.document import Span, Words

MOST_FOREIGN: Final = 160
"""Characters of a text from outside that are shown."""
_MOST_TYPED: Final = 1_000
"""Characters of something to type that are shown: cut, it is of no use."""

_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>#|~@&]|:(?=//))")
"""What Markdown reads anywhere in a line."""
_READ_BY_HOSTS: Final = re.compile(
    r"[@$]|[#&!~%](?=[\w\"'\[{(`])|://|:[\w+-]+:|\bwww\.|\bmailto:|\bxmpp:|\bGH-\d|\b(?=[a-f]*\d)[0-9a-f]{7,40}\b",
    re.IGNORECASE,
)
"""What a host makes a mention, a reference, a link, a formula or a picture of."""
_OPENS_A_LINE: Final = re.compile(r"^([-+=/]|\d+(?=[.)]))")
"""What means something at the beginning of a line: a list, a heading, a command to the host."""


def line(words: Words, *, in_table: bool = False) -> str:
    """Return words on one line of Markdown; a blank keeps two code spans apart, which would else become one."""
    parts: list[str] = []
    for span in words:
        text = _span(span, in_table=in_table)
        if parts and parts[-1].endswith("`") and text.startswith("`"):
            parts.append(" ")
        parts.append(text)
    return "".join(parts)


def paragraph(words: Words) -> str:
    """Return words as a line of its own, which is a paragraph whatever it begins with."""
    return _OPENS_A_LINE.sub(_made_plain, line(words).lstrip())


def own(text: str, *, in_table: bool = False) -> str:
    """Return a sentence of ours, in which names from outside may stand, on one line of Markdown."""
    pieces = re.split(r"(\s+)", _no_comment(one_line(text)))
    return "".join(
        code_span(each, in_table=in_table) if _READ_BY_HOSTS.search(each) else _MARKS.sub(r"\\\1", each)
        for each in pieces
    )


def code_span(text: str, *, in_table: bool = True, most: int = MOST_FOREIGN) -> str:
    """Return text from outside as a code span, in which nothing is a link, a mention, an image or a tag.

    The span stays on its line and in its cell: line ends are drawn, and a bar is escaped. A backslash before a bar
    would undo that, so it is drawn too. The beginning of a hidden comment is drawn, as comments carry marks by which
    tools find what they wrote.
    """
    shown = shortened(text, most)
    if in_table:
        shown = re.sub(r"\\(?=\\*\|)", "⟦U+005C⟧", shown).replace("|", "\\|")
    if not shown.strip():
        return "(empty)"
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    edge = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def fenced(text: str, *, most: int) -> str:
    """Return text from outside as a block of code of at most `most` characters: nothing in it is read as anything.

    Its lines stay lines; what hides in it is drawn.
    """
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    lines = [_no_comment(each) for each in lines_of(cut)]
    fence = "`" * max(3, 1 + max((len(run) for each in lines for run in re.findall(r"`+", each)), default=0))
    return "\n".join([f"{fence}text", *lines, fence])


def html_line(words: Words) -> str:
    """Return words for a place inside of Markdown where HTML is read, on one line."""
    return "".join(_html_spans(words))


def shortened(text: str, most: int = MOST_FOREIGN) -> str:
    """Return text from outside on one line, with what hides in it drawn and its end cut off."""
    shown = _no_comment(one_line(text))
    return shown[: most - 1] + "…" if len(shown) > most else shown


def _span(span: Span, *, in_table: bool) -> str:
    if span.code:
        return code_span(span.text, in_table=in_table, most=_MOST_TYPED)
    return code_span(span.text, in_table=in_table) if span.foreign else own(span.text, in_table=in_table)


def _html_spans(words: Words) -> Iterator[str]:
    for span in words:
        if span.code or span.foreign:
            yield f"<code>{html.escape(shortened(span.text))}</code>"
        else:
            for each in re.split(r"(\s+)", _no_comment(one_line(span.text))):
                text = html.escape(each)
                yield f"<code>{text}</code>" if _READ_BY_HOSTS.search(each) else text


def _no_comment(text: str) -> str:
    return text.replace("<!--", "<!⟦U+002D⟧-")


def _made_plain(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"
