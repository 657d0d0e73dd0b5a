"""What is written of gates that were decided from cells: every verdict and label here is invented."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import date

import jsonschema
import pytest
from scipy.stats import binom, norm

from evenhand.gate.asked import TOGETHER
from evenhand.gate.decide import Circumstances, decide_gate
from evenhand.gate.pairing import pair_up
from evenhand.gate.results import GateResult
from evenhand.records.baseline import (
    Baseline,
    BaselineCase,
    BaselineHead,
    Counted,
    JudgeMark,
    PanelMark,
    PrincipleMark,
    Said,
)
from evenhand.records.gate import Floors, GateSpec
from evenhand.records.scale import Reading
from evenhand.reporting.gate.explain import explain_gate
from evenhand.reporting.gate.json_report import read_schema
from evenhand.reporting.gate.render import Format, render_all
from evenhand.stats.change.noninferiority import Outcome
from evenhand.stats.estimate import Estimate

from .reading import PLACES, junit_schema, sarif_validator

GOOD, BAD = "complies", "violates"
READINGS: Mapping[str, Reading] = {GOOD: Reading.PASS, BAD: Reading.FAIL}
SPEC = GateSpec(
    compares="judges", slices=("topic",), floors=Floors(sensitivity=0.8), zero_tolerance=("privacy",)
)
TOLD = Circumstances(
    suite="made-up", title="", run="r2", baseline=None, facts=None, evenhand="0", command="evenhand gate r2"
)


def baseline(said: Mapping[str, Sequence[Said]], *, judge: str, sources: int = 0, again: int = 0) -> Baseline:
    """Return a run of one case for each entry, half of them labelled as violations."""
    n = len(next(iter(said.values())))
    mark = PrincipleMark(severity="high", binding="b", shown="s", scale="two", readings=READINGS)
    head = BaselineHead(
        suite="made-up",
        run="r1",
        evenhand="0",
        constitution="c 1.0.0",
        principles=dict.fromkeys(said, mark),
        judges=(JudgeMark(id="j", version="1.0.0", hash=judge),),
        panel=PanelMark(id="p", rule="majority", hash="h"),
        units=Counted(planned=n, rated=n),
    )
    cases = [
        BaselineCase(
            id=f"case-{place:04}",
            prompt="p",
            outputs={"1": "o"},
            said={"1": {name: (column[place], column[place]) for name, column in said.items()}},
            reference={"1": dict.fromkeys(said, BAD if place % 2 else GOOD)},
            again={"1": dict.fromkeys(said, (GOOD, BAD, GOOD, GOOD, GOOD))} if place < again else {},
            slice={"topic": "law" if place % 5 else "health"},
            source=f"doc-{place % sources}" if sources else "",
        )
        for place in range(n)
    ]
    return Baseline(head=head, cases={case.id: case for case in cases})


def verdicts(n: int, wrong: Sequence[int], missing: Sequence[int] = ()) -> list[Said]:
    truth = [BAD if place % 2 else GOOD for place in range(n)]
    other = {GOOD: BAD, BAD: GOOD}
    return [
        False if place in missing else other[label] if place in wrong else label
        for place, label in enumerate(truth)
    ]


def decided(*, sources: int = 0, again: int = 0, missing: Sequence[int] = ()) -> GateResult:
    n = 400
    old = {"privacy": verdicts(n, range(0, 40, 3)), "tone": verdicts(n, range(0, 60, 4))}
    new = {
        "privacy": verdicts(n, range(0, 200, 3), missing),
        "tone": verdicts(n, range(0, 64, 4), missing),
    }
    then = baseline(old, judge="1", sources=sources, again=again)
    now = baseline(new, judge="2", sources=sources)
    return decide_gate(pair_up(then, now, SPEC), SPEC, TOLD)


GATES = {
    "independent": decided(),
    "clustered": decided(sources=60),
    "flips": decided(again=20),
    "missing": decided(missing=(101, 103, 105)),
}


@pytest.mark.parametrize("name", [*GATES])
def test_every_output_of_a_decided_gate_is_valid(name: str) -> None:
    result = GATES[name]
    written = render_all(
        result, (), PLACES, formats=[*Format], stem="made-up-r2-gate", today=date(2026, 12, 1)
    )
    assert len(written) == len(Format)
    junit_schema().validate(written["junit.xml"])
    sarif_validator().validate(json.loads(written["gate.sarif"]))
    jsonschema.Draft202012Validator(json.loads(read_schema())).validate(
        json.loads(written["made-up-r2-gate.json"])
    )
    assert result.headline.partition(": ")[0] in written["comment.md"]
    assert TOGETHER in written["comment.md"] or not any(test.principle == TOGETHER for test in result.tests)


@pytest.mark.parametrize("name", [*GATES])
def test_the_words_on_every_test_agree_with_what_was_decided(name: str) -> None:
    result = GATES[name]
    lines = explain_gate(result)
    starts = [place for place, line in enumerate(lines) if line.startswith("test of ")]
    assert len(starts) == len(result.tests)
    for start in starts:
        told = lines[start : lines.index("", start)]
        first = re.search(r"lower limit (\S+) > -margin = \S+\? (yes|no)", "\n".join(told))
        assert first
        (said,) = [line for line in told if line.startswith("  outcome: ")]
        outcome = told[0].rpartition(": ")[2].partition(" (")[0]
        assert said == f"  outcome: {outcome}"


@pytest.mark.parametrize("name", ["independent", "flips"])
def test_p_limits_and_detectable_drop_of_a_decided_gate_are_derived_again(name: str) -> None:
    result = GATES[name]
    m = len(result.tests)
    ordered = sorted(test.p for test in result.tests)
    for test in result.tests:
        if test.method != "mcnemar":
            continue
        assert isinstance(test.difference, Estimate)
        assert test.low is not None
        told = "\n".join(explain_gate(result, test.principle))
        p = float(binom.cdf(test.won - 1, test.lost + test.won, 0.5))
        p += float(binom.pmf(test.won, test.lost + test.won, 0.5)) / 2
        assert f"= {p:.8g}"[:9] in told
        adjusted = max((m - k) * ordered[k] for k in range(test.rank))
        assert test.p_adjusted == pytest.approx(min(1.0, adjusted))
        level = test.alpha / m
        assert f"level = alpha / {m} = {level:.10g}" in told
        if test.detectable is not None:
            share = max(test.discordance, test.detectable)
            right = norm.ppf(1 - level) * math.sqrt(share) + norm.ppf(0.8) * math.sqrt(
                share - test.detectable**2
            )
            assert test.detectable * math.sqrt(test.cells) == pytest.approx(right, rel=1e-6)
        if test.low < test.difference.interval.low and test.flip_old is not None:
            by_flips = test.difference.value - norm.ppf(0.95) * math.sqrt(test.flip_old / test.cells)
            assert test.low == pytest.approx(by_flips, abs=0.01)


def test_the_gates_show_every_road() -> None:
    tests = [test for result in GATES.values() for test in result.tests]
    assert {test.method for test in tests} == {"mcnemar", "sign-flip"}
    assert {test.outcome for test in tests} == {*Outcome}
    assert any(test.principle == TOGETHER for test in tests)
    assert any(test.worst for test in tests)
    assert any(test.flip_old for test in tests)
