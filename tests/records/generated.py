"""Judges, panels, suites, cases, settings and manifests made up by hypothesis, as plain JSON."""

from typing import Any, get_args

from hypothesis import strategies as st
from tests.catalog.generated import CONSTITUTIONS, TEXT

from evenhand.records.judge import Sight

NAME = st.from_regex(r"[a-z0-9]{1,4}(?:[._-][a-z0-9]{1,4}){0,2}", fullmatch=True)
LABEL = st.sampled_from(["complies", "violates", "1", "a b", "ß", "x=y", '"q"', "[x]"])
SOME = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
NUMBER = st.floats(-1e9, 1e9) | st.integers(-1000, 1000)
POSITIVE = st.floats(1e-6, 1e6) | st.integers(1, 1000)
SHARE = st.floats(0, 1)


def _record(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


def _some(value: st.SearchStrategy[Any], most: int = 3, least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(value, min_size=least, max_size=most)


def _by_name(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(NAME, value, max_size=2)


TURNS = TEXT | _some(
    _record({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": TEXT}, {})
)
_JUDGE = {"schema": st.just("judge/v1"), "id": NAME, "version": st.just("1.2.3")}
_PRICE = _record({"input": SHARE, "output": SHARE}, {})
_MODEL_JUDGE = _record(
    {**_JUDGE, "kind": st.just("model"), "model": st.just("openai/gpt-x@2026"), "template": SOME},
    {
        "title": TEXT,
        "owner": TEXT,
        "mode": st.sampled_from(["absolute", "pairwise"]),
        "system": TEXT,
        "sees": _some(st.sampled_from(get_args(Sight))),
        "params": _record(
            {},
            {
                "max_tokens": st.integers(1, 9999),
                "temperature": st.floats(0, 2) | st.integers(0, 2),
                "top_p": st.floats(0.1, 1),
                "seed": st.integers(-(2**40), 2**40),
                "reasoning_effort": st.sampled_from(["minimal", "low", "medium", "high"]),
            },
        ),
        "answer": _record(
            {},
            {
                "means": st.sampled_from(["auto", "json_schema", "json_object", "tool", "last_line"]),
                "probabilities": st.sampled_from(["auto", "logprobs", "repeats"]),
                "confidence": st.sampled_from(["none", "stated"]),
                "quotes": st.booleans(),
                "reasks": st.integers(0, 3),
            },
        ),
        "shots": _record({}, {"max": st.integers(0, 20)}),
        "repeats": st.integers(1, 50),
        "timeout_s": st.floats(0.1, 3600) | st.integers(1, 3600),
        "attempts": st.integers(1, 20),
        "max_candidate_chars": st.integers(1, 10**9),
        "price": _PRICE,
    },
)
_PATTERN = _record(
    {"pattern": SOME, "label": LABEL, "weight": NUMBER},
    {
        "within": st.integers(1, 100),
        "at": st.sampled_from(["start", "anywhere"]),
        "once": st.booleans(),
        "why": TEXT,
    },
)
_RULES = _record(
    {"prior": st.dictionaries(LABEL, NUMBER, min_size=2, max_size=3)}, {"patterns": _some(_PATTERN)}
)
_PATTERN_JUDGE = _record(
    {
        **_JUDGE,
        "kind": st.just("pattern"),
        "principles": st.dictionaries(SOME, _RULES, min_size=1, max_size=2),
    },
    {"reads": st.sampled_from(["response", "prompt", "both"])},
)
_NEAREST_JUDGE = _record(
    {**_JUDGE, "kind": st.just("nearest")},
    {
        "ngram": st.sampled_from([[1, 1], [2, 5], [3, 10]]),
        "neighbours": st.integers(1, 50),
        "min_similarity": SHARE,
    },
)
_REPLIES = _record(
    {
        "path": SOME,
        "format": _record(
            {
                "where": st.just("anywhere"),
                "patterns": _some(_record({"pattern": SOME}, {"label": LABEL}), least=1),
            },
            {
                "several": st.sampled_from(["malformed", "first_match", "last_match", "first_pattern"]),
                "finish": st.dictionaries(SOME, st.sampled_from(["refused", "truncated"]), max_size=2),
            },
        ),
    },
    {
        "judge": TEXT,
        "principles": _by_name(TEXT),
        "frame": st.sampled_from(["item", "presented"]),
        "stage": TEXT,
    },
)
_RATINGS = _record(
    {"path": SOME},
    {"judge": TEXT, "labels": st.dictionaries(TEXT, LABEL, max_size=2), "principles": _by_name(TEXT)},
)
_RECORDED = {
    "who": TEXT,
    "mode": st.sampled_from(["absolute", "pairwise"]),
    "repeats": st.integers(1, 50),
    "orders": st.permutations(["given", "swapped"]) | st.sampled_from([["given"], ["swapped"]]),
}
_RECORDED_JUDGE = _record({**_JUDGE, "kind": st.just("recorded"), "ratings": _RATINGS}, _RECORDED) | _record(
    {**_JUDGE, "kind": st.just("recorded"), "replies": _some(_REPLIES, least=1)}, _RECORDED
)
JUDGES = _MODEL_JUDGE | _PATTERN_JUDGE | _NEAREST_JUDGE | _RECORDED_JUDGE


@st.composite
def _panels(draw: st.DrawFn) -> dict[str, Any]:
    judges = draw(st.lists(SOME, min_size=1, max_size=4, unique=True))
    rule = draw(st.sampled_from(["majority", "unanimous", "mean", "median", "weighted"]))
    settings = {
        "title": TEXT,
        "quorum": st.integers(1, len(judges)),
        "on_tie": st.sampled_from(["undecided", "worst", "best"]),
        "on_abstention": st.sampled_from(["drop", "undecided"]),
        "on_missing": st.sampled_from(["quorum", "undecided"]),
    }
    weights = {"weights": {judge: draw(POSITIVE) for judge in judges}} if rule == "weighted" else {}
    fixed = {"schema": "panel/v1", "id": "p", "judges": judges, "rule": rule, **weights}
    return fixed | draw(_record({}, settings))


PANELS = _panels()
SUITES = _record(
    {
        "schema": st.just("suite/v1"),
        "id": NAME,
        "constitution": SOME,
        "panel": SOME,
        "cases": _some(_record({"path": SOME}, {"tag": TEXT, "hash": TEXT}), least=1),
    },
    {
        "title": TEXT,
        "summary": TEXT,
        "principles": _record(
            {},
            {
                "include": _some(TEXT),
                "exclude": _some(TEXT),
                "min_severity": st.sampled_from(["low", "medium", "high", "critical"]),
            },
        ),
        "labels": _some(
            _record(
                {"path": SOME},
                {
                    "hash": TEXT,
                    "principles": _by_name(TEXT),
                    "labels": st.dictionaries(TEXT, LABEL, max_size=2),
                    "resolved": _some(TEXT),
                },
            )
        ),
        "seed": st.integers(0, 2**63),
        "limits": _record({}, {"usd": POSITIVE, "failed_share": SHARE}),
    },
)
_CANDIDATES = st.lists(
    _record({"id": SOME}, {"text": TURNS, "producer": TEXT}), max_size=3, unique_by=lambda each: each["id"]
)
CASES = _record(
    {"id": SOME},
    {
        "prompt": TURNS,
        "candidates": _CANDIDATES,
        "producer": TEXT,
        "reference": TURNS | _some(TEXT, least=1),
        "principles": _some(TEXT),
        "scope": st.dictionaries(TEXT, TEXT, max_size=2),
        "slice": st.dictionaries(TEXT, TEXT, max_size=2),
        "source": TEXT,
        "tags": _some(TEXT),
        "sensitive": _some(TEXT),
    },
)
_ACCOUNT = _record(
    {"protocol": st.sampled_from(["openai-chat", "openai-responses", "anthropic", "litellm"])},
    {
        "base_url": TEXT,
        "api_key_env": TEXT,
        "concurrency": st.integers(1, 4096),
        "requests_per_minute": POSITIVE,
    },
)
SETTINGS = _record(
    {},
    {
        "accounts": _by_name(_ACCOUNT),
        "prices": st.dictionaries(SOME, _PRICE, max_size=2),
        "ledger": _record({}, {"path": SOME}),
        "reports": SOME,
    },
)
_ENDPOINT = _record(
    {
        "judge": SOME,
        "account": SOME,
        "protocol": SOME,
        "model": SOME,
        "means": st.sampled_from(["json_schema", "last_line"]),
    },
    {
        "base_url": TEXT,
        "served_model": TEXT,
        "logprobs": st.integers(0, 20),
        "left_out": _some(SOME),
        "token_limit_field": st.sampled_from(["max_tokens", "max_completion_tokens"]),
        "notes": _some(TEXT),
    },
)
MANIFESTS = _record(
    {
        "suite": SUITES,
        "suite_path": SOME,
        "constitution": CONSTITUTIONS,
        "panel": PANELS,
        "judges": _some(JUDGES, most=2),
        "planned_items": st.integers(0, 10**9),
        "units_per_item": st.integers(0, 1000),
    },
    {
        "templates": st.dictionaries(SOME, TEXT, max_size=2),
        "files": _some(
            _record(
                {"role": st.sampled_from(["cases", "labels", "template"]), "path": SOME, "sha256": SOME}, {}
            )
        ),
        "endpoints": _some(_ENDPOINT, most=1),
        "prices": st.dictionaries(SOME, _PRICE, max_size=2),
        "prices_as_of": TEXT,
        "mode": st.sampled_from(["absolute", "pairwise"]),
        "readings": st.integers(1, 20),
        "asked_once": _some(SOME),
        "versions": st.dictionaries(SOME, TEXT, max_size=2),
        "command": TEXT,
    },
)
