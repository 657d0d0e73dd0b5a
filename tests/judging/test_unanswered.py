"""Whose fault it is that a unit got no answer: told by the answers others got while it was asked, and after it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.judging import builders

from evenhand.judging.unanswered import STRAIGHT_FAILURES, Unanswered
from evenhand.records.attempt import Settled
from evenhand.records.rating import FailedRating, FailureKind


def failed(seq: int, kind: FailureKind = FailureKind.UNREACHABLE) -> Settled:
    return Settled(unit=replace(builders.unit(), seq=seq), key=b"", outcome=FailedRating(kind=kind))


def play(events: str) -> Unanswered:
    """An account where unit 0 fails a call (f), is given up (h) or refused (r), and others are answered (a)."""
    account = Unanswered()
    for event in events:
        if event == "a":
            account.answered()
        elif event == "f":
            account.failed(0)
        else:
            account.hold(failed(0, FailureKind.UNREACHABLE if event == "h" else FailureKind.REJECTED))
            account.forget(0)
    return account


def seqs(settled: Sequence[Settled]) -> list[int]:
    return [each.unit.seq for each in settled]


@pytest.mark.parametrize(
    ("events", "is_to_blame"),
    [
        ("fh", False),
        ("ffffh", False),
        ("aaafh", False),
        ("aaaffh", False),
        ("fafh", True),
        ("ffafh", True),
        ("fha", True),
        ("h", False),
        ("ha", True),
        ("r", True),
    ],
)
def test_a_unit_is_to_blame_where_others_are_answered_once_it_has_failed(
    events: str, is_to_blame: object
) -> None:
    blamed, left = play(events).part()
    assert (seqs(blamed), seqs(left)) == (([0], []) if is_to_blame else ([], [0]))


def test_an_answer_releases_what_was_held_before_it_and_nothing_after() -> None:
    account = Unanswered()
    account.hold(failed(1))
    assert seqs(account.release_answered()) == []
    account.answered()
    account.hold(failed(2))
    assert seqs(account.release_answered()) == [1]
    assert len(account) == 1


def test_a_unit_that_is_asked_again_later_starts_anew() -> None:
    account = Unanswered()
    account.failed(0)
    account.forget(0)
    account.answered()
    account.failed(0)
    account.hold(failed(0))
    assert seqs(account.part()[0]) == []


def test_only_failures_without_an_answer_between_them_are_in_a_row() -> None:
    account = Unanswered()
    told = [account.hold(failed(seq)) for seq in range(STRAIGHT_FAILURES - 1)]
    account.answered()
    told += [account.hold(failed(seq)) for seq in range(STRAIGHT_FAILURES)]
    assert [place for place, is_outage in enumerate(told) if is_outage] == [2 * STRAIGHT_FAILURES - 2]
