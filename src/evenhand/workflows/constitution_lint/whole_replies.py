"""What people say of whole replies, whatever the principle: a file of labels that pass or fail them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from evenhand.catalog.files import shown_path
from evenhand.catalog.labels import numbered_labels
from evenhand.catalog.shape_errors import quoted
from evenhand.errors import UsageError
from evenhand.records.label import LabelKind
from evenhand.records.suite import LabelFile

PASSES: Final = frozenset({"pass", "complies"})
FAILS: Final = frozenset({"fail", "violates"})
Reply = tuple[str, str]
"""Case and candidate; an empty candidate is every reply of the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeLabel:
    """What one person says of a whole reply."""

    annotator: str
    fails: bool
    note: str
    """Hostile text."""
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeReplies:
    """Labels of whole replies."""

    source: str
    labels: Mapping[Reply, tuple[WholeLabel, ...]] = field(default_factory=dict)

    def of(self, case_id: str, candidate_id: str) -> tuple[WholeLabel, ...]:
        """Return what was said of a reply, by itself or with the others of its case."""
        return (*self.labels.get((case_id, candidate_id), ()), *self.labels.get((case_id, ""), ()))

    def fails(self, case_id: str, candidate_id: str) -> bool | None:
        """Return whether a reply fails, by settled labels or else most persons; None where nobody says, or they tie."""
        said = self.of(case_id, candidate_id)
        votes = Counter(each.fails for each in said if each.settled) or Counter(each.fails for each in said)
        return None if votes[True] == votes[False] else votes[True] > votes[False]


def read_whole_replies(path: Path) -> WholeReplies:
    """Read labels of whole replies: lines as `evenhand schema label`, whose label is pass or fail.

    Their `principle` is any word, such as `overall`.

    Raises:
        FileError: Lines are wrong.
        UsageError: A label is neither.
    """
    found: dict[Reply, list[WholeLabel]] = {}
    for number, label in numbered_labels(path, LabelFile(path=str(path))):
        word = label.label.strip().lower()
        if word not in PASSES | FAILS:
            raise UsageError(
                f"{shown_path(path)}:{number} says {quoted(label.label)} of a whole reply",
                hint="its labels are pass or fail",
            )
        found.setdefault((label.case_id, label.candidate_id), []).append(
            WholeLabel(
                annotator=label.annotator,
                fails=word in FAILS,
                note=label.note,
                settled=label.kind is LabelKind.RESOLVED,
            )
        )
    return WholeReplies(
        source=shown_path(path), labels={reply: tuple(labels) for reply, labels in found.items()}
    )
