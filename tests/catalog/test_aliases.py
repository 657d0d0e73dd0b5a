"""Which names float: one table, each row with its reason."""

import pytest

from evenhand.catalog.aliases import alias_of
from evenhand.catalog.prices import priced_models
from evenhand.records.model_name import is_dated

FLOATING = {
    "openai/gpt-4o": "openai/gpt-4o-2024-11-20",  # the price table knows dated forms
    "openai/o3": "openai/o3-2025-04-16",
    "litellm/openai/gpt-4o": "litellm/openai/gpt-4o-2024-11-20",
    "openrouter/openai/gpt-4o": "openrouter/openai/gpt-4o-2024-11-20",
    "openai/gpt-5-chat-latest": "",  # says so
    "openai/chat-latest": "",
    "openai/gpt-4-turbo-preview": "",  # a preview without a date
    "anthropic/claude-sonnet-4-5": "anthropic/claude-sonnet-4-5-20250929",  # before the 4.6 generation
    "router/anthropic/claude-sonnet-4.5": "router/anthropic/claude-sonnet-4-5-20250929",
    "router/anthropic/claude-3.5-sonnet:beta": "",
    "anthropic/claude-3-5-sonnet-latest": "",
    "google/gemini-flash-latest": "",
    "google/gemini-1.5-pro": "",  # stable names of these generations were moved
    "google/gemini-3-pro-preview": "",
    "deepseek/deepseek-chat": "",
    "qwen/qwen-plus": "",
    "xai/grok-3": "",
    "mistral/mistral-large-latest": "",
    "mistral/mistral-large": "",
    "cohere/command-r-plus": "",
    "openrouter/openrouter/auto": "",  # a router chooses
    "gpu/my-judge:latest": "",  # says so, on a server of one's own too
    "gpu/team/judge-nightly": "",
}
STANDING = [
    "openai/gpt-4o-2024-08-06",
    "openai/gpt-4-0613",
    "openai/gpt-4-1106-preview",
    "openai/gpt-5.6",  # the vendor names no dated form of it
    "openai/ft:gpt-4o-mini-2024-07-18:org::id",
    "anthropic/claude-sonnet-4-5-20250929",
    "anthropic/claude-sonnet-4-6",  # snapshots without a date since the 4.6 generation
    "anthropic/claude-opus-5",
    "google/gemini-2.5-flash",
    "google/gemini-1.5-pro-002",
    "google/gemini-2.5-flash-preview-09-2025",
    "xai/grok-4-0709",
    "mistral/mistral-large-2411",
    "gpu/llama-3.1-8b-instruct",
    "gpu/meta-llama/Llama-3.1-8B-Instruct",
    "gpu/mistralai/Mistral-7B-Instruct-v0.3",
    "gpu/deepseek-ai/deepseek-coder-6.7b-instruct",
    "gpu/Qwen/Qwen3-8B",
    "gpu/my-judge",
    "gpu/latestly-7b",
    "openai/gpt-oss-20b",
]  # fmt: skip


@pytest.mark.parametrize("model", FLOATING)
def test_a_floating_name_says_why_and_what_to_write_instead(model: str) -> None:
    alias = alias_of(model)
    assert alias is not None
    assert alias.instead == FLOATING[model]
    assert model.partition("/")[2] not in alias.why


@pytest.mark.parametrize("model", STANDING)
def test_a_name_that_stands_still_is_no_alias(model: str) -> None:
    assert alias_of(model) is None


def test_what_is_to_be_written_instead_never_floats_itself() -> None:
    instead = [alias.instead for model in priced_models() if (alias := alias_of(model)) and alias.instead]
    assert instead
    assert [name for name in instead if alias_of(name)] == []
    assert [name for name in priced_models() if is_dated(name) and alias_of(name)] == []
