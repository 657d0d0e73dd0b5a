"""What each format is good for, and which fields of a label it loses. The tests hold the code to these tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.review.exchange.records import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatFacts:
    """What a format is good for."""

    title: str
    tasks: bool
    """Whether items can go out in it to be labelled."""
    comes_back: bool
    """Whether labels are read from it."""
    decisions: bool
    """Whether adjudications travel in it as records of their own."""
    endings: tuple[str, ...]
    """How names of its files end; the first is usual."""


FACTS: Final[Mapping[Format, FormatFacts]] = {
    Format.LABEL_STUDIO: FormatFacts(
        title="Label Studio", tasks=True, comes_back=True, decisions=False, endings=(".json",)
    ),
    Format.ARGILLA: FormatFacts(
        title="Argilla", tasks=True, comes_back=True, decisions=False, endings=(".json",)
    ),
    Format.CSV: FormatFacts(
        title="CSV for spreadsheets", tasks=True, comes_back=True, decisions=True, endings=(".csv",)
    ),
    Format.JSONL: FormatFacts(
        title="JSON lines", tasks=True, comes_back=True, decisions=True, endings=(".jsonl", ".jsonl.gz")
    ),
    Format.PARQUET: FormatFacts(
        title="Parquet", tasks=True, comes_back=True, decisions=True, endings=(".parquet",)
    ),
    Format.SCOUT: FormatFacts(
        title="Inspect Scout validation set",
        tasks=False,
        comes_back=True,
        decisions=False,
        endings=(".csv", ".jsonl"),
    ),
    Format.CALIBRATE: FormatFacts(
        title="labels for `evenhand calibrate --humans`",
        tasks=False,
        comes_back=False,
        decisions=True,
        endings=(".jsonl", ".jsonl.gz"),
    ),
}
"""Every format."""

_OURS: Final = {
    "id": "a new one is made of what the label says",
    "kind": "only first labels go out",
    "order": "the sides come back as the task showed them",
    "idle_ms": "not measured",
    "revisits": "not counted",
    "via": "becomes the name of the format",
    "withdrawn": "labels that were undone stay here",
}
_ITEMS: Final = dict.fromkeys(
    ("run", "constitution", "candidate", "design", "stratum", "inclusion", "gold", "provenance"),
    "stays in the review ledger, where the item's id leads back to it",
)
_OF_CASE: Final = dict.fromkeys(
    ("case", "principle"), "stays in the review ledger, so that annotators can not tell by it"
)

_SAID: Final = dict.fromkeys(
    ("person", "blind", "sure", "defensible", "comment", "evidence", "at", "active_ms", "principle_hash"),
    "a validation set holds one settled answer for each case",
)

LOST: Final[Mapping[Format, Mapping[str, str]]] = {
    Format.LABEL_STUDIO: {
        **_OURS,
        **_ITEMS,
        **_OF_CASE,
        "blind": "told from predictions and from who could see whose annotations",
    },
    Format.ARGILLA: {
        **_OURS,
        **_ITEMS,
        **_OF_CASE,
        "blind": "told from suggestions",
        "at": "responses come without their time",
        "active_ms": "responses come without their time",
    },
    Format.CSV: {},
    Format.JSONL: {},
    Format.PARQUET: {},
    Format.SCOUT: {
        **_OURS,
        **_ITEMS,
        **_SAID,
    },
    Format.CALIBRATE: {
        **_OURS,
        **dict.fromkeys(
            ("item", "run", "constitution", "gold", "provenance", "sure", "evidence", "principle_hash"),
            "calibration joins by case, candidate and principle, and reads nothing of it",
        ),
    },
}
"""Fields of a label that a format does not bring back, and why. Every field that is not named here survives."""
