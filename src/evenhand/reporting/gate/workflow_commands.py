"""Lines by which a job on GitHub marks files: `::error file=suites/a.yaml,line=3,title=privacy::message`.

The form and what is escaped in it are those of `actions/toolkit` (`packages/core/src/command.ts`) and of the runner
that reads it (`src/Runner.Common/ActionCommand.cs`). GitHub keeps ten of a kind a step and drops the rest without a
word, so nine are said, and the tenth says how many more there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from evenhand.records.reveal import reveal
from evenhand.reporting.display import lines_of, one_line

MOST_OF_A_KIND: Final = 9
"""Annotations of one kind that are written out; one more line says how many are left."""
MOST_MESSAGE_CHARS: Final = 2_000
MOST_TITLE_CHARS: Final = 200

Kind = Literal["error", "warning", "notice"]

_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One thing to say about a place in a file. Texts may come from anywhere."""

    message: str
    """What is to be said; may have several lines."""
    title: str = ""
    """Heading, on one line."""
    file: str = ""
    """Path from the top of the repository; empty where it is about no file."""
    line: int = 0
    """Line, from 1; 0 where it is about the whole file."""


def annotate(errors: Sequence[Annotation], warnings: Sequence[Annotation]) -> tuple[str, ...]:
    """Return the workflow commands of a step, worst first, as few as GitHub shows.

    Args:
        errors: What makes the gate fail, the most severe first.
        warnings: What is worth a look, the most severe first.
    """
    return (*_of_a_kind("error", errors), *_of_a_kind("warning", warnings))


def workflow_command(kind: Kind, annotation: Annotation) -> str:
    """Return the one line that marks a place; what can not be seen in its texts is drawn."""
    properties = {
        "file": reveal(annotation.file),
        "line": str(annotation.line) if annotation.file and annotation.line > 0 else "",
        "title": _shorten(one_line(annotation.title), MOST_TITLE_CHARS),
    }
    said = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items() if value)
    message = _shorten("\n".join(lines_of(annotation.message)), MOST_MESSAGE_CHARS)
    return f"::{kind}{' ' if said else ''}{said}::{escape_data(message)}"


def pause_commands(token: str) -> str:
    """Return the line from which on a job's output is no command, whatever it holds: names, texts, errors of others.

    Args:
        token: Letters and digits that nobody can guess.
    """
    return f"::stop-commands::{token}"


def resume_commands(token: str) -> str:
    """Return the line that ends `pause_commands`."""
    return f"::{token}::"


def escape_data(text: str) -> str:
    """Return text as it stands behind the second `::` of a command."""
    return text.translate(_DATA)


def escape_property(text: str) -> str:
    """Return text as it stands as the value of a property of a command."""
    return text.translate(_PROPERTY)


def unescape_data(text: str) -> str:
    """Return what `escape_data` was given."""
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def unescape_property(text: str) -> str:
    """Return what `escape_property` was given."""
    return unescape_data(text.replace("%3A", ":").replace("%2C", ","))


def _of_a_kind(kind: Kind, annotations: Sequence[Annotation]) -> tuple[str, ...]:
    lines = tuple(workflow_command(kind, each) for each in annotations[:MOST_OF_A_KIND])
    left = len(annotations) - len(lines)
    if not left:
        return lines
    of_them = f"{kind} is" if left == 1 else f"{kind}s are"
    return (*lines, workflow_command(kind, Annotation(message=f"{left} more {of_them} in the job summary.")))


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
