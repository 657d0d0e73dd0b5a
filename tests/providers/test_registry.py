import pytest

from evenhand.errors import UsageError
from evenhand.providers.registry import connection_of, open_provider, open_throttle
from evenhand.records.settings import BUILT_IN_ACCOUNTS, Account, Protocol

KEY = "sk-sentinel-0123456789"
KEYS = {"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": "ant-" + KEY, "MINE": "mine-" + KEY}


def key_of(account: Account, environ: dict[str, str] = KEYS) -> str:
    return connection_of("acme", account, environ).api_key.get_secret_value()


@pytest.mark.parametrize(
    ("protocol", "base_url", "variable", "key"),
    [
        ("openai-chat", "", "", KEY),
        ("openai-responses", "", "", KEY),
        ("anthropic", "", "", "ant-" + KEY),
        ("openai-chat", "https://api.openai.com/v1", "", KEY),
        ("openai-chat", "https://eu.api.openai.com/v1", "", KEY),
        ("openai-chat", "", "MINE", "mine-" + KEY),
        ("openai-chat", "http://127.0.0.1:8000/v1", "", "none"),
        ("openai-chat", "https://openai.com.evil.example/v1", "", "none"),
        ("openai-chat", "https://notopenai.com/v1", "", "none"),
        ("anthropic", "http://127.0.0.1:8000", "", "none"),
        ("openai-chat", "http://127.0.0.1:8000/v1", "OPENAI_API_KEY", KEY),
        ("litellm", "", "", "none"),
        ("litellm", "", "MINE", "mine-" + KEY),
    ],
)
def test_the_vendors_key_goes_to_the_vendor_only(
    protocol: Protocol, base_url: str, variable: str, key: str
) -> None:
    assert key_of(Account(protocol=protocol, base_url=base_url, api_key_env=variable)) == key


@pytest.mark.parametrize(
    ("account", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")]
)
def test_a_missing_key_names_its_variable(account: str, variable: str) -> None:
    with pytest.raises(UsageError, match=f"{variable}, which is not set") as caught:
        open_provider(account, BUILT_IN_ACCOUNTS[account], {"OTHER_KEY": KEY})
    assert f"accounts.{account}.api_key_env" in caught.value.hint


@pytest.mark.parametrize("value", ["sk-key-with-line-end\n", "sk key", "“sk-quoted”", "sk-\x00key"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(UsageError, match="MINE") as caught:
        key_of(Account(protocol="openai-chat", api_key_env="MINE"), {"MINE": value})
    assert value.strip() not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("base_url", ["127.0.0.1:8000", "ftp://host/v1", "http://", "file:///etc/passwd"])
def test_an_address_that_cannot_be_one_is_refused(base_url: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        key_of(Account(protocol="openai-chat", base_url=base_url))


def test_a_password_in_the_address_is_refused_without_being_shown() -> None:
    with pytest.raises(UsageError, match="user name or password") as caught:
        key_of(Account(protocol="openai-chat", base_url="https://user:hunter2secret@host/v1"))
    assert "hunter2secret" not in str(caught.value)


@pytest.mark.parametrize("end", ["?api_key=hunter2secret", "#hunter2secret", "/?hunter2secret"])
@pytest.mark.parametrize("start", ["https://host/v1", "host/v1"])
def test_a_key_in_the_query_of_an_address_is_refused_without_being_shown(start: str, end: str) -> None:
    with pytest.raises(UsageError, match="holds a query or a fragment") as caught:
        key_of(Account(protocol="openai-chat", base_url=f"{start}{end}"))
    assert "hunter2secret" not in f"{caught.value} {caught.value.hint}"
    assert "api_key_env" in caught.value.hint


def test_litellm_masks_every_key_it_could_find_by_itself() -> None:
    connection = connection_of("litellm", Account(protocol="litellm"), {**KEYS, "HOME": "/home/somebody"})
    assert connection.mask()(f"{KEY} ant-{KEY} /home/somebody") == "[key] [key] /home/somebody"


@pytest.mark.parametrize(("concurrency", "slow_start", "limit"), [(1, 20, 1), (256, 20, 20), (256, 256, 256)])
def test_a_throttle_has_the_accounts_limits(concurrency: int, slow_start: int, limit: int) -> None:
    account = Account(protocol="openai-chat", concurrency=concurrency, slow_start=slow_start)
    throttle = open_throttle("mine", account)
    assert (throttle.account, throttle.limit) == ("mine", limit)


async def test_a_provider_says_what_it_is_made_of() -> None:
    for name in ("openai", "anthropic"):
        provider = open_provider(name, BUILT_IN_ACCOUNTS[name], KEYS)
        versions = provider.versions()
        await provider.close()
        assert versions[name][0].isdigit()
        assert versions[f"{name} transport"] in {"aiohttp", "httpx", "httpx2"}
