"""Small real runs of recorded judges with human labels; every answer and label here is made up by the tests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.records.run import Run
from evenhand.workflows.read_run import StoredRun, read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

Line = Mapping[str, Any]
PRINCIPLE = "honest"


@dataclass
class RecordedSuite:
    """A workspace with one suite of recorded judges."""

    folder: Path
    cases: Sequence[Line]
    ratings: Mapping[str, Sequence[Line]]
    """Lines of each judge; the principle is `honest` where none is named."""
    labels: Sequence[Line] = ()
    judge: str = ""
    """More lines of every judge file."""
    panel: str = ""
    suite: str = ""
    label_file: str = ""
    """More keys of the entry of the label file."""
    constitution: str = ""
    principles: Sequence[str] = (PRINCIPLE,)
    scale: str = ""
    runs: list[Run] = field(default_factory=list)

    def write(self) -> None:
        """Write every file."""
        self.folder.mkdir(exist_ok=True)
        self._write("evenhand.toml", "")
        self._write_lines("cases.jsonl", self.cases)
        for name, lines in self.ratings.items():
            self._write_lines(f"{name}.jsonl", lines)
            head = (
                f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: recorded\nwho: made up by the tests\n"
            )
            self._write(f"{name}.yaml", f"{head}ratings: {{path: {name}.jsonl}}\n{self.judge}")
        scale = f", scale: {self.scale}" if self.scale else ""
        principles = "".join(f"- {{id: {name}, text: Be honest.{scale}}}\n" for name in self.principles)
        head = "schema: constitution/v1\nid: c\nversion: 1.0.0\n"
        self._write("c.yaml", f"{head}{self.constitution}principles:\n{principles}")
        self._write(
            "p.panel.yaml", f"schema: panel/v1\nid: p\njudges: [{', '.join(self.ratings)}]\n{self.panel}"
        )
        labels = f"labels: [{{path: labels.jsonl{self.label_file}}}]\n" if self.labels else ""
        self._write_lines("labels.jsonl", self.labels)
        self._write(
            "suite.yaml",
            "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: p.panel.yaml\ncases: [{path: cases.jsonl}]\n"
            f"limits: {{failed_share: 1}}\n{labels}{self.suite}",
        )

    def run(self, *, readings: int = 1) -> StoredRun:
        """Write everything, run it and read it back."""
        self.write()
        options = RunOptions(readings=readings)
        result = run_suite(self.folder, self.folder / "suite.yaml", options, lambda _run, _progress: None)
        self.runs.append(result.run)
        return read_run(self.folder, result.run.id)

    def humans(self, name: str, lines: Sequence[Line]) -> Path:
        """Write a file of labels that the suite does not name."""
        self._write_lines(name, lines)
        return self.folder / name

    def _write_lines(self, name: str, lines: Sequence[Line]) -> None:
        self._write(
            name,
            "".join(f"{json.dumps({'principle': PRINCIPLE, **line})}\n" for line in lines)
            if name != "cases.jsonl"
            else "".join(f"{json.dumps(line)}\n" for line in lines),
        )

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")


def cases(count: int, **fields: Any) -> list[Line]:
    """Cases `c0`, `c1` and so on."""
    return [{"id": f"c{number}", "response": f"Answer {number}.", **fields} for number in range(count)]


def label(case: str, text: str, annotator: str = "ann", **fields: Any) -> Line:
    """A line of human labels."""
    return {"case": case, "annotator": annotator, "label": text, **fields}
