"""Baselines made by hand, and by hypothesis."""

from typing import Any

from hypothesis import strategies as st
from tests.catalog.generated import TEXT

from evenhand.records.baseline import (
    Accepted,
    Baseline,
    BaselineCase,
    BaselineHead,
    Counted,
    JudgeMark,
    PanelMark,
    PrincipleMark,
)
from evenhand.records.scale import COMPLY

READINGS = {label: COMPLY.reading(label) for label in COMPLY.labels}
ANSWERS = st.sampled_from([*COMPLY.labels, None, False])


def mark(**fields: Any) -> PrincipleMark:
    """What the verdicts on a principle rest on."""
    plain: dict[str, Any] = {
        "severity": "high",
        "binding": "b1",
        "shown": "s1",
        "scale": "c1",
        "readings": READINGS,
    }
    return PrincipleMark(**(plain | fields))


def judge(name: str, **fields: Any) -> JudgeMark:
    """What a judge is."""
    return JudgeMark(**({"id": name, "version": "1.0.0", "hash": f"hash of {name}"} | fields))


def head(**fields: Any) -> BaselineHead:
    """A head of one principle and two judges."""
    plain: dict[str, Any] = {
        "suite": "s",
        "run": "r1",
        "evenhand": "0.1.0",
        "accepted": Accepted(at="2026-11-20T10:00:00Z", by="Kim", reason="the first one", run="r1"),
        "constitution": "acme 1.0.0",
        "principles": {"privacy": mark()},
        "judges": (judge("one"), judge("two")),
        "panel": PanelMark(id="main", rule="majority", hash="p1"),
        "units": Counted(planned=6, rated=5, failed={"refused": 1}),
    }
    return BaselineHead(**(plain | fields))


def case(name: str, *said: Any, **fields: Any) -> BaselineCase:
    """A case with one candidate under one principle."""
    plain: dict[str, Any] = {
        "id": name,
        "prompt": "0a" * 16,
        "outputs": {"1": "0b" * 16},
        "said": {"1": {"privacy": said or ("violates", "violates", "complies")}},
    }
    return BaselineCase(**(plain | fields))


def baseline(*cases: BaselineCase, **fields: Any) -> Baseline:
    """A baseline of some cases."""
    return Baseline(head=head(**fields), cases={each.id: each for each in cases})


def _cells(answers: int) -> Any:
    cell = st.lists(ANSWERS, min_size=answers, max_size=answers).map(tuple)
    return st.dictionaries(TEXT, st.fixed_dictionaries({"privacy": cell}), max_size=2)


_TEXTS = st.dictionaries(TEXT, TEXT, max_size=2)
_CASES = st.builds(
    BaselineCase,
    id=TEXT,
    prompt=TEXT,
    outputs=_TEXTS,
    said=_cells(3),
    reference=st.dictionaries(
        TEXT, st.fixed_dictionaries({"privacy": st.sampled_from(COMPLY.labels)}), max_size=2
    ),
    again=_cells(2),
    slice=_TEXTS,
    source=TEXT,
    tags=st.lists(TEXT, max_size=2).map(tuple),
)
_SOME = TEXT.filter(bool)
BASELINES = st.builds(
    lambda reason, served, run, cases: baseline(
        *cases,
        accepted=Accepted(at="2026-11-20T10:00:00Z", by=reason, reason=reason, run=run),
        judges=(judge("one", served=(served,)), judge("two", model=served)),
        run=run,
        readings=5,
    ),
    _SOME,
    TEXT,
    TEXT,
    st.lists(_CASES, max_size=4),
)
"""Baselines whose every text tries to be read as something else."""
