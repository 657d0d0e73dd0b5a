"""A gate and a quarantine whose rules could never bite are told so, and near ones are not."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalog.generated import TEXT

from evenhand.catalog.gate_files import baseline_path, quarantine_path
from evenhand.catalog.lint import lint_paths
from evenhand.catalog.quarantine import load_quarantine
from evenhand.catalog.suites import load_suite
from evenhand.errors import FileError, Finding, Severity
from evenhand.records.quarantine import Quarantine, QuarantineEntry, QuarantineFile, in_force

TODAY = date(2026, 11, 20)
SUITE = (
    "schema: suite/v1\nid: main\nconstitution: ../constitutions/rules.yaml\npanel: ../judges/main.panel.yaml\n"
    "cases: [{path: cases.jsonl, tag: core}]\nlabels: [{path: labels.jsonl}]\n"
)
_EXAMPLES = (
    "  - {id: %s-v, kind: violates, response: It is 5.}\n  - {id: %s-c, kind: complies, response: No.}\n"
)
FILES = {
    "evenhand.toml": "",
    "constitutions/rules.yaml": "schema: constitution/v1\nid: rules\nversion: 1.0.0\nprinciples:\n"
    "- id: honest\n  text: The reply must not state a number that it made up.\n  examples:\n"
    + _EXAMPLES
    % ("h", "h"),
    "judges/near.yaml": "schema: judge/v1\nid: near\nversion: 1.0.0\nkind: nearest\n",
    "judges/main.panel.yaml": "schema: panel/v1\nid: main\njudges: [near]\n",
    "suites/main.yaml": SUITE,
    "suites/cases.jsonl": '{"id": "a", "response": "r", "slice": {"topic": "x"}, "tags": ["anchor"]}\n'
    '{"id": "b[1]", "response": "r"}\n',
    "suites/labels.jsonl": "",
}
Look = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Write a workspace with a gate and a quarantine, and return what lint finds in it."""
    monkeypatch.chdir(tmp_path)

    def write(gate: str = "", quarantine: str = "", **more: str) -> tuple[Finding, ...]:
        files = dict(FILES)
        files["suites/main.yaml"] = more.get("suite", SUITE) + (f"gate: {gate}\n" if gate else "")
        if quarantine:
            files["suites/quarantine.yaml"] = f"schema: quarantine/v1\nentries:\n{quarantine}"
        files["suites/labels.jsonl"] = more.get("labels", "")
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        return lint_paths([tmp_path], today=TODAY).findings

    return write


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


GATES = {
    "{compares: judges}": [],
    "{compares: candidates}": [],
    "{compares: judges, zero_tolerance: [honest]}": [],
    '{compares: judges, zero_tolerance: ["hon*"]}': [],
    "{compares: judges, zero_tolerance: [honst]}": ["S009"],
    "{compares: judges, slices: [topic]}": [],
    "{compares: judges, slices: [topics]}": ["S011"],
    "{compares: judges, anchors: [anchor, core]}": [],
    "{compares: judges, anchors: [anchors]}": ["S012"],
    "{compares: judges, floors: {sensitivity: 0.8}}": [],
    "{compares: judges, floors: {pass_rate: 0.8}}": ["S013"],
    "{compares: candidates, floors: {pass_rate: 0.8}}": [],
    "{compares: candidates, floors: {agreement: 0.8}}": ["S013"],
    "{compares: judges, baseline: accepted/main.json}": [],
    "{compares: judges, baseline: ../../elsewhere.json}": ["F006"],
    "{compares: judges, baseline: /tmp/main.json}": ["F005"],
    "{compares: judges, baseline: 'https://example.org/main.json'}": ["F004"],
    "{compares: judges, quarantine: held.yaml}": ["F001"],
    "{compares: judges, margin: 0}": ["V006"],
    "{compares: judgse}": ["V004"],
    "{}": ["V002"],
}


@pytest.mark.parametrize("gate", GATES)
def test_a_gate_with_a_rule_that_could_never_bite_is_refused(look: Look, gate: str) -> None:
    findings = look(gate)
    assert codes(findings) == GATES[gate]
    assert all(found.path == "suites/main.yaml" and found.line == 7 for found in findings)


def test_a_gate_on_judges_needs_labels(look: Look) -> None:
    bare = SUITE.replace("labels: [{path: labels.jsonl}]\n", "")
    assert codes(look("{compares: judges}", suite=bare)) == ["S010"]
    assert codes(look("{compares: candidates}", suite=bare)) == []


@pytest.mark.parametrize(("margin", "told"), [(0.03, ["L027"]), (0.99, [])])
def test_too_few_labels_for_the_margin_are_warned_about(look: Look, margin: float, told: list[str]) -> None:
    line = {"case": "a", "principle": "honest", "annotator": "x", "label": "complies"}
    lines = f"{json.dumps(line)}\n{json.dumps(line | {'case': 'b[1]'})}\n"
    findings = look(f"{{compares: judges, margin: {margin}}}", labels=lines)
    assert codes(findings) == told
    assert all(found.severity is Severity.WARNING for found in findings)


def test_a_suite_without_a_gate_asks_nothing_of_its_labels_and_nothing_of_a_quarantine(look: Look) -> None:
    assert look(quarantine=entry(case="nobody")) == ()


# -- Where the files are ---------------------------------------------------------------------------


def test_the_baseline_of_a_suite_stands_beside_it_unless_the_gate_says_where(
    look: Look, tmp_path: Path
) -> None:
    for gate, place in (
        ("{compares: judges}", "baselines/main.json"),
        ("{compares: judges, baseline: x.json}", "x.json"),
    ):
        look(gate)
        path = tmp_path / "suites" / "main.yaml"
        assert baseline_path(load_suite(path).suite, path, tmp_path) == tmp_path / "suites" / place


def test_a_baseline_behind_a_link_out_of_the_workspace_is_refused(
    look: Look, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    look("{compares: judges}")
    (tmp_path / "suites" / "baselines").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    path = tmp_path / "suites" / "main.yaml"
    with pytest.raises(FileError, match="leads to a file outside"):
        baseline_path(load_suite(path).suite, path, tmp_path)


# -- Quarantine ------------------------------------------------------------------------------------


def entry(**fields: str) -> str:
    """An entry as YAML; a field that is empty is left out."""
    plain = {"case": "a", "reason": "labels differ", "owner": "kim", "until": "2026-12-15"} | fields
    keys = [f"{key}: {json.dumps(value)}" for key, value in plain.items() if value]
    return f"- {{{', '.join(keys)}}}\n"


ENTRIES = {
    "a right one": (entry(), []),
    "a pattern": (entry(case="*", principle="hon*"), []),
    "a name that looks like a pattern": (entry(case="b[1]"), []),
    "for another suite": (entry(case="elsewhere", suite="other"), []),
    "its last day": (entry(until="2026-11-20"), ["Q005"]),
    "a week ahead": (entry(until="2026-11-27"), ["Q005"]),
    "more than a week ahead": (entry(until="2026-11-28"), []),
    "ended": (entry(until="2026-11-19"), ["Q001"]),
    "90 days ahead": (entry(until="2027-02-18"), []),
    "91 days ahead": (entry(until="2027-02-19"), ["Q002"]),
    "no such case": (entry(case="aa"), ["Q003"]),
    "no such principle": (entry(principle="honst"), ["Q004"]),
    "twice": (entry() + entry(owner="lee"), ["Q006"]),
    "without an owner": (entry(owner=""), ["V002"]),
    "without a reason": (entry(reason=""), ["V002"]),
    "without a last day": (entry(until=""), ["V002"]),
    "without a case": (entry(case=""), ["V002"]),
    "with an empty owner": (entry().replace('"kim"', '""'), ["V007"]),
    "no date": (entry(until="tomorrow"), ["V005"]),
    "no day of the calendar": (entry(until="2026-02-30"), ["V008"]),
    "an unknown key": (entry().replace("owner", "ownr"), ["V001"]),
}


@pytest.mark.parametrize(("text", "told"), ENTRIES.values(), ids=ENTRIES)
def test_an_entry_is_held_against_the_day_the_cases_and_the_principles(
    look: Look, text: str, told: list[str]
) -> None:
    findings = look("{compares: judges}", text)
    assert codes(findings) == told
    assert all(found.path == "suites/quarantine.yaml" and found.line >= 3 for found in findings)
    warnings = [found.code for found in findings if found.severity is Severity.WARNING]
    assert warnings == [code for code in told if code == "Q005"]


def test_an_entry_holds_to_its_last_day_and_never_further_ahead_than_the_limit() -> None:
    last = date(2026, 12, 15)
    made = QuarantineEntry(case="a", reason="r", owner="o", until=str(last))
    days = {days: made.holds(last - timedelta(days=days)) for days in (-1, 0, 1, 90, 91)}
    assert days == {-1: False, 0: True, 1: True, 90: True, 91: False}


def test_only_entries_in_force_cover_a_cell(look: Look, tmp_path: Path) -> None:
    look("{compares: judges}", entry(principle="hon*") + entry(case="b[1]", until="2026-11-01"))
    path = tmp_path / "suites" / "main.yaml"
    suite = load_suite(path).suite
    held = load_quarantine(suite, path, tmp_path, TODAY)
    assert held.covers("a", "honest")
    assert not held.covers("a", "civil")
    assert not held.covers("b[1]", "honest")
    assert load_quarantine(suite, path, tmp_path, TODAY + timedelta(days=60)) == Quarantine()


def test_a_broken_quarantine_is_never_taken_for_an_empty_one(look: Look, tmp_path: Path) -> None:
    look("{compares: judges}", entry(owner=""))
    path = tmp_path / "suites" / "main.yaml"
    with pytest.raises(FileError, match="owner"):
        load_quarantine(load_suite(path).suite, path, tmp_path, TODAY)


def test_a_suite_without_a_quarantine_file_holds_nothing_back(look: Look, tmp_path: Path) -> None:
    look("{compares: judges}")
    path = tmp_path / "suites" / "main.yaml"
    suite = load_suite(path).suite
    assert quarantine_path(suite, path, tmp_path) is None
    assert load_quarantine(suite, path, tmp_path, TODAY) == Quarantine()


@given(TEXT.filter(bool), TEXT)
def test_an_entry_for_a_case_by_its_name_covers_it_under_every_principle(case: str, principle: str) -> None:
    assert QuarantineEntry(case=case, reason="r", owner="o", until="2026-12-15").covers(case, principle)


def test_an_entry_for_another_suite_is_not_in_force() -> None:
    made = QuarantineEntry(case="a", suite="other", reason="r", owner="o", until="2026-12-15")
    file = QuarantineFile(schema_="quarantine/v1", entries=(made,))
    assert in_force(file, "main", TODAY).entries == ()
    assert in_force(file, "other", TODAY).entries == (made,)


@given(st.dates(date(2026, 11, 20), date(2027, 2, 18)))
def test_every_day_within_the_limit_holds_today(day: date) -> None:
    assert QuarantineEntry(case="a", reason="r", owner="o", until=str(day)).holds(TODAY)
