"""The first thing anybody sees: offline, and it says where to look next."""

import re
import shlex
from pathlib import Path

from tests.cli.kit import run_process


def test_the_demo_ends_with_its_report_and_two_commands_that_work(tmp_path: Path) -> None:
    ended = run_process("demo", cwd=tmp_path, environment={"TMPDIR": str(tmp_path)})
    assert ended.code == 0
    assert re.search(r"^ratings 309 planned = 309 rated \+ 0 failed \+ 0 open$", ended.out, re.MULTILINE)
    for line, word in zip(ended.out.splitlines()[-2:], ("report", "judges"), strict=True):
        assert line.startswith(word)
        page = Path(line.removeprefix(word).strip())
        assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "independent ones" in ended.out
    first, second = re.findall(r"^next: +(.*)$", ended.err, re.MULTILINE)
    folder, explain = re.fullmatch(r"cd (\S+) && evenhand (.*)", first).groups()  # type: ignore[union-attr]  # a mismatch fails the test all the same
    assert run_process(*shlex.split(explain), cwd=Path(folder)).code == 0
    assert run_process(*shlex.split(second)[1:], cwd=tmp_path).code == 0


def test_the_demo_runs_in_a_folder_of_ones_own(tmp_path: Path) -> None:
    ended = run_process("demo", tmp_path / "here", "--json", cwd=tmp_path)
    assert ended.code == 0
    assert Path(ended.document["workspace"]) == tmp_path / "here"
    assert Path(ended.document["report"]).is_file()
    assert Path(ended.document["calibration"]).is_file()
