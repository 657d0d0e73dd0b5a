"""A run as columns says what the same run says item by item."""

import json

import pytest
from tests.workflows.calibration_kit import Line, RecordedSuite, cases, label

from evenhand.records.label import LabelKind
from evenhand.store.columns import (
    has_probabilities,
    item_columns,
    label_rows,
    rating_blocks,
    units_by_item,
    verdict_labels,
)
from evenhand.workflows.read_run import StoredRun

SHARED = {"complies": 0.75, "violates": 0.25}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    ratings: dict[str, list[Line]] = {
        "one": [
            {"case": "c0", "label": "complies"},
            {"case": "c1", "label": "violates", "distribution": SHARED},
        ],
        "two": [{"case": "c0", "label": "", "failure": "refused"}, {"case": "c1", "label": "complies"}],
    }
    shown = [{**cases(1)[0], "source": "src", "slice": {"topic": "t"}}, *cases(3)[1:]]
    labels = [label("c0", "complies", inclusion=0.5), label("c1", "violates", "gold")]
    return RecordedSuite(tmp_path_factory.mktemp("w") / "w", shown, ratings, labels).run()


def test_items_are_columns_in_the_order_of_the_suite(stored: StoredRun) -> None:
    items = item_columns(stored.ledger, stored.run)
    assert items.n == 3
    assert items.case_id == ("c0", "c1", "c2")
    assert set(items.principle_id) == {"honest"}
    assert items.source == ("src", "", "")
    assert [json.loads(text) for text in items.slice] == [{"topic": "t"}, {}, {}]


def test_ratings_are_one_word_each(stored: StoredRun) -> None:
    (rows,) = rating_blocks(stored.ledger, stored.run)
    assert [(unit, word) for unit, word, _ in rows] == [
        (0, "=complies"),
        (1, "refused"),
        (2, "=violates"),
        (3, "=complies"),
        (4, "not_recorded"),
        (5, "not_recorded"),
    ]
    assert [unit for unit, _, shares in rows if shares] == [2]
    assert dict(json.loads(rows[2][2] or "")) == SHARED
    assert has_probabilities(stored.ledger, stored.run)


def test_units_are_those_of_the_items(stored: StoredRun) -> None:
    found = dict(units_by_item(stored.ledger, stored.run))
    assert {item.seq: list(item.units) for item in stored.items()} == found


def test_labels_come_by_their_source(stored: StoredRun) -> None:
    (file,) = [file for file in stored.manifest.files if file.role == "labels"]
    source = stored.manifest.label_source(file)
    rows = list(label_rows(stored.ledger, [source]))
    assert [(row[1], row[4], row[5], row[6]) for row in rows] == [
        ("c0", "ann", LabelKind.PERSON.value, "complies"),
        ("c1", "gold", LabelKind.RESOLVED.value, "violates"),
    ]
    assert [row[7] for row in rows] == ['{"inclusion":0.5}', None]
    assert list(label_rows(stored.ledger, ["elsewhere"])) == list(label_rows(stored.ledger, [])) == []


def test_verdicts_are_told_for_the_cases_that_are_wanted(stored: StoredRun) -> None:
    verdicts = {item.case_id: item.verdict.label for item in stored.items() if item.verdict}
    found = {
        case: text for case, _, _, text in verdict_labels(stored.ledger, stored.run, ["c0", "c1", 'c"2'])
    }
    assert found == {case: text for case, text in verdicts.items() if text is not None}
    assert list(verdict_labels(stored.ledger, stored.run, [])) == []
