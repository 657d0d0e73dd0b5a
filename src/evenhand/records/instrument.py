"""Instruments: what asked, what answered, and whether one judge of a run was one instrument from beginning to end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from evenhand.records.run import AttemptState


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What a call was made with."""

    account: str
    protocol: str
    transport: str
    """What carried it, with its version."""
    base_url: str
    """Address asked; empty means the vendor's own."""
    model: str
    """Model asked for."""
    sdk: str
    """The SDKs in between, with their versions; empty where there is none."""


class Purpose(StrEnum):
    """What a call was good for in the end."""

    PREFLIGHT = "preflight"
    """It only asked what an endpoint can do."""
    RATED = "rated"
    """Its reply is a readable rating."""
    FAILED = "failed"
    """Its reply is a failed rating."""
    ASKED_AGAIN = "asked_again"
    """Its reply could not be read, and the unit was asked again."""
    OPEN = "open"
    """It is under way, or its reply waits to be read: the unit is open."""
    UNKNOWN = "unknown"
    """It was in flight at a crash; its unit was asked again, so it may have been paid for twice."""
    UNANSWERED = "unanswered"
    """No reply came."""
    REUSED = "reused"
    """It was made by an earlier run, whose reply is a rating of this one; nothing was paid."""
    IMPORTED = "imported"
    """It was made elsewhere, and its reply was imported as a recording; nothing was paid here."""


FREE = frozenset({Purpose.REUSED, Purpose.IMPORTED})
"""Calls that this run did not make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShare:
    """Calls of one judge that are alike: same purpose, same state, same instrument, same answerer."""

    judge: str
    purpose: Purpose
    state: AttemptState
    instrument: Instrument | None
    """What they were made with; None in ledgers of earlier versions."""
    served_model: str
    """Model that says it answered, hostile text; empty where none does."""
    fingerprint: str
    """The same."""
    calls: int
    first_unit: int
    """The first unit they were for; -1 for preflight."""
    batched: int = 0
    """How many of them left in a batch."""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: int = 0
    """How many replies did not say what they used, so that their tokens are estimated."""
    cost_nanousd: int = 0
    at_risk_nanousd: int = 0
    """Worst-case price beyond `cost_nanousd`, of calls that may have been billed and whose own price is not known."""
    unsure_nanousd: int = 0
    """Worst-case price beyond `cost_nanousd`, of replies whose tokens are estimated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """A model, as it names itself, that answered for a judge."""

    served_model: str
    """Its name, hostile text; empty where the replies name none."""
    fingerprint: str
    """Fingerprint of its system, hostile text; empty where the replies have none."""
    replies: int
    """Replies of this run it gave, preflight included."""
    ratings: int
    """Units whose answer it gave, readable or not, replies of earlier runs included."""
    reused: int
    """How many of `ratings` are replies of earlier runs."""
    first_unit: int
    """The first unit it answered for; -1 for preflight."""


class Mixture(StrEnum):
    """In what way a judge was more than one instrument; of several ways the first."""

    MODELS = "models"
    """Its ratings come from more than one model."""
    BESIDES = "besides"
    """Its ratings come from one model; another answered in preflight, or gave only replies that are no ratings."""
    FINGERPRINTS = "fingerprints"
    """One model answered as far as names tell, and the fingerprint of its system changed."""

    @property
    def words(self) -> str:
        """The same as the rest of a sentence about the judge."""
        return _MIXTURES[self]


_MIXTURES: Mapping[Mixture, str] = {
    Mixture.MODELS: "its ratings come from more than one model",
    Mixture.BESIDES: (
        "its ratings come from one model, and another answered in preflight or gave only replies that are no ratings"
    ),
    Mixture.FINGERPRINTS: (
        "its ratings come from one model as far as names tell, and the fingerprint of its system changed"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeIdentity:
    """Who answered for a judge in one run."""

    judge: str
    expected: str
    """Model that preflight saw answer, hostile text; empty where it did not say."""
    answerers: tuple[Answerer, ...]
    """In the order of their first unit."""
    instruments: tuple[Instrument, ...]
    """What asked; several after an upgrade between two executions."""

    @property
    def models(self) -> tuple[str, ...]:
        """The different models that answered, what preflight saw among them."""
        names = (self.expected, *(each.served_model for each in self.answerers))
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """The different fingerprints of their systems."""
        return tuple(dict.fromkeys(each.fingerprint for each in self.answerers if each.fingerprint))

    @property
    def mixture(self) -> Mixture | None:
        """In what way it was more than one instrument; None where it was one."""
        if len({each.served_model for each in self.answerers if each.ratings and each.served_model}) > 1:
            return Mixture.MODELS
        if len(self.models) > 1:
            return Mixture.BESIDES
        return Mixture.FINGERPRINTS if len(self.fingerprints) > 1 else None


def judge_identities(
    judges: Iterable[str], expected: Mapping[str, str], shares: Sequence[CallShare]
) -> tuple[JudgeIdentity, ...]:
    """Return who answered for each judge.

    Args:
        judges: Judges that ask models.
        expected: Model that preflight saw answer, by judge.
        shares: The calls of the run, and those of earlier runs it took replies from.
    """
    return tuple(
        JudgeIdentity(
            judge=judge,
            expected=expected.get(judge, ""),
            answerers=tuple(_answerers([share for share in shares if share.judge == judge])),
            instruments=tuple(
                dict.fromkeys(each.instrument for each in shares if each.judge == judge and each.instrument)
            ),
        )
        for judge in judges
    )


def _answerers(shares: Sequence[CallShare]) -> Iterator[Answerer]:
    """Yield who answered; calls without a reply that was read name nobody."""
    read = [each for each in shares if each.state is AttemptState.PARSED]
    found: dict[tuple[str, str], list[CallShare]] = {}
    for share in sorted(read, key=lambda each: (each.purpose is not Purpose.PREFLIGHT, each.first_unit)):
        found.setdefault((share.served_model, share.fingerprint), []).append(share)
    for (model, fingerprint), mine in found.items():
        yield Answerer(
            served_model=model,
            fingerprint=fingerprint,
            replies=sum(each.calls for each in mine if each.purpose not in FREE),
            ratings=sum(each.calls for each in mine if each.purpose in _DECIDING),
            reused=sum(each.calls for each in mine if each.purpose in FREE),
            first_unit=min(
                (each.first_unit for each in mine if each.first_unit >= 0), default=mine[0].first_unit
            ),
        )


_DECIDING = FREE | {Purpose.RATED, Purpose.FAILED}
