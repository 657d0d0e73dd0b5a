"""Cascades on recorded judges with human labels: what a cheap first step gives up, and what it saves.

    python benchmarks/cascade.py [FOLDER]

FOLDER holds `trust_or_escalate` and `judging_judges` in the tidy layout; by default it is the recorded data beside the
checkout. Each set is imported into a temporary workspace as recorded judges. The thresholds, the calibration maps and
the first judges are chosen on one half of the cases, and everything printed is counted on the other half, from the
ledger of a run of the suite with that cascade. A pair is one call here, for the recordings hold one order.

The rule of the choice, fixed before the second half is looked at: of the cascades whose agreement with people on the
first half is not below that of the strongest judge alone, the one that asks the strongest judge least; if there is
none, the one that agrees most. Splitting goes by case, or by question where several cases answer one.
"""

import argparse
import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any

from evenhand.catalog.source import Json
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.judging.cascade import Ask, Cascade
from evenhand.judging.panel import combine
from evenhand.records.calibration import CalibrationMap
from evenhand.records.panel import Panel
from evenhand.records.rated import RatedItem
from evenhand.records.run import Manifest
from evenhand.records.scale import Scale
from evenhand.records.verdict import Opinion, Verdict
from evenhand.stats.intervals import wilson_interval
from evenhand.workflows.import_tidy import import_tidy
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, run_suite

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "data"
SPLIT_KEY = "20261127:"
CONFIDENCES = (0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
"""A coarse grid (methods.md 4.1)."""
FEWEST_IN_A_KNOT = 20


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """An item with what every judge and the people said."""

    case: str
    opinions: Mapping[str, Opinion]
    people: str


@dataclass(frozen=True, kw_only=True)
class RecordedSet:
    """One set of recorded judges, imported and run with all of them."""

    name: str
    folder: Path
    manifest: Manifest
    scale: Scale
    items: Sequence[Labelled]
    cluster: Callable[[str], str]
    """What a case is split by."""

    def half(self, *, second: bool) -> list[Labelled]:
        """Return the items things are chosen on, or those they are reported on."""
        return [item for item in self.items if is_second(self.cluster(item.case)) == second]


def is_second(cluster: str) -> bool:
    """Tell whether a case is in the half that is reported."""
    return hashlib.sha256(f"{SPLIT_KEY}{cluster}".encode()).digest()[0] % 2 == 1


def load_set(data: Path, folder: Path, name: str, cluster: Callable[[str], str]) -> RecordedSet:
    """Import a set and run it once with all its judges, so that every opinion is known."""
    import_tidy(data, folder, name=name)
    stored = read_run(folder, run_set(folder, name))
    (principle,) = (each.id for each in stored.manifest.constitution.principles)
    scale = stored.decider.scale(principle)
    items = [known for item in stored.items() if (known := labelled(item, stored.manifest))]
    return RecordedSet(
        name=name, folder=folder, manifest=stored.manifest, scale=scale, items=items, cluster=cluster
    )


def run_set(folder: Path, name: str) -> str:
    """Run a suite and return the name of the run."""
    options = RunOptions(command="benchmarks/cascade.py")
    result = run_suite(folder, folder / "suites" / f"{name}.yaml", options, lambda _run, _progress: None)
    return result.run.id


def labelled(item: RatedItem, manifest: Manifest) -> Labelled | None:
    """Return an item that people labelled, in the words of its scale."""
    if item.verdict is None or not item.labels:
        return None
    opinions = {opinion.judge: opinion for opinion in item.verdict.opinions}
    spelled = manifest.suite.labels[0].labels
    label = item.labels[0].label
    return Labelled(case=item.case_id, opinions=opinions, people=spelled.get(label, label))


# -- Choosing on the first half --------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Score:
    """What a way of judging comes to on some items."""

    agreed: int
    undecided: int
    items: int
    calls: Mapping[str, int]

    @property
    def agreement(self) -> float:
        """Share of the human labels it matches; undecided matches none."""
        return self.agreed / self.items


def score(items: Iterable[Labelled], decide: Callable[[Labelled], tuple[str | None, Sequence[str]]]) -> Score:
    """Count what `decide` says and whom it asks."""
    agreed = undecided = count = 0
    calls: dict[str, int] = {}
    for item in items:
        label, asked = decide(item)
        agreed += label == item.people
        undecided += label is None
        count += 1
        for judge in asked:
            calls[judge] = calls.get(judge, 0) + 1
    return Score(agreed=agreed, undecided=undecided, items=count, calls=calls)


def by_cascade(panel: Panel, calibration: CalibrationMap | None, scale: Scale) -> Callable[[Labelled], Any]:
    """Return the cascade as a way of judging."""
    cascade = Cascade(panel, calibration)

    def decide(item: Labelled) -> tuple[str | None, list[str]]:
        verdict = cascade.decide(item.opinions, scale)
        if isinstance(verdict, Ask):
            raise TypeError("every opinion is known")
        return verdict.label, [opinion.judge for opinion in verdict.opinions]

    return decide


def by_majority(judges: Sequence[str], scale: Scale) -> Callable[[Labelled], Any]:
    """Return judges who are all asked and vote, as a way of judging."""
    panel = Panel(schema_="panel/v1", id="all", judges=tuple(judges))
    return lambda item: (combine([item.opinions[name] for name in judges], panel, scale).label, judges)


def choose(recorded: RecordedSet, panels: Iterable[Json], calibration: Json, strong: str) -> tuple[Json, int]:
    """Return the cascade that the rule of the choice takes, and how many were looked at."""
    first = recorded.half(second=False)
    aim = score(first, by_majority([strong], recorded.scale)).agreed
    maps = None if calibration is None else CalibrationMap.model_validate_json(json.dumps(calibration))
    tried = [
        (score(first, by_cascade(Panel.model_validate_json(json.dumps(panel)), maps, recorded.scale)), panel)
        for panel in panels
    ]
    good = [pair for pair in tried if pair[0].agreed >= aim]
    if good:
        return min(good, key=lambda pair: (pair[0].calls.get(strong, 0), -pair[0].agreed))[1], len(tried)
    return max(tried, key=lambda pair: pair[0].agreed)[1], len(tried)


def fitted_maps(recorded: RecordedSet, judges: Sequence[str]) -> Json:
    """Return a calibration map of each judge, by isotonic regression on the first half."""
    versions = {judge.id: judge.version for judge in recorded.manifest.judges}
    return {
        "schema": "calibration-map/v1",
        "made": "2026-11-27",
        "source": f"first half of {recorded.name}",
        "maps": [
            {"judge": name, "version": versions[name], "knots": knots(recorded.half(second=False), name)}
            for name in judges
        ],
    }


def knots(items: Sequence[Labelled], judge: str) -> Json:
    """Return the blocks of isotonic regression (pool adjacent violators), none of fewer than some answers."""
    pairs = sorted(
        (dict(opinion.distribution)[opinion.label], opinion.label == item.people)
        for item in items
        if (opinion := item.opinions[judge]).label is not None and not opinion.abstains
    )
    blocks: list[list[float]] = []
    for start in range(0, len(pairs), FEWEST_IN_A_KNOT):
        part = pairs[start : start + FEWEST_IN_A_KNOT]
        blocks.append([sum(p for p, _ in part), sum(right for _, right in part), len(part)])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] > blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1] = [one + other for one, other in zip(blocks[-1], last, strict=True)]
    found: list[Json] = [[total / n, right / n] for total, right, n in blocks]
    return found if len(found) > 1 else [[0.0, found[0][1]], [1.0, found[0][1]]]  # type: ignore[index] # a pair


# -- Reporting on the second half ------------------------------------------------------------------


def figures(recorded: RecordedSet, chosen: Json, calibration: Json, strong: str) -> Iterator[str]:
    """Run the chosen cascade and yield a line for it, for each of its judges, and for all of them together."""
    run = run_cascade(recorded, chosen, calibration)
    verdicts = {item.case_id: item.verdict for item in read_run(recorded.folder, run).items()}
    second = recorded.half(second=True)
    panel = Panel.model_validate_json(json.dumps(chosen))

    def by_run(item: Labelled) -> tuple[str | None, list[str]]:
        verdict = verdicts[item.case]
        if not isinstance(verdict, Verdict):
            raise TypeError("an item is open")
        return verdict.label, [opinion.judge for opinion in verdict.opinions]

    ways: dict[str, Callable[[Labelled], Any]] = {"cascade": by_run}
    ways |= {f"{name} alone": by_majority([name], recorded.scale) for name in panel.judges}
    ways["all of them, majority"] = by_majority(panel.judges, recorded.scale)
    yield f"{'':32} agreement (95 %)            undecided    calls of {strong}"
    for name, way in ways.items():
        yield line(name, score(second, way), strong)
    right = [(by_run(item)[0] == item.people, item.opinions[strong].label == item.people) for item in second]
    gained, lost = right.count((True, False)), right.count((False, True))
    spared = sum(len(panel.judges) - len(by_run(item)[1]) for item in second)
    yield (
        f"beside {strong} alone: {gained} labels won, {lost} lost; {spared:,} of "
        f"{len(panel.judges) * len(second):,} calls spared"
    )


def line(name: str, found: Score, strong: str) -> str:
    """Return one row of the table."""
    interval = wilson_interval(found.agreed, found.items)
    calls = found.calls.get(strong, 0)
    return (
        f"{name:32} {found.agreement:6.1%} ({interval.low:.1%} to {interval.high:.1%})  "
        f"{found.undecided:6} of {found.items:,}    {calls:6,} ({calls / found.items:.1%})"
    )


def run_cascade(recorded: RecordedSet, chosen: Json, calibration: Json) -> str:
    """Write the cascade into the workspace and run the suite with it; return the name of the run."""
    judges = recorded.folder / "judges" / recorded.name
    (judges / "all.panel.yaml").write_text(dump_yaml(chosen), encoding="utf-8")
    if calibration is not None:
        (judges / "map.json").write_text(json.dumps(calibration), encoding="utf-8")
    return run_set(recorded.folder, recorded.name)


def panel_of(steps: Sequence[tuple[Sequence[str], Json]], *, calibrated: bool) -> Json:
    """Return a panel file with a cascade."""
    cascade: list[Json] = [
        {"judges": list(judges), **({"settle": settle} if settle else {})} for judges, settle in steps
    ]
    panel: dict[str, Json] = {
        "schema": "panel/v1",
        "id": "cascade",
        "judges": [name for judges, _ in steps for name in judges],
        "cascade": cascade,
    }
    return panel | ({"calibration": "map.json"} if calibrated else {})


def trust_or_escalate(data: Path, folder: Path) -> Iterator[str]:
    """Yield figures of two and three judges with probabilities, settled by raw and by calibrated confidence."""
    recorded = load_set(data / "trust_or_escalate", folder, "chat", lambda case: case)
    cheap, middle, strong = "mistral-7b-instruct", "gpt-3.5-turbo", "gpt-4-turbo"
    yield f"trust_or_escalate: {len(recorded.items)} pairs with probabilities, one person each"
    for calibrated in (False, True):
        maps = fitted_maps(recorded, (cheap, middle, strong)) if calibrated else None
        two = [
            panel_of([([middle], {"confidence": each}), ([strong], None)], calibrated=calibrated)
            for each in CONFIDENCES
        ]
        three = [
            panel_of(
                [([cheap], {"confidence": one}), ([middle], {"confidence": other}), ([strong], None)],
                calibrated=calibrated,
            )
            for one, other in product(CONFIDENCES, CONFIDENCES)
        ]
        for panels in (two, three):
            chosen, tried = choose(recorded, panels, maps, strong)
            yield ""
            yield f"{shown(chosen)}, {'calibrated' if calibrated else 'raw'} confidence, of {tried} tried"
            yield from figures(recorded, chosen, maps, strong)


def judging_judges(data: Path, folder: Path) -> Iterator[str]:
    """Yield figures of two small judges who must agree, and a strong one."""
    recorded = load_set(
        data / "judging_judges" / "v2", folder, "trivia", lambda case: case.rpartition("/")[2]
    )
    names = [judge.id for judge in recorded.manifest.judges]
    strong = "gpt-4"
    small = [name for name in names if name not in {strong, "llama-70b", "llama3-70b"}]
    yield f"judging_judges/v2: {len(recorded.items):,} answers to 400 questions, one person each, no probabilities"
    panels = [
        panel_of([(pair, {"disagreement": 0}), ([strong], None)], calibrated=False)
        for pair in combinations(small, 2)
    ]
    chosen, tried = choose(recorded, panels, None, strong)
    yield ""
    yield f"{shown(chosen)}, of {tried} tried"
    yield from figures(recorded, chosen, None, strong)


def shown(panel: Json) -> str:
    """Return a cascade in a line."""
    steps = Panel.model_validate_json(json.dumps(panel)).cascade
    parts = []
    for step in steps:
        settle = step.settle.canonical() if step.settle else {}
        parts.append(
            " + ".join(step.judges) + "".join(f" ({name} {value:g})" for name, value in settle.items())
        )
    return " -> ".join(parts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path, default=DATA)
    data = parser.parse_args().folder
    for measure in (trust_or_escalate, judging_judges):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "evenhand.toml").write_text("")
            for text in measure(data, Path(folder)):
                print(text)
        print()


if __name__ == "__main__":
    main()
