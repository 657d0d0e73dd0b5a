"""With and without pytest-xdist: the same outcomes, the same exit status, the same gate, and judges asked once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from tests.pytest_plugin.kit import GATE, WITH_CACHE, XDIST, add_gate, demo_workspace

from evenhand.store.ledger import open_ledger

pytestmark = pytest.mark.timeout(
    300
)  # five processes load what judges at once, on however few cores there are

SUITE = "suites/demo.yaml"
TESTS = """
    import pytest

    @pytest.mark.evenhand(suite="demo", principles=["privacy.*"])
    def test_private(verdict):
        assert verdict.passes

    @pytest.mark.parametrize("case", ["priv-01", "priv-02", "priv-03"])
    def test_judged(evenhand, case):
        assert evenhand.judge("demo", case=case, principle="privacy.contact-data") == "complies"

    def test_text(evenhand):
        evenhand.verdict(response="Hello", principle="privacy.contact-data", constitution="assistant")
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a session ended."""

    status: int
    outcomes: Mapping[str, str]
    gate: list[str]
    runs: list[str]
    """What each run of the ledger judged, without its name."""


def session(pytester: pytest.Pytester, workers: int, *arguments: str) -> Ended:
    report = pytester.path / "outcomes.xml"
    start = pytester.runpytest_subprocess if workers else pytester.runpytest_inprocess
    result = start(
        *WITH_CACHE, *XDIST, "-n", str(workers), f"--junit-xml={report}", SUITE, "test_it.py", *arguments
    )
    lines = [line for line in result.outlines if line.startswith("gate of suite")]
    ledger = open_ledger(pytester.path / ".evenhand/ledger.sqlite")
    judged = [f"{run.manifest.suite_path} {run.manifest.planned_items} {run.state}" for run in ledger.runs()]
    outcomes = dict(_outcomes(report))
    return Ended(status=result.ret, outcomes=outcomes, gate=lines, runs=sorted(judged))


def _outcomes(report: Path) -> list[tuple[str, str]]:
    found = []
    for case in ET.parse(report).getroot().iter("testcase"):
        kinds = {child.tag for child in case} & {"failure", "error", "skipped"}
        found.append((f"{case.get('classname')} {case.get('name')}", " ".join(sorted(kinds)) or "passed"))
    return found


@pytest.fixture
def gated(pytester: pytest.Pytester) -> Path:
    folder = demo_workspace(pytester.path)
    add_gate(folder)
    pytester.makepyfile(test_it=TESTS)
    return folder


SELECTIONS: Mapping[str, tuple[str, ...]] = {
    "the whole": (),
    "a part with the gate": ("-k", "gate or priv-02 or test_judged"),
    "the gate alone": ("-k", "gate"),
    "nothing": ("-k", "nothing-like-this"),
    "the last failures": ("--lf",),
}


GATES = {"the whole": "passed", "a part with the gate": "error", "the gate alone": "passed"}


@pytest.mark.parametrize("selection", SELECTIONS)
def test_four_workers_come_to_what_one_process_comes_to(
    pytester: pytest.Pytester, gated: Path, selection: str
) -> None:
    if selection == "the last failures":
        pytester.runpytest_inprocess(*WITH_CACHE, SUITE, "test_it.py", "--evenhand-undecided", "fail")
    before = len(open_ledger(gated / ".evenhand/ledger.sqlite").runs())
    alone = session(pytester, 0, *SELECTIONS[selection])
    shared = session(pytester, 4, *SELECTIONS[selection])
    assert shared.outcomes == alone.outcomes
    assert shared.outcomes.get("suites.demo.yaml gate") == GATES.get(selection)
    assert (shared.status, shared.gate) == (alone.status, alone.gate)
    assert len(shared.runs) - len(alone.runs) == len(alone.runs) - before, (
        "each suite is judged once a session"
    )


def test_collecting_with_workers_judges_nothing_and_leaves_no_notes_behind(
    pytester: pytest.Pytester,
    gated: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    before = len(open_ledger(gated / ".evenhand/ledger.sqlite").runs())
    empty = tmp_path_factory.mktemp("tmp")
    monkeypatch.setenv("TMPDIR", str(empty))
    result = pytester.runpytest_subprocess(*WITH_CACHE, *XDIST, "-n", "2", GATE, "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.OK
    assert len(open_ledger(gated / ".evenhand/ledger.sqlite").runs()) == before
    assert not list(empty.glob("evenhand-*"))
