"""Preference labels of a feedback file as training data: drawn principles, both orders, clamp."""

import json
from pathlib import Path

from tests.workflows.feedback.export_kit import rows
from tests.workflows.feedback.prefer_kit import fair, pair, preference_workspace

from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.shapes import Format
from evenhand.testing import LoopbackServer, serve_in_thread
from evenhand.workflows.feedback.export import ExportWishes, export_feedback
from evenhand.workflows.feedback.find_feedback import find_feedback
from evenhand.workflows.feedback.prefer import prepare_preferences
from evenhand.workflows.run_suite import RunOptions, run_prepared

PAIRS = [pair(0, "good5", "good2"), pair(1, "good1", "also good4"), pair(2, "good3", "good3 too")]


def test_soft_labels_of_drawn_principles_go_out_with_all_that_was_said(tmp_path: Path) -> None:
    with serve_in_thread(LoopbackServer(fair)) as server:
        draw = "  clamp: [0.2, 0.8]\n  principles: {choose: random, count: 2}\n"
        folder = preference_workspace(tmp_path, server.base_url, PAIRS, prefer=draw)
        made = prepare_preferences(folder, find_feedback(folder, "labels"))
        run_prepared(made.prepared, made.with_settings(RunOptions()), lambda _run, _progress: None)
    wishes = ExportWishes(format=Format.PREFERENCE, untrusted=True, plain=True)
    facts = export_feedback(folder, "latest", tmp_path / "out", wishes)
    assert facts.left_out == {LeftOut.TIE: 1}
    found = rows(tmp_path / "out")
    assert [(row["chosen"], row["rejected"]) for row in found] == [
        ("good5", "good2"),
        ("also good4", "good1"),
    ]
    for row in found:
        assert len(row["principle_ids"]) == 2
        assert abs(row["probability"] - 8 / 9) < 1e-6
        assert row["probability_clamped"] == 0.8
        ratings = json.loads(row["ratings"])
        assert {(each["principle"], each["order"]) for each in ratings} == {
            (name, order) for name in row["principle_ids"] for order in ("given", "swapped")
        }
        assert {each["basis"] for each in ratings} == {"probabilities"}
        assert row["judge_models"] == ["loop/scripted"]
