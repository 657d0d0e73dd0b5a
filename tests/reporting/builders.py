"""Synthetic runs for report tests: every case, answer and label here is made up by the tests and says so."""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from evenhand.judging.opinion import pool
from evenhand.judging.panel import combine
from evenhand.records.constitution import Constitution, Principle
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge, RecordedRatings
from evenhand.records.label import HumanLabel, LabelKind
from evenhand.records.pacing import PaceChange, PacingEvent
from evenhand.records.panel import Panel
from evenhand.records.rated import CallCounts, RatedItem, RatedUnit, RunAccount
from evenhand.records.rating import (
    Basis,
    FailedRating,
    FailureKind,
    Order,
    Outcome,
    Rating,
    Spared,
    state_of,
)
from evenhand.records.run import Endpoint, Manifest, PinnedFile, Run, RunState
from evenhand.records.scale import PAIR, Scale
from evenhand.records.suite import Candidate, CaseFile, Suite
from evenhand.records.verdict import Verdict
from evenhand.reporting.item_view import CaseText

JUDGES = ("synthetic-reader", "synthetic-sceptic", "synthetic-rules")
PRINCIPLES = ("synthetic.no-harm", "synthetic.be-honest")
Answer = str | FailureKind


def make_constitution(
    principles: Sequence[str] = PRINCIPLES,
    *,
    scale: str = "comply",
    scales: Mapping[str, Scale] | None = None,
) -> Constitution:
    return Constitution(
        schema_="constitution/v1",
        id="synthetic",
        title="Synthetic principles of the report tests",
        version="1.0.0",
        scales=dict(scales or {}),
        principles=tuple(
            Principle(id=id_, title=f"Synthetic principle {place}", text="Synthetic text.", scale=scale)
            for place, id_ in enumerate(principles, start=1)
        ),
    )


def make_judge(id_: str, *, mode: str = "absolute", repeats: int = 1) -> Judge:
    if id_ == "synthetic-rules":
        return RecordedJudge(
            schema_="judge/v1",
            id=id_,
            version="1.0.0",
            kind="recorded",
            who="made up by the tests",
            mode="pairwise" if mode == "pairwise" else "absolute",
            repeats=repeats,
            ratings=RecordedRatings(path="synthetic.jsonl"),
        )
    return ModelJudge(
        schema_="judge/v1",
        id=id_,
        version="1.2.0",
        kind="model",
        model="local/synthetic-model",
        template="synthetic.j2",
        mode="pairwise" if mode == "pairwise" else "absolute",
        repeats=repeats,
    )


def make_manifest(
    *,
    items: int,
    constitution: Constitution | None = None,
    judges: Sequence[str] = JUDGES,
    mode: str = "absolute",
    repeats: int = 1,
    seed: int = 7,
) -> Manifest:
    records = tuple(make_judge(id_, mode=mode, repeats=repeats) for id_ in judges)
    return Manifest(
        suite=Suite(
            schema_="suite/v1",
            id="synthetic",
            title="Synthetic suite of the report tests",
            constitution="synthetic.yaml",
            panel="synthetic.panel.yaml",
            cases=(CaseFile(path="synthetic.jsonl"),),
            seed=seed,
        ),
        suite_path="suites/synthetic.yaml",
        constitution=constitution or make_constitution(),
        panel=Panel(schema_="panel/v1", id="synthetic-panel", judges=tuple(judges)),
        judges=records,
        templates={judge.id: "{{ principle.text }}" for judge in records if isinstance(judge, ModelJudge)},
        files=(PinnedFile(role="cases", path="suites/synthetic.jsonl", sha256="sha256:" + "5" * 64),),
        endpoints=tuple(
            Endpoint(
                judge=judge.id,
                account="local",
                protocol="openai-chat",
                base_url="http://127.0.0.1:9/v1",
                model="synthetic-model",
                served_model="synthetic-model-1",
                means="json_schema",
                logprobs=5,
                notes=("synthetic note",),
            )
            for judge in records
            if isinstance(judge, ModelJudge)
        ),
        prices_as_of="2026-11-01",
        planned_items=items,
        mode="pairwise" if mode == "pairwise" else "absolute",
        units_per_item=len(judges) * repeats * (2 if mode == "pairwise" else 1),
        versions={"evenhand": "0.1.0", "python": "3.11.7", "openai": "3.52.0"},
        command="evenhand run suites/synthetic.yaml",
    )


def make_run(manifest: Manifest, *, state: RunState = RunState.FINISHED, reason: str = "") -> Run:
    finished = "2026-11-20T10:04:11Z" if state is RunState.FINISHED else ""
    return Run(
        id="synthetic-run",
        state=state,
        reason=reason,
        created="2026-11-20T10:02:11Z",
        finished=finished,
        manifest=manifest,
    )


def outcome(answer: Answer, *, reason: str = "Synthetic reason.", quotes: tuple[str, ...] = ()) -> Outcome:
    if isinstance(answer, FailureKind):
        return FailedRating(kind=answer, detail="Synthetic detail.")
    return Rating(
        label=answer, distribution=((answer, 1.0),), basis=Basis.ANSWER, reason=reason, quotes=quotes
    )


def unit(judge: str, answer: Answer | Outcome, *, order: Order = Order.GIVEN, repeat: int = 0) -> RatedUnit:
    found = outcome(answer) if isinstance(answer, str) else answer
    return RatedUnit(judge=judge, order=order, repeat=repeat, outcome=found)


def human(item: tuple[str, str, str], annotator: str, label: str, *, note: str = "") -> HumanLabel:
    kind = LabelKind.RESOLVED if annotator == "final" else LabelKind.PERSON
    case, candidate, principle = item
    return HumanLabel(
        case_id=case,
        candidate_id=candidate,
        principle_id=principle,
        annotator=annotator,
        kind=kind,
        label=label,
        note=note,
    )


def make_item(
    manifest: Manifest,
    seq: int,
    units: Sequence[RatedUnit],
    *,
    case: str = "",
    candidate: str = "1",
    principle: str = PRINCIPLES[0],
    slices: Mapping[str, str] | None = None,
    people: Mapping[str, str] | None = None,
) -> RatedItem:
    """Return an item whose verdict the real panel made; open while units are missing."""
    case = case or f"synthetic-{seq:04d}"
    place = (case, candidate, principle)
    return RatedItem(
        seq=seq,
        case_id=case,
        candidate_id=candidate,
        principle_id=principle,
        slice=dict(slices or {}),
        units=tuple(units),
        verdict=decide(manifest, principle, units),
        labels=tuple(human(place, who, label) for who, label in (people or {}).items()),
    )


def decide(manifest: Manifest, principle: str, units: Sequence[RatedUnit]) -> Verdict | None:
    if len(units) < manifest.units_per_item:
        return None
    pairwise = any(each.order is Order.SWAPPED for each in units)
    constitution = manifest.constitution
    scale = PAIR if pairwise else constitution.scale_of(constitution.by_id[principle])
    asked = [(each, each.outcome) for each in units if not isinstance(each.outcome, Spared)]
    opinions = [
        pool(judge.id, [(each.order, outcome) for each, outcome in asked if each.judge == judge.id], scale)
        for judge in manifest.judges
    ]
    return combine(opinions, manifest.panel, scale)


def make_account(manifest: Manifest, items: Iterable[RatedItem]) -> RunAccount:
    """Return the account that belongs to `items`, with made-up calls for every model judge."""
    states = Counter(state_of(each.outcome) for item in items for each in item.units)
    counts = CallCounts(
        attempts=120,
        failed=2,
        unread=3,
        reused=4,
        input_tokens=61_234,
        output_tokens=7_654,
        cost_nanousd=12_345_678,
        served_models={"synthetic-model-1": 118},
        fingerprints={"fp_synthetic": 118},
    )
    models = [judge.id for judge in manifest.judges if isinstance(judge, ModelJudge)]
    return RunAccount(
        planned=manifest.planned_units,
        terminal=dict(states),
        calls=dict.fromkeys(models, counts),
        pacing=make_pacing(),
        preflight=CallCounts(attempts=2, input_tokens=80, output_tokens=20, cost_nanousd=21_000),
    )


def make_pacing() -> tuple[PacingEvent, ...]:
    """Return the events of an account that met a rate limit and an outage."""
    steps: list[tuple[float, PaceChange, int, int, float]] = [
        (0.0, PaceChange.START, 20, 0, 0.0),
        (1.5, PaceChange.GROWN, 40, 19, 0.0),
        (9.0, PaceChange.CUT, 32, 40, 0.0),
        (9.0, PaceChange.REST, 32, 40, 20.0),
        (60.0, PaceChange.OPENED, 32, 31, 0.0),
        (90.0, PaceChange.PROBE, 32, 1, 0.0),
        (90.5, PaceChange.CLOSED, 4, 1, 0.0),
        (99.0, PaceChange.GROWN, 8, 4, 0.0),
    ]
    return tuple(
        PacingEvent(
            account="local", at=1_795_000_000 + at, limit=limit, in_flight=flying, why=why, rest_s=rest
        )
        for at, why, limit, flying, rest in steps
    )


def stream_items(manifest: Manifest, *, seed: int = 1, failing: float = 0.02) -> Iterator[RatedItem]:
    """Yield every planned item, drawn: a hidden truth, judges of unequal skill, a few failures, two people."""
    rng = random.Random(seed)
    principles = [principle.id for principle in manifest.constitution.principles]
    for seq in range(manifest.planned_items):
        truth = rng.choices(["complies", "violates", "not_applicable"], [6, 3, 1])[0]
        units = [
            unit(judge.id, _drawn(rng, truth, 0.92 - 0.1 * place, failing))
            for place, judge in enumerate(manifest.judges)
        ]
        yield make_item(
            manifest,
            seq,
            units,
            principle=principles[seq % len(principles)],
            slices={"topic": rng.choice(["alpha", "beta", "gamma"]), "language": rng.choice(["en", "ar"])},
            people=_people(rng, truth),
        )


def _drawn(rng: random.Random, truth: str, skill: float, failing: float) -> Outcome:
    if rng.random() < failing:
        return outcome(rng.choice([FailureKind.MALFORMED, FailureKind.REFUSED]))
    label = truth if rng.random() < skill else rng.choice(["complies", "violates", "cannot_tell"])
    return outcome(label, quotes=("Synthetic quote.",))


def _people(rng: random.Random, truth: str) -> Mapping[str, str]:
    other = "violates" if truth == "complies" else "complies"
    people = {name: truth if rng.random() < 0.9 else other for name in ("person-1", "person-2")}
    return {**people, "final": truth}


def find_texts(places: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], CaseText]:
    """Return made-up texts; nothing for every tenth case."""
    return {
        (case, candidate): CaseText(
            prompt=f"Synthetic question of {case}.",
            candidates=tuple(
                Candidate(id=id_, text=f"Synthetic answer {id_} of {case}.") for id_ in candidate.split("|")
            ),
        )
        for case, candidate in places
        if not case.endswith("7")
    }
