"""`evenhand baseline` as people type it: accept, show, diff and review, also interrupted and in CI."""

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.cli.kit import Cli, Ended, run_process, start_process
from tests.workflows.calibration_kit import RecordedSuite, label

from evenhand.catalog.baselines import read_baseline
from evenhand.cli.documents import document_schema
from evenhand.workflows.baseline.accept import Acceptance, accept_run

HOSTILE = "\x1b[2Jgone \x1b]0;title\x07\n::error::forged\r\u202egnorw"
JUDGES = ("one", "two", "three")
LABELS = [label(f"c{at}", "violates" if at % 2 else "complies", inclusion=1) for at in range(6)]


def rated(votes: Mapping[str, Sequence[str]]) -> dict[str, list[Mapping[str, Any]]]:
    """What three judges say of six cases: what `votes` names, and else complies."""
    return {
        judge: [
            {"case": f"c{at}", "label": votes.get(f"c{at}", ("complies",) * 3)[number], "reason": HOSTILE}
            for at in range(6)
        ]
        for number, judge in enumerate(JUDGES)
    }


ALL = ("violates",) * 3
WORSE = {"c0": ALL, "c1": ALL, "c2": ("violates", "violates", "complies")}


class Bench:
    """A suite that is judged, judged otherwise, and compared."""

    def __init__(self, folder: Path, cli: Cli) -> None:
        texts = [
            {"id": f"c{at}", "prompt": HOSTILE, "response": f"Answer {at}. {HOSTILE}"} for at in range(6)
        ]
        self.folder = folder
        self.suite = RecordedSuite(
            folder, texts, rated({}), LABELS, suite="gate: {compares: judges}\nsplits: {gate: 1}\n"
        )
        self.path = folder / "baselines" / "s.json"
        self._cli = cli

    def judge(self, votes: Mapping[str, Sequence[str]] | None = None) -> str:
        """Judge the suite; return the run."""
        self.suite.ratings = rated(votes or {})
        return self.suite.run().run.id

    def __call__(self, verb: str, *arguments: str) -> Ended:
        return self._cli("baseline", verb, "suite.yaml", *arguments, "--workspace", self.folder)

    def accept(self, *arguments: str) -> Ended:
        return self("accept", "--reason", "as it should be", "--by", "Kim", *arguments)

    def document(self, verb: str, *arguments: str) -> dict[str, Any]:
        """Return the document of a command, held against its schema."""
        ended = self(verb, *arguments, "--json")
        assert ended.code == 0, ended.err
        schema = document_schema(f"evenhand/baseline-{verb}/v1")
        jsonschema.Draft202012Validator(schema).validate(ended.document)
        assert set(ended.document) == set(schema["properties"])
        return ended.document

    def review(self, lines: str) -> Ended:
        """Review with lines from a pipe, in a process of its own."""
        process = start_process(*self.words, cwd=self.folder, environment={"CI": ""}, **PIPES)
        out, err = process.communicate(lines.encode())
        return Ended(code=process.returncode, out=out.decode(), err=err.decode())

    words = ("baseline", "review", "suite.yaml")


PIPES: Mapping[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}


@pytest.fixture
def bench(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "w").mkdir()
    monkeypatch.chdir(tmp_path / "w")
    return Bench(tmp_path / "w", cli)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with an accepted baseline and a run in which three cells are worse; tests take a copy."""
    bench = Bench(tmp_path_factory.mktemp("made"), run_here)
    bench.judge()
    said = Acceptance(reason="as it should be", by="Kim", environment={})
    accept_run(bench.folder, str(bench.folder / "suite.yaml"), "", said)
    bench.judge(WORSE)
    return bench.folder


def run_here(*arguments: str | Path) -> Ended:
    raise AssertionError(arguments)


@pytest.fixture
def changed(made: Path, bench: Bench) -> Bench:
    """A copy of what was made."""
    shutil.copytree(made, bench.folder, dirs_exist_ok=True)
    return bench


# -- Accepting -------------------------------------------------------------------------------------


def test_an_accepted_run_is_written_with_who_why_when_and_from_which_run(bench: Bench) -> None:
    run = bench.judge()
    document = bench.document("accept", "--reason", "the  first\none", "--by", "Kim")
    head = read_baseline(bench.path).head
    assert head.accepted is not None
    assert (head.accepted.by, head.accepted.reason, head.accepted.run) == ("Kim", "the first one", run)
    assert head.accepted.at.endswith("Z")
    assert not head.accepted.forced
    assert (document["first"], document["cells"], document["overruled"]) == (True, 6, [])


def test_the_same_run_accepted_twice_gives_the_same_cases_byte_for_byte(bench: Bench) -> None:
    bench.judge()
    bench.accept()
    before = bench.path.read_bytes()
    bench.accept()
    after = bench.path.read_bytes()
    assert before.partition(b'"cases":{')[2] == after.partition(b'"cases":{')[2]


def test_a_baseline_needs_a_reason(bench: Bench) -> None:
    bench.judge()
    assert bench("accept", "--by", "Kim").code == 2
    ended = bench("accept", "--by", "Kim", "--reason", "  ")
    assert ended.code == 2
    assert "needs a reason" in ended.err


def test_who_accepts_is_whom_git_knows_and_else_has_to_be_said(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.judge()
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, os.devnull)
    ended = bench("accept", "--reason", "x")
    assert ended.code == 2
    assert "--by NAME" in ended.err
    assert not bench.path.exists()
    subprocess.run(["git", "init", "-q", str(bench.folder)], check=True)
    for key, value in (("user.name", "Kim\x1b[31m Lee"), ("user.email", "kim@example.org")):
        subprocess.run(["git", "-C", str(bench.folder), "config", key, value], check=True)
    ended = bench("accept", "--reason", "x")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    accepted = read_baseline(bench.path).head.accepted
    assert accepted is not None
    assert accepted.by == "Kim\x1b[31m Lee <kim@example.org>"
    assert "\\u001b" in bench.path.read_text(encoding="ascii")


@pytest.mark.parametrize("value", ["true", "1", "yes", "woodpecker"])
def test_nothing_is_written_in_ci_unless_it_is_forced_and_that_is_recorded(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    bench.judge()
    monkeypatch.setenv("CI", value)
    ended = bench.accept()
    assert ended.code == 2
    assert "this is CI" in ended.err
    assert not bench.path.exists()
    ended = bench.accept("--force")
    assert ended.code == 0
    assert "overruled: this is CI" in ended.err
    accepted = read_baseline(bench.path).head.accepted
    assert accepted is not None
    assert accepted.forced


@pytest.mark.parametrize("value", ["", "false", "0"])
def test_ci_that_is_switched_off_is_no_ci(bench: Bench, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    bench.judge()
    monkeypatch.setenv("CI", value)
    assert bench.accept().code == 0


def test_a_run_of_a_part_of_the_suite_is_refused_whatever_is_said(bench: Bench, cli: Cli) -> None:
    bench.judge()
    assert cli("run", "suite.yaml", "--only", "case=c1", "--workspace", bench.folder, "--yes").code == 0
    for force in ((), ("--force",)):
        ended = bench.accept("latest", *force)
        assert ended.code == 2
        assert "judged a part of the suite" in ended.err
    assert not bench.path.exists()


def test_without_a_name_the_newest_run_of_the_whole_suite_is_meant(bench: Bench, cli: Cli) -> None:
    run = bench.judge()
    cli("run", "suite.yaml", "--only", "case=c1", "--workspace", bench.folder, "--yes")
    assert bench.document("accept", "--reason", "x", "--by", "Kim")["run"] == run


def test_too_many_failed_ratings_speak_against_a_run_unless_it_is_forced(bench: Bench) -> None:
    bench.judge()
    lines = rated({})
    lines["one"] = [{"case": f"c{at}", "label": "", "failure": "refused"} for at in range(6)]
    bench.suite.ratings = lines
    bench.suite.write()
    path = bench.folder / "suite.yaml"
    path.write_text(path.read_text().replace("failed_share: 1", "failed_share: 0.1"))
    assert run_process("run", "suite.yaml", "--yes", cwd=bench.folder).code == 3
    ended = bench.accept()
    assert ended.code == 2
    assert "33.3% of the ratings" in ended.err
    assert bench.accept("--force").code == 0
    found = read_baseline(bench.path)
    assert found.head.accepted is not None
    assert found.head.accepted.forced
    assert found.head.units.failed == {"refused": 6}


def test_a_run_of_another_suite_is_refused(bench: Bench) -> None:
    bench.judge()
    path = bench.folder / "suite.yaml"
    other = path.read_text().replace("id: s\n", "id: other\n")
    (bench.folder / "other.yaml").write_text(other)
    ended = bench._cli("baseline", "accept", "other.yaml", "latest", "--reason", "x", "--by", "Kim")
    assert ended.code == 2
    assert "is of suite s, not of other" in ended.err


def test_a_suite_without_a_run_says_how_to_judge_it(bench: Bench) -> None:
    bench.judge()
    (bench.folder / "suite.yaml").write_text(
        (bench.folder / "suite.yaml").read_text().replace("id: s\n", "id: new\n")
    )
    ended = bench.accept()
    assert ended.code == 2
    assert "evenhand run suite.yaml" in ended.err


# -- Showing and comparing -------------------------------------------------------------------------


def test_show_says_who_accepted_it_and_counts_verdicts_by_principle(changed: Bench) -> None:
    document = changed.document("show")
    assert document["verdicts"] == {"honest": {"complies": 6}}
    assert document["labelled"] == {"honest": 6}
    ended = changed("show")
    assert "by Kim" in ended.out
    assert "as it should be" in ended.out


@pytest.mark.parametrize("verb", ["show", "diff"])
def test_a_suite_without_a_baseline_says_how_to_make_one(bench: Bench, verb: str) -> None:
    bench.judge()
    ended = bench(verb)
    assert ended.code == 2
    assert "has no baseline yet (baselines/s.json)" in ended.err
    assert "evenhand baseline accept suite.yaml" in ended.err


def test_diff_names_each_changed_cell_the_instrument_and_what_is_worse(changed: Bench) -> None:
    document = changed.document("diff")
    cells = [(each["case"], each["old"], each["new"], each["direction"]) for each in document["changed"]]
    assert cells == [(case, "complies", "violates", -1) for case in ("c0", "c1", "c2")]
    (row,) = document["principles"]
    assert (row["same"], row["changed"], row["worse"], row["better"]) == (3, 3, 3, 0)
    assert [line for line in document["instrument"] if line.startswith("judge one")]
    ended = changed("diff")
    assert ended.code == 0
    assert "2 of 3" in ended.out


def test_diff_of_the_accepted_run_itself_is_empty(bench: Bench) -> None:
    run = bench.judge()
    bench.accept()
    document = bench.document("diff", run)
    assert (document["changed"], document["instrument"]) == ([], [])
    assert "every verdict is what it was" in bench("diff").out


def test_cases_that_come_and_go_are_counted(changed: Bench) -> None:
    changed.suite.cases = [*changed.suite.cases[1:], {"id": "new", "response": "x"}]
    changed.judge()
    (row,) = changed.document("diff")["principles"]
    assert (row["gone"], row["fresh"]) == (1, 1)


def test_a_run_may_be_named_in_place_of_its_suite(changed: Bench) -> None:
    run = changed.document("diff")["run"]
    ended = changed._cli("baseline", "diff", run, "--json", "--workspace", changed.folder)
    assert ended.document["run"] == run


def test_a_broken_baseline_is_refused_with_its_line(changed: Bench) -> None:
    text = changed.path.read_text()
    changed.path.write_text(text.replace('"cases":{\n', '"cases":{\n<<<<<<< HEAD\n'))
    for verb in ("show", "diff"):
        ended = changed(verb)
        assert ended.code == 2
        assert "B001" in ended.err + ended.out
        assert "merge conflict" in ended.err + ended.out


# -- Reviewing -------------------------------------------------------------------------------------


def test_a_review_over_a_pipe_accepts_rejects_skips_and_says_what_is_left(changed: Bench) -> None:
    ended = changed.review("a\nr\ns\n")
    assert ended.code == 0
    assert "3 changed cells: 1 accepted, 1 rejected, 1 left" in ended.out
    assert "people say violates" in ended.out


def test_the_next_walk_goes_on_where_the_last_one_ended(changed: Bench) -> None:
    changed.review("a\nq\n")
    ended = changed.review("a\n")
    assert "── honest (medium)  c1" in ended.out
    assert "3 changed cells: 2 accepted, 0 rejected, 1 left" in ended.out


def test_a_principle_is_accepted_at_once_and_taken_back(changed: Bench) -> None:
    ended = changed.review("p\n")
    assert "accepted: 3 changes of honest" in ended.out
    assert "3 accepted, 0 rejected, 0 left" in ended.out
    assert "evenhand baseline accept suite.yaml" in ended.err


def test_the_last_step_is_taken_back(changed: Bench) -> None:
    ended = changed.review("u\nr\nu\na\nq\n")
    assert "nothing was decided in this walk yet" in ended.err
    assert "1 accepted, 0 rejected, 2 left" in ended.out


def test_what_is_typed_wrong_decides_nothing(changed: Bench) -> None:
    ended = changed.review("\naccept\n\x1b[A\n?\nq\n")
    assert ended.code == 0
    assert "0 accepted, 0 rejected, 3 left" in ended.out
    assert "reject it: the run can not become the baseline" in ended.out


def test_no_text_of_a_case_or_a_judge_acts_on_the_terminal_or_begins_a_line(changed: Bench) -> None:
    ended = changed.review("t\nj\na\nq\n")
    for text in (ended.out, ended.err):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\r" not in text
        assert not [line for line in text.split("\n") if line.startswith("::error")]
    assert "one: violates" in ended.out


def test_rejected_cells_keep_a_run_from_becoming_the_baseline_unless_forced(changed: Bench) -> None:
    before = changed.path.read_bytes()
    changed.review("r\nq\n")
    ended = changed.accept()
    assert ended.code == 2
    assert "1 changed cell was rejected in review, such as c0 under honest" in ended.err
    assert changed.path.read_bytes() == before
    assert changed.accept("--force").code == 0
    accepted = read_baseline(changed.path).head.accepted
    assert accepted is not None
    assert accepted.forced


def test_a_decision_holds_for_the_change_it_was_made_on_and_for_no_other(changed: Bench) -> None:
    changed.review("r\nq\n")
    changed.judge({"c0": ("cannot_tell",) * 3, "c1": ALL})
    assert changed.accept().code == 0
    changed.judge({"c1": ALL, "c2": ALL})
    assert "0 accepted, 0 rejected" in changed.review("q\n").out


def test_a_review_without_changes_is_over_at_once(bench: Bench) -> None:
    bench.judge()
    bench.accept()
    ended = bench.review("")
    assert ended.code == 0
    assert "0 changed cells" in ended.out


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_review_loses_no_decision_and_leaves_the_old_file_whole(
    changed: Bench, sent: signal.Signals
) -> None:
    before = changed.path.read_bytes()
    process = start_process(*changed.words, cwd=changed.folder, **PIPES)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"r\n")
    process.stdin.flush()
    while b"c1" not in process.stdout.readline():
        pass
    process.send_signal(sent)
    process.communicate()
    assert process.returncode != 0
    assert changed.path.read_bytes() == before
    assert "0 accepted, 1 rejected, 2 left" in changed.review("q\n").out
    assert changed.accept().code == 2


def test_half_a_decision_that_a_kill_left_is_passed_over(changed: Bench) -> None:
    changed.review("a\nr\nq\n")
    path = changed.folder / ".evenhand" / "baseline-review" / "s.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert "1 accepted, 0 rejected, 2 left" in changed.review("q\n").out
    assert "1 accepted, 1 rejected, 1 left" in changed.review("r\nq\n").out
    assert [json.loads(line)["decision"] for line in path.read_text().splitlines()[1:2]] == ["accepted"]


def test_a_review_is_held_with_a_person_not_as_json(changed: Bench) -> None:
    ended = changed("review", "--json")
    assert ended.code == 2
    assert ended.document["error"]["hint"] == "see the changes with: evenhand baseline diff --json"
