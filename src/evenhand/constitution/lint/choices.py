"""Every cut-off of the lint of a constitution by a run, in one place; printed with what it finds."""

from dataclasses import dataclass

from evenhand.stats.estimate import CONFIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class LintChoices:
    """Cut-offs. The defaults are those of methods.md 7.2, and what it leaves open."""

    confidence: float = CONFIDENCE
    """Of every interval, and of every limit to one side."""
    false_discovery: float = 0.05
    """Expected share of false findings among the findings of a check (Benjamini and Hochberg)."""
    draws: int = 2000
    """Bootstrap draws."""
    seed: int = 0
    """Of every random choice."""
    too_few: int = 20
    """Fewer items say nothing."""
    entropy: float = 0.3
    """Interpretive entropy, in nats, above which a principle is ambiguous."""
    apart: float = 0.1
    """Nats by which the most ambiguous tenth has to be above the mean of the others to be named for that alone."""
    tenth: float = 0.1
    """Share of the principles that is looked at for standing out; one at least of ten measured ones."""
    rarely: float = 0.005
    """Share of relevant items below which a principle never fires."""
    least_relevant: int = 600
    """Relevant items that this needs."""
    mostly: float = 0.99
    """Share of relevant items above which a principle always fires."""
    phi: float = 0.9
    """Correlation of two principles' verdicts above which one of them is redundant."""
    least_fired: int = 10
    """Items on which both of a pair have to fire."""
    dropped: float = 0.01
    """Most that the pass rate may change when a redundant principle is left out."""
    conflict: float = 0.02
    """Share of cases, beyond chance, above which two principles conflict."""
    useful: float = 2 / 3
    """Share of what a principle alone fails that people should fail too; clearly below, and no clear gain, is dead
    weight."""
    least_alone: int = 30
    """Labelled replies a principle has to fire on, before never failing one alone says something."""
    human_alpha: float = 0.4
    """Alpha of people among themselves below which a principle is not checkable by people."""
    slips: float = 0.25
    """Share of labels other than the most common one from which they are no slips, whoever agrees on them."""
    gap: float = 0.02
    """Share of the replies that no principle fires on, below which what people fail as a whole may be slips."""
    missed: float = 0.05
    """The same where people labelled principles alone, and what judges miss counts too."""
    most_items: int = 20
    """Items a finding lists."""
