"""`evenhand review export` and `evenhand review import`."""

from pathlib import Path

import pytest
from tests.cli.kit import Cli
from tests.workflows.review.exchange_kit import Exchange, make_exchange

from evenhand.records.review import Checkpoint


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exchange:
    made = make_exchange(tmp_path / "w", 4)
    monkeypatch.chdir(made.folder)
    return made


def test_items_go_out_and_labels_come_back(exchange: Exchange, cli: Cli) -> None:
    ended = cli("review", "export", "--tasks", "--format", "csv", "--out", "t.csv")
    assert ended.code == 0
    assert "4 items that still want labels of rd-1 for CSV for spreadsheets" in ended.out
    table = (exchange.folder / "t.csv").read_text(encoding="utf-8")
    (exchange.folder / "t.csv").write_text(
        table.replace('"","","yes",""', '"","violates","no","=1"', 1), encoding="utf-8"
    )
    ended = cli("review", "import", "--format", "csv", "t.csv", "--as", "ann")
    assert ended.code == 0, ended.err
    assert "1 new label from t.csv" in ended.out
    assert "passed over: 3 (not labelled yet)" in ended.err
    ended = cli("review", "export", "--labels", "--format", "jsonl", "--out", "l.jsonl", "--json")
    assert ended.document["labels"] == 1


def test_a_checkpoint_of_the_record_is_told_with_every_export(exchange: Exchange, cli: Cli) -> None:
    exchange.review.label("ann")
    for what in ("--tasks", "--labels"):
        ended = cli("review", "export", what, "--format", "jsonl", "--out", "x.jsonl", "--json")
        head = ended.document["checkpoint"]
        assert f"checkpoint {head['number']}:{head['hash']}" in ended.err
        with exchange.review.ledger.read() as reading:
            assert reading.head() == Checkpoint(number=head["number"], hash=head["hash"])


def test_who_is_who_is_said_with_names_of_both_sides(exchange: Exchange, cli: Cli) -> None:
    exchange.review.label("ann")
    cli(
        "review", "export", "--labels", "--format", "label-studio", "--out", "e.json", "--as", "ann@x.org=ann"
    )
    assert '"ann@x.org"' in (exchange.folder / "e.json").read_text(encoding="utf-8")
    ended = cli("review", "import", "--format", "label-studio", "e.json", "--as", "ann@x.org=ann", "--json")
    assert ended.document["known"] == 1


def test_what_is_wrong_in_a_file_is_shown_where_it_stands(exchange: Exchange, cli: Cli) -> None:
    (exchange.folder / "t.csv").write_text("item,label\nrv-00000,violets\n", encoding="utf-8")
    ended = cli("review", "import", "--format", "csv", "t.csv", "--as", "ann")
    assert ended.code == 2
    assert "t.csv:2:10" in ended.err
    assert 'did you mean "violates"?' in ended.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("export --format csv --out x.csv", "say what to export"),
        ("export --format csv --out x.csv --tasks --labels", "say what to export"),
        ("export --format csv --out x.csv --labels --with-judges", "--with-judges goes with --tasks"),
        ("export --format csv --out x.csv --tasks --as a=b", "--as goes with --labels"),
        ("export --format cvs --out x.csv --tasks", 'did you mean "csv"?'),
        ("export --format csv --out x.csv --tasks --design nope", "nope"),
        ("import --format csv x.csv --as ann --as bo", "only one can be everybody"),
        ("import --format csv x.csv --as =ann", "does not say who is who"),
        ("import --format csv x.csv", "there is no file"),
        ("import --format calibrate x.jsonl", "written only"),
    ],
)
def test_what_can_not_be_meant_is_refused(exchange: Exchange, cli: Cli, line: str, says: str) -> None:
    ended = cli("review", *line.split())
    assert ended.code == 2
    assert says in ended.err


def test_a_workspace_without_a_review_says_what_to_do(tmp_path: Path, cli: Cli) -> None:
    (tmp_path / "evenhand.toml").write_text("", encoding="utf-8")
    ended = cli("review", "export", "--tasks", "--format", "csv", "--out", "x.csv")
    assert ended.code == 3
    assert "evenhand review sample" in ended.err
