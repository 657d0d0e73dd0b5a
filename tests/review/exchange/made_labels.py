"""Made-up tasks and labels, hostile text among them, for tests of exchange."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from evenhand.records.constitution import Principle
from evenhand.records.message import Message, Text
from evenhand.records.rating import Order
from evenhand.records.review import (
    EvidenceSpan,
    Provenance,
    ReviewLabelKind,
    ShownCase,
    ShownOutput,
    ShownPrinciple,
)
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Scale
from evenhand.review.evidence import block_texts
from evenhand.review.exchange.records import ExchangeLabel, ExchangeTask, ItemContext

HOSTILE = (
    "=HYPERLINK(1)",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n- list",
    "\uff1d1+1",
    "\uff20a",
    "'=1",
    "''=1",
    "'plain",
    "a;=1",
    'say "hi", twice',
    "nul\x00nul",
    "\u202egnp\u202c",
    "\u200b\ufeff",
    "héllo 😀 \U0001d4b3 wörld",
    "a\r\nb\rc\nd",
    "\u2028line\u2029par",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "yes",
    "none",
    "[]",
    "x" * 5_000,
)
"""Texts that some program takes for something else than text."""

texts = st.sampled_from(HOSTILE) | st.text(max_size=40)
"""Any text there can be: hypothesis draws no halves of characters unless asked to."""
some_texts = texts.filter(bool)
names = st.sampled_from(["ann", "bo", "carl@example.org", "=cmd", "Zoë 😀"])
numbers = st.integers(min_value=0, max_value=10_000_000)

ORDINAL = OrdinalScale(
    type="ordinal", values=("-1", "0", "1"), describe={"-1": "bad", "0": "so so", "1": "good"}
)
NUMERIC = NumericScale(type="numeric", minimum=-5, maximum=5)
SCALES: tuple[Scale, ...] = (COMPLY, ORDINAL, NUMERIC)


@st.composite
def conversations(draw: st.DrawFn) -> Text:
    turns = draw(st.lists(some_texts, min_size=1, max_size=3))
    return tuple(Message(role=("user", "assistant")[at % 2], content=turn) for at, turn in enumerate(turns))


@st.composite
def tasks(draw: st.DrawFn) -> ExchangeTask:
    is_pair = draw(st.booleans())
    scale: Scale = PAIR if is_pair else draw(st.sampled_from(SCALES))
    principle = Principle(
        id="keep.secrets", text="Keep secrets.", title=draw(st.sampled_from(["", "Secrets"]))
    )
    shown = some_texts | conversations()
    outputs = tuple(ShownOutput(id=str(at + 1), text=draw(shown)) for at in range(1 + is_pair))
    return ExchangeTask(
        item=draw(st.sampled_from(["rv-1", "rv-00ab"])),
        case=ShownCase(
            case_id="case-1",
            prompt=draw(st.none() | shown),
            outputs=outputs,
            reference=draw(st.none() | some_texts | st.tuples(some_texts, some_texts)),
        ),
        principle=ShownPrinciple(principle=principle, scale=scale, hash="sha256:51"),
        order=draw(st.sampled_from(Order)) if is_pair else Order.GIVEN,
    )


def labels_of(task: ExchangeTask) -> st.SearchStrategy[str]:
    offered = [label for label in task.principle.answers if label]
    if task.principle.scale.type == "numeric":
        return st.sampled_from([*offered, "0", "-1.5", "4.25"])
    return st.sampled_from(offered)


@st.composite
def evidence(draw: st.DrawFn, task: ExchangeTask) -> tuple[EvidenceSpan, ...]:
    blocks = [(name, text) for name, text in block_texts(task.case).items() if text]
    spans = []
    for _ in range(draw(st.integers(0, 3))):
        block, text = draw(st.sampled_from(blocks))
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        spans.append(EvidenceSpan(block=block, start=start, end=end, quote=text[start:end]))
    return tuple(sorted(spans, key=lambda each: (each.block != "prompt", each.block, each.start, each.end)))


@dataclass(frozen=True, slots=True)
class Labelled:
    """A task and a label on it."""

    task: ExchangeTask
    label: ExchangeLabel

    @property
    def known(self) -> Mapping[str, ExchangeTask]:
        return {self.task.item: self.task}


@st.composite
def labelled(draw: st.DrawFn) -> Labelled:
    task = draw(tasks())
    answers = labels_of(task)
    label = ExchangeLabel(
        id=draw(st.sampled_from(["rl-1", "rl-2"])),
        item=task.item,
        person=draw(names),
        kind=draw(st.sampled_from(ReviewLabelKind)),
        blind=draw(st.booleans()),
        label=draw(answers),
        sure=draw(st.booleans()),
        defensible=draw(st.none() | st.lists(answers, unique=True, max_size=2).map(tuple)),
        comment=draw(texts),
        evidence=draw(evidence(task)),
        order=draw(st.sampled_from(Order)),
        at=draw(st.sampled_from(["", "2026-11-20T10:02:11.123+00:00"])),
        active_ms=draw(numbers),
        idle_ms=draw(numbers),
        revisits=draw(st.integers(0, 9)),
        principle_hash="sha256:51",
        via=draw(st.sampled_from(["web", "terminal"])),
        withdrawn=draw(st.booleans()),
        context=ItemContext(
            run="run-1",
            constitution="acme@1.0.0",
            case="case-1",
            candidate=draw(st.sampled_from(["1", "1|2", "=1|2"])),
            principle="keep.secrets",
            design="rd-1",
            stratum=draw(texts),
            inclusion=draw(st.none() | st.floats(1e-9, 1)),
            gold=draw(st.none() | answers),
            provenance=draw(st.none() | st.sampled_from(Provenance)),
        ),
    )
    return Labelled(task, label)


BASE = Labelled(
    ExchangeTask(
        item="rv-1",
        case=ShownCase(case_id="case-1", prompt="q", outputs=(ShownOutput(id="1", text="some text"),)),
        principle=ShownPrinciple(
            principle=Principle(id="keep.secrets", text="Keep."), scale=COMPLY, hash="sha256:51"
        ),
    ),
    ExchangeLabel(item="rv-1", person="ann", label="violates"),
)
"""A plain task with a plain label."""
