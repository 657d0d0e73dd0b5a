"""E08 and E09, a small number of cases; `benchmarks/review_fuzz.py` runs 10,000."""

from pathlib import Path

import pytest
from tests.web.fuzzing import fuzz
from tests.web.serving import serve_items

from evenhand.store.review.chain import broken_links


@pytest.mark.parametrize("person", [None, "lea"])
def test_no_case_that_schemathesis_makes_up_breaks_a_route(tmp_path: Path, person: str | None) -> None:
    with serve_items(tmp_path, 20, sensitive=lambda n: ("violence",) if n % 3 == 0 else ()) as served:
        found = fuzz(served, person, cases=150)
        assert found.bad == []
        assert set(found.statuses) > ({200, 303, 422} if person else {401, 403})
        with served.review.ledger.read() as reading:
            assert list(broken_links(reading.events())) == []
