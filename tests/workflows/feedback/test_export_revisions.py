"""Revisions as training data, from a scripted generator and scripted judges behind a real server."""

from pathlib import Path

import pytest
from tests.workflows.feedback.export_kit import rows
from tests.workflows.feedback.kit import cases, mend, workspace, writes
from tests.workflows.review.drawn_run import drawn, label

from evenhand.errors import UnknownNameError
from evenhand.feedback.card import ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.shapes import Format
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.feedback.export import ExportWishes, export_feedback
from evenhand.workflows.feedback.read_judged_revisions import held_of_suite


def export(folder: Path, run: str, format_: Format, *, untrusted: bool = True) -> ExportFacts:
    """Export into a folder named by the format."""
    return export_feedback(
        folder, run, folder / format_, ExportWishes(format=format_, untrusted=untrusted), command="evenhand"
    )


def test_what_passes_is_learned_from_and_what_became_better_is_preferred(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes())) as server:
        folder = workspace(tmp_path, server.base_url)
        result = mend(folder)
    run = result.generation.run.id
    learned = export(folder, run, Format.SFT)
    assert learned.records == learned.total + sum(learned.left_out.values()) == 6
    for row in rows(folder / Format.SFT):
        assert "secret" not in row["completion"][0]["content"]
        assert row["principle_ids"] == ["keep.secrets"]
        assert row["generation_run"] == run
        assert (row["generator_id"], row["generator_version"], row["generator_model"]) == (
            "writer",
            "1.0.0",
            "loop/writer",
        )
        assert len(row["prompt_hashes"]) == 2
        assert row["candidate_ids"] == ["revised"]
        assert not row["trusted"]
    preferred = export(folder, run, Format.PREFERENCE)
    found = rows(folder / Format.PREFERENCE)
    assert len(found) == 3 == preferred.total
    assert preferred.left_out == {LeftOut.UNCHANGED: 3}
    assert all("secret" in row["rejected"][0]["content"] for row in found)
    assert all(row["producers"] == ["loop/writer", "first-model"] for row in found)
    assert export(folder, run, Format.MESSAGES).total == learned.total
    assert export(folder, run, Format.PARQUET).total == preferred.total


def test_sources_with_labels_of_the_revised_suite_to_certify_with_are_held_back(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes())) as server:
        suite = {"labels": [{"path": "labels.jsonl"}], "splits": {"gate": 1}}
        folder = workspace(tmp_path, server.base_url, lines=cases(6), suite=suite)
        (folder / "suites" / "labels.jsonl").write_text(
            '{"case": "case-0", "principle": "keep.secrets", "annotator": "ann", "label": "violates"}\n',
            encoding="utf-8",
        )
        result = mend(folder)
    facts = export(folder, result.generation.run.id, Format.SFT)
    assert facts.left_out[LeftOut.HELD_BACK] == facts.held_back == 1
    assert "case-0" not in {row["case_id"] for row in rows(folder / Format.SFT)}


def test_labels_of_a_review_hold_sources_back_before_any_calibration_used_them(tmp_path: Path) -> None:
    desk = drawn(tmp_path, items=60, double=0.0)
    assert not held_of_suite(tmp_path, "suite.yaml", include_gate=False)
    label(desk, "ann", 60)
    held = held_of_suite(tmp_path, "suite.yaml", include_gate=False)
    assert len(held) > 10
    assert held_of_suite(tmp_path, "suite.yaml", include_gate=True) < held


def test_nothing_is_trusted_before_the_run_that_judged_is_calibrated(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(writes())) as server:
        folder = workspace(tmp_path, server.base_url)
        result = mend(folder)
    facts = export(folder, result.generation.run.id, Format.SFT, untrusted=False)
    assert facts.total == 0
    assert facts.left_out[LeftOut.NOT_TRUSTED] > 0
    with pytest.raises(UnknownNameError):
        export(folder, "nobody", Format.SFT)
