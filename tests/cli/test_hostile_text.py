"""Whatever a candidate, a judge or an imported file says, it forges no line and reaches no terminal as a command."""

import json
import re
from pathlib import Path

import pytest
from tests.cli.kit import Cli, model_workspace, tidy_folder

from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread

ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")
PAYLOADS = (
    "\x1b[2J\x1b[31mFORGED",
    "\x1b]52;c;Rk9SR0VE\x07",
    "\x1b]8;;http://example.org\x1b\\FORGED\x1b]8;;\x1b\\",
    "fine\rFORGED",
    "fine\r\nFORGED: finished",
    "fine\nFORGED: finished",
    "fine\x85FORGED",
    "fine\u2028FORGED",
    "\u202eDEGROF\u2066",
    "\x9b2JFORGED",
    "\x08\x08\x7fFORGED",
)
HOSTILE = "\n".join(PAYLOADS)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace in which everything that can come from outside is hostile, down to the case's own name."""
    folder = model_workspace(
        tmp_path, "http://127.0.0.1:9", cases=[{"id": HOSTILE, "prompt": HOSTILE, "response": HOSTILE}]
    )
    rating = {"case": HOSTILE, "principle": "keep.secrets", "label": "violates", "reason": HOSTILE}
    label = {
        "case": HOSTILE,
        "principle": "keep.secrets",
        "annotator": HOSTILE,
        "label": "violates",
        "note": HOSTILE,
    }
    files = {
        "judges/reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: recorded\n"
        "ratings: {path: ../suites/r.jsonl}\n",
        "suites/r.jsonl": json.dumps(rating) + "\n",
        "suites/l.jsonl": json.dumps(label) + "\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    suite = folder / "suites/small.yaml"
    suite.write_text(suite.read_text(encoding="utf-8") + "labels: [{path: l.jsonl}]\n", encoding="utf-8")
    return folder


def assert_inert(*texts: str) -> None:
    for text in texts:
        assert not ACTS.search(text)
        assert not [line for line in text.splitlines() if line.lstrip().startswith(("FORGED", "DEGROF"))]


@pytest.mark.parametrize("extra", [(), ("--json",), ("-vv", "--debug")], ids=["plain", "json", "debug"])
def test_nothing_hostile_gets_through_any_command(extra: tuple[str, ...], workspace: Path, cli: Cli) -> None:
    for line in (
        ("run", "small"),
        ("runs",),
        ("explain", f"{HOSTILE}@latest"),
        ("explain", f"{HOSTILE[:-1]}@latest"),
        ("report", "latest"),
        ("report", HOSTILE),
        (HOSTILE,),
        ("run", HOSTILE),
        ("lint", HOSTILE),
        ("schema", HOSTILE),
    ):
        ended = cli(*line, "--workspace", workspace, *extra)
        assert_inert(ended.out, ended.err)
    assert "FORGED" in cli("explain", f"{HOSTILE}@latest", "--workspace", workspace).out


def test_a_finding_shows_its_line_inert(workspace: Path, cli: Cli) -> None:
    (workspace / "judges/bad.yaml").write_text(
        'schema: judge/v1\nid: "a\u202eb"\nkind: nearest\nversion: 1.0.0\n', encoding="utf-8"
    )
    ended = cli("lint", workspace / "judges/bad.yaml")
    assert ended.code == 2
    assert_inert(ended.out, ended.err)


def test_an_endpoint_that_answers_with_commands_is_quoted_inert(tmp_path: Path, cli: Cli) -> None:
    broken = faults.always(faults.vendor_error("unauthorized", message=HOSTILE))
    with serve_in_thread(LoopbackServer(judges.lazy("complies"), strikes=[broken])) as server:
        folder = model_workspace(tmp_path, server.base_url, cases=[{"id": "a", "response": "b"}])
        ended = cli("run", "small", "--workspace", folder)
    assert ended.code == 3
    assert_inert(ended.out, ended.err)
    assert_inert(cli("runs", "--workspace", folder).out)


def test_an_import_shows_names_inert(tmp_path: Path, cli: Cli) -> None:
    source = tidy_folder(tmp_path, judge="j\x1b[2Jj", criterion="harm\u202e", label="ye\x07s")
    ended = cli("import", "tidy", source, "--workspace", tmp_path)
    assert_inert(ended.out, ended.err)
