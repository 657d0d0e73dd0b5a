"""`evenhand constitution amend` as people type it."""

from pathlib import Path

import jsonschema
import pytest
from tests.cli.kit import Cli
from tests.workflows.calibration_kit import label
from tests.workflows.test_amend_constitution import made

from evenhand.cli.documents import document_schema


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    suite = made(tmp_path, [label("c0", "violates"), label("c1", "violates")])
    suite.run()
    monkeypatch.chdir(suite.folder)
    return suite.folder


def test_proposals_are_listed_and_written(folder: Path, cli: Cli) -> None:
    ended = cli("constitution", "amend", "--run", "latest", "--out", "proposals.yaml")
    assert ended.code == 0
    assert "missed-by-judges-" in ended.out
    assert "People fail 2 replies under honest, and no principle fires on them." in ended.out
    assert "1 proposal in proposals.yaml: 1 new, 0 decided" in ended.err
    assert "next:  decide the 1 in the file" in ended.err
    assert (folder / "proposals.yaml").read_text().startswith("# Proposals for people; nothing applies them.")


@pytest.mark.usefixtures("folder")
def test_the_document_keeps_to_its_schema(cli: Cli) -> None:
    ended = cli("--json", "constitution", "amend", "--out", "proposals.yaml")
    schema = document_schema("evenhand/constitution-amend/v1")
    jsonschema.Draft202012Validator(schema).validate(ended.document)
    assert ended.document["amendments"]["proposals"][0]["kind"] == "missed_by_judges"


@pytest.mark.usefixtures("folder")
def test_the_constitution_is_no_place_to_write_proposals_to(cli: Cli) -> None:
    assert cli("constitution", "amend", "--out", "c.yaml").code == 2
