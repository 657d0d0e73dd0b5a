"""The records that pages are made of in tests: few and many judges, nothing known, and everything hostile."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from tests.calibration.examples import empty_calibration, hostile_calibration, made_up_calibration
from tests.reporting.builders import find_texts, make_manifest, stream_items
from tests.reporting.hostile import HOSTILE
from tests.reporting.hostile_run import hostile_items, hostile_manifest, hostile_texts

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.html import render_html
from evenhand.reporting.item_view import REPORT_LIMITS, ItemView, view_item

from .records import make_calibration

LONG = "synthetic-name-that-goes-on-" * 12
NAMES = (
    "$x^2$ <script>window.hit=1</script>",
    "\u202eevil\u202c \x1b[31m \u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57\u6f22\u5b57",
    LONG,
    "</text></svg><img src=x onerror=window.hit=1>",
    "e\u0301\u0327\u0301\u0327\u0301 \u05e2\u05d1\u05e8\u05d9\u05ea {{ 7*7 }}",
)

CASES: Mapping[str, Calibration] = {
    "small": make_calibration(judges=1, principles=1, blind=False),
    "many-judges": make_calibration(judges=11, principles=3),
    "many": make_calibration(judges=6, principles=20),
    "undefined": make_calibration(undefined=True, blind=None),
    "long": make_calibration(judges=[f"{LONG}{place}" for place in range(3)], principles=[LONG, f"{LONG}2"]),
    "made-up": made_up_calibration(),
    "empty": empty_calibration(),
    "attacked": hostile_calibration(),
}


@cache
def html_of(name: str) -> str:
    """Return the report on one of them without texts of items; it is drawn once."""
    return render_html(CASES[name], {})


def make_views() -> Mapping[int, ItemView]:
    """Return the items of an error gallery, but for some whose texts are not at hand."""
    items = list(stream_items(make_manifest(items=36)))
    texts = find_texts([(item.case_id, item.candidate_id) for item in items])
    return {
        item.seq: view_item(item, texts.get((item.case_id, item.candidate_id)), REPORT_LIMITS)
        for item in items
    }


def hostile_views() -> Mapping[int, ItemView]:
    """Return items full of hostile texts."""
    items = list(hostile_items(hostile_manifest()))[:40]
    texts = hostile_texts({(item.case_id, item.candidate_id) for item in items})
    return {
        place: view_item(item, texts.get((item.case_id, item.candidate_id)), REPORT_LIMITS)
        for place, item in enumerate(items)
    }


def hostile_record() -> Calibration:
    """Return a record whose names are hostile, judge and label alike, so that every figure has to draw them."""
    record = make_calibration(
        judges=NAMES,
        principles=[*NAMES, *HOSTILE[:6]],
        categories=(HOSTILE[0], NAMES[1], LONG),
        names={"suite": HOSTILE[1], "run": HOSTILE[2], "annotator": NAMES[0], "slice": NAMES[3]},
        blind=False,
    )
    return replace(
        record,
        since_last=HOSTILE[:40],
        advice=tuple(
            replace(each, words=text) for each, text in zip(record.advice, HOSTILE[40:], strict=False)
        ),
        trust=tuple(
            replace(each, reason=HOSTILE[place % len(HOSTILE)]) for place, each in enumerate(record.trust)
        ),
        data=replace(record.data, notes=HOSTILE, drawn=HOSTILE[3]),
        method=replace(
            record.method, command=NAMES[0], procedure=HOSTILE[:9], choices={HOSTILE[5]: HOSTILE[6]}
        ),
        stamp=replace(
            record.stamp, constitution=HOSTILE[7], panel=HOSTILE[8], rule=HOSTILE[9], judges=HOSTILE[10:16]
        ),
    )
