from pathlib import Path

import pytest

from evenhand.integrations.job_files import MOST_SUMMARY_BYTES, append_outputs, append_summary


@pytest.fixture
def summary(tmp_path: Path) -> Path:
    return tmp_path / "summary.md"


def test_a_summary_is_added_to_what_is_there(summary: Path) -> None:
    summary.write_text("# Earlier\n", encoding="utf-8")
    assert append_summary("# Gate", {"GITHUB_STEP_SUMMARY": str(summary)}) == ""
    assert summary.read_text(encoding="utf-8") == "# Earlier\n# Gate\n"


def test_a_summary_is_cut_at_a_line_together_with_what_is_there(summary: Path) -> None:
    summary.write_text("x" * 500_000, encoding="utf-8")
    append_summary("| ⟦é⟧ |\n" * 100_000, {"GITHUB_STEP_SUMMARY": str(summary)})
    written = summary.read_bytes()
    assert MOST_SUMMARY_BYTES - 100 < len(written) <= MOST_SUMMARY_BYTES
    assert written.decode().splitlines()[-1].endswith("The whole is in the report of the job.*")
    assert written.decode().splitlines()[-3] == "| ⟦é⟧ |"


def test_a_full_summary_stays_as_it_is(summary: Path) -> None:
    summary.write_text("x" * MOST_SUMMARY_BYTES, encoding="utf-8")
    assert append_summary("more", {"GITHUB_STEP_SUMMARY": str(summary)}) == ""
    assert summary.stat().st_size == MOST_SUMMARY_BYTES


def test_outside_a_job_nothing_is_written(tmp_path: Path) -> None:
    assert append_summary("text", {}) == ""
    assert append_outputs({"outcome": "passed"}, {}) == ""
    assert list(tmp_path.iterdir()) == []


def test_files_that_can_not_be_written_are_warnings(tmp_path: Path) -> None:
    missing = str(tmp_path / "none" / "summary.md")
    assert "summary could not be written" in append_summary("text", {"GITHUB_STEP_SUMMARY": missing})
    assert "outputs of the step could not be written" in append_outputs({"a": "b"}, {"GITHUB_OUTPUT": "\0"})


def test_an_output_is_one_line_whatever_its_value_holds(tmp_path: Path) -> None:
    path = tmp_path / "output"
    append_outputs({"outcome": "passed\nforged=1\r\nx", "exit-code": "0"}, {"GITHUB_OUTPUT": str(path)})
    assert path.read_bytes() == b"outcome=passed forged=1 x\nexit-code=0\n"
