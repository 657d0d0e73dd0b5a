"""Curves: disagreement against error, coverage against agreement, agreement run by run, cost against agreement."""

from dataclasses import dataclass
from typing import Final

from evenhand.calibration.results import AutomationStep, ChartPoint, DisagreementBin
from evenhand.reporting.calibration.figures.canvas import Canvas, Limits, Plane, draw
from evenhand.reporting.calibration.figures.names import letter
from evenhand.reporting.calibration.figures.scales import (
    mark_shares_beside,
    percent_label,
    round_steps,
    share_limits,
    share_ticks,
)
from evenhand.reporting.document import Vector
from evenhand.stats.estimate import Estimate, Measured

_WIDTH, _HEIGHT = 340, 270
_LEFT, _RIGHT, _TOP, _FOOT = 52, 22, 30, 40
_SMALLEST, _LARGEST = 6.0, 14.0
_LETTER: Final = 16
"""Pixels that keep two letters apart."""
_RUN: Final = 46
"""Width of a run in the control chart."""


def _interval(plane: Plane, x: float, measured: Measured, *, colour: str = "ink") -> None:
    if isinstance(measured, Estimate):
        plane.lines([(x, measured.interval.low, x, measured.interval.high)], colour=colour, width=1.5)


def _axis_names(plane: Plane, limits: Limits, upright: str, level: str, *, middle: float) -> None:
    plane.text(plane.x[0], limits[1], upright, dx=-_LEFT, dy=14, style="soft")
    plane.text(middle, limits[0], level, dy=-33, anchor="middle", style="soft")


# -- Disagreement and error ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DisagreementCurve:
    """How often the panel is wrong, by how far its judges differ."""

    bins: tuple[DisagreementBin, ...]

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, _HEIGHT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        known = [each for each in self.bins if isinstance(each.wrong, Estimate)]
        limits = (0.0, max(0.2, share_limits([each.wrong for each in known])[1]))
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=_FOOT, x=(-0.03, 1.03), y=limits)
        mark_shares_beside(plane, share_ticks(limits), width=(-0.03, 1.03))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            plane.text(tick, 0, f"{tick:g}", dy=-16, anchor="middle", style="soft")
        _axis_names(
            plane, limits, "share of verdicts that are wrong", "disagreement of the judges", middle=0.5
        )
        places = [(each.low + each.high) / 2 for each in known]
        values = [each.wrong.value for each in known if isinstance(each.wrong, Estimate)]
        plane.curve(places, values, colour="soft")
        most = max((each.n for each in known), default=1)
        for x, value, each in zip(places, values, known, strict=True):
            _interval(plane, x, each.wrong)
            size = max(_SMALLEST, _LARGEST * (each.n / most) ** 0.5)
            plane.dot(x, value, fill="vermilion", edge="raised", size=round(size, 1), width=1)


# -- Coverage and agreement ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageCurve:
    """Agreement of the decisions the panel would make alone, by how many they are."""

    steps: tuple[AutomationStep, ...]
    alpha: float
    automated: float
    """Share certified; 0 is none."""

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, _HEIGHT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        low, high = share_limits([each.agreement for each in self.steps])
        limits = (min(low, round(1 - self.alpha - 0.1, 2)), max(high, 1.0))
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=_FOOT, x=(0, 1.03), y=limits)
        self._certified(plane, limits)
        mark_shares_beside(plane, share_ticks(limits), width=(0, 1.03))
        for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
            plane.text(tick, limits[0], percent_label(tick), dy=-16, anchor="middle", style="soft")
        _axis_names(plane, limits, "agreement with people", "share of items decided alone", middle=0.5)
        plane.lines([(0, 1 - self.alpha, 1.03, 1 - self.alpha)], colour="vermilion", width=1.5, dash=(5, 3))
        plane.text(0.01, 1 - self.alpha, "promise", dy=5, style="mark")
        for each in self.steps:
            self._step(plane, each)

    def _certified(self, plane: Plane, limits: Limits) -> None:
        if self.automated:
            plane.rect(0, limits[0], self.automated, limits[1] - limits[0], fill="band")
            plane.lines([(self.automated, limits[0], self.automated, limits[1])], colour="ink", width=1.5)
            said = f"{percent_label(self.automated)} certified"
            plane.text(0.01, limits[0], said, dy=6, style="mark")

    def _step(self, plane: Plane, step: AutomationStep) -> None:
        _interval(plane, step.coverage, step.agreement)
        if isinstance(step.agreement, Estimate):
            fill, edge = ("blue", "raised") if step.certified else ("raised", "soft")
            plane.dot(
                step.coverage,
                step.agreement.value,
                fill=fill,
                edge=edge,
                marker="o" if step.certified else "s",
            )


# -- Run by run ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlChart:
    """Agreement run by run, with the limits chance alone keeps to, and marks where something was changed."""

    points: tuple[ChartPoint, ...]
    centre: float | None

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(max(_WIDTH, _LEFT + _RIGHT + len(self.points) * _RUN), _HEIGHT, self._paint)

    def _paint(self, canvas: Canvas) -> None:
        runs = len(self.points)
        limits = share_limits([each.agreement for each in self.points])
        bounds = [value for each in self.points for value in (each.low, each.high) if value is not None]
        limits = (min(limits[0], *bounds, 1.0), min(1.0, max(limits[1], *bounds, 0.0)))
        width = (-0.6, max(runs, 6) - 0.4)
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=_FOOT, x=width, y=limits)
        self._limits(plane)
        mark_shares_beside(plane, share_ticks(limits), width=width)
        _axis_names(plane, limits, "agreement with people", "runs, oldest first", middle=sum(width) / 2)
        if self.centre is not None:
            plane.lines([(width[0], self.centre, runs - 0.4, self.centre)], colour="soft", dash=(5, 3))
        self._changes(plane, limits)
        for place, point in enumerate(self.points):
            plane.text(place, limits[0], str(place + 1), dy=-16, anchor="middle", style="soft")
            self._point(plane, place, point)

    def _limits(self, plane: Plane) -> None:
        for place, point in enumerate(self.points):
            if point.low is not None and point.high is not None:
                plane.rect(place - 0.5, point.low, 1, point.high - point.low, fill="band")
                edges = [(place - 0.5, each, place + 0.5, each) for each in (point.low, point.high)]
                plane.lines(edges, colour="soft")

    def _changes(self, plane: Plane, limits: Limits) -> None:
        changed = [place for place, point in enumerate(self.points) if point.changes]
        plane.lines(
            [(place - 0.5, limits[0], place - 0.5, limits[1]) for place in changed],
            colour="mauve", width=1.5, dash=(2, 2),
        )  # fmt: skip
        for number, place in enumerate(changed):
            plane.text(place - 0.5, limits[1], letter(number), dy=3, anchor="middle", style="strong")

    def _point(self, plane: Plane, place: int, point: ChartPoint) -> None:
        _interval(plane, place, point.agreement)
        if isinstance(point.agreement, Estimate):
            plane.dot(
                place, point.agreement.value, edge="raised",
                fill="blue" if point.inside else "vermilion", marker="o" if point.inside else "D",
            )  # fmt: skip


# -- Cost ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPoint:
    """A judge: what it costs and how far it agrees."""

    name: str
    usd: float
    """For 1,000 ratings."""
    agreement: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPlane:
    """Cost against agreement; up and to the left is better."""

    points: tuple[CostPoint, ...]

    def draw(self) -> Vector:
        """Return the picture."""
        return draw(_WIDTH, _HEIGHT + 17 * len(self.points), self._paint)

    def _paint(self, canvas: Canvas) -> None:
        limits = share_limits([each.agreement for each in self.points])
        ticks = round_steps(max(each.usd for each in self.points))
        width = (-0.04 * ticks[-1], 1.04 * ticks[-1])
        foot = _FOOT + 17 * len(self.points)
        plane = canvas.plane(left=_LEFT, right=_RIGHT, top=_TOP, bottom=foot, x=width, y=limits)
        mark_shares_beside(plane, share_ticks(limits), width=width)
        for tick in ticks:
            plane.text(tick, limits[0], f"{tick:g}", dy=-16, anchor="middle", style="soft")
        _axis_names(plane, limits, "agreement with people", "USD for 1,000 ratings", middle=sum(width) / 2)
        for each in self.points:
            self._point(plane, each)
        for x, y, names in self._groups(plane):
            is_right = x > sum(width) / 2
            plane.text(
                x,
                y,
                names,
                dx=-9 if is_right else 9,
                dy=5,
                anchor="end" if is_right else "start",
                style="strong",
            )
        legend = canvas.pixels()
        for place, each in enumerate(self.points):
            legend.text(
                _LEFT, _HEIGHT + 10 + 17 * place, f"{letter(place)}  {each.name}", style="small", most=44
            )

    def _point(self, plane: Plane, point: CostPoint) -> None:
        if isinstance(point.agreement, Estimate):
            _interval(plane, point.usd, point.agreement)
            plane.dot(point.usd, point.agreement.value, fill="blue", edge="raised")

    def _groups(self, plane: Plane) -> list[tuple[float, float, str]]:
        """Return letters with their places; judges that lie close to each other share one."""
        groups: list[tuple[float, float, str]] = []
        for place, each in enumerate(self.points):
            if not isinstance(each.agreement, Estimate):
                continue
            here = (each.usd, each.agreement.value)
            near = next((at for at, (x, y, _) in enumerate(groups) if _is_near(plane, here, (x, y))), None)
            if near is None:
                groups.append((*here, letter(place)))
            else:
                groups[near] = (*groups[near][:2], f"{groups[near][2]}, {letter(place)}")
        return groups


def _is_near(plane: Plane, one: tuple[float, float], other: tuple[float, float]) -> bool:
    across, up = (
        first - second for first, second in zip(plane.pixel(*one), plane.pixel(*other), strict=True)
    )
    return abs(across) < _LETTER and abs(up) < _LETTER
