"""Panel fits: how a panel weighs its judges, as learned from human labels."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier, Prose, content_hash
from evenhand.records.patterns import fits
from evenhand.records.scale import Label

LearnedRule = Literal["weighted", "dawid_skene", "stack"]
"""Rules whose numbers can be learned."""

_SUM_TOLERANCE = 1e-6


class HeldOut(FileRecord):
    """What the rule was worth on labels it was not learned from."""

    labels: int = Field(ge=1)
    """How many labels it was measured on."""
    accuracy: float = Field(ge=0, le=1)
    """Share of them the rule got right."""
    single: Identifier
    """The judge that was best on the labels the rule was learned from."""
    single_accuracy: float = Field(ge=0, le=1)
    """What that judge alone got right of the same labels."""
    gain: tuple[float, float, float]
    """Gain over that judge, with the lower and upper limit of its 95 % interval, paired."""

    @property
    def beats_single(self) -> bool:
        """Whether the whole interval of the gain lies above 0."""
        return self.gain[1] > 0


class PrincipleFit(FileRecord):
    """The numbers for the principles of one pattern. Tables follow the order of `labels`."""

    principles: str = Field(default="*", min_length=1, max_length=200)
    """Principle it holds for, or a pattern such as "privacy.*"."""
    labels: tuple[Label, ...] = Field(min_length=2)
    """The answers it tells apart, those that say "cannot tell" left out."""
    labelled: int = Field(ge=1)
    """How many human labels it was learned from."""
    weights: Mapping[str, float] = Field(default_factory=dict)
    """Weight of each judge's vote, for "weighted"; 0 is no vote."""
    shares: tuple[float, ...] = ()
    """Share of items of each label, for "dawid_skene"."""
    confusions: Mapping[str, tuple[tuple[float, ...], ...]] = Field(default_factory=dict)
    """For "dawid_skene", by judge: a row for each true label, the probability of each answer under it."""
    intercepts: tuple[float, ...] = ()
    """For "stack": the logit of each label before any vote."""
    coefficients: Mapping[str, tuple[tuple[float, ...], ...]] = Field(default_factory=dict)
    """For "stack", by judge: a row for each answer and one for no opinion, what it adds to the logit of each label."""

    @model_validator(mode="after")
    def _tables_have_their_shape(self) -> Self:
        size = len(self.labels)
        if len(set(self.labels)) != size:
            raise ValueError("labels names a label twice")
        for name, row in (("shares", self.shares), ("intercepts", self.intercepts)):
            if row and len(row) != size:
                raise ValueError(f"{name} needs one number for each of the {size} labels")
        for judge, table in self.confusions.items():
            _check_table("confusions", judge, table, rows=size, columns=size)
        for judge, table in self.coefficients.items():
            _check_table("coefficients", judge, table, rows=size + 1, columns=size)
        return self

    @model_validator(mode="after")
    def _probabilities_are_probabilities(self) -> Self:
        if any(weight < 0 for weight in self.weights.values()):
            raise ValueError("weights may not be below zero")
        rows = [
            *([self.shares] if self.shares else []),
            *(row for table in self.confusions.values() for row in table),
        ]
        for row in rows:
            if any(number <= 0 for number in row) or abs(sum(row) - 1) > _SUM_TOLERANCE:
                raise ValueError(
                    "shares and the rows of confusions are probabilities above 0 that add up to 1"
                )
        return self

    def judges(self, rule: LearnedRule) -> frozenset[str]:
        """Return the judges it has numbers for under a rule."""
        tables: Mapping[str, Mapping[str, object]] = {
            "weighted": self.weights,
            "dawid_skene": self.confusions,
            "stack": self.coefficients,
        }
        return frozenset(tables[rule])


def _check_table(name: str, judge: str, table: Sequence[Sequence[float]], *, rows: int, columns: int) -> None:
    if len(table) != rows or any(len(row) != columns for row in table):
        raise ValueError(f"{name} of {judge} needs {rows} rows of {columns} numbers")


class PanelFit(FileRecord):
    """How a panel weighs its judges, learned from human labels by `evenhand calibrate --learn`."""

    schema_: Literal["panel-fit/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    version: int = Field(default=1, ge=1)
    """Rises with each fit of the same panel."""
    rule: LearnedRule
    """The rule it was learned for."""
    made: str = Field(default="", pattern=r"^(?:\d{4}-\d{2}-\d{2})?$")
    """When it was learned, YYYY-MM-DD."""
    source: Prose = ""
    """What it was learned from, for people."""
    learned_from: Literal["optimise", "gate"] = "optimise"
    """Split of the labels it was learned from. Labels of the gate split can not certify a panel that learned from
    them."""
    judges: Mapping[Identifier, str] = Field(min_length=1)
    """Version of each judge it was learned on; it says nothing about another one."""
    fits: tuple[PrincipleFit, ...] = Field(min_length=1)
    """One for each group of principles; the first that fits a principle holds."""
    held_out: HeldOut | None = None
    """What it was worth on labels it was not learned from."""

    @model_validator(mode="after")
    def _has_the_numbers_of_its_rule(self) -> Self:
        for fault in self._faults():
            raise ValueError(fault)
        return self

    def _faults(self) -> Iterator[str]:
        for fit in self.fits:
            where = f'the fit for "{fit.principles}"'
            if fit.judges(self.rule) != set(self.judges):
                yield f'{where} needs the numbers of "{self.rule}" for exactly the judges it names'
            if self.rule == "dawid_skene" and not fit.shares:
                yield f"{where} has no shares"
            if self.rule == "stack" and not fit.intercepts:
                yield f"{where} has no intercepts"

    def find(self, principle: str) -> PrincipleFit | None:
        """Return the numbers for a principle; None where nothing was learned."""
        return next((fit for fit in self.fits if fits(principle, [fit.principles])), None)

    def called(self, renamed: Mapping[str, str]) -> Self:
        """Return it with what was learned for principles under the names they have now.

        Args:
            renamed: Ids of principles by their earlier names.
        """
        if not any(fit.principles in renamed for fit in self.fits):
            return self
        now = (
            fit.model_copy(update={"principles": renamed.get(fit.principles, fit.principles)})
            for fit in self.fits
        )
        return self.model_copy(update={"fits": tuple(now)})

    @property
    def digest(self) -> str:
        """Hash of the content, by which reports name it."""
        return content_hash(self.canonical())
