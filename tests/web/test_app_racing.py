"""G06 and A9 over real HTTP, small; `benchmarks/review_server.py` does the same with more people and more kills."""

from collections import Counter
from pathlib import Path

from tests.web.racing import label_through_kills, make_workspace, race

from evenhand.store.review.chain import broken_links


def test_people_who_label_at_once_close_every_item_exactly_once_each(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, 8, reviewers=5, required=2)
    workspace.start()
    try:
        statuses = race(workspace, [f"reviewer-{number}" for number in range(5)])
    finally:
        workspace.stop()
    labels = workspace.labels()
    assert len(labels) == len({(item, person) for item, person, _ in labels}) == 16
    assert set(Counter(item for item, _, _ in labels).values()) == {2}
    assert statuses.count(303) == 32


def test_a_server_that_is_killed_loses_nothing_it_had_said_was_saved(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, 10, reviewers=1)
    workspace.start()
    try:
        survived = label_through_kills(
            workspace, "reviewer-0", 8, kill_after=lambda number: 0.004 * number if number % 3 == 1 else None
        )
    finally:
        workspace.stop()
    assert survived.kills == 3
    assert [comment for _, _, comment in workspace.labels()] == survived.acknowledged
    with workspace.review.ledger.read() as reading:
        assert list(broken_links(reading.events())) == []
