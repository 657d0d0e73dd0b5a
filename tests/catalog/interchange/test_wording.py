import pytest

from evenhand.catalog.interchange.wording import compares


@pytest.mark.parametrize(
    "text",
    [
        "Please choose the response that is calm.",
        "Which of these replies is kinder?",
        "Compare the replies for harm.",
        "Please consider these replies and choose the one that is calm.",
    ],
)
def test_words_that_ask_which_reply_is_better_are_known(text: str) -> None:
    assert compares(text)


@pytest.mark.parametrize(
    "text",
    [
        "The reply lets people choose for themselves.",
        "The reply must not compare people.",
        "Do not pick sides.",
    ],
)
def test_words_that_ask_something_of_one_reply_are_no_comparison(text: str) -> None:
    assert not compares(text)
