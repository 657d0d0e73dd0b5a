from typing import Any

import pytest
import yaml

from evenhand.catalog.yaml_file import MAX_VALUES, parse_yaml

_LEVELS = "bcdefghi"
_BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("a" + _LEVELS, _LEVELS, strict=False)
)
_SIZE = 2_500_000
"""Half of the largest file. Time that grew with its square would run into the time limit of a test."""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("True", "True"), ("TRUE", "TRUE"),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("Null", "Null"),
        ("010", "010"), ("007", "007"), ("0o10", "0o10"), ("0x10", "0x10"), ("1_000", "1_000"), ("+1", "+1"),
        ("0", 0), ("-7", -7), ("1.50", 1.5), ("-1.5e3", -1500.0), ("1E2", 100.0), (".5", ".5"), ("1.", "1."),
        ("12:30", "12:30"), ("12:30:45", "12:30:45"), ("2026-11-20", "2026-11-20"), ("1.0.0", "1.0.0"),
        ("NA", "NA"), ("nan", "nan"), ("NaN", "NaN"), ("inf", "inf"), ("None", "None"), ("N/A", "N/A"), ("=", "="),
        ("'1'", "1"), ('"true"', "true"), ('"\\u00e9\\n"', "é\n"),
    ],
)  # fmt: skip
def test_plain_words_mean_what_json_says(written: str, meant: Any) -> None:
    document = parse_yaml(f"key: {written}\n", "x.yaml")
    assert document.data == {"key": meant}
    assert type(document.data["key"]) is type(meant)
    assert not document.findings


def test_whole_numbers_are_keys_as_text_and_other_values_are_none() -> None:
    assert parse_yaml("1: a\n-2: b\n'2.5': c\nyes: d\n", "x").data == {
        "1": "a",
        "-2": "b",
        "2.5": "c",
        "yes": "d",
    }
    bad = parse_yaml("2.5: a\ntrue: b\nnull: c\n? [x]\n: d\n", "x").findings
    assert [(finding.line, finding.code) for finding in bad] == [
        (1, "Y010"),
        (2, "Y010"),
        (3, "Y010"),
        (4, "Y010"),
    ]


def test_one_and_quoted_one_are_the_same_key() -> None:
    assert [finding.code for finding in parse_yaml("1: a\n'1': b\n", "x").findings] == ["Y003"]


def test_every_key_and_value_knows_its_place() -> None:
    document = parse_yaml("é: ü\nlist:\n- a\n- key: 'value'\ntext: |\n  x\n", "x")
    spans = {place: (span.line, span.column, span.width) for place, span in document.source.values.items()}
    assert spans[("é",)] == (1, 4, 1)
    assert spans[("list", 0)] == (3, 3, 1)
    assert spans[("list", 1, "key")] == (4, 8, 7)
    assert spans[("text",)] == (5, 7, 1)
    key = document.source.keys[("list", 1, "key")]
    assert (key.line, key.column, key.width) == (4, 3, 3)


HOSTILE = {
    "alias bomb of 342 bytes": (_BOMB[:342], "Y004"),
    "alias bomb": (_BOMB, "Y004"),
    "deep lists": ("[" * _SIZE, "Y011"),
    "deep mappings": ("{a: " * (_SIZE // 4), "Y011"),
    "deep dashes": ("- " * (_SIZE // 2), "Y011"),
    "mappings as keys": ("{" * _SIZE, "Y010"),
    "question marks": ("? " * (_SIZE // 2), "Y010"),
    "many values": ("[" + "a," * (_SIZE // 2), "Y012"),
    "many keys": ("".join(f"k{number}: v\n" for number in range(MAX_VALUES + 1)), "Y012"),
    "one key many times": ("a: 1\n" * (_SIZE // 5), "Y003"),
    "open quote": ('"' + "x" * _SIZE, "Y001"),
    "open quote over lines": ("'" + "\n" * _SIZE, "Y001"),
    "many anchors": ("&a " * (_SIZE // 3), "Y005"),
    "many tags": ("!!a " * (_SIZE // 4), "Y006"),
    "python object": ("a: !!python/object/apply:os.system [true]", "Y006"),
    "python name": ("!!python/name:os.system ''", "Y006"),
    "own tag": ("a: !x y", "Y006"),
    "bare tag": ("a: ! y", "Y006"),
    "merge": ("<<: {a: b}", "Y007"),
    "merge of a list": ("<<: [{a: b}]", "Y007"),
    "documents": ("---\n" * (_SIZE // 4), "Y008"),
    "directives": ("%A b\n" * (_SIZE // 5), "Y001"),
    "tab": ("a:\n\tb: c", "Y001"),
    "NUL": ("a: b\x00c", "Y002"),
    "escape": ("a: \x1b[31m", "Y002"),
    "line separator": ("a: x\u2028y", "Y002"),
    "infinity": ("a: .inf", "Y009"),
    "minus infinity": ("a: -.INF", "Y009"),
    "NaN": ("a: .NaN", "Y009"),
    "overflow": ("a: 1e999", "Y009"),
    "long number": ("a: " + "9" * 100_000, "Y009"),
    "long fraction": ("a: 0." + "9" * 100_000, "Y009"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_yaml_is_refused_in_bounded_time(name: str) -> None:
    text, code = HOSTILE[name]
    document = parse_yaml(text, "x.yaml")
    assert code in {finding.code for finding in document.findings}
    assert len(document.findings) <= 101


@pytest.mark.parametrize(
    "text", ["#" * _SIZE, "a" * _SIZE, "a\n" * (_SIZE // 2), "|\n" + " a\n" * (_SIZE // 3)]
)
def test_large_plain_yaml_is_read_in_bounded_time(text: str) -> None:
    assert not parse_yaml(text, "x.yaml").findings


def test_all_mistakes_of_a_file_are_named_at_once() -> None:
    found = parse_yaml("a: *x\nb: &y 1\na: 2\nc: .inf\n<<: {}\n", "x.yaml").findings
    assert [finding.code for finding in found] == ["Y004", "Y005", "Y003", "Y009", "Y007"]


def test_the_slow_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "é: [yes, 010, 1.5, 'x']\nb: |\n  c\n  d\ne: {f: [g, {h: i}]}\n"
    fast = parse_yaml(text, "x.yaml")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow = parse_yaml(text, "x.yaml")
    assert slow.data == fast.data
    assert slow.source.keys == fast.source.keys
