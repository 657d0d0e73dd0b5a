import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import UsageError
from evenhand.review.keys import KEYS
from evenhand.web.page_settings import PageSettings, dump_settings, load_settings, read_settings
from evenhand.web.strings import LOCALES

SETTINGS = st.builds(
    PageSettings,
    locale=st.sampled_from(list(LOCALES.values())),
    theme=st.sampled_from(("auto", "light", "dark")),
    keys_on=st.booleans(),
    changed_keys=st.dictionaries(st.sampled_from([key.action for key in KEYS]), st.text(max_size=3)),
    break_minutes=st.integers(0, 1000),
    break_items=st.integers(0, 1000),
)


@given(SETTINGS)
def test_settings_are_kept_as_one_plain_line(settings: PageSettings) -> None:
    line = dump_settings(settings)
    assert line.isascii()
    assert line.isprintable()
    assert load_settings(line) == settings


@given(
    st.text() | st.dictionaries(st.text(max_size=9), st.none() | st.text() | st.integers()).map(json.dumps)
)
def test_any_text_gives_settings(text: str) -> None:
    assert isinstance(load_settings(text), PageSettings)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[" * 100_000, '{"theme": "pink"}', '{"locale": 7}', '{"break_minutes": true, "break_items": -1}',
     '{"changed_keys": "s"}'],
)  # fmt: skip
def test_what_is_broken_is_as_if_never_set(text: str) -> None:
    assert load_settings(text) == PageSettings()


def test_the_form_sets_everything() -> None:
    form = {
        "theme": "dark",
        "locale": "ar-XB",
        "key.skip": "y",
        "key.flag": "f",
        "break_minutes": "0",
        "break_items": "30",
    }
    assert read_settings(form) == PageSettings(
        locale=LOCALES["ar-XB"],
        theme="dark",
        keys_on=False,
        changed_keys={"skip": "y"},
        break_minutes=0,
        break_items=30,
    )


def test_keys_can_change_places() -> None:
    settings = read_settings({"keys_on": "1", "key.skip": "f", "key.flag": "s"})
    assert {key.action: key.key for key in settings.keys if key.action in {"skip", "flag"}} == {
        "skip": "f",
        "flag": "s",
    }


@pytest.mark.parametrize(
    "form",
    [{"key.skip": "f"}, {"key.skip": "7"}, {"key.skip": "ab"}, {"break_minutes": "-1"}, {"break_minutes": "x"},
     {"break_items": "99999"}, {"break_items": "٣"}],
)  # fmt: skip
def test_a_form_that_can_not_be_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        read_settings(form)
