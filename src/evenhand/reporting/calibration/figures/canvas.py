"""A canvas in pixels, drawn on by matplotlib's objects and never by its global state."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from evenhand.reporting.calibration.figures.vector import Anchor, Label, Style, clean, tone
from evenhand.reporting.document import Vector

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

Limits = tuple[float, float]
Segment = tuple[float, float, float, float]
"""x and y of the start, x and y of the end."""

_DPI: Final = 72
"""Dots per inch at which a point is a pixel."""
_MOST_LETTERS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A picture in the making."""

    figure: "Figure"
    width: int
    height: int
    labels: list[Label] = field(default_factory=list)
    """Its texts. matplotlib never sees them: nothing measures, sets or reads them as a formula."""

    def plane(
        self, *, left: float = 0, top: float = 0, right: float = 0, bottom: float = 0, x: Limits, y: Limits
    ) -> "Plane":
        """Return a rectangle inside the given margins, with coordinates that run over `x` and `y`."""
        return Plane(
            canvas=self,
            x=x,
            y=y,
            left=left,
            bottom=bottom,
            wide=(self.width - left - right) / (x[1] - x[0]),
            tall=(self.height - top - bottom) / (y[1] - y[0]),
        )

    def pixels(self) -> "Plane":
        """Return the whole canvas, with pixels from its upper left corner as coordinates."""
        return self.plane(x=(0, self.width), y=(self.height, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A rectangle of a canvas with its own coordinates. What is drawn later covers what was drawn before."""

    canvas: Canvas
    x: Limits
    y: Limits
    left: float
    bottom: float
    wide: float
    """Pixels of a step of 1 to the right."""
    tall: float
    """Pixels of a step of 1 upwards."""

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        """Return the place of a point on the canvas, from its lower left corner."""
        return self.left + (x - self.x[0]) * self.wide, self.bottom + (y - self.y[0]) * self.tall

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        edge: str = "",
        alpha: float = 1.0,
    ) -> None:
        """Draw a rectangle from its corner."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - loaded when a picture is drawn

        self._add(
            Rectangle(
                self.pixel(x, y),
                width * self.wide,
                height * self.tall,
                facecolor=(tone(fill), alpha) if fill else "none",
                edgecolor=tone(edge) if edge else "none",
                linewidth=1 if edge else 0,
            )
        )

    def lines(
        self,
        segments: Sequence[Segment],
        *,
        colour: str,
        width: float = 1,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """Draw straight lines."""
        points = [self.pixel(*place) for each in segments for place in (each[:2], each[2:])]
        self._path(points, [1, 2] * len(segments), colour=colour, width=width, dash=dash)

    def curve(self, xs: Sequence[float], ys: Sequence[float], *, colour: str, width: float = 1.5) -> None:
        """Draw a line through points."""
        points = [self.pixel(x, y) for x, y in zip(xs, ys, strict=True)]
        self._path(points, [1, *[2] * (len(points) - 1)], colour=colour, width=width)

    def dot(
        self,
        x: float,
        y: float,
        *,
        fill: str = "",
        edge: str = "",
        size: float = 9,
        marker: str = "o",
        width: float = 1.5,
    ) -> None:
        """Draw a marker of matplotlib's, `size` pixels wide."""
        from matplotlib.lines import Line2D  # noqa: PLC0415 - as above

        across, up = self.pixel(x, y)
        self._add(
            Line2D(
                [across],
                [up],
                marker=marker,
                markersize=size,
                markerfacecolor=tone(fill) if fill else "none",
                markeredgecolor=tone(edge) if edge else "none",
                markeredgewidth=width if edge else 0,
                linestyle="none",
            )
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        dx: float = 0,
        dy: float = 0,
        anchor: Anchor = "start",
        style: Style = "plain",
        most: int = _MOST_LETTERS,
    ) -> None:
        """Write a text with its base line at a point, moved by pixels to the right and up."""
        across, up = self.pixel(x, y)
        self.canvas.labels.append(
            Label(
                text=text,
                most=most,
                anchor=anchor,
                style=style,
                x=across + dx,
                y=self.canvas.height - up - dy,
            )
        )

    def _path(
        self,
        points: Sequence[tuple[float, float]],
        moves: Sequence[int],
        *,
        colour: str,
        width: float,
        dash: tuple[float, float] | None = None,
    ) -> None:
        """Draw a path through pixels; 1 moves the pen, 2 draws."""
        from matplotlib.patches import PathPatch  # noqa: PLC0415 - as above
        from matplotlib.path import Path  # noqa: PLC0415 - as above

        if points:
            self._add(
                PathPatch(
                    Path(points, moves),
                    facecolor="none",
                    edgecolor=tone(colour),
                    linewidth=width,
                    linestyle=(0, dash) if dash else "solid",
                )
            )

    def _add(self, artist: "Artist") -> None:
        """Put a shape on the canvas, above all others; its coordinates are pixels."""
        from matplotlib.transforms import IdentityTransform  # noqa: PLC0415 - as above

        artist.set_transform(IdentityTransform())
        artist.set_zorder(len(self.canvas.figure.get_children()))
        self.canvas.figure.add_artist(artist)


def draw(width: int, height: int, paint: Callable[[Canvas], None]) -> Vector:
    """Return the picture that `paint` makes: the same bytes for the same picture, whatever matplotlib is set to."""
    import matplotlib as mpl  # noqa: PLC0415 - loaded when a picture is drawn
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above

    written = io.StringIO()
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": "evenhand", "path.simplify": False})
        figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, frameon=False)
        canvas = Canvas(figure=figure, width=width, height=height)
        paint(canvas)
        figure.savefig(written, format="svg", metadata={"Date": None})
    return Vector(width=width, height=height, body=clean(written.getvalue(), canvas.labels))
