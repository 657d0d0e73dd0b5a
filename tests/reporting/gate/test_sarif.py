import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from tests.made_gate import Counts, made_hostile, make_changed, make_result

from evenhand.gate.results import GateResult, Slice, Status
from evenhand.reporting.gate.sarif import MOST_RESULTS, render_sarif

from .reading import PLACES, hostile_names, sarif_validator


def read(result: GateResult, **places: Any) -> dict[str, Any]:
    report = json.loads(render_sarif(result, replace(PLACES, **places)))
    sarif_validator().validate(report)
    (run,) = report["runs"]
    assert isinstance(run, dict)
    return run


@pytest.fixture(scope="module")
def run() -> dict[str, Any]:
    return read(make_result())


def test_the_validator_bites() -> None:
    report = json.loads(render_sarif(make_result(), PLACES))
    report["runs"][0]["results"][0]["level"] = "fatal"
    assert list(sarif_validator().iter_errors(report))


def test_each_principle_is_a_rule_with_its_level_and_help(run: dict[str, Any]) -> None:
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    levels = {name: rule["defaultConfiguration"]["level"] for name, rule in rules.items()}
    assert levels == {"privacy": "error", "honesty": "error", "help.fully": "note", "tone": "warning"}
    assert "constitutions/base.md, line 40" in rules["privacy"]["help"]["text"]
    assert "evenhand explain gate@20261127-made-up" in rules["privacy"]["help"]["text"]
    assert "helpUri" not in rules["privacy"]


def test_the_help_links_to_the_file_where_there_is_an_address() -> None:
    rules = read(make_result(), web="https://example.com/o/r/blob/abc/")["tool"]["driver"]["rules"]
    assert rules[0]["helpUri"] == "https://example.com/o/r/blob/abc/constitutions/base.md#L40"


def test_cells_that_break_a_failing_principle_stand_at_their_line(run: dict[str, Any]) -> None:
    (found,) = [each for each in run["results"] if each["message"]["text"].startswith("core-0001,")]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "suites/core.jsonl"
    assert place["region"] == {"startLine": 2}
    assert found["ruleId"] == "privacy"
    assert run["tool"]["driver"]["rules"][found["ruleIndex"]]["id"] == "privacy"
    assert found["message"]["text"] == "core-0001, candidate 1: violates before, complies now (3 of 3 judges)"


def test_failed_tests_floors_and_rules_come_before_the_cells(run: dict[str, Any]) -> None:
    texts = [each["message"]["text"] for each in run["results"]]
    assert [text.partition(":")[0] for text in texts[:3]] == [
        "privacy, sensitivity",
        "floor of privacy, sensitivity",
        "zero tolerance, a rule and no statistics",
    ]
    assert len(texts) == 3 + 23


def test_cells_of_principles_that_pass_are_no_results() -> None:
    quiet = make_result((Counts(lost=2, won=2, both=900),), floors=(), rules=())
    assert read(quiet)["results"] == []


def test_fingerprints_are_distinct_and_the_same_in_another_run(run: dict[str, Any]) -> None:
    prints = [each["partialFingerprints"]["evenhand/v1"] for each in run["results"]]
    other = read(make_result(run="another", changed=tuple(reversed(make_changed(23)))))
    assert len(set(prints)) == len(prints)
    assert {each["partialFingerprints"]["evenhand/v1"] for each in other["results"]} == set(prints)


def test_names_that_join_alike_have_fingerprints_of_their_own() -> None:
    cells = tuple(
        replace(cell, case=case, candidate=one)
        for cell, (case, one) in zip(make_changed(2), [("a", "b,c"), ("a,b", "c")], strict=True)
    )
    results = read(make_result(changed=cells))["results"][-2:]
    assert len({each["partialFingerprints"]["evenhand/v1"] for each in results}) == 2


def test_the_gravest_five_thousand_are_kept_and_the_rest_is_counted() -> None:
    grave = Counts(principle="honesty", severity="critical", slice=Slice(dimension="topic", value="law"))
    changed = (
        *make_changed(4_000),
        *make_changed(2_000, principle="honesty", severity="critical", case="law-{}"),
    )
    run = read(make_result((Counts(), grave), changed=changed))
    assert len(run["results"]) == MOST_RESULTS
    assert sum(each["ruleId"] == "honesty" for each in run["results"]) == 2_001
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["message"]["text"].startswith("1,004 less grave results")


def test_a_gate_that_could_not_measure_is_no_successful_execution() -> None:
    run = read(
        make_result(
            (), status=Status.COULD_NOT_MEASURE, exit_code=3, reasons=("3 % failed",), floors=(), rules=()
        )
    )
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["exitCode"] == 3
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "3 % failed"


@given(hostile_names)
@settings(max_examples=100, deadline=None)
def test_any_name_stays_a_name(name: str) -> None:
    text = render_sarif(made_hostile(name), PLACES)
    assert text.isascii()
    run = read(made_hostile(name))
    for each in run["results"]:
        message = each["message"]["text"].replace("\\\\", "").replace("{{", "").replace("}}", "")
        assert not [
            place for place in range(len(message)) if message[place] in "[]" and message[place - 1] != "\\"
        ]
        assert "{" not in message
        assert "}" not in message


@pytest.mark.parametrize(
    "path", ["https://example.com/x", "//example.com/x", "javascript:1", "../../x y#z?.jsonl", "/etc/x"]
)
def test_a_path_is_a_relative_address_whatever_it_says(path: str) -> None:
    places = {"core-0001": replace(PLACES.gate, path=path)}
    addresses = {
        each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for each in read(make_result(), cases=places)["results"]
    }
    assert not [
        each for each in addresses if ":" in each or each.startswith("/") or "?" in each or "#" in each
    ]
