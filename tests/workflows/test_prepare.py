"""What is refused before anything is paid."""

from itertools import pairwise
from pathlib import Path

import pytest

from evenhand.catalog.prices import PRICE_TABLE_DATE
from evenhand.errors import FileError, NothingSelectedError, UsageError
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.prepare import prepare
from evenhand.workflows.survey import SAMPLED_ITEMS

FILES = {
    "evenhand.toml": "",
    "c.yaml": "schema: constitution/v1\nid: c\nversion: 1.0.0\nprinciples: [{id: keep.secrets, text: Keep secrets.}]\n",
    "p.panel.yaml": "schema: panel/v1\nid: p\njudges: [reader]\n",
    "reader.yaml": "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: model\nmodel: openai/some-model\n"
    "template: reader.j2\nprice: {input: 1, output: 2}\n",
    "reader.j2": '{{ principle.text }} {{ data("reply", case.response) }}',
    "suite.yaml": "schema: suite/v1\nid: s\nconstitution: c.yaml\npanel: p.panel.yaml\ncases: [{path: cases.jsonl}]\n",
    "cases.jsonl": '{"id": "1", "response": "x"}\n',
}


def workspace(folder: Path, **changes: str) -> Path:
    for name, text in {**FILES, **changes}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "suite.yaml"


def test_a_case_that_names_an_unknown_principle_is_refused_and_not_left_out_unseen(tmp_path: Path) -> None:
    case = '{"id": "1", "response": "x", "principles": ["keep.secret"]}\n'
    suite = workspace(tmp_path, **{"cases.jsonl": case})
    with pytest.raises(FileError) as caught:
        prepare(tmp_path, suite).manifest(command="test")
    assert [finding.code for finding in caught.value.findings] == ["S008"]
    assert "keep.secrets" in caught.value.findings[0].suggestion


def test_an_unknown_price_is_an_error_and_not_zero(tmp_path: Path) -> None:
    judge = FILES["reader.yaml"].replace("price: {input: 1, output: 2}\n", "")
    suite = workspace(tmp_path, **{"reader.yaml": judge})
    with pytest.raises(UsageError, match="unknown is not zero"):
        prepare(tmp_path, suite).manifest(command="test")


def test_a_suite_that_meets_no_principle_selects_nothing(tmp_path: Path) -> None:
    constitution = FILES["c.yaml"].replace("text:", "scope: {surface: [chat]}, text:")
    case = '{"id": "1", "response": "x", "scope": {"surface": "mail"}}\n'
    suite = workspace(tmp_path, **{"c.yaml": constitution, "cases.jsonl": case})
    with pytest.raises(NothingSelectedError):
        prepare(tmp_path, suite).manifest(command="test")


def test_the_plan_brackets_calls_and_money_without_a_call(tmp_path: Path) -> None:
    plan = plan_suite(tmp_path, workspace(tmp_path))
    (judge,) = plan.judges
    assert (plan.cases, plan.items, plan.units, plan.offline_units) == (1, 1, 1, 0)
    assert judge.calls.low == 1
    assert judge.calls.high == 2 + 8
    assert judge.usd is not None
    assert 0 < judge.usd.low < judge.usd.high


DATED = f"prices of {PRICE_TABLE_DATE}"
OWN = FILES["reader.yaml"]
UNKNOWN = OWN.replace("price: {input: 1, output: 2}\n", "")
LISTED = UNKNOWN.replace("openai/some-model", "openai/gpt-4o-2024-11-20")
SETTINGS = '[prices."openai/gpt-4o-2024-11-20"]\ninput = 1.0\noutput = 2.0\n'


@pytest.mark.parametrize(
    ("readers", "settings", "source", "words"),
    [
        ((OWN,), "", "files", "prices in your files"),
        ((LISTED,), "", "table", DATED),
        ((LISTED,), SETTINGS, "files", "prices in your files"),
        ((UNKNOWN,), "", "unknown", ""),
        ((OWN, LISTED), "", "files", f"{DATED} and those in your files"),
        ((OWN, UNKNOWN), "", "files", "prices in your files"),
    ],
)
def test_a_plan_dates_only_the_prices_that_come_from_the_table(
    tmp_path: Path, readers: tuple[str, ...], settings: str, source: str, words: str
) -> None:
    files = {f"r{n}.yaml": text.replace("id: reader", f"id: r{n}") for n, text in enumerate(readers)}
    names = ", ".join(name.removesuffix(".yaml") for name in files)
    panel = FILES["p.panel.yaml"].replace("[reader]", f"[{names}]")
    plan = plan_suite(
        tmp_path, workspace(tmp_path, **files, **{"p.panel.yaml": panel, "evenhand.toml": settings})
    )
    assert (plan.judges[0].price_from, plan.price_words) == (source, words)
    assert bool(plan.prices_as_of) == (DATED in words)


def test_equal_files_pin_to_equal_hashes_and_a_changed_byte_does_not(tmp_path: Path) -> None:
    suite = workspace(tmp_path)
    first = prepare(tmp_path, suite).manifest(command="a").inputs_hash()
    assert prepare(tmp_path, suite).manifest(command="b").inputs_hash() == first
    (tmp_path / "cases.jsonl").write_text('{"id": "1", "response": "y"}\n', encoding="utf-8")
    assert prepare(tmp_path, suite).manifest(command="a").inputs_hash() != first


@pytest.mark.parametrize("count", [1, 399, 400, 401, 1_000, 5_000])
def test_the_sample_of_a_suite_is_small_and_evenly_spread(tmp_path: Path, count: int) -> None:
    lines = "".join(f'{{"id": "{n}", "response": "x"}}\n' for n in range(count))
    survey = prepare(tmp_path, workspace(tmp_path, **{"cases.jsonl": lines})).survey
    places = [item.seq for item in survey.sample]
    steps = {after - before for before, after in pairwise(places)}
    assert survey.items == survey.scan.count == count
    assert min(count, SAMPLED_ITEMS // 2) <= len(places) <= SAMPLED_ITEMS
    assert len(steps) <= 1
    assert places[0] == 0
    assert count - places[-1] <= max(steps, default=1)


def test_reading_the_cases_again_gives_what_the_survey_saw(tmp_path: Path) -> None:
    prepared = prepare(tmp_path, workspace(tmp_path))
    assert tuple(prepared.plan.items()) == prepared.survey.sample
