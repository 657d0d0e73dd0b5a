"""A skip behind a green run is impossible in CI; outside CI it is shown with its reason."""

from pathlib import Path

import pytest

CASES = """
    import pytest

    def test_passes(): pass

    @pytest.mark.skip(reason="not today")
    @pytest.mark.parametrize("case", ["a", "b"])
    def test_skips(case): pass

    @pytest.mark.xfail
    def test_known_to_fail(): assert False
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, project_root: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest((project_root / "tests/conftest.py").read_text(encoding="utf-8"))
    markers = "shared: data\n  browser: chromium\n  litellm: extra"
    pytester.makeini(f"[pytest]\naddopts = -ra\nmarkers =\n  {markers}")
    allow(pytester, "")
    return pytester


def allow(suite: pytest.Pytester, lines: str) -> None:
    (suite.path / "allowed_skips.txt").write_text(lines, encoding="utf-8")


def run(suite: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return suite.runpytest_subprocess(*arguments)


def test_every_kind_of_skip_fails_ci(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_cases=CASES, test_whole="import pytest\npytest.importorskip('no_such_module')")
    result = run(suite, "-p", "xdist", "-n", "1")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    named = {line.split(" ")[0] for line in result.outlines if "is not in allowed_skips.txt" in line}
    assert named == {
        "test_whole.py",
        "test_cases.py::test_skips[a]",
        "test_cases.py::test_skips[b]",
        "test_cases.py::test_known_to_fail",
    }


def test_listed_skips_pass_ci(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_cases=CASES)
    allow(suite, "# reasons\ntest_cases.py::test_skips[a]  # one\n*::test_skips[b]  # two\n*_fail  # three\n")
    assert run(suite).ret == pytest.ExitCode.OK


def test_a_listed_skip_needs_a_reason(suite: pytest.Pytester) -> None:
    allow(suite, "test_cases.py::test_skips\n")
    assert run(suite).ret == pytest.ExitCode.USAGE_ERROR


def test_missing_recorded_data_is_a_skip_with_its_reason(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI")
    suite.makepyfile(test_cases="def test_a(shared_data): pass")
    result = run(suite)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["SKIPPED*../shared/data*"])


def test_tests_of_recorded_data_can_be_left_out_by_marker(suite: pytest.Pytester) -> None:
    suite.makepyfile(test_cases="def test_a(shared_data): pass\ndef test_b(): pass")
    result = run(suite, "-m", "not shared")
    result.assert_outcomes(passed=1, deselected=1)
    assert result.ret == pytest.ExitCode.OK
