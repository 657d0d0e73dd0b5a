"""Prose of a constitution as people read it."""

import pytest

from evenhand.review.prose import flowing


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("one line", "one line"),
        ("wrapped in\nits file", "wrapped in its file"),
        ("one paragraph\n\nand another\none", "one paragraph\n\nand another one"),
        ("a list:\n- of one\n  thing\n- and another", "a list:\n- of one\n  thing\n- and another"),
        ("steps:\n1. first\n2) then", "steps:\n1. first\n2) then"),
        ("in\n1990 it was so", "in 1990 it was so"),
        ("meant to end  \nhere", "meant to end  \nhere"),
        ("meant to end\\\nhere", "meant to end\\\nhere"),
        ("| a |\n| b |", "| a |\n| b |"),
        ("```\nas\nit is\n```", "```\nas\nit is\n```"),
    ],
)
def test_prose_of_a_constitution_flows_as_wide_as_the_page(written: str, shown: str) -> None:
    assert flowing(written) == shown
