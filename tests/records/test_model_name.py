"""What names of models say, as a table of names met in the wild."""

import pytest

from evenhand.records.model_name import families_of, is_dated, is_dated_form, is_own_family, is_same_model
from evenhand.records.own_family import MOST_PRODUCERS, add_producers

FAMILIES = {
    "gpt-4o-2024-08-06": {"openai"},
    "GPT-4o (2024)": {"openai"},
    "gpt4": {"openai"},
    "o3-mini": {"openai"},
    "openai/gpt-oss-20b": {"openai"},
    "text-davinci-003": {"openai"},
    "openai/daybreak-blue": {"openai"},
    "openrouter/openai/gpt-4o": {"openai"},
    "us.anthropic.claude-3-5-sonnet-20241022-v2:0": {"anthropic"},
    "Claude 3 Opus": {"anthropic"},
    "models/gemini-2.5-flash": {"google"},
    "google/gemma-2-9b-it": {"google"},
    "meta-llama/Llama-3.1-8B-Instruct": {"meta"},
    "codellama-7b": {"meta"},
    "mixtral-8x7b": {"mistral"},
    "Qwen/Qwen2.5-7B-Instruct": {"qwen"},
    "QwQ-32B": {"qwen"},
    "deepseek-ai/DeepSeek-R1-Distill-Llama-70B": {"deepseek", "meta"},
    "grok-4-0709": {"xai"},
    "command-r-plus": {"cohere"},
    "phi-3-mini": {"microsoft"},
    "Yi-34B": {"01-ai"},
    "gpt4all-j": set(),
    "gpt-j-6b": set(),
    "llamafile": set(),
    "a person": set(),
    "our-model-v2": set(),
    "": set(),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_told_from_a_name(name: str) -> None:
    assert families_of(name) == FAMILIES[name]


@pytest.mark.parametrize(
    ("model", "producer", "own"),
    [
        ("openai/gpt-4o-2024-08-06", "gpt-3.5-turbo", True),
        ("litellm/anthropic/claude-opus-5", "claude-2", True),
        ("gpu/llama-3.1-8b-instruct", "meta-llama/Llama-2-7b", True),
        ("gpu/my-judge", "my-judge", True),
        ("gpu/my-judge", "team/My-Judge", True),
        ("openai/gpt-4o-2024-08-06", "claude-2", False),
        ("gpu/my-judge", "my-model", False),
        ("gpu/my-judge", "", False),
        ("openai/llama-3-8b", "gpt-4o", False),
    ],
)
def test_own_family_is_a_family_in_common_or_the_very_same_name(
    model: str, producer: str, *, own: bool
) -> None:
    assert is_own_family(model, producer) is own


@pytest.mark.parametrize(
    "name",
    [
        "gpt-4o-2024-08-06",
        "gpt-4-0613",
        "gpt-4-1106-preview",
        "claude-haiku-4-5-20251001",
        "claude-sonnet-4@20250514",
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "gemini-2.5-flash-preview-09-2025",
        "mistral-large-2411",
        "command-r-plus-08-2024",
        "openai/gpt-4o-2024-08-06",
    ],
)
def test_a_date_at_the_end_is_seen_in_the_spelling_of_each_vendor(name: str) -> None:
    assert is_dated(name)


@pytest.mark.parametrize(
    "name", ["gpt-4o", "gpt-4-32k", "llama-3.1-70b", "gpt-3.5-turbo-16k", "qwen2.5-72b", "o1"]
)
def test_other_numbers_are_no_dates(name: str) -> None:
    assert not is_dated(name)


@pytest.mark.parametrize(
    ("dated", "name", "fits"),
    [
        ("gpt-4o-2024-08-06", "gpt-4o", True),
        ("openai/gpt-4o-2024-08-06", "gpt-4o", True),
        ("gpt-5-chat-2025-08-07", "gpt-5-chat-latest", True),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5", True),
        ("gpt-4o-mini-2024-07-18", "gpt-4o", False),
        ("gpt-4o", "gpt-4o", False),
        ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20", False),
        ("another-model", "gpt-4o", False),
    ],
)
def test_the_dated_form_of_an_alias_is_told_from_another_model(dated: str, name: str, *, fits: bool) -> None:
    assert is_dated_form(dated, name) is fits


def test_case_and_the_path_before_a_name_do_not_count() -> None:
    assert is_same_model("openai/GPT-4o", "gpt-4o")
    assert not is_same_model("gpt-4o-mini", "gpt-4o")


def test_producers_are_counted_in_memory_that_does_not_grow_with_the_cases() -> None:
    counts: dict[tuple[str, ...], int] = {}
    for number in range(MOST_PRODUCERS + 50):
        add_producers(counts, (f"{'x' * 1000}", f"writer-{number}"))
    add_producers(counts, ("x" * 1000, "writer-3"))
    add_producers(counts, ("",))
    assert len(counts) == MOST_PRODUCERS
    assert counts["x" * 200, "writer-3"] == 2
