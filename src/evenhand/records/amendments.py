"""Proposed amendments of a constitution: drafts for people with the evidence behind them. Nothing applies them."""

from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier, Prose

ProposalKind = Literal["coverage_gap", "missed_by_judges", "guideline_gap", "inferred"]


class EvidenceSaid(FileRecord):
    """What one person said of a reply."""

    by: str
    """Who, as the labels name them, or a number where reviewers stay without a name."""
    label: str
    """The label they gave."""
    note: str = ""
    """Their reason. Hostile text, with its hidden characters drawn."""


class EvidenceItem(FileRecord):
    """A reply behind a proposal."""

    case: str
    """The case."""
    candidate: str = ""
    """The candidate, where the case has several."""
    prompt: str = ""
    """The beginning of what was asked. Hostile text, with its hidden characters drawn."""
    response: str = ""
    """The beginning of what was judged. Hostile text, with its hidden characters drawn."""
    not_quoted: str = ""
    """Why the texts are left out; empty where they are not."""
    said: tuple[EvidenceSaid, ...] = ()
    """What people said."""
    decided: str = ""
    """The label an adjudicator decided on, where one did."""
    note: str = ""
    """The reason of the adjudicator. Hostile text, with its hidden characters drawn."""


class MeasuredGain(FileRecord):
    """What a proposal changes, measured on labels it was not made from."""

    what: str
    """What is measured, such as "agreement with people"."""
    value: float
    """The change."""
    low: float
    """Lower limit of its interval."""
    high: float
    """Upper limit of its interval."""
    confidence: float = Field(gt=0, lt=1)
    """Of the interval."""
    n: int = Field(ge=0)
    """Decisions it rests on."""
    split: Literal["gate", "sealed"] = "gate"
    """Which labels these were; never the ones it was made from."""
    adjusted_p: float | None = Field(default=None, ge=0, le=1)
    """P-value, adjusted over all proposals that were tested."""


class DraftPrinciple(FileRecord):
    """What a principle could become. A person writes what is left empty."""

    id: Identifier
    """Name of the principle that would change, or a working name for a new one."""
    title: Prose = ""
    """Short name for people."""
    text: Prose = ""
    """The rule, as it stands or as it is proposed; empty where a person has to write it."""
    exceptions: Prose = ""
    """Where the rule does not hold."""
    when: Prose = ""
    """Where the rule applies, in words."""


class Proposal(FileRecord):
    """One proposed amendment."""

    id: Identifier
    """Name of the proposal; the same evidence gives the same name."""
    kind: ProposalKind
    """Where it comes from: people fail what no principle covers; judges miss what people find under a principle; people
    needed to know what the text does not say; or it was inferred from what people decided against the panel."""
    change: Literal["new_principle", "text", "exceptions", "when", "scale", "shown", "inspect"]
    """Which part would change; "inspect" where that is for a person to find out."""
    draft: DraftPrinciple
    """The principle as a stub."""
    to_write: tuple[str, ...] = ()
    """What a person has to do, in sentences."""
    why: Prose
    """What the evidence is, in a sentence."""
    people: int = Field(default=0, ge=0)
    """Persons behind it."""
    replies: int = Field(default=0, ge=0)
    """Replies behind it."""
    items: tuple[EvidenceItem, ...] = ()
    """The first of these replies."""
    gain: MeasuredGain | None = None
    """What it changes, where that was measured."""
    decision: Literal["open", "accepted", "declined"] = "open"
    """What people decided. A proposal that is decided is never written over."""
    because: Prose = ""
    """Why they decided so."""

    @model_validator(mode="after")
    def _a_decision_has_a_reason(self) -> Self:
        if self.decision == "declined" and not self.because:
            raise ValueError(
                "a declined proposal needs because: the reason, so that it is not proposed again"
            )
        return self


class Amendments(FileRecord):
    """Proposed amendments of one constitution."""

    schema_: Literal["amendments/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    constitution: Identifier
    """The constitution they are for."""
    version: str
    """Its version when they were made."""
    hash: str = ""
    """Hash of that version."""
    proposals: tuple[Proposal, ...] = ()
    """The proposals."""

    @model_validator(mode="after")
    def _each_proposal_has_one_name(self) -> Self:
        names = [each.id for each in self.proposals]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"proposal {twice[0]!r} stands twice")
        return self
