import base64
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from pydantic import SecretStr

from evenhand.providers.connection import Connection
from evenhand.providers.mask import Mask

KEY = "sk-Sentinel/+ 'q\\=0123456789abcdefXYZ~"
SPELLINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "percent": lambda key: quote(key, safe=""),
    "plus": quote_plus,
    "repr": lambda key: repr(key)[1:-1],
    "base64": lambda key: base64.b64encode(key.encode()).decode(),
    "first eight": lambda key: key[:8],
    "bearer in base64": lambda key: base64.b64encode(f"Bearer {key}".encode()).decode(),
    "user and key in base64": lambda key: base64.urlsafe_b64encode(f"u:{key}".encode()).decode(),
}


@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_key_is_masked_in_every_spelling(spell: Callable[[str], str]) -> None:
    masked = Mask((SecretStr(KEY),))(f"before {spell(KEY)} after")
    assert "[key]" in masked
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert KEY[8:16] not in masked
    assert base64.b64encode(KEY.encode()).decode()[8:20] not in masked


@pytest.mark.parametrize("value", ["", "none", "x"])
def test_placeholders_are_left_alone(value: str) -> None:
    assert Mask((SecretStr(value),))("none of the models") == "none of the models"


def test_a_connection_shows_its_key_to_nobody() -> None:
    connection = Connection(
        account="a", base_url="http://h", api_key=SecretStr(KEY), other_secrets=(SecretStr(KEY),)
    )
    shown = f"{connection!r} {connection!s} {connection.mask()!r} {json.dumps(repr(connection))}"
    assert KEY[:8] not in shown
