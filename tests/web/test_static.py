import hashlib
import json
import re
from importlib.resources import files

import pytest

STATIC = files("evenhand.web") / "static"
VENDORED = json.loads((STATIC / "VENDORED.json").read_text(encoding="utf-8"))
OWN = ("app.js", "app.css")


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_is_the_one_that_was_published(name: str) -> None:
    assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == VENDORED[name]["sha256"]


@pytest.mark.parametrize("name", VENDORED)
def test_a_vendored_file_travels_with_version_and_licence(name: str) -> None:
    entry = VENDORED[name]
    assert f"version='{entry['version']}'" in (STATIC / name).read_text("utf-8").replace('"', "'")
    assert "Zero-Clause BSD" in (STATIC / entry["licence_file"]).read_text(encoding="utf-8")
    assert entry["licence"] == "0BSD"


def test_every_file_is_ours_or_in_the_manifest() -> None:
    known = {*OWN, *VENDORED, "VENDORED.json", *(entry["licence_file"] for entry in VENDORED.values())}
    assert {file.name for file in STATIC.iterdir()} == known


@pytest.mark.parametrize("name", OWN)
def test_our_files_load_nothing_and_evaluate_nothing(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    assert not re.findall(
        r"https?:|//[a-z]|@import|url\(|\beval\b|\bFunction\(|innerHTML|insertAdjacentHTML|document\.write",
        text,
    )


def test_our_script_is_strict_and_keeps_no_global() -> None:
    text = (STATIC / "app.js").read_text(encoding="utf-8")
    assert text.startswith('"use strict";')
    assert not re.findall(r"^(?:const|let|var|function) ", text, re.MULTILINE)


def test_the_style_sheet_names_no_physical_side() -> None:
    """So that a page from right to left needs no second one."""
    text = (STATIC / "app.css").read_text(encoding="utf-8")
    sides = "(?:left|right|top|bottom)"
    assert not re.findall(rf"(?:margin|padding|border)-{sides}\b|[\s{{;]{sides}:|text-align: *{sides}", text)
