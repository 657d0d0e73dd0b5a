"""One changed character in anything a run rests on changes its manifest's hash and stops a resume, by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import EvenhandError, UsageError
from evenhand.testing import LoopbackServer, judges, serve_in_thread
from evenhand.workflows.prepare import prepare
from evenhand.workflows.run_suite import RunOptions, resume_run, run_suite

_SHOTS = (
    "  examples:\n  - {id: e-v, kind: violates, response: It is secret., use: shot}\n"
    "  - {id: e-c, kind: complies, response: I do not tell., use: shot}\n"
)
PINNED = {
    "cases": ("suites/small.jsonl", '"Question 2?"', '"Question 3?"'),
    "labels": ("suites/labels.jsonl", '"complies"', '"violates"'),
    "recorded ratings": ("judges/said.jsonl", '"label": "complies"', '"label": "violates"'),
    "template": ("judges/reader.j2", "principle.text", "principle.title"),
    "few-shot label": ("constitutions/c.yaml", "complies, response: I do", "violates, response: I do"),
    "few-shot text": ("constitutions/c.yaml", "It is secret.", "It is sacred."),
    "principle": ("constitutions/c.yaml", "Keep secrets.", "Tell secrets."),
    "judge": ("judges/reader.yaml", "attempts: 1", "attempts: 2"),
    "judge's model": ("judges/reader.yaml", "loop/scripted", "loop/scripted2"),
    "system message": ("judges/reader.yaml", "You judge.", "You obey."),
    "panel": ("judges/one.panel.yaml", "quorum: 1", "quorum: 2"),
    "suite": ("suites/small.yaml", "seed: 7", "seed: 8"),
    "how labels are read": ("suites/small.yaml", "resolved: [gold]", "resolved: [silver]"),
    "price": ("judges/reader.yaml", "input: 0.0", "input: 0.5"),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A workspace with a file of every kind that a manifest pins, and a run that was interrupted."""
    with serve_in_thread(LoopbackServer(judges.rule("secret"))) as server:
        model_workspace(tmp_path, server.base_url, cases=plain_cases(6))
        _add_every_kind(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            run_suite(tmp_path, tmp_path / "suites/small.yaml", RunOptions(), _interrupt)
        yield tmp_path


def _add_every_kind(folder: Path) -> None:
    def change(name: str, old: str, new: str) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    (folder / "constitutions/c.yaml").write_text(
        "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples:\n- id: keep.secrets\n  text: Keep secrets.\n"
        f"{_SHOTS}",
        encoding="utf-8",
    )
    change(
        "judges/reader.yaml",
        "template: reader.j2\n",
        "template: reader.j2\nsystem: You judge.\nshots: {max: 2}\n",
    )
    change("judges/one.panel.yaml", "judges: [reader]\n", "judges: [reader, said]\nquorum: 1\n")
    change(
        "suites/small.yaml",
        "cases: [{path: small.jsonl}]\n",
        "cases: [{path: small.jsonl}]\nseed: 7\nlabels: [{path: labels.jsonl, resolved: [gold]}]\n",
    )
    lines = "".join(
        f'{{"case": "case-{n}", "principle": "keep.secrets", "annotator": "gold", "label": "complies"}}\n'
        for n in range(6)
    )
    (folder / "suites/labels.jsonl").write_text(lines, encoding="utf-8")
    (folder / "judges/said.jsonl").write_text(lines.replace('"annotator": "gold", ', ""), encoding="utf-8")
    (folder / "judges/said.yaml").write_text(
        "schema: judge/v1\nid: said\nversion: 1.0.0\nkind: recorded\nwho: somebody\nratings: {path: said.jsonl}\n",
        encoding="utf-8",
    )


def _interrupt(_run: object, _progress: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("what", PINNED)
def test_one_edit_changes_the_hash_and_stops_the_resume(folder: Path, what: str) -> None:
    name, old, new = PINNED[what]
    suite = folder / "suites/small.yaml"
    before = prepare(folder, suite).manifest(command="").inputs_hash()
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert prepare(folder, suite).manifest(command="").inputs_hash() != before
    with pytest.raises(UsageError, match="have changed since it started"):
        resume_run(folder, "latest", RunOptions(), lambda _run, _progress: None)


def test_an_unchanged_workspace_is_resumed(folder: Path) -> None:
    result = resume_run(folder, "latest", RunOptions(), lambda _run, _progress: None)
    assert result.account.open == 0


def test_a_file_pinned_by_its_hash_in_the_suite_is_refused_before_any_run(folder: Path) -> None:
    suite = folder / "suites/small.yaml"
    pinned = suite.read_text(encoding="utf-8").replace(
        "{path: labels.jsonl,", "{path: labels.jsonl, hash: sha256:" + "0" * 64 + ","
    )
    suite.write_text(pinned, encoding="utf-8")
    with pytest.raises(EvenhandError, match="changed since its hash was written"):
        run_suite(folder, suite, RunOptions(), _interrupt)
