import json
from typing import Any

import pytest
from pydantic import ValidationError

from evenhand.records.panel import Panel


def panel(*judges: str, **fields: Any) -> Panel:
    plain = {"schema": "panel/v1", "id": "p", "judges": judges}
    return Panel.model_validate_json(json.dumps(plain | fields))


@pytest.mark.parametrize(("judges", "needed"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (9, 5)])
def test_a_quorum_is_more_than_half_of_the_judges(judges: int, needed: int) -> None:
    assert panel(*(f"j{number}" for number in range(judges))).quorum_needed == needed


def test_a_quorum_that_is_written_holds() -> None:
    assert panel("a", "b", "c", quorum=1).quorum_needed == 1


@pytest.mark.parametrize(
    ("judges", "fields", "message"),
    [
        ((), {}, "at least 1"),
        (("a", "a"), {}, "twice"),
        (("a",), {"quorum": 0}, "greater than or equal to 1"),
        (("a",), {"quorum": 2}, "quorum is 2, but there are 1 judges"),
        (("a",), {"weights": {"a": 1}}, 'belong to the rule "weighted"'),
        (("a", "b"), {"rule": "weighted"}, "exactly one weight"),
        (("a", "b"), {"rule": "weighted", "weights": {"a": 1}}, "exactly one weight"),
        (("a",), {"rule": "weighted", "weights": {"a": 1, "b": 1}}, "exactly one weight"),
        (("a",), {"rule": "weighted", "weights": {"a": 0}}, "above zero"),
        (("a",), {"rule": "weighted", "weights": {"a": -1}}, "above zero"),
        (("a",), {"rule": "coin"}, "'majority'"),
        (("a",), {"on_tie": "first"}, "'undecided'"),
    ],
)
def test_a_panel_whose_parts_do_not_fit_is_refused(judges: Any, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        panel(*judges, **fields)
