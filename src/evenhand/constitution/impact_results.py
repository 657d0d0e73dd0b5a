"""What became of the verdicts of a run when the principles that changed were judged again."""

from dataclasses import dataclass

from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejudged:
    """A principle that was judged again, because its question or what judges are shown beside it changed."""

    before: str
    """Its id in the run."""
    after: str
    """Its id now."""
    judged_as: str
    """Its id in the run in which it was judged again: the earlier one, which cases know, unless judges see ids."""
    binding: bool
    """Whether it asks something else; else judges are only shown something else beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlippedItem:
    """An item whose verdict is another one now."""

    case: str
    candidate: str
    principle: str
    before: str | None
    """The verdict in the run; None where the panel was undecided."""
    now: str | None
    """The verdict now; None where the panel is undecided."""
    reference: str
    """What people said of it; empty where nobody is known to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far verdicts agree with people, before and now, on the same items."""

    before: Measured
    """Share of labelled items that both runs settled on which the verdict of the run agrees with people."""
    now: Measured
    """The same with the verdicts now."""
    change: Measured
    """The one minus the other."""
    of_earlier_text: bool
    """Whether people labelled under a text that asked something else than the later one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleImpact:
    """What became of the verdicts on one principle, or on all that were judged again together."""

    principle: str
    """Its id now; empty for all together."""
    before: str
    """Its id in the run; empty for all together."""
    binding: bool
    """Whether it, or one of all, asks something else."""
    items: int
    """Items of the run. The sum of what was compared, the undecided, what is missing and what left."""
    compared: int
    """Items that the panel settled both times."""
    to_fail: int
    """Of these, those that passed and fail now."""
    to_pass: int
    """Those that failed and pass now."""
    to_other: int
    """Those with another verdict that is neither."""
    became_undecided: int
    """Items settled in the run that the panel leaves undecided now."""
    became_decided: int
    """The other way round."""
    stayed_undecided: int
    missing: int
    """Items without a verdict, before or now, because ratings failed or are open."""
    left: int
    """Items that do not fall under the principle any more."""
    joined: int
    """Items that fall under it only now; the run has nothing on them."""
    flipped: Measured
    """Share of the items compared whose verdict is another one."""
    passes: Measured
    """Change of the share that passes, over items compared that pass or fail both times."""
    agreement: Agreement

    @property
    def flips(self) -> int:
        """Items compared whose verdict is another one."""
        return self.to_fail + self.to_pass + self.to_other


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipNoise:
    """How often the panel of the run contradicts itself when it is asked the same again."""

    rate: float
    low: float
    high: float
    """Limits with 95 % confidence."""
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a change of a constitution does to the verdicts of a run."""

    run: str
    """The run whose verdicts are compared."""
    judged_in: str
    """The run in which the principles that changed were judged again."""
    suite: str
    suite_path: str
    """The suite made for it, as a path from the workspace."""
    seed: int
    """Of every random choice of the intervals."""
    rejudged: tuple[Rejudged, ...]
    overall: PrincipleImpact
    principles: tuple[PrincipleImpact, ...]
    changed: tuple[FlippedItem, ...]
    """Every item whose verdict is another one, in the order of the run."""
    noise: FlipNoise | None
    """None where the run asked its panel once, so that nobody knows."""
    open: int
    """Ratings that are still open: `evenhand resume` goes on."""
    calls: int
    reused: int
    """Ratings that an earlier reply answered for free."""
    usd: float
    notes: tuple[str, ...]
