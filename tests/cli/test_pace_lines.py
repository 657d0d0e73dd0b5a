"""What people read about the pace of accounts when a run has ended."""

from evenhand.cli.pace_lines import pace_lines
from evenhand.records.pacing import PaceChange, PacingEvent


def events(*steps: tuple[PaceChange, int, float], account: str = "loop") -> list[PacingEvent]:
    return [
        PacingEvent(account=account, at=float(at), limit=limit, in_flight=0, why=why, rest_s=rest_s)
        for at, (why, limit, rest_s) in enumerate(steps)
    ]


def test_an_account_to_which_nothing_happened_is_not_spoken_of() -> None:
    assert not list(pace_lines(events((PaceChange.START, 20, 0.0), (PaceChange.GROWN, 40, 0.0))))
    assert not list(pace_lines([]))


def test_cuts_rests_and_outages_are_told_in_a_line_by_account() -> None:
    told = list(
        pace_lines(
            [
                *events(
                    (PaceChange.START, 20, 0.0),
                    (PaceChange.CUT, 16, 0.0),
                    (PaceChange.REST, 16, 20.0),
                    (PaceChange.REST, 16, 21.4),
                    (PaceChange.CUT, 12, 0.0),
                ),
                *events(
                    (PaceChange.START, 20, 0.0),
                    (PaceChange.OPENED, 20, 0.0),
                    (PaceChange.PROBE, 20, 0.0),
                    (PaceChange.GIVEN_UP, 20, 0.0),
                    account="far",
                ),
            ]
        )
    )
    assert told == [
        "account far: 20 calls at once at the end, 20 at most, without answers once (1 probe), given up",
        "account loop: 12 calls at once at the end, 20 at most, cut 2 times by rate limits, 2 rests of 41 s in all",
    ]
