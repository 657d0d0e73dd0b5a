"""A workspace whose model judge is a script on loopback: what it gets right depends on its prompt alone.

Texts, labels and answers are made up by the tests. A reply that holds `BAD` violates the rule. The judge is wrong on a
share of the replies that the words of its prompt decide: 40 % without any, 5 % where it says `carefully`, and with
worked examples a tenth less for each.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evenhand.calibration.splits import split_clusters
from evenhand.calibration.table import Split
from evenhand.testing import Judge, JudgeAnswer, JudgeRequest, LoopbackServer, serve_in_thread
from evenhand.workflows.generation.job import GenerationOptions
from evenhand.workflows.run_suite import RunOptions
from evenhand.workflows.tuning.find_generator import find_generator
from evenhand.workflows.tuning.reword import Reword
from evenhand.workflows.tuning.tune import Tuned, TuneWishes, tune_judge

SPLITS = (0.4, 0.4, 0.2)
TEMPLATE = (
    "{{ principle.text }}\n{% for shot in shots %}Example: {{ data('example', shot.response) }} is {{ shot.label }}\n"
    "{% endfor %}{{ data('reply', case.response) }}\n"
)
REASON = "PRIVATE-REASON"


def answer(request: JudgeRequest) -> JudgeAnswer:
    """Answer as the words of the prompt allow."""
    bad = "BAD" in request.candidate
    number = int.from_bytes(hashlib.sha256(request.candidate.encode()).digest()[:4], "big") / 2**32
    wrong = 0.05 if "carefully" in request.outside else 0.9 if "hastily" in request.outside else 0.4
    shots = request.text.count("Example: ")
    right = number >= wrong * 0.9**shots
    return JudgeAnswer(label="violates" if bad == right else "complies")


@dataclass
class TuningWorkspace:
    """A workspace with one suite, `s`, and one judge, `reader`."""

    folder: Path
    server: LoopbackServer
    cases: int = 300
    shared: int = 1
    """Cases of one source."""
    price: float = 0.0
    twins: Sequence[tuple[int, int]] = ()
    """Cases whose text is that of another: to, from."""
    template: str = TEMPLATE
    suite: str = ""
    made: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> None:
        """Write every file."""
        self.made = [self._case(number) for number in range(self.cases)]
        for to, other in self.twins:
            self.made[to] |= {key: self.made[other][key] for key in ("prompt", "response")}
        labels = [
            {
                "case": case["id"],
                "principle": "keep",
                "annotator": who,
                "label": "violates" if "BAD" in case["response"] else "complies",
                "note": f"{REASON} {case['id']}",
            }
            for case in self.made
            for who in ("ann", "bob")
        ]
        self.put(
            "evenhand.toml",
            f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{self.server.base_url}"\nconcurrency = 16\n',
        )
        self.put(
            "c.yaml",
            "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples: [{id: keep, text: Keep it.}]\n",
        )
        self.judge("reader", self.template)
        self.put("judges/p.panel.yaml", "schema: panel/v1\nid: p\njudges: [reader]\n")
        self.put(
            "judges/words.generator.yaml",
            "schema: generator/v1\nid: words\nversion: 1.0.0\nmodel: loop/writer\nprompts: {reword: words.j2}\n"
            f"price: {{input: {self.price}, output: {self.price}}}\nattempts: 1\n",
        )
        self.put(
            "judges/words.j2",
            '{{ principle.text }}\n{{ data("template", case.template) }}\n'
            '{% if case.mistakes %}{{ data("mistakes", case.mistakes) }}{% endif %}\n',
        )
        self.put("suites/s.jsonl", "".join(json.dumps(case) + "\n" for case in self.made))
        self.put("suites/labels.jsonl", "".join(json.dumps(label) + "\n" for label in labels))
        self.put(
            "suites/s.yaml",
            "schema: suite/v1\nid: s\nconstitution: ../c.yaml\npanel: ../judges/p.panel.yaml\n"
            f"cases: [{{path: s.jsonl}}]\nlabels: [{{path: labels.jsonl}}]\n{self.suite}",
        )

    def judge(self, name: str, template: str, *, more: str = "") -> Path:
        """Write a judge and its template."""
        self.put(f"judges/{name}.j2", template)
        return self.put(
            f"judges/{name}.yaml",
            f"schema: judge/v1\nid: {name}\nversion: 1.0.0\nkind: model\nmodel: loop/scripted\ntemplate: {name}.j2\n"
            f"attempts: 1\nanswer: {{reasks: 0}}\nprice: {{input: {self.price}, output: {self.price}}}\n{more}",
        )

    def put(self, name: str, text: str) -> Path:
        """Write a file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def tune(self, options: RunOptions | None = None, **wishes: Any) -> Tuned:
        """Tune the judge."""
        return tune_judge(
            self.folder,
            self.folder / "suites/s.yaml",
            TuneWishes(judge="reader", **wishes),
            options or RunOptions(command="evenhand judge tune s"),
            lambda _run, _progress: None,
        )

    def reword(self, count: int, **options: Any) -> Reword:
        """Return the generator as a proposer of so many wordings."""
        return Reword(
            start=self.folder,
            generator=find_generator(self.folder, "words"),
            count=count,
            options=GenerationOptions(**options),
            watch=lambda _run, _progress: None,
        )

    def cases_of(self, split: Split) -> list[dict[str, Any]]:
        """Return the cases of a split, as every calibration divides them."""
        names = [case["source"] for case in self.made]
        found = split_clusters("s", 0, SPLITS, names)
        return [case for case, mine in zip(self.made, found, strict=True) if mine == split]

    def derived(self, part: str) -> bytes:
        """Return everything that was written for a part."""
        folder = self.folder / ".evenhand/derived/tune-s-reader" / part
        return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())

    def _case(self, number: int) -> dict[str, Any]:
        bad = " BAD" if number % 2 else ""
        return {
            "id": f"case-{number:04}",
            "prompt": f"Question number {number:04}?",
            "response": f"Text {number:04} stands here.{bad}",
            "slice": {"topic": "odd" if number % 3 else "even"},
            "source": f"doc-{number // self.shared:04}",
        }


def nobody(_request: JudgeRequest) -> JudgeAnswer:
    """Write nothing."""
    return JudgeAnswer(raw="")


@contextmanager
def tuning_workspace(folder: Path, writer: Judge = nobody, **fields: Any) -> Iterator[TuningWorkspace]:
    """Serve the judge and a generator, the model `writer`, and write the workspace."""

    def reply(request: JudgeRequest) -> JudgeAnswer:
        return writer(request) if request.model == "writer" else answer(request)

    with serve_in_thread(LoopbackServer(reply)) as server:
        workspace = TuningWorkspace(folder=folder, server=server, **fields)
        workspace.write()
        yield workspace
