"""`evenhand monitor` on the terminal: a word, its reason, the exit code, and nothing that acts."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli, Ended
from tests.cli.test_hostile_text import HOSTILE, assert_inert
from tests.workflows.calibration_kit import cases, label
from tests.workflows.monitor_kit import ANCHORS, WatchedSuite

from evenhand.cli.documents import document_schema
from evenhand.cli.monitor import EXIT_CODES
from evenhand.gate.monitor.results import Finding


@pytest.fixture
def watched(tmp_path: Path) -> WatchedSuite:
    return WatchedSuite(tmp_path)


def look(cli: Cli, watched: WatchedSuite, *options: str) -> Ended:
    return cli("monitor", "s", "--workspace", watched.folder, *options)


def test_every_finding_has_an_exit_code() -> None:
    assert set(EXIT_CODES) == set(Finding)
    assert sorted(set(EXIT_CODES.values())) == [0, 1, 3, 4]


def test_the_exit_code_tells_what_changed(cli: Cli, watched: WatchedSuite) -> None:
    watched.suite.write()
    watched.run(1)
    once = look(cli, watched)
    assert (once.code, "evenhand run s --again" in once.err) == (5, True)
    watched.run(3)
    assert look(cli, watched).code == 0
    watched.run(1, lost=ANCHORS // 2)
    blind = look(cli, watched)
    assert (blind.code, blind.out.split("  ")[0]) == (3, "could not measure")
    watched.run(3, wrong=0.4)
    found = look(cli, watched)
    assert (found.code, found.out.split("  ")[0]) == (1, "judge")
    assert cli("monitor", "nothing", "--workspace", watched.folder).code == 2


def test_a_live_drop_without_anchors_is_undecided(cli: Cli, tmp_path: Path) -> None:
    watched = WatchedSuite(tmp_path)
    suite = watched.suite
    suite.labels = []
    for day in range(24):
        fresh = [{**case, "id": f"day{day}-{case['id']}"} for case in cases(50)]
        suite.cases = fresh
        right = 48 if day < 12 else 15
        suite.ratings = {
            "one": [
                {"case": case["id"], "label": "complies" if place < right else "violates"}
                for place, case in enumerate(fresh)
            ]
        }
        at = f"2999-01-{day + 1:02}"
        suite.labels = [*suite.labels, *(label(case["id"], "complies", inclusion=1, at=at) for case in fresh)]
        suite.run()
    ended = look(cli, watched)
    assert ended.code == 4, ended.out
    assert "Agreement on the live labels fell" in ended.out


def test_the_word_and_the_reason_come_first_then_runs_and_files(cli: Cli, watched: WatchedSuite) -> None:
    watched.run(12)
    ended = look(cli, watched)
    lines = ended.out.splitlines()
    assert lines[0].startswith("none  No lasting drop of agreement by more than 3 points")
    assert lines[1].split()[:3] == ["run", "anchors", "asked"]
    shown = [line.split()[0] for line in lines if re.match(r"\d{8}-", line)]
    assert shown == [run.id for run in watched.suite.runs[-10:]]
    assert [Path(line).suffix for line in lines if "/reports/" in line] == [".html", ".md", ".json"]
    assert "note:  There are no live labels" in ended.err


def test_the_document_keeps_to_its_schema_and_the_files_are_the_same_each_time(
    cli: Cli, watched: WatchedSuite, tmp_path: Path
) -> None:
    watched.run(4)
    watched.run(2, wrong=0.4)
    ended = look(cli, watched, "--json", "--out", str(tmp_path / "one"))
    jsonschema.validate(ended.document, document_schema("evenhand/monitor/v1"))
    assert (ended.document["finding"], ended.document["exit_code"], ended.code) == ("judge", 1, 1)
    look(cli, watched, "--out", str(tmp_path / "two"))
    for path in ended.document["files"]:
        assert Path(path).read_bytes() == (tmp_path / "two" / Path(path).name).read_bytes()
    report = json.loads((tmp_path / "one" / "s-monitor.json").read_text())
    assert report["schema"] == "monitor-report/v1"
    assert len(report["runs"]) == 6


def test_options_reach_the_monitor(cli: Cli, watched: WatchedSuite, tmp_path: Path) -> None:
    watched.run(4)
    since = watched.run(1, wrong=0.3)
    watched.run(2, wrong=0.3)
    out = ("--format", "json", "--out", str(tmp_path / "o"))
    assert look(cli, watched, *out).code == 1
    assert look(cli, watched, "--tolerance", "0.4", *out).code == 0
    assert look(cli, watched, "--since", since, *out).code == 0
    strict = look(cli, watched, "--alpha", "0.000001", "--json", *out)
    assert strict.document["log10_alarm"] == pytest.approx(6)
    assert [path.name for path in (tmp_path / "o").iterdir()] == ["s-monitor.json"]
    for option in ("--alpha", "--tolerance"):
        refused = look(cli, watched, option, "0.9")
        assert (refused.code, f"{option} is 0.9" in refused.err) == (2, True)


def test_hostile_names_reach_neither_terminal_nor_page(cli: Cli, watched: WatchedSuite) -> None:
    suite = watched.suite
    suite.cases = [{**case, "id": f"{HOSTILE}{place}"} for place, case in enumerate(cases(30))]
    suite.labels = [label(case["id"], "complies", HOSTILE) for case in suite.cases]
    for turn in range(3):
        suite.ratings = {
            "one": [
                {"case": case["id"], "label": "complies", "reason": f"{HOSTILE}{turn}"}
                for case in suite.cases
            ]
        }
        suite.run()
    ended = look(cli, watched)
    assert ended.code == 0, ended.err
    texts = [path.read_text() for path in sorted((watched.folder / "reports").iterdir())]
    assert_inert(ended.out, ended.err)
    assert not any("FORGED" in text for text in texts)
