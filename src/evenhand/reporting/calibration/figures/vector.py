"""What matplotlib writes, turned into shapes that belong to the page: no style, no address, no id, no text of its own.

Only its shapes are taken over; anything else is an error, so nothing unforeseen reaches the page.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree import ElementTree as ET

from markupsafe import Markup

from evenhand.reporting.calibration.figures.names import shorten

TONES: Final = (
    *("ink", "soft", "rule", "faint", "raised", "blue", "sky", "teal", "vermilion", "amber"),
    *("grey", "slate", "mauve", "plum", "band"),
)
"""What shapes may be painted with; the style sheet has a class for each."""
HATCHES: Final = ("rising", "falling", "dots", "level", "upright", "cross", "rings")
"""Hatches of the page."""
_IGNORED = frozenset({"metadata", "clipPath"})
_KEPT = ("stroke-width", "stroke-dasharray", "fill-opacity", "stroke-opacity")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e-?\d+)?")
_ARCS_OF_A_CIRCLE = 8
_HREF = "{http://www.w3.org/1999/xlink}href"

Anchor = Literal["start", "middle", "end"]
Style = Literal["plain", "strong", "soft", "small", "mark"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text in a picture."""

    text: str
    most: int
    """Widths of a letter there is room for; the end is cut off, visibly."""
    anchor: Anchor
    style: Style
    x: float
    y: float
    """Of its base line, from the upper edge."""


def tone(name: str) -> str:
    """Return the colour that stands for a tone or a hatch until the picture is cleaned."""
    names = (*TONES, *HATCHES)
    return f"#0101{names.index(name) + 1:02x}"


def clean(svg: str, labels: Sequence[Label]) -> Markup:
    """Return the shapes of a picture with texts above them.

    Raises:
        ValueError: There is something in it that is no shape, or a colour that is no tone.
    """
    root = ET.fromstring(svg)  # noqa: S314 - written by matplotlib a moment ago; no text from outside is in it
    return Markup("").join((*_shapes(root, {}), *(_text(label) for label in labels)))


def _shapes(parent: ET.Element, known: dict[str, str]) -> Iterator[Markup]:
    for element in parent:
        match element.tag.rpartition("}")[2]:
            case "g":
                yield from _shapes(element, known)
            case "defs":
                known.update((each.get("id", ""), each.get("d", "")) for each in element)
            case "path":
                yield _shape(element.get("d", ""), _style(element))
            case "use":
                shape = _moved(known[element.get(_HREF, "")[1:]], element.get("x"), element.get("y"))
                yield _shape(shape, _style(element))
            case name if name not in _IGNORED:
                raise ValueError(f"a picture is made of shapes, this one holds <{name}>")


# -- Shapes ----------------------------------------------------------------------------------------


def _style(element: ET.Element) -> Mapping[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _shape(path: str, style: Mapping[str, str]) -> Markup:
    place = _circle(path) if path.count("C") == _ARCS_OF_A_CIRCLE else None
    name, attributes = ("circle", place) if place else ("path", {"d": _short(path)})
    paint = _paint(style)
    written = (Markup(' {}="{}"').format(key, value) for key, value in {**attributes, **paint}.items())
    return Markup("<{}{}/>").format(Markup(name), Markup("").join(written))  # noqa: S704 - one of our two names


def _paint(style: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes that paint a shape; a hatch is a pattern of the page, every colour a class."""
    fill = "none" if style.get("fill-opacity") == "0" else style.get("fill", "none")
    stroke = style.get("stroke", "none")
    filled, lined = _tone(fill), _tone(stroke)
    classes = [filled] * (filled not in {"", *HATCHES}) + [f"line-{lined}"] * bool(lined)
    paint = {"class": " ".join(classes)} if classes else {}
    if filled in HATCHES:
        paint["fill"] = f"url(#h-{filled})"
    return paint | {key: _short(style[key]) for key in _KEPT if style.get(key) not in {None, "0"}}


def _tone(colour: str) -> str:
    if colour == "none":
        return ""
    names = (*TONES, *HATCHES)
    place = int(colour[5:], 16) - 1 if re.fullmatch(r"#0101[0-9a-f]{2}", colour) else -1
    if not 0 <= place < len(names):
        raise ValueError(f"a shape is painted with a tone, this one is {colour}")
    return names[place]


def _circle(path: str) -> dict[str, str]:
    numbers = [float(each) for each in _NUMBER.findall(path)]
    xs, ys = numbers[::2], numbers[1::2]
    middle = {"cx": (min(xs) + max(xs)) / 2, "cy": (min(ys) + max(ys)) / 2, "r": (max(xs) - min(xs)) / 2}
    return {name: _decimal(value) for name, value in middle.items()}


def _moved(path: str, x: str | None, y: str | None) -> str:
    """Return a path moved to a place; all its commands are absolute and take pairs."""
    steps = (float(x or 0), float(y or 0))
    turn = iter(range(len(path)))
    return _NUMBER.sub(lambda match: f"{float(match[0]) + steps[next(turn) % 2]:.6f}", path)


def _short(path: str) -> str:
    """Return a path or a list of numbers with tenths of a pixel, which is as fine as a screen shows."""
    rounded = _NUMBER.sub(lambda match: _decimal(float(match[0])), " ".join(path.split()))
    return re.sub(r" ?([MLCQz,]) ?", r"\1", rounded)


def _decimal(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0").replace("-0", "-0" if abs(number) >= 0.05 else "0")


# -- Texts -----------------------------------------------------------------------------------------


def _text(label: Label) -> Markup:
    classes = " ".join(name for name in (label.style, label.anchor) if name not in {"plain", "start"})
    style = Markup(' class="{}"').format(classes) if classes else ""
    shown = shorten(label.text, label.most)
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(
        _decimal(label.x), _decimal(label.y), style, shown
    )
