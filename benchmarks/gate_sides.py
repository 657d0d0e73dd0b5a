"""Runs made of arrays, as a gate reads them, and gates between two of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.gate.decide import Circumstances, decide_gate
from evenhand.gate.pairing import pair_up
from evenhand.gate.results import GateResult
from evenhand.records.baseline import (
    Baseline,
    BaselineCase,
    BaselineHead,
    Counted,
    JudgeMark,
    PanelMark,
    PrincipleMark,
    Said,
)
from evenhand.records.gate import GateSpec
from evenhand.records.scale import Reading

SEED = 20261127
TOLD = Circumstances(
    suite="benchmark", title="", run="new", baseline=None, facts=None, evenhand="0", command="", seed=SEED
)


@dataclass(frozen=True, kw_only=True)
class Items:
    """What both runs of a gate judge, n of it."""

    principle: str
    readings: Mapping[str, Reading]
    """Labels and what they mean for a rate."""
    truth: Sequence[str]
    """Label of people, n of them."""
    ids: Sequence[str]
    sources: Sequence[str] | None = None
    """What items share that are not independent."""
    slices: Sequence[Mapping[str, str]] | None = None
    made: dict[tuple[int, Said], BaselineCase] = field(default_factory=dict)
    """Cases that were made already: a place, and what is said of it."""

    def case(self, place: int, word: Said) -> BaselineCase:
        """Return the case at a place of which the judge says this."""
        if (place, word) not in self.made:
            self.made[place, word] = BaselineCase(
                id=self.ids[place],
                prompt="",
                outputs={"1": ""},
                said={"1": {self.principle: (word, word)}},
                reference={"1": {self.principle: self.truth[place]}},
                slice=self.slices[place] if self.slices else {},
                source=self.sources[place] if self.sources else "",
            )
        return self.made[place, word]


def run_of(items: Items, said: Sequence[Said], judge: str) -> Baseline:
    """Return the run in which one judge says this of the items; `judge` names it."""
    cases = {name: items.case(place, said[place]) for place, name in enumerate(items.ids)}
    mark = PrincipleMark(severity="high", binding="", shown="", scale="", readings=items.readings)
    head = BaselineHead(
        suite="benchmark",
        run=judge,
        evenhand="0",
        constitution="",
        principles={items.principle: mark},
        judges=(JudgeMark(id="judge", version="1.0.0", hash=judge, model=judge),),
        panel=PanelMark(id="panel", rule="majority", hash=""),
        units=Counted(planned=len(cases), rated=len(cases)),
    )
    return Baseline(head=head, cases=cases)


def gate(old: Baseline, new: Baseline, spec: GateSpec) -> GateResult:
    """Pair two runs and decide."""
    return decide_gate(pair_up(old, new, spec), spec, TOLD)
