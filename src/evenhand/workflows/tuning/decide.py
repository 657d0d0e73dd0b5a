"""Hold the chosen candidate against the current judge: by the gate, and once on the sealed labels."""

from collections.abc import Sequence

import numpy as np

from evenhand.gate.results import GateResult, Status
from evenhand.records.gate import Flakiness, GateSpec
from evenhand.tuning.choices import TuningChoices
from evenhand.tuning.gains import paired_gain
from evenhand.tuning.results import Gated, GateTest, Sealed
from evenhand.workflows.gate.check_gate import GateWishes, check_gate
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.derive import Home, write_suite
from evenhand.workflows.tuning.judge_part import Bench, put_side_by_side, read_scores
from evenhand.workflows.tuning.material import Material, PartName
from evenhand.workflows.tuning.uses import note_gate, note_opening


def gate_rules(spec: GateSpec | None, slices: Sequence[str]) -> GateSpec:
    """Return the rules that a candidate has to pass: those of the suite, with every declared slice.

    Every labelled item of the gate split is an anchor, every principle and every slice has to be decided, and nothing
    is asked several times. A suite without a gate of judges is held to the defaults.

    Args:
        spec: The gate of the suite.
        slices: Dimensions of slices besides its own.
    """
    own = spec if spec and spec.compares == "judges" else GateSpec(compares="judges")
    return own.model_copy(
        update={
            "baseline": "",
            "quarantine": "",
            "anchors": (),
            "slices": tuple(dict.fromkeys([*own.slices, *slices])),
            "slices_must_pass": True,
            "undecided": {},
            "flakiness": Flakiness(share=0),
        }
    )


def gate_candidate(
    bench: Bench,
    home: Home,
    material: Material,
    current: Candidate,
    candidate: Candidate,
    *,
    spec: GateSpec,
    choices: TuningChoices,
) -> Gated:
    """Judge the gate split with both, and decide the gate. The use of the labels is written into the ledger.

    Raises:
        MeasureError: Ratings are left open.
        KeyboardInterrupt: Somebody interrupted it.
    """
    part = material.parts[PartName.GATE]
    old, new = (
        bench.judge(write_suite(home, PartName.GATE, part, [each], name=each.name, spec=spec))
        for each in (current, candidate)
    )
    accesses = note_gate(new, home.loaded.suite, bench.options.command)
    wishes = GateWishes(base_run=old.run.id, review=False, keep_note=False, command=bench.options.command)
    result = check_gate(bench.start, new.run.id, wishes).result
    scores = put_side_by_side([read_scores(old), read_scores(new)], (current.name, candidate.name))
    rng = np.random.default_rng([choices.seed, 2])
    gain = paired_gain(scores.right[:, 0], scores.right[:, 1], scores.clusters, rng=rng)
    return Gated(
        status=result.status.value,
        headline=result.headline,
        reasons=result.reasons,
        tests=tuple(_tests(result)),
        gain=None if result.status is Status.COULD_NOT_MEASURE else gain,
        run_old=old.run.id,
        run_new=new.run.id,
        accesses=accesses,
    )


def _tests(result: GateResult) -> list[GateTest]:
    return [
        GateTest(
            principle=test.principle,
            measure=test.measure.value,
            slice=str(test.slice) if test.slice else "",
            cells=test.cells,
            old=test.old,
            new=test.new,
            low=test.low,
            margin=test.margin,
            outcome=test.outcome.value,
            cells_needed=test.cells_needed,
        )
        for test in result.tests
    ]


def open_sealed(
    bench: Bench,
    home: Home,
    material: Material,
    current: Candidate,
    candidate: Candidate,
    *,
    dev: float,
    choices: TuningChoices,
) -> Sealed:
    """Judge the sealed split with both and measure the gain. The opening is written into the ledger, once a candidate.

    Args:
        bench: Runs suites.
        home: Where they are written.
        material: The parts.
        current: The current judge.
        candidate: The accepted candidate.
        dev: Its score on the items that chose it.
        choices: Seeds.

    Raises:
        MeasureError: Ratings are left open.
        KeyboardInterrupt: Somebody interrupted it.
    """
    part = material.parts[PartName.SEALED]
    stored = [
        bench.judge(write_suite(home, PartName.SEALED, part, [each], name=each.name))
        for each in (current, candidate)
    ]
    before = note_opening(stored[-1], home.loaded.suite, candidate.digest)
    scores = put_side_by_side([read_scores(each) for each in stored], (current.name, candidate.name))
    rng = np.random.default_rng([choices.seed, 3])
    gain = paired_gain(scores.right[:, 0], scores.right[:, 1], scores.clusters, rng=rng)
    return Sealed(gain=gain, optimism=dev - gain.new, opened_before=before, run=stored[-1].run.id)
