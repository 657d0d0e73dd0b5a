"""Training data out of real ledgers: what becomes a row, what does not, and that it is the same every time."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from tests.workflows.calibration_kit import label
from tests.workflows.feedback.export_kit import (
    FEW,
    digests,
    export,
    lenient_suite,
    pair_suite,
    rows,
    text_suite,
)

from evenhand.errors import UsageError
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.trust import TrustReason
from evenhand.workflows.calibrate import calibrate_run
from evenhand.workflows.run_suite import RunOptions, run_suite

BOTH = {"given": "a", "swapped": "a"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


# -- Pairs -----------------------------------------------------------------------------------------


def test_pairs_become_rows_or_have_a_reason(tmp_path: Path, out: Path) -> None:
    same = {"candidates": [{"id": "x", "text": "One."}, {"id": "y", "text": " One. "}]}
    twice = {"prompt": "Q", "candidates": [{"id": "x", "text": "A"}, {"id": "y", "text": "B"}]}
    turned = {"prompt": "Q!", "candidates": [{"id": "x", "text": "A"}, {"id": "y", "text": "B"}]}
    back = {"prompt": "Q!", "candidates": [{"id": "x", "text": "B"}, {"id": "y", "text": "A"}]}
    suite = pair_suite(
        tmp_path / "w",
        [
            BOTH,
            {"given": "b", "swapped": "b"},
            {"given": "tie", "swapped": "tie"},
            {"given": "a", "swapped": "b"},
            {"given": "a"},
            {**BOTH, "prompt": None},
            {**BOTH, **same},
            {**BOTH, **twice},
            {**BOTH, **twice},
            {**BOTH, **turned},
            {**BOTH, **back},
        ],
    )
    suite.run()
    facts = export(suite, "trl-preference", out, untrusted=True)
    assert facts.left_out == {
        LeftOut.TIE: 1,
        LeftOut.INCONSISTENT: 1,
        LeftOut.UNMEASURED: 1,
        LeftOut.NO_PROMPT: 1,
        LeftOut.SAME_TEXTS: 1,
        LeftOut.DUPLICATE: 1,
        LeftOut.CONTRADICTORY: 2,
    }
    assert facts.records == facts.total + sum(facts.left_out.values()) == 11
    found = rows(out)
    assert [(row["chosen"][0]["content"], row["rejected"][0]["content"]) for row in found] == [
        ("First 0.", "Second 0."),
        ("Second 1.", "First 1."),
        ("A", "B"),
    ]
    assert {row["trusted"] for row in found} == {False}
    assert {row["trust_reason"] for row in found} == {TrustReason.NO_CERTIFICATE}
    assert found[1]["candidate_ids"] == ["y", "x"]


def test_ties_are_never_rows_however_the_export_is_asked_for(tmp_path: Path, out: Path) -> None:
    suite = pair_suite(tmp_path / "w", [{"given": "tie", "swapped": "tie"}])
    suite.run()
    facts = export(suite, "trl-preference", out, untrusted=True)
    assert facts.total == 0
    assert not out.exists()
    assert not list(tmp_path.glob(".out*"))


def test_what_people_settled_on_a_pair_beats_the_panel(tmp_path: Path, out: Path) -> None:
    suite = pair_suite(
        tmp_path / "w",
        [{**BOTH, "id": f"p{number}"} for number in range(40)],
        labels=[label(f"p{number}", "b") for number in range(20)],
        suite="splits: {optimise: 0.5, gate: 0.5}\n",
    )
    suite.run()
    facts = export(suite, "trl-preference", out)
    found = rows(out)
    assert 0 < len(found) < 20
    assert {row["chosen"][0]["content"].split()[0] for row in found} == {"Second"}
    assert {(row["label_source"], row["trusted"], row["trust_reason"]) for row in found} == {
        ("people", True, "people settled it")
    }
    assert facts.left_out == {LeftOut.HELD_BACK: 20 - len(found), LeftOut.NOT_TRUSTED: 20}


def test_a_calibrated_panel_decides_pairs_alone(tmp_path: Path, out: Path) -> None:
    suite = pair_suite(
        tmp_path / "w",
        [BOTH if number % 3 else {"given": "b", "swapped": "b"} for number in range(150)],
        labels=[label(f"p{number}", "a" if number % 3 else "b", inclusion=2 / 3) for number in range(100)],
        suite="splits: {optimise: 0.3, gate: 0.7}\n",
    )
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    facts = export(suite, "trl-preference", out)
    assert facts.trust[TrustReason.CERTIFIED] == 50
    assert facts.trust[TrustReason.PEOPLE] + facts.left_out[LeftOut.HELD_BACK] == 100
    assert {row["calibration_run"] for row in rows(out)} == {suite.runs[-1].id}
    assert "at most 10% of these decisions are wrong" in rows(out)[0]["calibration_status"]


# -- Texts -----------------------------------------------------------------------------------------


def test_without_a_calibration_nothing_of_the_panel_is_trusted(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    facts = export(suite, "trl-unpaired", out)
    assert facts.left_out == {LeftOut.NOT_TRUSTED: FEW}
    assert "no run of this suite was calibrated" in facts.standing.words
    assert "evenhand calibrate" in facts.standing.hint
    assert not out.exists()


def test_a_calibrated_panel_is_trusted_where_it_is_sure_enough(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    calibrated = calibrate_run(suite.folder, suite.run().run.id, formats=["json"]).calibration
    threshold = next(each.threshold for each in calibrated.automation if each.alpha == 0.1)
    facts = export(suite, "trl-unpaired", out)
    assert threshold is not None
    assert facts.standing.threshold == threshold
    assert facts.standing.run == suite.runs[-1].id
    found = rows(out)
    assert {row["trusted"] for row in found} == {True}
    by_panel = [row for row in found if row["label_source"] == "panel"]
    assert len(by_panel) == facts.trust[TrustReason.CERTIFIED] > 50
    assert {int(row["case_id"][1:]) >= 200 for row in by_panel} == {True}
    assert facts.trust[TrustReason.PEOPLE] + facts.left_out[LeftOut.HELD_BACK] == 200


def test_a_panel_that_errs_certifies_nothing(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w", labelled=200, right=0.6)
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    facts = export(suite, "trl-unpaired", out, untrusted=True)
    assert not facts.standing.certified
    assert TrustReason.CERTIFIED not in facts.trust
    assert all(row["trusted"] == (row["label_source"] == "people") for row in rows(out))


def test_completions_need_a_promise_about_what_passes_and_not_about_all_verdicts(
    tmp_path: Path, out: Path
) -> None:
    suite = lenient_suite(tmp_path / "w")
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    unpaired = export(suite, "trl-unpaired", out)
    assert unpaired.standing.certified, "hardly any verdict is wrong, because most texts fail and are seen to"
    assert unpaired.trust[TrustReason.CERTIFIED] > 50
    completions = export(suite, "sft", tmp_path / "sft", untrusted=True)
    assert not completions.standing.certified, "one in five of the texts that pass should not"
    assert TrustReason.CERTIFIED not in completions.trust


def test_a_panel_that_knows_what_passes_is_trusted_with_completions(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    facts = export(suite, "sft", out)
    assert facts.standing.certified
    assert facts.trust[TrustReason.CERTIFIED] > 30
    assert "may decide alone that a text passes" in facts.standing.words
    assert "decide alone that a text passes" in (out / "README.md").read_text(encoding="utf-8")


def test_a_calibration_holds_for_a_run_of_the_same_instrument_on_the_same_items(
    tmp_path: Path, out: Path
) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    first = suite.run().run.id
    calibrate_run(suite.folder, first, formats=["json"])
    suite.run()
    facts = export(suite, "trl-unpaired", out)
    assert facts.standing.certified
    assert facts.standing.run == first
    assert facts.trust[TrustReason.CERTIFIED] > 50


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"judge": "title: Another\n"}, ""),
        ({"panel": "quorum: 2\n"}, "the panel is another one"),
        ({"constitution": "title: Words that bind nothing\n"}, ""),
    ],
)
def test_another_instrument_has_no_certificate(
    tmp_path: Path, out: Path, change: dict[str, str], words: str
) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    for name, value in change.items():
        setattr(suite, name, value)
    suite.run()
    facts = export(suite, "trl-unpaired", out)
    assert facts.standing.certified == (not words)
    assert words in facts.standing.words


def test_another_judge_version_another_principle_and_other_cases_have_no_certificate(
    tmp_path: Path, out: Path
) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    first = suite.run().run.id
    calibrate_run(suite.folder, first, formats=["json"])
    for path, old, new, words in (
        ("one.yaml", "version: 1.0.0", "version: 1.0.1", "a judge is another one"),
        ("c.yaml", "Be honest.", "Be very honest.", "a principle or its scale was changed"),
        ("cases.jsonl", "Answer 299.", "Another.", "the cases are others"),
    ):
        suite.write()
        file = suite.folder / path
        before = file.read_text(encoding="utf-8")
        file.write_text(before.replace(old, new), encoding="utf-8")
        _run_as_it_is(suite.folder)
        facts = export(suite, "trl-unpaired", out, calibration=first)
        assert not facts.standing.certified
        assert words in facts.standing.words
        out = out.with_name(out.name + "x")


def test_sources_with_labels_to_certify_with_never_become_training_data(tmp_path: Path, out: Path) -> None:
    suite = text_suite(
        tmp_path / "w", labelled=200, suite="splits: {optimise: 0.2, gate: 0.5, sealed: 0.3}\n"
    )
    suite.run()
    held = export(suite, "trl-unpaired", out, untrusted=True)
    assert held.left_out[LeftOut.HELD_BACK] == held.held_back > 100
    open_ = export(suite, "trl-unpaired", tmp_path / "gate", untrusted=True, include_gate=True)
    assert 0 < open_.left_out[LeftOut.HELD_BACK] < held.left_out[LeftOut.HELD_BACK]
    card = (tmp_path / "gate" / "README.md").read_text(encoding="utf-8")
    assert "let in on demand" in card
    assert "let in on demand" not in (out / "README.md").read_text(encoding="utf-8")


def test_a_text_that_certifies_is_no_training_data_under_another_source_either(
    tmp_path: Path, out: Path
) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    suite.run()
    plain = export(suite, "trl-unpaired", out, untrusted=True)
    kept = {row["case_id"] for row in rows(out)}
    held = next(f"c{number}" for number in range(200) if f"c{number}" not in kept)
    there = next(case for case in suite.cases if case["id"] == held)
    twin = {"id": "c299", "prompt": there["prompt"], "response": f" {there['response']}\n"}
    suite.cases = [*suite.cases[:-1], twin]
    suite.run()
    facts = export(suite, "trl-unpaired", tmp_path / "twin", untrusted=True)
    assert "c299" in kept
    assert {row["case_id"] for row in rows(tmp_path / "twin")} == kept - {"c299"}
    assert facts.left_out[LeftOut.HELD_BACK] == plain.left_out[LeftOut.HELD_BACK] + 1


def test_sources_held_back_by_another_suite_of_the_ledger_are_held_back_too(
    tmp_path: Path, out: Path
) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    suite.labels = ()
    suite.write()
    text = (suite.folder / "suite.yaml").read_text(encoding="utf-8").replace("id: s\n", "id: other\n")
    (suite.folder / "suite.yaml").write_text(text, encoding="utf-8")
    _run_as_it_is(suite.folder)
    facts = export(suite, "trl-unpaired", out, untrusted=True)
    assert facts.provenance.suite == "other"
    assert facts.left_out[LeftOut.HELD_BACK] > 100


# -- Formats ---------------------------------------------------------------------------------------


def test_completions_are_what_passes(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    facts = export(suite, "sft", out, untrusted=True, plain=True)
    assert facts.left_out[LeftOut.FAILED] + facts.total == FEW
    assert set(list(rows(out)[0])[:2]) == {"prompt", "completion"}


def test_files_of_messages_hold_nothing_else_and_their_columns_lie_beside(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    export(suite, "messages", out, untrusted=True, splits="train=.5,test=.5", shard_mb=0.01)
    for split in ("train", "test"):
        messages, columns = rows(out, split), rows(out, split, below="columns")
        assert {tuple(row) for row in messages} == {("messages",)}
        assert len(messages) == len(columns) > 10
        assert {row["split"] for row in columns} == {split}
        for row, beside in zip(messages, columns, strict=True):
            assert row["messages"][0]["content"] == f"Question {beside['case_id'][1:]}?"
    names = [sorted(path.name for path in (out / below).iterdir()) for below in ("data", "columns")]
    assert names[0] == names[1]
    assert len(names[0]) > 4


def test_parquet_holds_the_same_in_flat_columns(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    export(suite, "parquet", out, untrusted=True)
    export(suite, "trl-unpaired", tmp_path / "lines", untrusted=True, plain=True)
    table = pq.read_table(out / "data" / "train-00000.parquet")
    expected = rows(tmp_path / "lines")
    assert [field.name for field in table.schema][:4] == ["prompt", "prompt_messages", "completion", "label"]
    for name in expected[0]:
        assert table[name].to_pylist() == [row[name] for row in expected]
    assert json.loads(table["prompt_messages"][0].as_py()) == [{"role": "user", "content": "Question 0?"}]


@pytest.mark.parametrize(("format_", "hint"), [("trl-preference", "trl-unpaired, sft, messages, parquet")])
def test_a_format_without_a_meaning_is_refused_with_those_that_have_one(
    tmp_path: Path, out: Path, format_: str, hint: str
) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    with pytest.raises(UsageError, match="has no meaning") as caught:
        export(suite, format_, out)
    assert hint in caught.value.hint


# -- Files -----------------------------------------------------------------------------------------


def test_the_same_ledger_gives_the_same_bytes(tmp_path: Path) -> None:
    suite = text_suite(tmp_path / "w", labelled=200)
    calibrate_run(suite.folder, suite.run().run.id, formats=["json"])
    command = [
        sys.executable,
        "-m",
        "evenhand",
        "feedback",
        "export",
        "latest",
        "--workspace",
        str(suite.folder),
    ]
    found = []
    for seed in ("0", "77"):
        out = tmp_path / seed
        subprocess.run(
            [
                *command,
                "--format",
                "sft",
                "--out",
                str(out),
                "--gzip",
                "--untrusted",
                "--splits",
                "train=.7,test=.3",
            ],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        found.append(digests(out))
    assert found[0] == found[1]
    assert len(found[0]) == 5
    with gzip.open(tmp_path / "0" / "data" / "train-00000.jsonl.gz") as stream:
        assert json.loads(stream.readline())["split"] == "train"
    assert (tmp_path / "0" / "data" / "train-00000.jsonl.gz").read_bytes()[4:8] == b"\0\0\0\0"


def test_more_cases_move_no_source_to_another_split(tmp_path: Path) -> None:
    suite = text_suite(tmp_path / "w")
    whole = suite.cases
    places = []
    for cases in (whole[:40], whole):
        suite.cases = cases
        suite.run()
        out = tmp_path / str(len(cases))
        export(suite, "trl-unpaired", out, untrusted=True, splits="train=.5,test=.5")
        places.append(
            {row["case_id"]: row["split"] for split in ("train", "test") for row in rows(out, split)}
        )
    assert places[0].items() <= places[1].items()


def test_files_are_bounded_and_the_manifest_names_them_all(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    facts = export(suite, "trl-unpaired", out, untrusted=True, shard_mb=0.02)
    assert len(facts.files) > 3
    assert all(file.size <= 20_000 for file in facts.files)
    manifest = json.loads((out / "manifest.json").read_bytes())
    named = {each["path"]: each["sha256"] for each in (*manifest["files"], *manifest["documents"])}
    there = digests(out)
    del there["manifest.json"]
    assert named == {path: f"sha256:{digest}" for path, digest in there.items()}
    assert manifest["records"] == sum(manifest["rows"].values()) + sum(manifest["left_out"].values())
    assert len(rows(out)) == facts.total


def test_the_head_of_the_card_is_yaml_and_names_every_file(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    facts = export(suite, "trl-unpaired", out, untrusted=True, license="cc-by-4.0", shard_mb=0.02)
    _, head, body = (out / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    meta = yaml.safe_load(head)
    assert meta["license"] == "cc-by-4.0"
    assert meta["size_categories"] == ["n<1K"]
    assert meta["configs"][0]["data_files"] == [
        {"split": "train", "path": [file.path for file in facts.files]}
    ]
    assert [each["name"] for each in meta["dataset_info"]["features"]] == list(rows(out)[0])
    assert f"{facts.records:,} = {facts.total:,} rows" in body


def test_nothing_is_replaced_without_force_and_only_an_export_with_it(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    export(suite, "sft", out, untrusted=True)
    before = digests(out)
    with pytest.raises(UsageError, match="is there already"):
        export(suite, "trl-unpaired", out, untrusted=True)
    assert digests(out) == before
    export(suite, "trl-unpaired", out, untrusted=True, force=True)
    assert digests(out) != before
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.md").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="no export of evenhand"):
        export(suite, "sft", other, untrusted=True, force=True)
    assert (other / "thesis.md").read_text(encoding="utf-8") == "mine"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_run_whose_case_files_changed_is_refused(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    (suite.folder / "cases.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="case files changed"):
        export(suite, "sft", out, untrusted=True)


def test_a_wish_out_of_its_range_is_refused(tmp_path: Path, out: Path) -> None:
    suite = text_suite(tmp_path / "w")
    suite.run()
    for wishes in ({"alpha": 0.0}, {"alpha": 1.0}, {"shard_mb": 0.0}, {"license": "see\nbelow"}):
        with pytest.raises(UsageError):
            export(suite, "sft", out, untrusted=True, **wishes)
    with pytest.raises(UsageError, match="packed already"):
        export(suite, "parquet", out, untrusted=True, packed=True)


def _run_as_it_is(folder: Path) -> None:
    run_suite(folder, folder / "suite.yaml", RunOptions(), lambda _run, _progress: None)
