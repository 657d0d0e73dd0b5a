"""Records of feedback, written from little; every text and number in them is made up by the tests."""

from typing import Any

from evenhand.feedback.judged import JudgedRevision, JudgedText, TextOutcome
from evenhand.feedback.results import LabelledPair, PairOutcome, RevisedCase, RevisionStep


def pair(**fields: Any) -> LabelledPair:
    """A pair whose first text is the better one."""
    given: dict[str, Any] = {
        "case_id": "c1",
        "source": "s1",
        "slice": {},
        "prompt": "Where is the sea?",
        "first": "There.",
        "second": "Nowhere.",
        "first_id": "x",
        "second_id": "y",
        "first_producer": "m1",
        "second_producer": "m2",
        "principle_ids": ("honest",),
        "outcome": PairOutcome.FIRST,
        "p_first": 0.875,
        "p_clamped": 0.6,
        "items": (0,),
    }
    return LabelledPair(**{**given, **fields})


def judged(**fields: Any) -> JudgedText:
    """A text that passes."""
    given: dict[str, Any] = {
        "case_id": "c1",
        "candidate_id": "1",
        "source": "s1",
        "slice": {"topic": "sea"},
        "prompt": "Where is the sea?",
        "text": "There.",
        "producer": "m1",
        "principle_ids": ("honest",),
        "outcome": TextOutcome.PASSED,
        "p_pass": 0.75,
        "items": (0,),
    }
    return JudgedText(**{**given, **fields})


def revised(
    *, before: TextOutcome = TextOutcome.FAILED, after: TextOutcome = TextOutcome.PASSED, **fields: Any
) -> JudgedRevision:
    """A reply that was revised once, for the better."""
    step = RevisionStep(
        round=1, principle_id="honest", critique="It lies.", revision="There.", keys=("aa", "bb")
    )
    given: dict[str, Any] = {
        "case_id": "c1",
        "candidate_id": "1",
        "source": "s1",
        "slice": {},
        "prompt": "Where is the sea?",
        "original": "Nowhere.",
        "original_producer": "m1",
        "steps": (step,),
    }
    return JudgedRevision(
        revised=RevisedCase(**{**given, **fields}),
        before=judged(text="Nowhere.", outcome=before, items=(0,)),
        after=judged(text="There.", outcome=after, items=(1, 2), producer="writer"),
    )
