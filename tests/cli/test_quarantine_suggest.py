"""Cells that do not hold still are named, out of what was really asked."""

from pathlib import Path

import jsonschema
from tests.cli.kit import Cli
from tests.workflows.gate.readings_kit import NO, YES, Fickle, workspace

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, serve_in_thread


def test_the_cell_that_flips_is_named_with_the_command_that_holds_it_back(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Fickle({"Answer 1": (YES, NO)}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=10)
        cli("run", "small", "--readings", "2", "--workspace", folder)
        told = cli("quarantine", "suggest", "--workspace", folder, "--json").document
        shown = cli("quarantine", "suggest", "--workspace", folder)
    jsonschema.Draft202012Validator(document_schema("evenhand/quarantine-suggest/v1")).validate(told)
    assert (told["cells"], told["flaky"]) == (10, 1)
    (worst,) = told["worst"]
    assert (worst["readings"], worst["runs"], worst["flip_rate"]) == (2, 1, 1.0)
    assert worst["command"].startswith("evenhand quarantine add ")
    assert "1 of 10 cells that were read twice or more flipped" in shown.err


def test_without_a_second_reading_nothing_is_known(tmp_path: Path, cli: Cli) -> None:
    with serve_in_thread(LoopbackServer(Fickle({}))) as server:
        folder = workspace(tmp_path, server.base_url, cases=10)
        cli("run", "small", "--workspace", folder)
        ended = cli("quarantine", "suggest", "--workspace", folder)
    assert "0 of 0 cells" in ended.err
    assert "--readings 5" in ended.err
