"""Tests that are marked to run once for each cell: what they are run for, and how their names come about."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pytest_plugin.kit import add_cases

from evenhand.pytest_plugin.cells import Cell, cell_ids

RunPytest = Callable[..., pytest.RunResult]
HEAD = "import pytest\n\n"


def marked(arguments: str, *, parameter: str = "verdict") -> str:
    return f"{HEAD}@pytest.mark.evenhand({arguments})\ndef test_it({parameter}):\n    assert verdict.passes\n"


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ('"demo", cases=["priv-02"]', ["priv-02/privacy.contact-data", "priv-02/help.answer-the-question"]),
        (
            'suite="demo", principles=["privacy.*"], cases="priv-0[12]"',
            ["priv-01/privacy.contact-data", "priv-02/privacy.contact-data"],
        ),
        (
            'suite="suites/demo.yaml", principles="harm.no-uplift"',
            ["harm-01/harm.no-uplift", "harm-02/harm.no-uplift"],
        ),
    ],
)
def test_a_marked_test_runs_once_for_each_cell_that_fits(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, arguments: str, names: list[str]
) -> None:
    pytester.makepyfile(test_it=marked(arguments))
    result = run("--collect-only", "-q")
    result.stdout.fnmatch_lines(
        [*(f"test_it.py::test_it[[]{name}]" for name in names), f"{len(names)} tests collected*"]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ('suite="dem"', '*did you mean "demo"*'),
        ('suite="demo", principles=["privacy"]', "*no principle of suite demo fits 'privacy'*"),
        ('suite="demo", cases=["priv-01", "x*"]', "*no case of suite demo fits 'x[*]'*"),
        (
            'suite="demo", principle="privacy.*"',
            "*written in another way*write @pytest.mark.evenhand(suite=*",
        ),
        ("", "*written in another way*"),
    ],
)
def test_a_marker_that_tests_nothing_is_a_collection_error(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest, arguments: str, message: str
) -> None:
    pytester.makepyfile(test_it=marked(arguments))
    result = run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([message])


def test_a_marked_test_without_the_verdict_and_a_verdict_without_the_marker_are_errors(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    pytester.makepyfile(test_one=marked('"demo"', parameter=""))
    result = run("test_one.py")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*takes the argument `verdict`*"])
    pytester.makepyfile(test_two="def test_it(verdict):\n    pass\n")
    result = run("test_two.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*needs a suite: @pytest.mark.evenhand(suite=...)*"])


def test_a_marker_is_known_where_markers_are_strict(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    pytester.makepyfile(test_it=marked('"demo", cases=["priv-02"]'))
    result = run("--strict-markers", "-W", "error", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    result.assert_outcomes(passed=2)


def test_a_fixture_of_that_name_in_a_test_file_comes_first(pytester: pytest.Pytester, run: RunPytest) -> None:
    pytester.makepyfile(
        f"{HEAD}@pytest.fixture\ndef verdict():\n    return 3\n\ndef test_it(verdict):\n    assert verdict == 3\n"
    )
    run().assert_outcomes(passed=1)


def test_one_selected_test_can_be_named_again(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    pytester.makepyfile(test_it=marked('"demo"'))
    run("test_it.py::test_it[priv-02/privacy.contact-data]").assert_outcomes(passed=1)


HOSTILE = "a\n\x1b[31m::x[y]\u202e\N{GRINNING FACE}#2"


def test_a_hostile_name_of_a_case_is_spelled_out_and_can_be_selected(
    pytester: pytest.Pytester, workspace: Path, run: RunPytest
) -> None:
    add_cases(
        workspace,
        {"id": HOSTILE, "prompt": "Hi", "response": "Hello.", "principles": ["privacy.contact-data"]},
    )
    listed = run("suites/demo.yaml", "--collect-only", "-q")
    (name,) = [line for line in listed.outlines if "u202e" in line]
    assert name.isascii()
    assert name.isprintable()
    result = run(name)
    result.assert_outcomes(errors=1)
    assert "\x1b[31m" not in result.stdout.str()


cells = st.builds(
    Cell,
    case=st.text(min_size=1, max_size=300),
    candidate=st.sampled_from(["1", "a", "b/c"]) | st.text(min_size=1, max_size=200),
    principle=st.sampled_from(["privacy.a", "b"]),
)


@given(st.lists(cells, unique=True))
def test_every_cell_has_a_name_of_its_own_that_prints_and_stays(found: list[Cell]) -> None:
    names = cell_ids(found)
    assert len(set(names)) == len(found)
    assert all(name.isascii() and name.isprintable() and len(name) < 140 for name in names)
    assert not any("::" in name or "[" in name for name in names)
    assert cell_ids(found) == names
