"""Candidates that are the current judge with worked examples, chosen from labelled items."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.judge import ModelJudge, Shots
from evenhand.records.scale import Reading
from evenhand.tuning.content import content_key
from evenhand.tuning.learn import LearnItem
from evenhand.tuning.results import Origin, RefusedCandidate
from evenhand.tuning.shots import choose_shots
from evenhand.workflows.tuning.candidates import Candidate
from evenhand.workflows.tuning.proposals import LearnView, Proposed

_SHOWS = re.compile(r"\bfor\s+\w+\s+in\s+shots\b")
_KINDS = {Reading.PASS: "complies", Reading.FAIL: "violates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FewShot:
    """Proposes so many worked examples of each principle, drawn several times."""

    counts: tuple[int, ...]
    """Numbers of examples to try."""
    draws: int = 1
    """How often each is drawn."""

    def propose(self, view: LearnView) -> Proposed:
        """Return the current judge with each draw of examples."""
        if why := shows_no_shots(view.current):
            return Proposed(refused=(RefusedCandidate(name="few-shot", origin="few-shot", reason=why),))
        usable = [item for item in view.items if not _is_test(view.current.constitution, item)]
        found = []
        for count in self.counts:
            for draw in range(self.draws):
                rng = np.random.default_rng([view.seed, 1, count, draw])
                shots = choose_shots(usable, count, rng)
                name = f"few-shot-{count}-{draw + 1}"
                told = f"{count} worked examples of each principle at most, draw {draw + 1}"
                found.append(with_shots(view.current, shots, count, name=name, told=told, origin="few-shot"))
        return Proposed(candidates=tuple(found))


def shows_no_shots(current: Candidate) -> str:
    """Return why a judge can not be shown worked examples; empty where it can."""
    judge = current.judge
    if not isinstance(judge, ModelJudge):
        return "only a judge that asks a model is shown worked examples"
    if judge.mode == "pairwise":
        return "a worked example is one reply, and the judge compares two"
    if "shots" not in judge.sees or not _SHOWS.search(current.template + judge.system):
        return "the template has no loop over shots"
    return ""


def with_shots(
    current: Candidate, shots: Sequence[LearnItem], count: int, *, name: str, told: str, origin: Origin
) -> Candidate:
    """Return a judge that is shown these items, and no other, as worked examples of their principles."""
    judge = current.judge
    assert isinstance(judge, ModelJudge)
    constitution = current.constitution
    principles = tuple(
        _with_examples(constitution, principle, shots) for principle in constitution.principles
    )
    return replace(
        current,
        name=name,
        origin=origin,
        told=told,
        judge=judge.model_copy(update={"shots": Shots(max=min(count, 20))}),
        constitution=constitution.model_copy(update={"principles": principles}),
        path=None,
    )


def _with_examples(constitution: Constitution, principle: Principle, shots: Sequence[LearnItem]) -> Principle:
    tests = tuple(example for example in principle.examples if example.use != "shot")
    mine = tuple(_examples(constitution, principle, shots))
    return principle.model_copy(update={"examples": (*mine, *tests)})


def _examples(
    constitution: Constitution, principle: Principle, shots: Sequence[LearnItem]
) -> Iterator[Example]:
    scale = constitution.scale_of(principle)
    for number, shot in enumerate((shot for shot in shots if shot.principle == principle.id), start=1):
        yield Example.model_validate(
            {
                "id": f"tuned-{number}-{content_key(shot.prompt, shot.response).hex()[:12]}-{_slug(principle.id)}",
                "kind": _KINDS.get(scale.reading(shot.label), "borderline"),
                "prompt": shot.prompt,
                "response": shot.response,
                "expect": shot.label,
                "use": "shot",
                "tags": ("tuned",),
            }
        )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")[:60]


def _is_test(constitution: Constitution, item: LearnItem) -> bool:
    """Tell whether an item is a test example of the constitution, which may never be shown to a judge."""
    key = content_key(item.prompt, item.response)
    return any(
        content_key(example.prompt, example.response) == key
        for principle in constitution.principles
        for example in principle.examples
        if example.use == "test"
    )
