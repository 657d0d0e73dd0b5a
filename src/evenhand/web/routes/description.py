"""The routes as an OpenAPI description, from their table: for tests that fuzz them. It is never served."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from evenhand.web.routes.endpoint import Endpoint

Described = Mapping[str, Any]


def describe(endpoints: Iterable[Endpoint]) -> Described:
    """Return the description of routes."""
    paths: dict[str, dict[str, Any]] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {"title": "evenhand review", "version": "1"},
        "paths": paths,
    }


def _operation(endpoint: Endpoint) -> Described:
    in_path = [_parameter(name, "path") for name in re.findall(r"{(\w+)}", endpoint.path)]
    in_query = [_parameter(name, "query") for name in endpoint.query]
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.method} {endpoint.path}",
        "parameters": in_path + in_query,
        "responses": {"default": {"description": "A page."}},
    }
    if endpoint.method == "POST":
        operation["requestBody"] = {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": _form(endpoint)}},
        }
    return operation


def _parameter(name: str, place: str) -> Described:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string"}}


def _form(endpoint: Endpoint) -> Described:
    fields: dict[str, Described] = {
        name: {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "maxItems": 3}]}
        for name in ("csrf", *endpoint.fields)
    }
    return {"type": "object", "properties": fields}
