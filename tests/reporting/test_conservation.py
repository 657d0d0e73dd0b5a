from dataclasses import replace

import pytest

from evenhand.errors import MeasureError
from evenhand.records.rated import RunAccount
from evenhand.records.rating import FailureKind
from evenhand.records.run import RunState
from evenhand.reporting.conservation import conserve
from evenhand.reporting.tally import tally_items

from .builders import JUDGES, make_account, make_item, make_manifest, make_run, unit

MANIFEST = make_manifest(items=3)
ITEMS = [
    make_item(MANIFEST, 0, [unit(judge, "complies") for judge in JUDGES]),
    make_item(MANIFEST, 1, [unit(judge, FailureKind.REFUSED) for judge in JUDGES]),
    make_item(MANIFEST, 2, [unit(JUDGES[0], "violates")]),
]
ACCOUNT = make_account(MANIFEST, ITEMS)
RUN = make_run(MANIFEST, state=RunState.STOPPED)
TALLY = tally_items(MANIFEST, ITEMS)


def test_every_unit_and_item_is_somewhere() -> None:
    law = conserve(RUN, ACCOUNT, TALLY)
    assert law.planned == law.rated + sum(law.failed.values()) + law.open == 9
    assert (law.rated, law.failed, law.open) == (4, {FailureKind.REFUSED: 3}, 2)
    assert law.items == law.decided + law.undecided + law.items_open == 3


def test_items_the_ledger_has_not_listed_yet_are_open() -> None:
    tally = tally_items(MANIFEST, ITEMS[:2])
    law = conserve(RUN, make_account(MANIFEST, ITEMS[:2]), tally)
    assert (law.listed, law.items_open, law.open) == (2, 1, 3)


@pytest.mark.parametrize(
    ("account", "words"),
    [
        (replace(ACCOUNT, planned=10), "the account plans 10 ratings, the manifest 9"),
        (replace(ACCOUNT, terminal={"rated": 5, "refused": 3}), "5 rated in the account, 4 in the items"),
        (replace(ACCOUNT, terminal={"rated": 4}), "0 refused in the account, 3 in the items"),
        (replace(ACCOUNT, terminal={**ACCOUNT.terminal, "lost": 1}), "'lost' is no terminal state"),
        (replace(ACCOUNT, terminal={"rated": 9, "refused": 3}), "3 more ratings than planned"),
    ],
)
def test_a_broken_law_stops_the_report_and_names_the_difference(account: RunAccount, words: str) -> None:
    with pytest.raises(MeasureError, match=words):
        conserve(RUN, account, TALLY)


def test_a_finished_run_has_nothing_open() -> None:
    with pytest.raises(MeasureError, match="the run is finished and 2 ratings are open"):
        conserve(make_run(MANIFEST), ACCOUNT, TALLY)


def test_an_item_too_many_stops_the_report() -> None:
    tally = tally_items(MANIFEST, [*ITEMS, make_item(MANIFEST, 3, [])])
    with pytest.raises(MeasureError, match="4 items where 3 were planned"):
        conserve(RUN, ACCOUNT, tally)
