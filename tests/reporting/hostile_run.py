"""A synthetic run in which every text that can come from outside is hostile."""

from collections.abc import Collection, Iterator, Mapping
from itertools import cycle, islice

from evenhand.records.constitution import Constitution, Principle
from evenhand.records.rated import CallCounts, RatedItem, RatedUnit, RunAccount
from evenhand.records.rating import Basis, FailedRating, FailureKind, Order, Outcome, Rating
from evenhand.records.run import Manifest, PinnedFile, Run, RunState
from evenhand.records.scale import NominalScale
from evenhand.records.suite import Candidate
from evenhand.reporting.item_view import CaseText
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import JUDGES, PRINCIPLES, make_account, make_item, make_manifest, make_run
from .hostile import HOSTILE

SCRIPT = "<script>window.hit=1</script>"
LABELS = (
    "<img src=x onerror=window.hit=1>",
    "javascript:window.hit=1",
    "{{ 7*7 }} @everyone |",
    "</title>`cannot`",
)
ITEMS = len(HOSTILE) + 20
DIVIDED = 20


def hostile_manifest() -> Manifest:
    scale = NominalScale(type="nominal", values=LABELS, passes=LABELS[:1], abstain=LABELS[3:])
    manifest = make_manifest(items=ITEMS, constitution=_constitution(scale))
    return manifest.model_copy(
        update={
            "suite": manifest.suite.model_copy(update={"title": f"</title>{SCRIPT}"}),
            "suite_path": f"suites/{SCRIPT}.yaml",
            "command": f"evenhand run '{SCRIPT}' \x1b[31m",
            "judges": tuple(
                judge.model_copy(
                    update={"model": "local/<script>window.hit=1</script>"}
                    if judge.kind == "model"
                    else {"who": SCRIPT}
                )
                for judge in manifest.judges
            ),
            "files": (PinnedFile(role="cases", path=f'"><{SCRIPT}', sha256=f"sha256:{SCRIPT}"),),
            "endpoints": tuple(
                endpoint.model_copy(
                    update={
                        "base_url": "javascript:window.hit=1",
                        "model": SCRIPT,
                        "served_model": SCRIPT,
                        "left_out": (SCRIPT,),
                        "notes": HOSTILE[:20],
                    }
                )
                for endpoint in manifest.endpoints
            ),
            "versions": {**manifest.versions, SCRIPT: SCRIPT},
        }
    )


def _constitution(scale: NominalScale) -> Constitution:
    return Constitution(
        schema_="constitution/v1",
        id="synthetic",
        version="1.0.0",
        scales={"hostile": scale},
        principles=tuple(
            Principle(
                id=id_,
                title=f"</title>{SCRIPT}",
                text="\n".join(HOSTILE[:60]),
                exceptions=SCRIPT,
                scale="hostile",
            )
            for id_ in PRINCIPLES
        ),
    )


def hostile_run() -> Run:
    return make_run(
        hostile_manifest(), state=RunState.STOPPED, reason=f"provider said: {SCRIPT}\x1b[2J\nforged"
    )


def hostile_items(manifest: Manifest) -> Iterator[RatedItem]:
    """Yield items: the first twenty divided with every payload in their texts, the others with one in each name."""
    texts = cycle(HOSTILE)
    for seq in range(ITEMS):
        answers = LABELS[:3] if seq < DIVIDED else LABELS[:1] * 3
        units = [
            _unit(judge, answer, tuple(islice(texts, 4)))
            for judge, answer in zip(JUDGES, answers, strict=True)
        ]
        if seq % 5 == 4:
            units[2] = _unit(JUDGES[2], FailureKind.MALFORMED, tuple(islice(texts, 4)))
        payload = HOSTILE[seq % len(HOSTILE)]
        yield make_item(
            manifest,
            seq,
            units,
            case=f"{payload}#{seq}",
            candidate=payload or "1",
            principle=PRINCIPLES[seq % 2],
            slices={"topic": HOSTILE[seq % 35], HOSTILE[seq % 6]: "x", "seq": str(seq)},
            people={HOSTILE[seq % 40]: LABELS[seq % 3], "final": payload if seq % 7 == 0 else LABELS[0]},
        )


def _unit(judge: str, answer: str | FailureKind, texts: tuple[str, ...]) -> RatedUnit:
    outcome: Outcome
    if isinstance(answer, FailureKind):
        outcome = FailedRating(kind=answer, detail="\n".join(texts))
    else:
        outcome = Rating(
            label=answer,
            distribution=((answer, 1.0),),
            basis=Basis.ANSWER,
            reason=texts[0],
            quotes=texts[1:],
            flags=(texts[0],),
        )
    return RatedUnit(judge=judge, order=Order.GIVEN, repeat=0, outcome=outcome)


def hostile_texts(names: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], CaseText]:
    return {
        name: CaseText(
            prompt="\n".join(HOSTILE[place : place + 9]),
            candidates=(Candidate(id="1", text="\n".join(HOSTILE[-1 - place - 9 : -1 - place])),),
        )
        for place, name in enumerate(sorted(names))
    }


def hostile_account(manifest: Manifest) -> RunAccount:
    account = make_account(manifest, hostile_items(manifest))
    calls = CallCounts(
        attempts=3,
        served_models={SCRIPT: 2, "\u202eevil": 1},
        fingerprints={SCRIPT: 3},
        possible_duplicates=1,
    )
    return RunAccount(
        planned=account.planned, terminal=account.terminal, calls=dict.fromkeys(JUDGES[:2], calls)
    )


def hostile_summary() -> RunSummary:
    run = hostile_run()
    return summarise(
        run, hostile_account(run.manifest), hostile_items(run.manifest), find_texts=hostile_texts
    )
