"""Small made-up evidence: replies by principles, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evenhand.constitution.lint.evidence import PrincipleFacts, RunEvidence, Said
from evenhand.constitution.lint.results import ReplyName
from evenhand.stats.arrays import Integers

SAID = {"p": Said.PASS, "f": Said.FAIL, "n": Said.NEUTRAL, "u": Said.UNDECIDED, "-": Said.NOT_ASKED}
"""One letter for each thing that can be said of a reply."""


def codes(columns: Mapping[str, str]) -> Any:
    """Return columns of letters as an array, shape (replies, principles)."""
    rows = [[SAID[letter] for letter in column] for column in columns.values()]
    return np.array(rows, dtype=np.int8).T.reshape(-1, len(columns))


def evidence_of(
    verdicts: Mapping[str, str],
    *,
    human: Mapping[str, str] | None = None,
    overall: str = "",
    case: Sequence[int] | None = None,
    cluster: Sequence[int] | None = None,
    facts: Mapping[str, Mapping[str, Any]] | None = None,
    tiers: tuple[str, ...] = (),
    **more: Any,
) -> RunEvidence:
    """Return the evidence of verdicts written as letters, one text of equal length for each principle."""
    n = len(next(iter(verdicts.values())))
    cases: Integers = np.arange(n) if case is None else np.array(case)
    settings = facts or {}
    return RunEvidence(
        runs=("r",),
        judges=3,
        principles=tuple(
            PrincipleFacts(id=name, **{"text": "The reply must not lie.", **settings.get(name, {})})
            for name in verdicts
        ),
        tiers=tiers,
        names=tuple(
            ReplyName(case_id=f"c{number}", candidate_id=str(row)) for row, number in enumerate(cases)
        ),
        case=cases,
        cluster=cases if cluster is None else np.array(cluster),
        verdict=codes(verdicts),
        human=codes(human or dict.fromkeys(verdicts, "-" * n)),
        overall=codes({"o": overall or "u" * n})[:, 0],
        opinions=more.pop("opinions", (None,) * len(verdicts)),
        people=more.pop("people", (None,) * len(verdicts)),
        **more,
    )
