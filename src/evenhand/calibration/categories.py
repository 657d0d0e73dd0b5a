"""The answers of a principle as a closed list, so that they can be counted and compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from evenhand.errors import MeasureError
from evenhand.records.run import Manifest
from evenhand.records.scale import PAIR, NumericScale, Reading, Scale

_QUARTERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Categories:
    """What answers on one scale are counted as."""

    readings: Mapping[str, Reading]
    """Every category, in the order of the scale, with what it means for a rate."""
    scale: Scale
    """The scale itself."""
    edges: tuple[float, ...] = ()
    """Limits between the categories of a numeric scale."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The categories, in the order of the scale."""
        return tuple(self.readings)

    @property
    def has_rate(self) -> bool:
        """Whether any answer passes or fails."""
        return not {Reading.PASS, Reading.FAIL}.isdisjoint(self.readings.values())

    def find(self, label: str) -> str | None:
        """Return the category of an answer; None where it is not on the scale."""
        if not isinstance(self.scale, NumericScale):
            return label if label in self.readings else None
        number = self.scale.score(label)
        return None if number is None else self.labels[sum(number >= edge for edge in self.edges)]

    def of(self, label: str) -> str:
        """Return the category of a judge's or the panel's answer.

        Raises:
            MeasureError: It is not on the scale, so the answer and the manifest do not belong together.
        """
        category = self.find(label)
        if category is None:
            raise MeasureError(
                f"the ledger holds the answer {label!r}, which is not on the scale of its principle",
                hint="the run's manifest and its ratings do not belong together; run the suite again",
            )
        return category


def categories_by_principle(manifest: Manifest) -> Mapping[str, Categories]:
    """Return what the answers under each principle of a run are counted as."""
    constitution, pairs = manifest.constitution, manifest.mode == "pairwise"
    return {
        principle.id: categories(PAIR if pairs else constitution.scale_of(principle))
        for principle in constitution.principles
    }


def categories(scale: Scale) -> Categories:
    """Return the categories of a scale: its labels, or for numbers the two sides of the pass mark or else quarters."""
    if isinstance(scale, NumericScale):
        return _numeric_categories(scale)
    return Categories(readings={label: scale.reading(label) for label in scale.labels}, scale=scale)


def _numeric_categories(scale: NumericScale) -> Categories:
    if scale.pass_at is not None:
        names = {f"below {scale.pass_at:g}": Reading.FAIL, f"{scale.pass_at:g} or more": Reading.PASS}
        return Categories(readings=names, scale=scale, edges=(scale.pass_at,))
    width = (scale.maximum - scale.minimum) / _QUARTERS
    limits = [scale.minimum + width * step for step in range(_QUARTERS + 1)]
    names = {f"{low:g} to {high:g}": Reading.NEUTRAL for low, high in pairwise(limits)}
    return Categories(readings=names, scale=scale, edges=tuple(limits[1:-1]))
