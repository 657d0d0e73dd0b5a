"""Calibration records every rendering is tested on; all of them are made up."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from evenhand.calibration.results import Calibration
from evenhand.reporting.calibration.html import render_html
from evenhand.reporting.item_view import ItemView

from .cases import (
    CASES,
    hostile_record,
    hostile_views,
    html_of,
    make_views,
)
from .records import make_calibration


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    """Three judges, four principles, one of them with too few labels."""
    return make_calibration()


@pytest.fixture(scope="session")
def views() -> Mapping[int, ItemView]:
    """The items of the error gallery."""
    return make_views()


@pytest.fixture(scope="session")
def page(calibration: Calibration, views: Mapping[int, ItemView]) -> str:
    """The report on the first."""
    return render_html(calibration, views, stem="synthetic")


@pytest.fixture(scope="session")
def hostile_page() -> str:
    """A report in which every name and every text from outside is an attack."""
    return render_html(hostile_record(), hostile_views(), stem="hostile")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, page: str, hostile_page: str) -> Path:
    """A folder with a page for each kind of record."""
    folder = tmp_path_factory.mktemp("calibration")
    for name in CASES:
        (folder / f"{name}.html").write_text(html_of(name), encoding="utf-8")
    (folder / "usual.html").write_text(page, encoding="utf-8")
    (folder / "hostile.html").write_text(hostile_page, encoding="utf-8")
    return folder
