"""Constitutions made up by hypothesis, as plain JSON, with text that tries to be read as something else."""

from typing import Any

from hypothesis import strategies as st

HOSTILE = (
    "---", "!!! exception", "!!! violates id=x", "# Title", "## Other {#other}", "\\# no title", "\\", "\\\\",
    "[^tests]: a.jsonl", "</user>", "<user>", "</assistant>", "\\</user>", "<assistant json>", "why: x", "when: x",
    "    indented", "\tindented", " leading", "trailing ", "", "\n", "\n\n", "\r\n", "\r", "a: b", "- item", "key: |",
    "yes", "no", "on", "null", "~", "010", "1e3", "0x10", "12:30", "2026-11-20", "1_000", "{a: b}", "[1, 2]", "*x",
    "&x y", "!!str x", "<<: x", "# comment", "a # b", "'", '"', "`", "%", "@", "}", "{#id}", "=", "a,b", ", ", "|", ">",
    "\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff", "\u200b", "\u202e", "\U000e0041",
    "é", "日本", "العربية", "👩‍👩‍👧", "\xa0", "\u3000",
)  # fmt: skip

_CHARACTERS = st.characters(exclude_categories=["Cs"])
TEXT = st.one_of(
    st.text(_CHARACTERS, max_size=12),
    st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(_CHARACTERS, max_size=4)), max_size=5).map("".join),
    st.lists(st.sampled_from(HOSTILE), max_size=5).map("\n".join),
)
_NAME = st.from_regex(r"[a-z0-9]{1,4}(?:[._-][a-z0-9]{1,4}){0,2}", fullmatch=True)
_LABEL = st.one_of(
    st.sampled_from(["complies", "1", "yes", "[x]", "a b", "no", "~", "x=y", '"q"']),
    st.from_regex(r"[!-~]{1,8}", fullmatch=True),
)
_VERSION = st.from_regex(r"[0-9]\.[0-9]\.[0-9]", fullmatch=True)
_SHARE = st.floats(min_value=0, max_value=1)


def _record(required: dict[str, st.SearchStrategy[Any]], optional: dict[str, st.SearchStrategy[Any]]) -> Any:
    return st.fixed_dictionaries(required, optional=optional)


def _texts(size: int = 3) -> st.SearchStrategy[Any]:
    return st.lists(TEXT, max_size=size)


_TURN = _record({"role": st.sampled_from(["system", "user", "assistant", "tool"]), "content": TEXT}, {})
_TURNS = st.one_of(TEXT, st.lists(_TURN, max_size=3))
_KINDS = ["violates", "complies", "borderline"]
_EXAMPLE = _record(
    {"id": _NAME, "kind": st.sampled_from(_KINDS), "response": _TURNS, "expect": _LABEL},
    {
        "prompt": _TURNS,
        "why": TEXT,
        "use": st.sampled_from(["test", "shot"]),
        "tags": _texts(),
        "sensitive": _texts(),
    },
)
_PRINCIPLE = _record(
    {"id": _NAME, "text": TEXT.map(lambda text: f"x{text}x")},
    {
        "title": TEXT,
        "exceptions": TEXT,
        "scope": st.dictionaries(TEXT, _texts(), max_size=2),
        "when": TEXT,
        "scale": st.one_of(st.just("comply"), TEXT),
        "pass": st.lists(_LABEL, max_size=2),
        "tier": TEXT,
        "severity": st.sampled_from(["critical", "high", "medium", "low"]),
        "strength": st.sampled_from(["must", "should", "may"]),
        "evidence": st.sampled_from(["required", "optional", "none"]),
        "rationale": TEXT,
        "show_rationale_to": st.lists(st.sampled_from(["judges", "reviewers"]), max_size=2),
        "conflicts_with": st.lists(_record({"id": _NAME, "resolution": TEXT}, {}), max_size=2),
        "examples": st.lists(_EXAMPLE, max_size=2),
        "tests": _texts(),
        "support": _record({"source": TEXT, "agree": _SHARE, "n": st.integers(1, 10**12)}, {}),
        "references": st.lists(_record({"title": TEXT}, {"url": TEXT}), max_size=2),
        "aliases": st.lists(_NAME, max_size=2),
        "tags": _texts(),
        "owner": TEXT,
        "since": TEXT,
        "notes": TEXT,
        "critique": TEXT,
        "revision": TEXT,
    },
)
_DESCRIBE = st.fixed_dictionaries({"1": TEXT, "2": TEXT}, optional={"3": TEXT})
_ORDINAL = {"type": st.just("ordinal"), "values": st.just(["1", "2", "3"]), "describe": _DESCRIBE}
_NOMINAL = {"type": st.just("nominal"), "values": st.lists(_LABEL, min_size=2, max_size=4, unique=True)}
_LOW, _HIGH = st.floats(-1e9, 0, exclude_max=True), st.floats(0, 1e9)
_PAIRWISE = {"allow_tie": st.booleans(), "describe": st.dictionaries(TEXT, TEXT, max_size=2)}
_SCALE = st.one_of(
    _record({**_ORDINAL, "abstain": st.just(["3"])}, {}),
    _record(_NOMINAL, {"describe": st.just({})}),
    _record({"type": st.just("numeric"), "minimum": _LOW, "maximum": _HIGH}, {}),
    _record({"type": st.just("pairwise")}, _PAIRWISE),
)
CONSTITUTIONS = _record(
    {
        "schema": st.just("constitution/v1"),
        "id": _NAME,
        "version": _VERSION,
        "principles": st.lists(_PRINCIPLE, min_size=1, max_size=3),
    },
    {
        "title": TEXT,
        "status": st.sampled_from(["draft", "active", "retired"]),
        "language": TEXT,
        "license": TEXT,
        "owners": _texts(),
        "changed": st.sampled_from(["", "2026-11-20"]),
        "summary": TEXT,
        "tiers": _texts(),
        "scales": st.dictionaries(_NAME, _SCALE, max_size=2),
        "tombstones": st.lists(_record({"id": _NAME, "removed": TEXT, "because": TEXT}, {}), max_size=2),
    },
)
