"""Refusals are told from answers, offline."""

from pathlib import Path

import pytest
from tests.workflows.feedback import kit

from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.errors import UsageError
from evenhand.testing import generators
from evenhand.workflows.feedback.find_refusals import find_refusals

OWN = """schema: judge/v1
id: own-refusals
version: 2.0.0
kind: pattern
principles:
  "*":
    prior: {full_compliance: 1, full_refusal: 0}
    patterns: [{pattern: "(?i)nein", label: full_refusal, weight: 5, why: says no}]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace; nobody is asked."""
    return find_workspace(kit.workspace(tmp_path, "http://127.0.0.1:9"))


def test_the_shipped_judge_tells_refusals_and_says_what_it_can(workspace: Workspace) -> None:
    refusals = find_refusals(workspace)
    assert refusals.refuses(generators.REFUSAL) is True
    assert refusals.refuses("Take the tram to the station; it is five minutes from there.") is False
    assert refusals.how.startswith("the pattern judge refusal-patterns 1.0.0 (shipped with evenhand)")
    assert "full refusals only" in refusals.how


def test_hostile_and_empty_texts_are_read_like_any(workspace: Workspace) -> None:
    refusals = find_refusals(workspace)
    for text in ("", generators.HOSTILE, "\ud800", "I can't help with that. " * 20_000):
        assert refusals.refuses(text) in {True, False, None}


def test_a_judge_of_the_workspace_takes_its_place(workspace: Workspace) -> None:
    (workspace.root / "judges/refusal-patterns.yaml").write_text(OWN, encoding="utf-8")
    refusals = find_refusals(workspace)
    assert refusals.refuses("Nein.") is True
    assert refusals.refuses(generators.REFUSAL) is False
    assert "own-refusals 2.0.0 (judges/refusal-patterns.yaml)" in refusals.how


def test_a_file_of_that_name_that_can_not_tell_is_refused_before_anybody_is_asked(
    workspace: Workspace,
) -> None:
    text = OWN.replace("full_refusal", "no")
    (workspace.root / "judges/refusal-patterns.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no pattern judge with the label full_refusal"):
        kit.mend(workspace.root)
