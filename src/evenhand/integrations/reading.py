"""What hosts say, as plain data that may be anything: one field at a time, never raising."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from evenhand.integrations.api import Api, HostError
from evenhand.integrations.comments import Posted

MOST_PAGES: Final = 200
"""Pages of comments that are read; a request with more is not written to, because its comment may lie behind them."""
_LARGEST: Final = 2**63


def object_in(document: Any, name: str) -> dict[str, Any]:
    """Return the object under a name; an empty one where there is none."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def text_in(document: Any, name: str) -> str:
    """Return the text under a name; an empty one where there is none."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if isinstance(value, str) else ""


def number_in(document: Any, name: str) -> int | None:
    """Return the whole number from 0 under a name; None where there is none."""
    value = document.get(name) if isinstance(document, dict) else None
    return value if type(value) is int and 0 <= value < _LARGEST else None


async def pages(api: Api, address: str, read: Callable[[Any], Posted | None]) -> Sequence[Posted]:
    """Return what all pages of a list hold.

    Args:
        api: The host.
        address: Path of the list, with a query.
        read: Reads one entry; None leaves it out.

    Raises:
        HostError: A page could not be had, or there are too many.
    """
    found: dict[int, Posted] = {}
    for page in range(1, MOST_PAGES + 1):
        answer = await api.ask("GET", f"{address}&page={page}")
        if not isinstance(answer.document, list):
            raise HostError(f"{api.account.name} answered with something that is no list of comments")
        found.update({each.id: each for each in map(read, answer.document) if each is not None})
        if not answer.more:
            return tuple(found.values())
    raise HostError(
        f"there are more than {MOST_PAGES} pages of comments, and the gate's own may lie behind them"
    )
