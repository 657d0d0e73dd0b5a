import pytest

from evenhand.testing import Dialect, Support
from evenhand.testing.exchange import JsonObject
from evenhand.testing.openai_chat import CHAT
from evenhand.testing.vendor_errors import Rejection

GOOD: JsonObject = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
NAMED_TOOL: JsonObject = {"type": "function", "function": {"name": "t"}}


@pytest.mark.parametrize(
    ("extra", "parameter"),
    [
        ({"model": 7}, "model"),
        ({"messages": "Hello"}, "messages"),
        ({"messages": [{"content": "no role"}]}, "messages"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, "messages"),
        ({"response_format": "json"}, "response_format"),
        ({"response_format": {"type": "json_schema", "json_schema": {}}}, "response_format.schema"),
        ({"response_format": {"type": "json_object", "schema": 7}}, "response_format.schema"),
        ({"logprobs": True, "top_logprobs": -1}, "top_logprobs"),
        ({"max_tokens": True}, "max_tokens"),
        ({"tools": 7, "tool_choice": NAMED_TOOL}, "tools"),
        ({"tools": [{"type": "function", "function": {}}], "tool_choice": NAMED_TOOL}, "tools"),
        ({"tools": [NAMED_TOOL], "tool_choice": 7}, "tool_choice"),
        ({"tools": [], "tool_choice": NAMED_TOOL}, "tool_choice"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_by_name(extra: JsonObject, parameter: str) -> None:
    with pytest.raises(Rejection) as caught:
        CHAT.read({**GOOD, **extra}, {}, Dialect())
    assert (caught.value.status, caught.value.parameter) == (400, parameter)


IGNORED = Dialect(
    json_object_schema=Support.IGNORED,
    max_tokens=Support.IGNORED,
    seed=Support.IGNORED,
    logprobs=Support.IGNORED,
)


def test_an_ignored_parameter_has_no_effect() -> None:
    extra = {
        "response_format": {"type": "json_object", "schema": {}},
        "max_tokens": 1,
        "seed": 1,
        "logprobs": True,
    }
    asked = CHAT.read({**GOOD, **extra}, {}, IGNORED)
    assert (asked.structure.via, asked.structure.schema) == ("json", None)
    assert (asked.token_limit, asked.top_logprobs) == (None, None)
