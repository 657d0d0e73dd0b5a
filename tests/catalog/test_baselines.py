import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.catalog.made_baselines import BASELINES, READINGS, baseline, case, mark

from evenhand.catalog.baseline_layout import baseline_lines
from evenhand.catalog.baselines import MAX_FINDINGS, read_baseline, write_baseline
from evenhand.errors import FileError, UsageError
from evenhand.records.baseline import Baseline
from evenhand.records.scale import Reading


def content(each: Baseline) -> str:
    return b"".join(baseline_lines(each)).decode()


MISSING = False
SMALL = baseline(case("a"), case("b", "complies", None, MISSING), case("c"))
LINES = content(SMALL).splitlines()
FIRST = LINES.index('"cases":{') + 1


# -- Writing ---------------------------------------------------------------------------------------


@given(BASELINES)
@settings(max_examples=150)
def test_what_was_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, made: Baseline) -> None:
    path = tmp_path_factory.mktemp("baselines") / "s.json"
    write_baseline(path, made)
    read = read_baseline(path)
    assert read == made
    assert list(read.cases) == sorted(made.cases)


@given(BASELINES, st.randoms())
def test_the_order_in_which_it_was_put_together_changes_no_byte(made: Baseline, chance: object) -> None:
    assert content(made) == content(_shuffled(made, chance))


def _shuffled(made: Baseline, chance: object) -> Baseline:
    def mixed(table: dict[str, object]) -> dict[str, object]:
        names = list(table)
        chance.shuffle(names)  # type: ignore[attr-defined]  # random.Random, drawn by hypothesis
        return {name: table[name] for name in names}

    cases = mixed(dict(made.cases))
    head = made.head.model_copy(update={"principles": mixed(dict(made.head.principles))})
    return Baseline(head=head, cases=cases)  # type: ignore[arg-type]  # mixed keeps the values


@given(BASELINES)
def test_no_character_acts_on_a_terminal_or_hides_in_a_diff(made: Baseline) -> None:
    text = content(made)
    assert text.isascii()
    assert all(line.isprintable() for line in text.split("\n"))
    assert text.endswith("}\n")


@given(BASELINES)
def test_it_is_json_with_one_line_a_case(made: Baseline) -> None:
    text = content(made)
    assert set(json.loads(text)["cases"]) == set(made.cases)
    assert len(text.splitlines()) - text.splitlines().index('"cases":{') == len(made.cases) + 3


def test_its_first_key_explains_what_null_and_false_are() -> None:
    about = json.loads(LINES[1].removesuffix(",").removeprefix('"about":'))
    assert "null: no opinion" in about
    assert "false: missing" in about


def test_its_keys_are_sorted_and_the_answers_of_a_scale_keep_their_order() -> None:
    other = baseline(principles={"privacy": mark(readings={"good": Reading.PASS, "bad": Reading.FAIL})})
    keys = [key for key in json.loads(content(SMALL)) if key != "cases"]
    assert keys == sorted(keys)
    assert '"readings":{"good":"pass","bad":"fail"}' in content(other)


def test_a_changed_principle_changes_one_line() -> None:
    before = baseline(case("a"), principles={"honesty": mark(), "privacy": mark()})
    after = baseline(case("a"), principles={"honesty": mark(), "privacy": mark(binding="b2")})
    old, new = content(before).splitlines(), content(after).splitlines()
    assert [line for line in new if line not in old] == [
        line for line in new if line.startswith('"privacy":{"b')
    ]


def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(b"\xef\xbb\xbf" + content(SMALL).replace("\n", "\r\n").encode())
    assert read_baseline(path) == SMALL


def test_folders_that_are_missing_are_made(tmp_path: Path) -> None:
    path = tmp_path / "suites" / "baselines" / "s.json"
    write_baseline(path, SMALL)
    assert read_baseline(path) == SMALL
    assert [each.name for each in path.parent.iterdir()] == ["s.json"]


def test_where_it_can_not_be_written_the_old_one_stays(tmp_path: Path) -> None:
    (tmp_path / "suites").write_text("a file where a folder belongs")
    with pytest.raises(UsageError, match="can not be written"):
        write_baseline(tmp_path / "suites" / "s.json", SMALL)
    path = tmp_path / "s.json"
    write_baseline(path, SMALL)
    broken = baseline(case("a", slice={"topic": object()}))
    with pytest.raises(TypeError):
        write_baseline(path, broken)
    assert read_baseline(path) == SMALL
    assert sorted(each.name for each in tmp_path.iterdir()) == ["s.json", "suites"]


WRITER = """
import itertools, sys
from pathlib import Path
from evenhand.catalog.whole_file import replace_file
path = Path(sys.argv[1])
def chunks():
    yield b"half of a new one"
    print("writing", flush=True)
    yield from itertools.repeat(b"x")
replace_file(path, (chunk for chunk in chunks() if chunk != b"x"))
"""


@pytest.mark.parametrize("stop", [subprocess.Popen.kill, subprocess.Popen.terminate])
def test_a_killed_writer_leaves_the_old_file_whole(
    tmp_path: Path, stop: Callable[["subprocess.Popen[str]"], None]
) -> None:
    path = tmp_path / "s.json"
    write_baseline(path, SMALL)
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    stop(process)
    process.wait()
    process.stdout.close()
    assert read_baseline(path) == SMALL


# -- Reading what is wrong -------------------------------------------------------------------------


def changed(old: str, new: str) -> str:
    """The file with one thing changed in the line of the first case."""
    line = LINES[FIRST].replace(old, new, 1)
    assert line != LINES[FIRST]
    return "\n".join([*LINES[:FIRST], line, *LINES[FIRST + 1 :]]) + "\n"


def in_head(old: str, new: str) -> str:
    whole = content(SMALL)
    assert old in whole
    return whole.replace(old, new, 1)


def with_line(at: int, line: str) -> str:
    return "\n".join([*LINES[:at], line, *LINES[at:]]) + "\n"


CELL = '"privacy":["violates"'
WRONG = {
    "an empty file": ("", 1, "B002", "the file is empty"),
    "a conflict": (with_line(FIRST, "<<<<<<< HEAD"), FIRST + 1, "B001", "a merge conflict was left"),
    "a conflict in the head": (with_line(3, "======="), 4, "B001", "a merge conflict was left"),
    "half a line": (content(SMALL)[:-40], len(LINES) - 2, "B002", "the file ends in the middle"),
    "half the cases": ("\n".join(LINES[: FIRST + 1]), FIRST + 1, "B002", "the file ends in the middle"),
    "half the head": ("\n".join(LINES[:5]), 5, "B002", "the file ends in the middle"),
    "no last brace": ("\n".join(LINES[:-1]), len(LINES) - 1, "B002", "the file ends in the middle"),
    "one line": (json.dumps(json.loads(content(SMALL))), 1, "B003", "the file is not laid out"),
    "laid out anew": (json.dumps(json.loads(content(SMALL)), indent=2), 52, "B003", "is not laid out"),
    "two cases in a line": (changed('"a":{', '"z":{},"a":{'), FIRST + 1, "B003", "holds one case"),
    "a case twice": (with_line(FIRST, LINES[FIRST]), FIRST + 2, "D004", "the case stands twice"),
    "a key twice": (changed('"prompt"', '"prompt":"x","prompt"'), FIRST + 1, "D004", 'key "prompt" stands'),
    "no comma": (changed("]}}},", "]}}}"), FIRST + 2, "D003", "a comma is missing at the end of the line before"),
    "a comma too many": (in_head("}}}\n}", "}}},\n}"), len(LINES) - 1, "D003", "another case is expected"),
    "more after the end": (content(SMALL) + "{}\n", len(LINES) + 1, "D003", "something stands after the end"),
    "no JSON": (changed('"prompt":', '"prompt"'), FIRST + 1, "D003", "':' is expected here"),
    "NaN": (changed(CELL, '"privacy":[NaN'), FIRST + 1, "D007", "NaN is not a finite number"),
    "infinity": (changed(CELL, '"privacy":[1e999'), FIRST + 1, "D007", "the number is too large"),
    "a huge number": (changed(CELL, '"privacy":[' + "9" * 5000), FIRST + 1, "D007", "the number is too large"),
    "too deep": (changed(CELL, '"x":' + "[" * 90 + "]" * 90 + "," + CELL), FIRST + 1, "D006", "nested deeper"),
    "very deep": (changed(CELL, '"x":' + "[" * 99_999), FIRST + 1, "D006", "nested deeper"),
    "half a character": (changed('"a":', '"a\\ud83d":'), FIRST + 1, "D005", "half a character"),
    "a number": (changed(CELL, '"privacy":[1'), FIRST + 1, "B004", "1 is no answer on privacy, which is one of"),
    "a true": (changed(CELL, '"privacy":[true'), FIRST + 1, "B004", "true is no answer on privacy"),
    "a list": (changed(CELL, '"privacy":[[]'), FIRST + 1, "B004", "[] is no answer on privacy"),
    "off the scale": (changed(CELL, '"privacy":["violated"'), FIRST + 1, "B004", '"violated" is no answer'),
    "a word for a cell": (changed('["violates","violates","complies"]', '"violates"'), FIRST + 1, "V003", "a list"),
    "a judge too many": (changed(CELL, CELL + ',"complies"'), FIRST + 1, "B005", "4 answers stand here instead of 3"),
    "a judge too few": (changed(CELL + ",", '"privacy":['), FIRST + 1, "B005", "2 answers stand here instead of 3"),
    "no principle": (changed(CELL, '"privac":["violates"'), FIRST + 1, "B006", 'has no principle "privac"'),
    "a key unknown": (changed('"prompt"', '"promt"'), FIRST + 1, "V001", 'unknown key "promt"'),
    "a key missing": (changed('"prompt":"' + "0a" * 16 + '",', ""), FIRST + 1, "V002", '"prompt" is missing'),
    "a list for a slice": (changed('"said"', '"slice":["x"],"said"'), FIRST + 1, "V003", "slice should be"),
    "a wrong reference": (
        changed('"said"', '"reference":{"1":{"privacy":"ok"}},"said"'), FIRST + 1, "B004", '"ok" is no answer',
    ),
    "readings too many": (
        changed('"said"', '"again":{"1":{"privacy":[null,null]}},"said"'), FIRST + 1, "B005", "2 answers stand here",
    ),
    "another version": (in_head("baseline/v1", "baseline/v2"), 15, "B007", "this evenhand reads baseline/v1"),
    "another kind": (in_head("baseline/v1", "suite/v1"), 15, "F009", "this is no baseline"),
    "NaN in the head": (in_head('"planned":6', '"planned":NaN'), 17, "D007", "NaN is not a finite number"),
    "text for a number": (in_head('"planned":6', '"planned":"6"'), 17, "V003", "planned should be a whole number"),
    "below nothing": (in_head('"planned":6', '"planned":-6'), 17, "V006", "planned"),
    "an unknown key in the head": (in_head('"suite":"s"', '"siute":"s"'), 16, "V001", 'unknown key "siute"'),
    "a key of the head twice": (in_head('"suite":"s",', '"suite":"s",\n"suite":"t",'), 17, "D004", "stands twice"),
    "nobody who accepted": (in_head('"by":"Kim"', '"by":""'), 3, "V007", "by"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "code", "message"), WRONG.values(), ids=WRONG)
def test_a_malformed_file_is_refused_at_its_line(
    tmp_path: Path, text: str, line: int, code: str, message: str
) -> None:
    path = tmp_path / "s.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as caught:
        read_baseline(path)
    found = caught.value.findings[0]
    assert (found.line, found.code) == (line, code)
    assert message in found.message


def test_a_wrong_answer_is_pointed_at_with_what_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(changed(CELL, '"privacy":["complys"'))
    with pytest.raises(FileError) as caught:
        read_baseline(path)
    found = caught.value.findings[0]
    start = found.column - found.excerpt_start
    assert found.excerpt[start : start + found.width] == '"complys"'
    assert found.suggestion == 'did you mean "complies"?'


def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_bytes(content(SMALL).encode().replace(b'"a":', b'"\xe9":'))
    with pytest.raises(FileError) as caught:
        read_baseline(path)
    assert (caught.value.findings[0].code, caught.value.findings[0].column) == ("D002", 2)


def test_all_wrong_lines_are_named_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text(content(baseline(*(case(f"c{at}", "bad", None, None) for at in range(99)))))
    with pytest.raises(FileError) as caught:
        read_baseline(path)
    assert len(caught.value.findings) == MAX_FINDINGS


def test_a_baseline_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="there is no file"):
        read_baseline(tmp_path / "s.json")


@given(st.data())
@settings(max_examples=200)
def test_a_damaged_file_is_read_or_refused_and_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = content(SMALL).encode()
    at = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(at, min(len(whole), at + 40)))
    path = tmp_path_factory.mktemp("damaged") / "s.json"
    path.write_bytes(whole[:at] + data.draw(st.binary(max_size=5)) + whole[end:])
    with suppress(FileError):
        read = read_baseline(path)
        write_baseline(path, read)
        assert read_baseline(path) == read


def test_a_scale_of_numbers_takes_any_label(tmp_path: Path) -> None:
    made = baseline(case("a", "3.25", None, "7"), principles={"privacy": mark(readings={})})
    write_baseline(tmp_path / "s.json", made)
    assert read_baseline(tmp_path / "s.json") == made
    assert READINGS["complies"] is Reading.PASS
