import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.integrations.comments import (
    MOST_BYTES,
    Posted,
    marker_of,
    own_comments,
    same_text,
    shortened,
)
from evenhand.reporting.gate.comment import marker

MARKER = "<!-- evenhand:gate:pr-gate -->"


@pytest.mark.parametrize(
    "first",
    [
        MARKER,
        f"{MARKER}  ",
        f"\ufeff{MARKER}",
        "<!-- evenhand:gate:a -->",
        "<!-- evenhand:gate:two words -->",
    ],
)
def test_a_text_begins_with_its_marker(first: str) -> None:
    assert marker_of(f"{first}\nText.") == first.strip("\ufeff ")


@pytest.mark.parametrize(
    "first",
    [
        "",
        "# Gate",
        f"x {MARKER}",
        f"{MARKER} x",
        "<!-- evenhand:gate: -->",
        "<!-- evenhand:gate:a --> <!-- evenhand:gate:b -->",
        f"<!-- evenhand:gate:{'a' * 3_000} -->",
    ],
)
def test_a_text_without_a_marker_is_refused(first: str) -> None:
    with pytest.raises(UsageError):
        marker_of(f"{first}\nText.")


def test_own_comments_are_those_with_both_the_marker_and_the_author_oldest_first() -> None:
    comments = [
        Posted(id=9, author="bot", text=f"{MARKER}\nNewer."),
        Posted(id=3, author="Bot", text=f"{MARKER}\r\nOlder."),
        Posted(id=1, author="bot2", text=f"{MARKER}\nSomebody else's."),
        Posted(id=2, author="bot", text=f"See:\n{MARKER}"),
        Posted(id=4, author="", text=f"{MARKER}\nNobody's."),
    ]
    assert [each.id for each in own_comments(comments, MARKER, "bot")] == [3, 9]


@given(
    st.text(alphabet=st.characters(codec=None, categories=["L", "Cs", "Zs", "So"]) | st.just("\n")),
    st.integers(1, 9),
)
def test_no_comment_is_longer_than_the_limit(text: str, times: int) -> None:
    whole = f"{MARKER}\n" + text * (times * MOST_BYTES // (len(text) or 1) // 4)
    cut = shortened(whole)
    assert len(cut.encode("utf-8")) <= MOST_BYTES
    assert marker_of(cut) == MARKER


def test_a_text_that_fits_stays_as_it_is() -> None:
    whole = f"{MARKER}\n".ljust(MOST_BYTES, "x")
    assert shortened(whole) == whole
    assert shortened(f"{whole}x") != whole


def test_line_ends_and_blanks_around_are_no_change() -> None:
    assert same_text("a\r\nb", "a\nb\n")
    assert not same_text("a b", "a\nb")


@given(st.text(min_size=1, max_size=60))
def test_the_mark_of_every_suite_is_one_that_is_found_again(suite: str) -> None:
    mark = marker(suite)
    assert marker_of(f"{mark}\nText.") == mark
    assert own_comments([Posted(id=1, author="bot", text=f"{mark}\r\nText.")], mark, "bot")
