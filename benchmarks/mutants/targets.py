"""Which modules are mutated, and which test files have to notice."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One module and its tests."""

    module: str
    """File, as a path from the folder of the package."""
    tests: tuple[str, ...]
    """Test files, as paths from the folder of the tests, the quickest first."""


_READ = ("providers/test_read_reply.py", "providers/test_strict_json.py", "judging/test_parse.py")
_ANSWER = (
    "judging/test_answer.py",
    "judging/test_parse.py",
    "judging/test_forged_answers.py",
    "testing/test_agreement_with_judging.py",
)
_CALLS = (
    "providers/test_classify_words.py",
    "providers/test_classify.py",
    "providers/test_retry_after.py",
    "providers/test_rate_headers.py",
)

GROUPS: Mapping[str, tuple[Target, ...]] = {
    "parser": (
        Target(
            module="judging/parse.py", tests=("judging/test_parse.py", "judging/test_label_probabilities.py")
        ),
        Target(module="judging/answer.py", tests=_ANSWER),
        Target(module="providers/read_chat.py", tests=_READ),
        Target(module="providers/read_messages.py", tests=_READ),
        Target(module="providers/read_responses.py", tests=_READ),
        Target(module="providers/read_reply.py", tests=_READ),
        Target(module="providers/envelope.py", tests=_READ),
        Target(
            module="providers/strict_json.py",
            tests=("providers/test_strict_json.py", "providers/test_read_reply.py"),
        ),
    ),
    "classifier": (
        Target(module="providers/classify.py", tests=_CALLS),
        Target(module="providers/error_body.py", tests=_CALLS),
        Target(
            module="providers/retry_after.py",
            tests=("providers/test_retry_after.py", "providers/test_retry.py"),
        ),
        Target(module="providers/retry.py", tests=("providers/test_retry.py",)),
    ),
    "budget": (
        Target(module="judging/budget.py", tests=("judging/test_budget.py", "judging/test_runner.py")),
        Target(module="judging/calling.py", tests=("judging/test_budget.py", "judging/test_runner.py")),
    ),
}
"""Modules by group, as the report names them."""
