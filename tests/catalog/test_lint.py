"""Each lint code has a workspace that shows it and a near one that does not."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from evenhand.catalog.codes import all_codes
from evenhand.catalog.lint import LintReport, lint_paths
from evenhand.catalog.prices import MOST_DAYS, PRICE_TABLE_DATE
from evenhand.errors import Severity
from evenhand.judging.template import check_template

_EXAMPLES = """\
  examples:
  - {id: %(id)s-v, kind: violates, response: It is 5., use: shot}
  - {id: %(id)s-c, kind: complies, response: I do not know., use: shot}
"""
_PRINCIPLE = "- id: %(id)s\n  text: %(text)s\n" + _EXAMPLES
HONEST = _PRINCIPLE % {"id": "honest", "text": "The reply must not state a number that it made up."}
CIVIL = _PRINCIPLE % {"id": "civil", "text": "The reply must not insult anyone who reads it."}
_MODEL = (
    "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\n"
    "model: openai/gpt-4o-2024-11-20\ntemplate: reader.j2\n"
)
_RULES = "schema: constitution/v1\nid: rules\nversion: 1.0.0\n%sprinciples:\n%s"

SOUND = {
    "evenhand.toml": "",
    "constitutions/rules.yaml": _RULES % ("", HONEST),
    "judges/reader.yaml": _MODEL,
    "judges/reader.j2": '{{ principle.text }}\n{{ data("reply", case.response) }}\n',
    "judges/main.panel.yaml": "schema: panel/v1\nid: main\njudges: [reader]\n",
    "suites/main.yaml": "schema: suite/v1\nid: main\nconstitution: ../constitutions/rules.yaml\n"
    "panel: ../judges/main.panel.yaml\ncases: [{path: cases.jsonl}]\n",
    "suites/cases.jsonl": '{"id": "a", "response": "r", "scope": {"language": "en"}}\n',
}


def _rules(*principles: str, top: str = "") -> dict[str, str]:
    return {"constitutions/rules.yaml": _RULES % (top, "".join(principles or (HONEST,)))}


def _text(text: str) -> dict[str, str]:
    return _rules(_PRINCIPLE % {"id": "honest", "text": text})


def _judge(text: str) -> dict[str, str]:
    return {"judges/reader.yaml": _MODEL + text}


def _labels(principle: str = "honest", label: str = "complies") -> dict[str, str]:
    line = {"case": "a", "principle": principle, "annotator": "x", "label": label}
    suite = SOUND["suites/main.yaml"] + "labels: [{path: labels.jsonl}]\n"
    return {"suites/main.yaml": suite, "suites/labels.jsonl": f"{json.dumps(line)}\n"}


def _written_by(producer: str) -> dict[str, str]:
    case = {"id": "a", "response": "r", "scope": {"language": "en"}, "producer": producer}
    return {"suites/cases.jsonl": f"{json.dumps(case)}\n"}


def _nearest(rules: dict[str, str]) -> dict[str, str]:
    return {"judges/reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: nearest\n", **rules}


_ONE_SIDE = HONEST.rsplit("\n", 2)[0] + "\n"
_SCALE = "scales:\n  s: {type: nominal, values: [good, bad], describe: {good: g, bad: b}, pass: [good]}\n"
_NO_PASS = _SCALE.replace(", pass: [good]", "")
_BORDERLINE = "  - {id: honest-b, kind: borderline, response: About 5., expect: complies}\n"
_CONFLICT = "  conflicts_with: [{id: civil, resolution: This one wins.}]\n"
_SEES_REASONS = "sees: [principle.text, principle.rationale, scale, case.response]\n"
_RENAMED = CIVIL.replace("- id: civil\n", "- id: be.polite\n  aliases: [be.civil]\n")
_NO_SHOT = HONEST.replace(", use: shot", "")

TABLE: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "L001": (_rules(_ONE_SIDE), _rules(HONEST)),
    "L002": (_text("The reply must be short and/or polite."), _text("The reply must be short or polite.")),
    "L003": (_text("The reply must not use inappropriate words."), _text("The reply must not use swear words.")),
    "L004": (_rules(HONEST, HONEST.replace("honest", "truthful")), _rules(HONEST, CIVIL)),
    "L005": (_rules(top=_SCALE), _rules(HONEST + "  scale: s\n", top=_SCALE)),
    "L006": (
        _rules(HONEST + "  scale: s\n", top=_SCALE.replace("good: g, ", "")),
        _rules(HONEST + "  scale: s\n", top=_SCALE),
    ),
    "L007": (
        _rules(HONEST + "  tests: [../suites/case?.json, /etc/passwd]\n"),
        _rules(HONEST + "  tests: [../suites/*.jsonl]\n"),
    ),
    "L008": (
        _rules(HONEST + "  scale: s\n", top=_NO_PASS),
        _rules(HONEST + "  scale: s\n  pass: [good]\n", top=_NO_PASS),
    ),
    "L009": (_judge("repeats: 3\nanswer: {probabilities: logprobs}\n"), _judge("answer: {probabilities: logprobs}\n")),
    "L010": (_judge("repeats: 3\nparams: {temperature: 0}\n"), _judge("repeats: 3\nparams: {temperature: 1}\n")),
    "L011": (
        _judge("answer: {probabilities: repeats}\n"),
        _judge("answer: {probabilities: repeats}\nrepeats: 5\n"),
    ),
    "L012": (_rules(HONEST + _CONFLICT, CIVIL), _rules(HONEST + _BORDERLINE + _CONFLICT, CIVIL)),
    "L013": (
        _rules(HONEST + "  tier: a\n", top="tiers: [a, b]\n"),
        _rules(HONEST + "  tier: a\n", CIVIL + "  tier: b\n", top="tiers: [a, b]\n"),
    ),
    "L014": (
        _rules(HONEST + "  tier: a\n", CIVIL, top="tiers: [a]\n"),
        _rules(HONEST + "  tier: a\n", CIVIL + "  tier: a\n", top="tiers: [a]\n"),
    ),
    "L015": (_judge("max_candidate_chars: 10\n"), _judge("max_candidate_chars: 100\n")),
    "L016": (
        _rules(HONEST + "  scope: {surface: [chat]}\n"),
        _rules(HONEST + "  scope: {language: [en]}\n"),
    ),
    "L017": ({**_judge("shots: {max: 2}\n"), **_rules(_NO_SHOT)}, _judge("shots: {max: 2}\n")),
    "L018": (_nearest(_rules(_ONE_SIDE)), _nearest(_rules(HONEST))),
    "L019": (
        {"judges/reader.yaml": _MODEL.replace("-11-20", "-11-21")},
        {"judges/reader.yaml": _MODEL.replace("-11-20", "-11-21") + "price: {input: 0, output: 0}\n"},
    ),
    "L020": (_labels(principle="honst"), _labels(principle="honest")),
    "L021": (_labels(label="complied"), _labels(label="complies")),
    "L022": (
        {"judges/reader.yaml": _MODEL.replace("-2024-11-20", "")},
        {"judges/reader.yaml": _MODEL.replace("-2024-11-20", "") + "allow_alias: true\n"},
    ),
    "L023": (_written_by("gpt-4"), _written_by("a person")),
    "L028": (
        _text("The reply must name its source and offer a link."),
        _text("The reply must name its source. A link is a source."),
    ),
    "L029": (
        {**_judge(_SEES_REASONS), **_rules(HONEST + "  rationale: People count on numbers.\n")},
        {
            **_judge(_SEES_REASONS),
            **_rules(HONEST + "  rationale: People count.\n  show_rationale_to: [judges]\n"),
        },
    ),
    "L030": (
        _rules(HONEST + "  notes: See `be.civil` first.\n", _RENAMED),
        _rules(HONEST + "  notes: See `be.polite` first.\n", _RENAMED),
    ),
    "J004": ({"judges/reader.yaml": _MODEL.replace("openai/", "opnai/")}, {}),
    "T001": ({"judges/reader.j2": "{{ principle.txt }}\n"}, {}),
    "J003": (
        {"judges/reader.yaml": _MODEL.split("kind", maxsplit=1)[0] + "kind: pattern\nprinciples:\n  '*':\n"
         "    prior: {complies: 0, violates: 0}\n    patterns: [{pattern: '(?=x)', label: violates, weight: 1}]\n"},
        {},
    ),
    "S008": ({"suites/cases.jsonl": '{"id": "a", "principles": ["honst"]}\n'}, {}),
    "D010": ({"suites/cases.jsonl": '{"id": "a", "response": "r"}\n' * 2}, {}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _NoLookAhead:
    """Stands in for the engine that runs patterns: it knows only that RE2 has no look-ahead."""

    def __call__(self, pattern: str) -> str:
        return "invalid perl operator: (?=" if "(?=" in pattern else ""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


_FRESH = date.fromisoformat(PRICE_TABLE_DATE) + timedelta(days=MOST_DAYS)


def _lint(folder: Path, changes: dict[str, str], *, today: date | None = None) -> LintReport:
    for name, text in {**SOUND, **changes}.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return lint_paths(
        [folder], template_check=check_template, pattern_check=_NoLookAhead(), today=today or _FRESH
    )


def test_a_sound_workspace_has_no_findings_and_says_how_much_was_looked_at(folder: Path) -> None:
    assert _lint(folder, {}) == LintReport(findings=(), files=5, principles=1)


def test_a_label_said_to_be_defensible_too_is_held_against_the_scale(folder: Path) -> None:
    files = _labels()
    line = {**json.loads(files["suites/labels.jsonl"]), "defensible": ["complied"]}
    (finding,) = _lint(folder, {**files, "suites/labels.jsonl": f"{json.dumps(line)}\n"}).findings
    assert (finding.code, finding.suggestion) == ("L021", 'did you mean "complies"?')


@pytest.mark.parametrize("code", TABLE)
def test_a_doubtful_workspace_is_told_so_once_and_a_near_one_is_not(folder: Path, code: str) -> None:
    wrong, right = TABLE[code]
    assert code in {finding.code for finding in _lint(folder, wrong).findings}
    assert code not in {finding.code for finding in _lint(folder, right).findings}


_ELSEWHERE = {"L024", "L025", "L026", "L027"}
"""Codes that need more than one workspace to show: of cascades (`test_cascades`), of gates (`test_gate_checks`), and of
old prices, below."""


def test_every_lint_code_is_in_the_table() -> None:
    assert {code for code in all_codes() if code.startswith("L")} - _ELSEWHERE <= set(TABLE)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("The reply must name its source and offer a link.", True),
        ("The reply must not lie. It must not mislead.", False),
        ("The reply must not lie. It must not mislead. It must say what it does not know.", True),
        ("The reply:\n\n    - must name its source\n    - must not guess\n    - must be short", True),
        ("The reply must name its source and must not guess.", False),
    ],
)
def test_a_rule_of_several_claims_is_found_once(folder: Path, *, rule: str, told: bool) -> None:
    text = "|\n    " + rule if "\n" in rule else rule
    codes = [finding.code for finding in _lint(folder, _text(text)).findings]
    assert ("L028" in codes) is told
    assert {"L002", "L028"} - set(codes)


@pytest.mark.parametrize(
    ("notes", "suggestion"),
    [
        ("See `old.name`.", "write `be.civil`"),
        ("See `gone.rule`.", "leave it out, or name what took its place"),
        ("See `be.civl`.", 'did you mean "be.civil"?'),
        ("See `be.civil`.", ""),
        ("See `numpy.linalg`.", ""),
        ("See old.name.", ""),
    ],
)
def test_a_name_in_a_text_that_leads_nowhere_is_told(folder: Path, notes: str, suggestion: str) -> None:
    civil = CIVIL.replace("- id: civil\n", "- id: be.civil\n  aliases: [old.name]\n")
    rules = _rules(HONEST + f"  notes: {notes}\n", civil)
    path = "constitutions/rules.yaml"
    rules[path] += "tombstones: [{id: gone.rule, removed: 0.9.0, because: x}]\n"
    found = [finding.suggestion for finding in _lint(folder, rules).findings if finding.code == "L030"]
    assert found == [suggestion] * bool(suggestion)


def test_a_scale_of_numbers_says_what_its_ends_mean(folder: Path) -> None:
    scale = "scales:\n  s: {type: numeric, minimum: 0, maximum: 10, pass_at: 5%s}\n"
    rule = HONEST.replace("kind: violates,", "kind: violates, expect: 1,").replace(
        "kind: complies,", "kind: complies, expect: 9,"
    )
    for words, told in (
        ("", True),
        (", describe: {'0': bad}", True),
        (", describe: {'0': bad, '10': good}", False),
    ):
        files = _rules(rule + "  scale: s\n", top=scale % words)
        assert ("L006" in {finding.code for finding in _lint(folder, files).findings}) is told


@pytest.mark.parametrize(
    ("changes", "days", "told"),
    [
        ({}, 0, []),
        ({}, 1, ["L026"]),
        (_judge("price: {input: 1, output: 2}\n"), 1, []),
        ({"evenhand.toml": '[prices."openai/gpt-4o-2024-11-20"]\ninput = 1.0\noutput = 2.0\n'}, 1, []),
        ({"evenhand.toml": '[prices."gpt-4o-2024-11-20"]\ninput = 1.0\noutput = 2.0\n'}, 1, []),
    ],
)
def test_a_price_that_is_only_in_an_old_table_is_doubted(
    folder: Path, changes: dict[str, str], days: int, told: list[str]
) -> None:
    report = _lint(folder, changes, today=_FRESH + timedelta(days=days))
    assert [finding.code for finding in report.findings] == told


def test_lint_warns_and_does_not_refuse(folder: Path) -> None:
    findings = [finding for wrong, _ in TABLE.values() for finding in _lint(folder, wrong).findings]
    assert {finding.severity for finding in findings if finding.code[0] == "L"} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("text", "word", "line", "column"),
    [
        ("The reply must be suitable.", "suitable", 6, 27),
        ("|\n    The reply must\n    be suitable.", "suitable", 8, 8),
    ],
)
def test_a_vague_word_is_shown_where_it_stands(
    folder: Path, text: str, word: str, line: int, column: int
) -> None:
    finding = next(found for found in _lint(folder, _text(text)).findings if found.code == "L003")
    assert (finding.line, finding.column, finding.width) == (line, column, len(word))


def test_two_duties_in_one_sentence_are_found_and_two_sentences_are_left_alone(folder: Path) -> None:
    both = "The reply must be short and must be polite."
    assert "L002" in {finding.code for finding in _lint(folder, _text(both)).findings}
    apart = "The reply must be short. It must be polite and may be dull."
    codes = [finding.code for finding in _lint(folder, _text(apart.replace("and may", "or"))).findings]
    assert "L002" not in codes


def test_a_rule_that_compares_two_replies_is_asked_for_no_example_of_one(folder: Path) -> None:
    rule = "- {id: kinder, text: Which of the replies is kinder to the reader?, scale: pair}\n"
    assert "L001" not in {finding.code for finding in _lint(folder, _rules(rule)).findings}


def test_texts_that_are_all_alike_are_told_once_each_and_not_pair_by_pair(folder: Path) -> None:
    rules = [HONEST.replace("honest", name) for name in ("one", "two", "three", "four")]
    found = [each for each in _lint(folder, _rules(*rules)).findings if each.code == "L004"]
    assert [each.message for each in found] == [
        "the text is nearly that of one",
        "the text is nearly that of one and of 1 more",
        "the text is nearly that of one and of 2 more",
    ]


def test_a_template_problem_stands_at_its_place_in_the_template(folder: Path) -> None:
    report = _lint(folder, {"judges/reader.j2": "Rule:\n  {{ principle.txt }}\n"})
    finding = next(found for found in report.findings if found.code == "T001")
    assert (finding.path, finding.line, finding.column, finding.width) == ("judges/reader.j2", 2, 6, 13)


def test_findings_of_files_reached_twice_are_told_once(folder: Path) -> None:
    findings = _lint(folder, {"judges/reader.yaml": _MODEL + "repaets: 2\n"}).findings
    assert [finding.code for finding in findings] == ["V001"]


@pytest.mark.parametrize("name", ["missing.yaml", "suites/cases.jsonl", "judges/reader.j2"])
def test_a_file_that_lint_does_not_read_is_said_to_be_so(folder: Path, name: str) -> None:
    _lint(folder, {})
    (finding,) = lint_paths([folder / name]).findings
    assert finding.code == ("F001" if name == "missing.yaml" else "F011")


def test_a_folder_is_searched_for_our_files_only(folder: Path) -> None:
    others = {
        "README.md": "# schema: constitution/v1\n",
        "docs.md": "---\ntitle: x\n---\nschema: constitution/v1\n",
        "other.yaml": "a: [\n",
        ".hidden.yaml": "schema: judge/v1\n",
    }
    assert _lint(folder, others).files == 5


def test_a_file_in_a_folder_of_ours_is_read_even_if_its_schema_is_misspelt(folder: Path) -> None:
    report = _lint(folder, {"judges/other.yaml": "schma: judge/v1\nkind: nearest\n"})
    assert {(finding.path, finding.code) for finding in report.findings} >= {("judges/other.yaml", "V001")}


def test_our_own_workspace_has_no_findings(project_root: Path) -> None:
    folders = [project_root / name for name in ("constitutions", "judges", "suites")]
    report = lint_paths(folders, root=project_root, template_check=check_template)
    assert report.findings == ()
    assert report.files >= 8


def test_the_template_check_is_told_what_the_judge_sees(folder: Path) -> None:
    told: list[tuple[str, tuple[str, ...]]] = []

    def check(text: str, *, mode: str, sees: Collection[str]) -> Iterable[_Problem]:
        told.append((mode, tuple(sees)))
        return [_Problem()] if text else []

    _lint(folder, _judge("mode: absolute\nsees: [principle.text, case.response]\nsystem: Be strict.\n"))
    findings = lint_paths([folder / "judges" / "reader.yaml"], template_check=check).findings
    assert told == [("absolute", ("principle.text", "case.response"))] * 2
    assert [(finding.path, finding.line) for finding in findings] == [
        ("judges/reader.j2", 1),
        ("judges/reader.yaml", 9),
    ]


@dataclass(frozen=True, slots=True)
class _Problem:
    line: int = 1
    text: str = "strict"
    message: str = "words"
    suggestion: str = ""
