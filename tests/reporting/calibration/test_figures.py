import re
from collections.abc import Iterator
from dataclasses import replace

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.reporting.hostile import HOSTILE

from evenhand.calibration.results import Trust
from evenhand.reporting.calibration.figures.canvas import Canvas, draw
from evenhand.reporting.calibration.figures.confusion import ConfusionMatrix
from evenhand.reporting.calibration.figures.curves import ControlChart, CoverageCurve
from evenhand.reporting.calibration.figures.forest import Forest, ForestRow
from evenhand.reporting.calibration.figures.likeness import order_by_likeness
from evenhand.reporting.calibration.figures.names import letter, room, shorten
from evenhand.reporting.calibration.figures.scales import round_steps, share_limits, share_ticks
from evenhand.reporting.calibration.figures.scorecard import Scorecard, ScoreCell
from evenhand.reporting.calibration.figures.vector import HATCHES, TONES, clean, tone
from evenhand.reporting.calibration.sections import calibration_document
from evenhand.reporting.document import Block, Chart, Fold, Plot, Vector
from evenhand.stats.estimate import Estimate, Interval, Undefined

from .cases import CASES, hostile_record
from .records import make_calibration

MOST_BYTES = 40_000
SHARES = st.floats(0, 1)


def estimate(value: float, low: float, high: float, n: int = 100) -> Estimate:
    return Estimate(value=value, interval=Interval(low=low, high=high, confidence=0.95), n=n)


def plots(blocks: tuple[Block, ...]) -> Iterator[Chart]:
    for block in blocks:
        if isinstance(block, Fold):
            yield from plots(block.blocks)
        elif isinstance(block, Chart):
            yield block


def vectors(name: str) -> dict[str, Vector]:
    record = hostile_record() if name == "hostile" else CASES[name]
    charts = [each for section in calibration_document(record, {}).sections for each in plots(section.blocks)]
    return {
        f"{chart.id}-{place}": panel.drawing.draw()
        for chart in charts
        if isinstance(chart.drawing, Plot)
        for place, panel in enumerate(chart.drawing.panels)
    }


def forest(name: str = "synthetic") -> Forest:
    rows = (
        ForestRow(name=name, measured=estimate(0.9, 0.85, 0.94), band=estimate(0.92, 0.9, 0.95)),
        ForestRow(name="second", measured=Undefined(n=7, reason="too few"), strong=True),
    )
    return Forest(rows=rows)


# -- What reaches the page -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["made-up", "many-judges", "many", "hostile"])
def test_every_figure_is_small_and_made_of_shapes_words_and_classes(name: str) -> None:
    found = vectors(name)
    assert len(found) >= 10
    for which, vector in found.items():
        assert len(vector.body.encode()) < MOST_BYTES, which
        assert set(re.findall(r"<(\w+)", vector.body)) <= {"path", "circle", "text"}
        assert not re.search(
            r"#[0-9a-fA-F]{3,6}\b|rgb\(|style=|\bid=|href|clip|font|DOCTYPE|xmlns", tags(vector)
        )


def tags(vector: Vector) -> str:
    """Return the markup of a picture without its texts."""
    return "".join(re.findall(r"<[^>]*>", vector.body))


def test_shapes_lie_on_the_canvas() -> None:
    for which, vector in vectors("made-up").items():
        for path in re.findall(r' d="([^"]*)"', vector.body):
            numbers = [float(each) for each in re.findall(r"-?\d+(?:\.\d+)?", path)]
            assert all(-1 <= x <= vector.width + 1 for x in numbers[::2]), which
            assert all(-1 <= y <= vector.height + 1 for y in numbers[1::2]), which


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_a_name(text: str) -> None:
    body = forest(text).draw().body
    assert set(re.findall(r"<(\w+)", body)) <= {"path", "circle", "text"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", body)


def test_a_formula_is_not_set_and_a_long_name_is_shortened_where_it_shows() -> None:
    body = forest("$x^2$").draw().body
    assert ">$x^2$<" in body
    assert "…" in forest("a name " * 40).draw().body


def test_the_same_figure_gives_the_same_bytes_whatever_matplotlib_is_set_to() -> None:
    before = forest().draw()
    with mpl.rc_context(
        {"lines.linewidth": 9, "svg.fonttype": "path", "figure.dpi": 300, "text.parse_math": True}
    ):
        settings = dict(mpl.rcParams)
        assert forest().draw() == before
        assert dict(mpl.rcParams) == settings


def test_what_is_no_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="holds <image>"):
        clean("<svg><g><image/></g></svg>", ())


def test_a_colour_that_is_no_tone_is_refused() -> None:
    def paint(canvas: Canvas) -> None:
        canvas.figure.patches.clear()
        canvas.figure.set_facecolor("white")
        canvas.figure.set_frameon(True)

    with pytest.raises(ValueError, match="painted with a tone"):
        draw(10, 10, paint)


@pytest.mark.parametrize("name", [*TONES, *HATCHES])
def test_every_tone_has_a_class_in_the_style_sheet_and_every_hatch_a_pattern(name: str, page: str) -> None:
    def paint(canvas: Canvas) -> None:
        canvas.pixels().rect(1, 1, 5, 5, fill=name)

    body = draw(10, 10, paint).body
    used = re.search(r'class="(\S+)"|url\(#(\S+)\)', body)
    assert used is not None
    assert f".{used[1]} {{ fill: var(" in page if used[1] else f'<pattern id="{used[2]}"' in page
    assert tone(name) not in body


def test_every_line_tone_in_use_has_a_class(page: str) -> None:
    lines = set(re.findall(r"line-\w+", "".join(tags(each) for each in vectors("made-up").values())))
    assert lines
    assert not [name for name in lines if f".{name} {{ stroke: var(" not in page]


# -- What a figure shows ---------------------------------------------------------------------------


def test_a_forest_places_estimates_intervals_and_the_band() -> None:
    body = forest().draw().body
    assert body.count("<circle") == 1  # the other row has no estimate
    assert 'class="band"' in body
    assert "n = 7, too few" in body
    assert "90.0 %, 85.0 to 94.0, n = 100" in body


def test_a_confusion_matrix_gives_counts_and_shares_of_the_row() -> None:
    matrix = ConfusionMatrix(
        rows=("yes", "no"), columns=("yes", "no", "no answer"), counts=((8, 1, 1), (0, 0, 0))
    )
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", matrix.draw().body)
    assert texts[texts.index("8") : texts.index("8") + 2] == ["8", "80 % of 10"]
    assert texts.count("no label") == 3


def test_only_a_certified_cut_off_is_marked() -> None:
    found = make_calibration().automation[0]
    assert "60 % certified" in CoverageCurve(steps=found.steps, alpha=0.1, automated=0.6).draw().body
    assert "certified" not in CoverageCurve(steps=found.steps, alpha=0.1, automated=0.0).draw().body


def test_words_of_trust_are_told_apart_without_colour() -> None:
    looks = {look(trust) for trust in Trust}
    assert len(looks) == len(Trust)


def look(trust: Trust) -> str:
    """Return the mark of a word as shapes, filled or hollow, without its colour."""
    cell = ScoreCell(trust=trust, agreement=Undefined(n=7, reason="too few"))
    body = Scorecard(principles=("one",), raters=("one",), cells=((cell,),)).draw().body
    shapes = [each for each in re.findall(r"<(?:path|circle)[^>]*>", body) if "line-rule" not in each]
    return re.sub(r'class="line-\w+"', "hollow", re.sub(r'class="(?!line-)\w+"', "filled", shapes[0]))


def test_what_lies_outside_the_limits_is_another_shape() -> None:
    points = CASES["made-up"].history.points
    assert not all(point.inside for point in points)
    all_inside = tuple(replace(point, inside=True) for point in points)
    drawn = [ControlChart(points=each, centre=0.9).draw().body for each in (points, all_inside)]
    assert drawn[0].count("<circle") < drawn[1].count("<circle")


def test_like_judges_stand_beside_each_other() -> None:
    likeness = [[1, 0.2, 0.9, 0.1], [0.2, 1, 0.3, 0.8], [0.9, 0.3, 1, 0.2], [0.1, 0.8, 0.2, 1]]
    assert order_by_likeness(likeness) == (0, 2, 1, 3)


@given(
    st.integers(0, 8).flatmap(
        lambda size: st.lists(st.lists(SHARES, min_size=size, max_size=size), min_size=size, max_size=size)
    )
)
def test_an_order_holds_every_judge_once(likeness: list[list[float]]) -> None:
    assert sorted(order_by_likeness(likeness)) == list(range(len(likeness)))


# -- Names and axes --------------------------------------------------------------------------------


@given(st.text(max_size=200), st.integers(3, 40))
def test_a_name_fits_its_room_and_stays_on_one_line(text: str, most: int) -> None:
    shown = shorten(text, most)
    assert room(shown) <= most
    assert "\n" not in shown


def test_names_of_one_kind_stay_apart() -> None:
    names = [f"synthetic-principle-number-{place}" for place in range(20)]
    assert len({shorten(name, 18) for name in names}) == 20


def test_a_short_name_is_left_alone_and_marks_upon_letters_are_few() -> None:
    assert shorten("close-reader", 12) == "close-reader"
    assert shorten("a" + "\u0300" * 50, 12) == "a\u0300\u0300"


def test_letters_go_on_after_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 27)] == ["A", "Z", "AA", "AB"]


@given(st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5))
def test_an_axis_holds_the_interval_and_is_marked_at_round_shares(
    value: float, below: float, above: float
) -> None:
    low, high = max(0.0, value - below), min(1.0, value + above)
    limits = share_limits([estimate(value, low, high)])
    assert limits[0] <= low + 1e-9
    assert high - 1e-9 <= limits[1]
    assert 2 <= len(share_ticks(limits)) <= 6


@given(st.floats(1e-6, 1e6))
def test_round_steps_reach_what_they_have_to(high: float) -> None:
    steps = round_steps(high)
    assert steps[0] == 0
    assert steps[-1] >= high * (1 - 1e-9)
    assert 2 <= len(steps) <= 6
