"""What the preference labels of a run come to: the record that every report of them is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.feedback.results import PairOutcome, PreferenceBasis
from evenhand.stats.estimate import Measured

SCHEMA = "preferences-report/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceStamp:
    """What the labels were made with."""

    run: str
    created: str
    finished: bool
    """Whether the run is finished; one that stopped leaves pairs unmeasured."""
    suite: str
    feedback: str
    """The feedback file, by its id; empty for a run that was not started for labels."""
    constitution: str
    constitution_version: str
    panel: str
    rule: str
    """How the panel combines its judges."""
    judges: tuple[str, ...]
    models: Mapping[str, str]
    """Model of each judge that asks one."""
    part: str
    """The part of the suite that was judged, in words; empty is the whole."""
    clamp: tuple[float, float] | None
    tie_within: float
    command: str
    cost_nanousd: int
    calls: int
    reused: int
    """Answers taken from earlier runs and recordings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleLabels:
    """What the pairs came to under one principle."""

    principle_id: str
    pairs: int
    """Pairs that met it; the sum of `outcomes`."""
    outcomes: Mapping[PairOutcome, int]
    agreement: Measured
    """Share of decided pairs on whose side people are, of those where people took a side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeLabels:
    """How one judge gave its probabilities."""

    judge: str
    ratings: int
    """Readable ratings."""
    basis: Mapping[PreferenceBasis, int]
    """What they rest on."""
    saturated: Measured
    """Share of its probabilities that rest on more than an answer and lie within a twentieth of 0 or 1."""
    first_shown: Measured
    """Of its ratings that take a side, the share for the one that was shown first; a half without a position bias."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePair:
    """How often two judges are on the same side."""

    first: str
    second: str
    agreement: Measured
    """Of the pairs and principles under which both take a side, averaged over their orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFamilyShare:
    """A judge that compared texts of its own model family."""

    judge: str
    count: int
    """Pairs and principles with a text of its family."""
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceSummary:
    """The preference labels of a run."""

    stamp: PreferenceStamp
    cases: int
    """Cases of the suite; the sum of `pairs` and `without`."""
    without: int
    """Cases that were not asked about: without two candidates, or without a principle that applies and may be drawn."""
    pairs: int
    """Pairs; the sum of `outcomes`."""
    outcomes: Mapping[PairOutcome, int]
    """Every outcome, also those that did not come up."""
    bases: Mapping[PreferenceBasis, int]
    """What the probabilities of pairs rest on, for those that have one."""
    flips: Measured
    """Share of pairs whose answer changed with the order, of those asked in both."""
    agreement: Measured
    """Share of decided pairs and principles on whose side people are, of those where people took a side."""
    human_ties: int
    """Decided pairs and principles where people found a tie; not in `agreement`."""
    human_sides_open: int
    """Pairs and principles where people took a side and the panel none; not in `agreement`."""
    margin: float | None
    """Mean distance of the soft probability from a half, doubled: 0 is no preference, 1 is certainty; decided pairs."""
    clamped: Measured
    """Share of probabilities that the clamp moved."""
    longer: Measured
    """Share of decided pairs in which the longer text is preferred, of those of different length."""
    principles: tuple[PrincipleLabels, ...]
    judges: tuple[JudgeLabels, ...]
    judge_pairs: tuple[JudgePair, ...]
    own_family: tuple[OwnFamilyShare, ...]
    warnings: tuple[str, ...] = ()
    """What has to be known before the labels are used."""

    @property
    def decided(self) -> int:
        """Pairs with a side."""
        return self.outcomes[PairOutcome.FIRST] + self.outcomes[PairOutcome.SECOND]


__all__ = [
    "SCHEMA",
    "JudgeLabels",
    "JudgePair",
    "OwnFamilyShare",
    "PreferenceStamp",
    "PreferenceSummary",
    "PrincipleLabels",
]
