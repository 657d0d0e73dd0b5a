"""Fits in files beside their panel: read, checked against it, and what is wrong said with its place."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evenhand.catalog.panels import load_panel, read_panel

JUDGES = {"quick-id": "1.0.0", "strong-id": "1.0.0"}
FIT = {"labels": ["complies", "violates"], "labelled": 240, "weights": {"quick-id": 0.5, "strong-id": 2.0}}
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a panel of two pattern judges with a fit, in a workspace."""
    (tmp_path / "evenhand.toml").write_text("")
    folder = tmp_path / "judges"
    folder.mkdir()
    for name in ("quick", "strong"):
        rules = "principles:\n  '*': {prior: {complies: 1.0, violates: 0.0}}\n"
        text = f"schema: judge/v1\nid: {name}-id\nversion: 1.0.0\nkind: pattern\n{rules}"
        (folder / f"{name}.yaml").write_text(text)
    (folder / "p.panel.yaml").write_text(
        "schema: panel/v1\nid: p\njudges: [quick, strong]\nrule: weighted\nfit: p.fit.json\n"
    )

    def fit(**fields: Any) -> Path:
        content = {"schema": "panel-fit/v1", "rule": "weighted", "judges": JUDGES, "fits": [FIT]} | fields
        (folder / "p.fit.json").write_text(json.dumps(content, indent=1))
        return folder / "p.panel.yaml"

    return fit


def test_a_fit_is_read_with_its_panel(write: Write) -> None:
    path = write(made="2026-11-20", source="240 labels of the pilot", version=3)
    fit = load_panel(path, path.parent.parent).fit
    assert fit is not None
    assert (fit.version, fit.fits[0].weights["strong-id"]) == (3, 2.0)
    assert fit.digest.startswith("sha256:")


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"rule": "stack"}, "P006", 'for the rule "stack", and the panel has "weighted"'),
        (
            {"judges": {"quick-id": "1.0.0"}},
            "P006",
            "learned for quick-id, and the panel has quick-id, strong-id",
        ),
        (
            {"judges": JUDGES | {"strong-id": "0.9.0"}},
            "P007",
            "on version 0.9.0 of strong-id, which is now 1.0.0",
        ),
        ({"fits": []}, "V007", "at least one"),
        ({"rules": "weighted"}, "V001", "unknown key"),
    ],
)
def test_what_is_wrong_in_a_fit_is_told(
    write: Write, fields: Mapping[str, Any], code: str, words: str
) -> None:
    if fields.get("rule") == "stack":
        tables = {"intercepts": [0, 0], "coefficients": dict.fromkeys(JUDGES, [[0, 0]] * 3)}
        fields = {**fields, "fits": [FIT | tables]}
    if list(fields.get("judges", JUDGES)) == ["quick-id"]:
        fields = {**fields, "fits": [FIT | {"weights": {"quick-id": 1.0}}]}
    path = write(**fields)
    findings = read_panel(path, path.parent.parent).findings
    said = [finding for finding in findings if finding.code == code]
    assert any(words in finding.message or words in finding.suggestion for finding in said), findings
    assert all(finding.path.endswith("p.fit.json") and finding.line > 1 for finding in said)


def test_a_fit_that_is_not_there_is_told(write: Write) -> None:
    path = write()
    (path.parent / "p.fit.json").unlink()
    assert any("p.fit.json" in finding.message for finding in read_panel(path, path.parent.parent).findings)
