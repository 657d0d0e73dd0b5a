import re
from importlib.resources import files

import pytest

STYLE = (files("evenhand.reporting") / "templates" / "page.css").read_text(encoding="utf-8")
TEXT_RATIO, MARK_RATIO = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""
LEAST_TINT, MOST_TINT = 0.04, 0.37
Colour = tuple[float, float, float]


def palette(scheme: str) -> dict[str, str]:
    light = dict(
        re.findall(r"--([\w-]+): ([^;]+);", STYLE.partition("@media (prefers-color-scheme: dark)")[0])
    )
    dark = STYLE.partition("@media (prefers-color-scheme: dark)")[2].partition("\n* {")[0]
    return light if scheme == "light" else light | dict(re.findall(r"--([\w-]+): ([^;]+);", dark))


def colour(text: str) -> tuple[Colour, float]:
    if text.startswith("#"):
        red, green, blue = (int(text[place : place + 2], 16) for place in (1, 3, 5))
        return (red, green, blue), 1.0
    numbers = [float(each) for each in re.findall(r"[\d.]+", text)]
    return (numbers[0], numbers[1], numbers[2]), numbers[3]


def over(top: Colour, alpha: float, ground: Colour) -> Colour:
    red, green, blue = (alpha * one + (1 - alpha) * other for one, other in zip(top, ground, strict=True))
    return red, green, blue


def ratio(one: Colour, other: Colour) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(each: Colour) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in each)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "soft", "accent"])
def test_words_are_readable_on_the_page_and_on_a_band(scheme: str, name: str) -> None:
    colours = palette(scheme)
    ground = colour(colours["paper"])[0]
    band = over(*colour(colours["band"]), ground)
    assert ratio(colour(colours[name])[0], ground) >= TEXT_RATIO
    assert name == "accent" or ratio(colour(colours[name])[0], band) >= TEXT_RATIO


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("tint", ["blue", "vermilion", "amber"])
def test_words_are_readable_on_every_cell_of_a_matrix(scheme: str, tint: str) -> None:
    colours = palette(scheme)
    ground = colour(colours["paper"])[0]
    for strength in (LEAST_TINT, MOST_TINT):
        cell = over(colour(colours[tint])[0], strength, ground)
        assert ratio(colour(colours["ink"])[0], cell) >= TEXT_RATIO


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mark", ["ink", "soft", "blue", "teal", "vermilion", "plum", "slate"])
def test_marks_stand_out_from_the_page(scheme: str, mark: str) -> None:
    colours = palette(scheme)
    assert ratio(colour(colours[mark])[0], colour(colours["paper"])[0]) >= MARK_RATIO


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_a_warning_are_readable(scheme: str) -> None:
    colours = palette(scheme)
    assert ratio(colour(colours["ink"])[0], colour(colours["warn"])[0]) >= TEXT_RATIO
