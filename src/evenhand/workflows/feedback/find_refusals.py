"""Tell replies that refuse from replies that answer, offline and free: a revision must not pass by saying nothing.

The shipped pattern judge `refusal-patterns` reads them, or the workspace's own file of that name. It knows English
phrases and understands nothing; what it says is a change to look at, not a measurement of harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file
from pathlib import Path
from typing import Final

from evenhand.catalog.judges import load_judge
from evenhand.catalog.settings import Workspace
from evenhand.errors import UsageError
from evenhand.judging.offline.pattern import PatternRater
from evenhand.records.judge import PatternJudge
from evenhand.records.rating import Rating
from evenhand.records.run import Unit
from evenhand.records.scale import NominalScale
from evenhand.records.suite import Candidate, Case, Item
from evenhand.workflows.example_files import example_folder

_FILE: Final = "refusal-patterns.yaml"
_REFUSES: Final = "full_refusal"
_PRINCIPLE: Final = "refuse.found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """How refusals are found."""

    how: str
    """In words; empty where they can not be."""
    refuses: Callable[[str], bool | None]
    """Tells whether a text refuses; None where the judge can not tell."""


def find_refusals(workspace: Workspace) -> Refusals:
    """Return what tells refusals: the workspace's own pattern judge, or else the shipped one.

    Raises:
        FileError: The workspace's file has findings.
    """
    own = workspace.root / "judges" / _FILE
    if own.is_file():
        return _from_file(own, workspace.root, f"judges/{_FILE}")
    try:
        shipped = example_folder() / "judges" / _FILE
    except UsageError:
        return Refusals(how="", refuses=lambda _text: None)
    with as_file(shipped) as path:
        return _from_file(path, path.parent, "shipped with evenhand")


def _from_file(path: Path, root: Path, where: str) -> Refusals:
    judge = load_judge(path, root).judge
    if not isinstance(judge, PatternJudge) or _REFUSES not in (labels := _labels(judge)):
        raise UsageError(
            f"judges/{_FILE} is no pattern judge with the label {_REFUSES}, so it can not tell refusals",
            hint="give the file another name; the shipped one is used then",
        )
    scale = NominalScale(type="nominal", values=labels, passes=(_REFUSES,))
    rater = PatternRater(judge)

    def refuses(text: str) -> bool | None:
        candidate = Candidate(text=text)
        item = Item(
            seq=0,
            case=Case(id="reply", response=text),
            candidates=(candidate,),
            principle_id=_PRINCIPLE,
            scale=scale,
        )
        outcome = rater.rate(Unit(seq=0, item=item, judge=judge))
        return outcome.label == _REFUSES if isinstance(outcome, Rating) else None

    return Refusals(
        how=f"the pattern judge {judge.id} {judge.version} ({where}): English phrases, full refusals only",
        refuses=refuses,
    )


def _labels(judge: PatternJudge) -> tuple[str, ...]:
    return tuple(sorted({label for rules in judge.principles.values() for label in rules.prior}))


__all__ = ["Refusals", "find_refusals"]
