"""`evenhand constitution infer` on a terminal and as JSON, with a scripted generator on loopback."""

from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.workflows.test_infer_principles import DECOY, PLANTED, REWORDED, generator, scripted, suite

from evenhand.cli.documents import document_schema
from evenhand.testing import LoopbackServer, serve_in_thread


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOP_API_KEY", "key")


def test_what_is_put_before_people_is_said_first_and_written_down(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "w"
    suite(folder).run()
    with serve_in_thread(LoopbackServer(scripted)) as server:
        words = ("constitution", "infer", "--generator", generator(folder, server.base_url), "--least", "50")
        asked_for = cli(*words, "--workspace", folder, "--plan-only", "--json")
        assert not server.ledger.calls
        ended = cli(*words, "--yes", "--workspace", folder)
        proposals = folder / "amendments.yaml"
        as_json = cli(*words, "--yes", "--workspace", folder, "--json", "--amendments", proposals)
    assert ended.code == as_json.code == asked_for.code == 0, ended.err
    assert "1 of 2 proposals explains decisions of people" in ended.out
    assert PLANTED in ended.out or REWORDED in ended.out
    for document, name in ((as_json, "constitution-infer/v1"), (asked_for, "constitution-infer-plan/v1")):
        schema = document_schema(f"evenhand/{name}")
        jsonschema.Draft202012Validator(schema).validate(document.document)
        assert set(document.document) == set(schema["properties"])
    files = [Path(name) for name in as_json.document["files"]]
    assert {path.suffix for path in files} == {".html", ".md", ".json", ".yaml"}
    assert all(DECOY in path.read_text(encoding="utf-8") for path in files if path != proposals)
    written = proposals.read_text(encoding="utf-8")
    assert "kind: inferred" in written
    assert "adjusted_p" in written
    assert DECOY not in written


def test_too_few_decisions_end_with_3_and_what_to_do(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "w"
    suite(folder, cases=60).run()
    with serve_in_thread(LoopbackServer(scripted)) as server:
        ended = cli(
            "constitution",
            "infer",
            "--generator",
            generator(folder, server.base_url),
            "--yes",
            "--workspace",
            folder,
        )
        assert not server.ledger.calls
    assert ended.code == 3
    assert "--least" in ended.err


def test_a_plan_says_where_the_command_would_refuse_and_takes_a_generator_by_name(
    tmp_path: Path, cli: Cli
) -> None:
    folder = tmp_path / "w"
    suite(folder, cases=60).run()
    path = generator(folder, "http://127.0.0.1:9")
    judges = folder / "judges"
    judges.mkdir(exist_ok=True)
    for file in (path, folder / "infer.j2", folder / "vote.j2"):
        file.rename(judges / file.name)
    words = ("constitution", "infer", "--generator", "inferrer", "--plan-only", "--workspace", folder)
    ended = cli(*words)
    assert ended.code == 0
    assert "below 200 decisions against the panel this refuses to ask" in ended.err
    assert "refuses to ask" not in cli(*words, "--least", "1").err


def test_work_that_may_be_dear_is_not_begun_where_nobody_can_be_asked(tmp_path: Path, cli: Cli) -> None:
    folder = tmp_path / "w"
    suite(folder).run()
    with serve_in_thread(LoopbackServer(scripted)) as server:
        path = generator(folder, server.base_url, price={"input": 100, "output": 100})
        ended = cli("constitution", "infer", "--generator", path, "--least", "50", "--workspace", folder)
        assert not server.ledger.calls
    assert ended.code == 2
    assert "--plan-only" in ended.err
