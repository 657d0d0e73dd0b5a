"""The keys of the review page: one table, from which hints, help sheet, documents and handlers come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Where(StrEnum):
    """Where a key does something."""

    ITEM = "item"
    """On every open item."""
    PAIR = "pair"
    """Where two candidates are compared."""
    SAVED = "saved"
    """Once a label is given, as long as its reviewer may look at the judges."""
    ANYWHERE = "anywhere"
    """On every page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One line of the table."""

    action: str
    """What happens; a handler of this name is in the script."""
    key: str
    """The key as browsers name it: one character, or a name such as Enter."""
    says: str
    """Name of the sentence about it in the catalogue of strings."""
    where: Where = Where.ITEM
    fixed: bool = False
    """Whether people can not give it another key."""


CHOOSE = "choose"
"""The action of the digits; which digit stands for which answer is told by `answer_keys`."""

KEYS = (
    Key(action=CHOOSE, key="1-9", says="key.choose", fixed=True),
    Key(action="cannot_tell", key="t", says="key.cannot_tell"),
    Key(action="unsure", key="q", says="key.unsure"),
    Key(action="defensible", key="m", says="key.defensible"),
    Key(action="comment", key="c", says="key.comment"),
    Key(action="evidence", key="e", says="key.evidence"),
    Key(action="remove_evidence", key="x", says="key.remove_evidence"),
    Key(action="commit", key="Enter", says="key.commit", fixed=True),
    Key(action="skip", key="s", says="key.skip"),
    Key(action="flag", key="f", says="key.flag"),
    Key(action="undo", key="u", says="key.undo", where=Where.ANYWHERE),
    Key(action="reveal", key="r", says="key.reveal", where=Where.SAVED),
    Key(action="previous", key="ArrowLeft", says="key.previous", fixed=True),
    Key(action="next", key="ArrowRight", says="key.next", fixed=True),
    Key(action="look", key="v", says="key.look"),
    Key(action="wrap", key="w", says="key.wrap"),
    Key(action="open_content", key="o", says="key.open_content"),
    Key(action="principle", key="p", says="key.principle"),
    Key(action="diff", key="d", says="key.diff", where=Where.PAIR),
    Key(action="lock", key="z", says="key.lock", where=Where.PAIR),
    Key(action="help", key="?", says="key.help", where=Where.ANYWHERE),
)
"""Every key, in the order of the help sheet."""

BY_ACTION: Mapping[str, Key] = {key.action: key for key in KEYS}


def remapped(changes: Mapping[str, str]) -> tuple[Key, ...]:
    """Return the table with the keys people chose; what is no key, fixed or taken by another action stays as it was."""
    wanted = {action: key for action, key in changes.items() if _may_take(action, key)}
    chosen = {key.action: wanted.get(key.action, key.key) for key in KEYS}
    if len(set(chosen.values())) < len(chosen):
        return KEYS
    return tuple(
        Key(action=key.action, key=chosen[key.action], says=key.says, where=key.where, fixed=key.fixed)
        for key in KEYS
    )


def _may_take(action: str, key: str) -> bool:
    known = BY_ACTION.get(action)
    return known is not None and not known.fixed and len(key) == 1 and key.isprintable() and _is_free(key)


def _is_free(key: str) -> bool:
    return not key.isspace() and not key.isdigit()


def answer_keys(labels: Sequence[str]) -> Mapping[str, str]:
    """Return which digit stands for which label.

    Where labels are whole numbers, a digit stands for itself, so that nobody presses 1 to answer 0, and 0 stands for
    10 where 0 is no label. Elsewhere the digits count the labels; the tenth has 0.
    """
    if any(_is_whole(label) for label in labels):
        own = {label: label for label in labels if len(label) == 1 and _is_whole(label)}
        return own if "0" in own or "10" not in labels else {**own, "10": "0"}
    return dict(zip(labels, "1234567890", strict=False))


def _is_whole(label: str) -> bool:
    return label.isascii() and label.isdigit()


def key_hint(key: str) -> str:
    """Return a key as it is printed on a keyboard."""
    return {"ArrowLeft": "←", "ArrowRight": "→"}.get(key, key if len(key) > 1 else key.upper())
