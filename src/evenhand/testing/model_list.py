"""`GET /v1/models` and `GET /v1/models/NAME` in the shapes of both vendors."""

from typing import Final

from evenhand.testing.exchange import JsonObject
from evenhand.testing.vendor_errors import Rejection

DEFAULT_MODEL: Final = "scripted-judge"
"""The model that is listed when the server serves any name."""
_CREATED: Final = 1_700_000_000
_CREATED_AT: Final = "2023-11-14T22:13:20Z"


def models_document(protocol: str, models: tuple[str, ...], name: str) -> JsonObject:
    """The list of models, or the one called `name`.

    Args:
        protocol: `messages` for the shape of Anthropic, anything else for that of OpenAI.
        models: Models there are; empty stands for any.
        name: One model, or the empty string for the list.

    Raises:
        Rejection: There is no such model.
    """
    if name and models and name not in models:
        raise Rejection(kind="model_missing", model=name)
    shape = _anthropic_model if protocol == "messages" else _openai_model
    if name:
        return shape(name)
    listed = [shape(model) for model in models or (DEFAULT_MODEL,)]
    if protocol != "messages":
        return {"object": "list", "data": listed}
    return {"data": listed, "has_more": False, "first_id": listed[0]["id"], "last_id": listed[-1]["id"]}


def _openai_model(name: str) -> JsonObject:
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "evenhand"}


def _anthropic_model(name: str) -> JsonObject:
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": _CREATED_AT,
        "lifecycle": "active",
    }
