"""`evenhand calibrate` on the terminal: the answer first, the next step with every error, and nothing acts."""

import json
import random
import re
from pathlib import Path

import pytest
from tests.cli.kit import Cli
from tests.cli.test_hostile_text import HOSTILE, assert_inert
from tests.workflows.calibration_kit import RecordedSuite, cases, label

COUNT = 200


@pytest.fixture
def suite(tmp_path: Path) -> RecordedSuite:
    """A run of three judges with labels of one person."""
    dice = random.Random(3)
    fails = [dice.random() < 0.3 for _ in range(COUNT)]

    def text(number: int, right: float) -> str:
        return "violates" if fails[number] == (dice.random() < right) else "complies"

    ratings = {
        judge: [{"case": f"c{number}", "label": text(number, right)} for number in range(COUNT)]
        for judge, right in {"one": 0.95, "two": 0.9, "three": 0.55}.items()
    }
    labels = [label(f"c{number}", text(number, 1), inclusion=1, seconds=20) for number in range(COUNT)]
    made = RecordedSuite(tmp_path / "w", cases(COUNT), ratings, labels, suite="splits: {gate: 1}\n")
    made.run()
    return made


def test_the_answer_comes_first_and_then_the_report(suite: RecordedSuite, cli: Cli) -> None:
    ended = cli("calibrate", "--workspace", suite.folder)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0].split() == ["rater", "trust", "for"]
    assert re.match(r"panel  \w.*  honest", lines[1])
    assert {line.split()[0] for line in lines[2:5]} == {"one", "two", "three"}
    assert any(line.startswith("1. ") for line in lines)
    assert any(re.match(r"pass rate \d+\.\d% \(\d+\.\d% to \d+\.\d%\), ", line) for line in lines)
    assert any("the judges alone would have said" in line for line in lines)
    assert [Path(line).suffix for line in lines if "/reports/" in line] == [".html", ".md", ".json"]
    assert "used 0 times before" in ended.out
    assert "used 1 time before" in cli("calibrate", "--workspace", suite.folder).out


def test_the_document_has_the_answer_and_the_files(suite: RecordedSuite, cli: Cli) -> None:
    ended = cli("calibrate", "--workspace", suite.folder, "--format", "md", "--format", "json", "--json")
    document = ended.document
    assert document["schema"] == "evenhand/calibrate/v1"
    assert document["run"] == suite.runs[-1].id
    assert [Path(path).suffix for path in document["files"]] == [".md", ".json"]
    assert {cell["rater"] for cell in document["trust"]} == {"panel", "one", "two", "three"}
    assert document["advice"]
    assert document["rate"]["rate"]["value"] > 0.5
    assert document["fit"] is None


def test_cut_offs_are_taken_from_the_command_line(suite: RecordedSuite, cli: Cli, tmp_path: Path) -> None:
    ended = cli(
        *("calibrate", "--workspace", suite.folder, "--format", "json", "--out", tmp_path / "o"),
        *("--epsilon", "0.1", "--floor", "0.9", "--alpha", "0.05", "--alpha", "0.3"),
    )
    assert ended.code == 0, ended.err
    (path,) = (tmp_path / "o").iterdir()
    report = json.loads(path.read_text())
    choices = report["method"]["choices"]
    assert (choices["epsilon"], choices["floor"], choices["alpha"]) == ("0.1", "0.9", "0.05, 0.3")
    assert [each["alpha"] for each in report["automation"]] == [0.05, 0.3]


def test_a_fit_is_learned_where_it_is_asked_for(suite: RecordedSuite, cli: Cli, tmp_path: Path) -> None:
    fit = tmp_path / "p.fit.json"
    ended = cli(
        "calibrate", "--workspace", suite.folder, "--format", "json", "--learn", fit, "--rule", "weighted"
    )
    assert ended.code == 0, ended.err
    assert str(fit) in ended.out
    assert json.loads(fit.read_text())["rule"] == "weighted"


def test_maps_need_probabilities_and_are_written_with_them(
    suite: RecordedSuite, cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "maps.json"
    plain = cli("calibrate", "--workspace", suite.folder, "--format", "json", "--maps", path)
    assert (plain.code, "no judge gives probabilities" in plain.err, path.exists()) == (3, True, False)
    dice = random.Random(5)
    suite.ratings = {
        name: [{**line, "distribution": _surely(str(line["label"]), dice.uniform(0.5, 1))} for line in lines]
        for name, lines in suite.ratings.items()
    }
    suite.run()
    ended = cli("calibrate", "--workspace", suite.folder, "--format", "json", "--maps", path)
    assert ended.code == 0, ended.err
    assert str(path) in ended.out
    assert [each["judge"] for each in json.loads(path.read_text())["maps"]] == ["one", "two", "three"]


def _surely(label: str, share: float) -> dict[str, float]:
    other = {"complies": "violates", "violates": "complies"}[label]
    return {label: share, other: 1 - share}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--epsilon", "1.5"), "--epsilon is 1.5; it should be between 0 and 1"),
        (("--floor", "0"), "--floor is 0"),
        (("--alpha", "0.1", "--alpha", "2"), "--alpha is 2"),
        (("--alpha", "1e-320"), "--alpha is 9.99989e-321"),
        (("--format", "pdf"), "pdf"),
        (("--learn", "x.json", "--rule", "magic"), "magic"),
        (("--rule", "magic"), "magic"),
        (("--humans", "/dev/zero"), "/dev/zero is no regular file"),
        (("--humans", "nowhere.jsonl"), "nowhere.jsonl"),
        (("--plan", "--half-width", "3"), "half width"),
        (("--half-width", "0.1"), "--half-width has no use without --plan"),
        (("--usd-per-hour", "30"), "--usd-per-hour has no use without --plan"),
        (("--plan", "--maps", "m.json"), "--maps has no use with --plan"),
        (("--plan", "--open-sealed"), "--open-sealed has no use with --plan"),
        (("yesterday",), "yesterday"),
    ],
)
def test_what_can_not_be_meant_is_refused(
    suite: RecordedSuite, cli: Cli, options: tuple[str, ...], words: str
) -> None:
    ended = cli("calibrate", "--workspace", suite.folder, *options)
    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err


def test_without_labels_it_could_not_measure_and_says_what_to_do(tmp_path: Path, cli: Cli) -> None:
    ratings = {judge: [{"case": "c0", "label": "complies"}] for judge in ("one", "two")}
    RecordedSuite(tmp_path / "w", cases(1), ratings).run()
    ended = cli("calibrate", "--workspace", tmp_path / "w")
    assert ended.code == 3
    assert "has no human labels" in ended.err
    assert "--humans FILE" in ended.err


def test_splits_that_changed_after_their_first_use_are_refused(suite: RecordedSuite, cli: Cli) -> None:
    assert cli("calibrate", "--workspace", suite.folder, "--format", "json").code == 0
    suite.suite = ""
    suite.run()
    ended = cli("calibrate", "--workspace", suite.folder)
    assert ended.code == 2
    assert "put back `splits: {optimise: 0, gate: 1, sealed: 0}`" in ended.err


def test_a_plan_tells_labels_minutes_and_money(suite: RecordedSuite, cli: Cli) -> None:
    options = ("--plan", "--half-width", "0.02", "--usd-per-hour", "30")
    ended = cli("calibrate", "--workspace", suite.folder, *options)
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[0].startswith("for intervals of ±0.02, from 200 labelled items")
    assert [line.split()[0] for line in lines[2:5]] == ["rate", "sensitivity", "specificity"]
    assert "only 0 items are left to label" in ended.err
    document = cli("calibrate", "--workspace", suite.folder, *options, "--json").document
    assert document["schema"] == "evenhand/calibrate-plan/v1"
    assert document["plan"]["seconds_per_label"] == 20


def test_hostile_names_in_labels_reach_no_terminal(suite: RecordedSuite, cli: Cli) -> None:
    lines = [
        label(HOSTILE, "complies"),
        label("c0", HOSTILE, HOSTILE),
        label("c1", "complies", HOSTILE, principle=HOSTILE),
        label("c2", "complies", HOSTILE, design=HOSTILE, note=HOSTILE),
        label("c3", "complies", HOSTILE, candidate=HOSTILE),
    ]
    path = suite.humans("h.jsonl", lines)
    for extra in ((), ("--json",), ("-vv", "--debug")):
        ended = cli("calibrate", "--workspace", suite.folder, "--humans", path, "--format", "md,json", *extra)
        assert ended.code == 0, ended.err
        assert_inert(ended.out, ended.err)
        assert "FORGED" in ended.out + ended.err
    assert_inert(cli("calibrate", HOSTILE, "--workspace", suite.folder).err)
    assert_inert(cli("calibrate", "--humans", HOSTILE, "--workspace", suite.folder).err)
