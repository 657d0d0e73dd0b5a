"""Settings of a workspace: accounts, prices, the ledger."""

from collections.abc import Collection, Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from evenhand.records.canonical import FileRecord, Identifier
from evenhand.records.judge import Price

Protocol = Literal["openai-chat", "openai-responses", "anthropic", "litellm", "openai-decisions", "systemone"]
DECIDING_PROTOCOLS: Collection[str] = frozenset({"openai-decisions", "systemone"})
"""Protocols whose models write no text, and give each answer of a list a probability."""
Transport = Literal["sdk", "native"]
_MOST_LETTERS = 26
"""`transformers serve` names each answer by a capital letter."""


class Account(FileRecord):
    """One account at a provider: where it is, how it speaks, and what it bears."""

    protocol: Protocol
    """Which protocol the endpoint speaks."""
    base_url: str = ""
    """Address of the endpoint; empty means the vendor's own."""
    transport: Transport = "sdk"
    """What carries the calls: the vendor's official SDK, or evenhand's own client, which costs less per call."""
    api_key_env: str = ""
    """Environment variable that holds the key; empty means the vendor's usual one."""
    concurrency: int = Field(default=16, ge=1, le=4096)
    """Most calls in flight. How many are, is found out: see `slow_start`."""
    slow_start: int = Field(default=20, ge=1, le=4096)
    """Calls in flight at first, never above `concurrency`; the limit doubles with each round that goes well, and
    falls when the provider limits the rate. An endpoint of one's own may start at its full concurrency."""
    patience_minutes: float = Field(default=10, ge=0, le=1440)
    """How long an account that gives no answers is waited for before its ratings are left open for `evenhand resume`;
    0 gives up at once."""
    batch: bool = True
    """Whether `run --batch` may use the account's batch API; a server of one's own rarely has one."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Most calls a minute, where the provider sets a limit."""

    most_answers: int | None = Field(default=None, ge=2)
    """Most answers a decision endpoint chooses from. Left out: 26 with `systemone`, which is what `transformers serve`
    reads unless `labels.choice` of its decision config says more, and no limit with `openai-decisions`."""

    @property
    def answers_limit(self) -> int | None:
        """Most answers one question may list; None sets no limit."""
        usual = _MOST_LETTERS if self.protocol == "systemone" else None
        return usual if self.most_answers is None else self.most_answers

    @model_validator(mode="after")
    def _transport_is_there(self) -> Self:
        if self.protocol == "litellm" and self.transport == "native":
            raise ValueError('transport is "native", but calls through litellm are carried by litellm alone')
        return self

    @model_validator(mode="after")
    def _address_is_known(self) -> Self:
        if self.protocol == "systemone" and not self.base_url:
            raise ValueError("protocol systemone has no vendor of its own: base_url says where its server is")
        return self


class LedgerSettings(FileRecord):
    """Where the ledger lies."""

    path: str = ".evenhand/ledger.sqlite"
    """SQLite file, as a path from the workspace."""


class Settings(FileRecord):
    """What evenhand.toml, or [tool.evenhand] in pyproject.toml, may say."""

    accounts: Mapping[Identifier, Account] = Field(default_factory=dict)
    """Accounts by name; "openai", "anthropic" and "litellm" exist without being written."""
    prices: Mapping[str, Price] = Field(default_factory=dict)
    """Prices by ACCOUNT/MODEL or MODEL, before the table that ships."""
    ledger: LedgerSettings = LedgerSettings()
    """Where the ledger lies."""
    reports: str = "reports"
    """Folder reports are written to."""


BUILT_IN_ACCOUNTS: Mapping[str, Account] = {
    "openai": Account(protocol="openai-chat"),
    "anthropic": Account(protocol="anthropic"),
    "litellm": Account(protocol="litellm"),
}
"""Accounts that need nothing but a key in the environment."""
