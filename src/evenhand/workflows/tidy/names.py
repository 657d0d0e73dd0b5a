"""Names of an imported folder turned into identifiers, each different name into a different one."""

import re
import unicodedata
from collections.abc import Iterable

from evenhand.errors import UsageError

_LONGEST = 100
_OTHER = re.compile(r"[^a-z0-9._-]+")
_SEPARATORS = re.compile(r"[._-]{2,}")


def identifiers(names: Iterable[str], *, fallback: str) -> dict[str, str]:
    """Return an identifier for every name, in their order; `fallback` stands in where no letter is left."""
    given: dict[str, str] = {}
    for name in names:
        stem = _identifier(name) or fallback
        taken, number, choice = set(given.values()), 2, stem
        while choice in taken:
            choice, number = f"{stem}-{number}", number + 1
        given[name] = choice
    return given


def set_name(text: str) -> str:
    """Return the identifier of an imported set.

    Raises:
        UsageError: No letter or digit is left of it.
    """
    name = _identifier(text)
    if not name:
        raise UsageError(f"{text!r} can not be a name", hint="give one: --name my-set")
    return name


def _identifier(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    plain = _OTHER.sub("-", plain.replace("/", "."))
    return _SEPARATORS.sub(lambda run: run[0][0], plain)[:_LONGEST].strip("._-")
