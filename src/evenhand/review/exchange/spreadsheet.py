"""Cells that a spreadsheet would take for a formula get an apostrophe before them, which reading takes away again."""

import re

_STARTS = r"""[\s\x00-\x20'"]*[=+\-@\t\r\n\x00|%\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b\u2212]"""
"""What a program may read a formula, a command or a new cell from, with what it may pass over on the way there:
the signs themselves, their full-width and small forms, the minus sign, and controls that end a cell."""
_FORMULA = re.compile(f"(?:{_STARTS})")
_WRITTEN = re.compile(f"'(?={_STARTS})")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def neutralise(text: str) -> str:
    """Return the text of a cell as no spreadsheet takes for a formula; plain numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def restore(cell: str) -> str:
    """Return the text of a cell that `neutralise` wrote; any other cell comes back as it is."""
    return cell[1:] if _WRITTEN.match(cell) else cell
