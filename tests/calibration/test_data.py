from dataclasses import replace

import numpy as np

from evenhand.calibration.choices import Choices
from evenhand.calibration.cost import list_costs
from evenhand.calibration.data import gather_facts
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.table import JudgeFacts, SplitAccess
from evenhand.stats.estimate import Estimate, Undefined

from .tables import plant_principle, table_of


def test_items_verdicts_and_labels_are_counted_over_principles() -> None:
    first, second = plant_principle("a", n=100, people=2), plant_principle("b", n=50, labelled=0.5)
    facts = gather_facts(table_of(first, second))
    assert facts.items == 150
    assert facts.verdicts + facts.undecided == 150
    assert facts.labelled == 100 + int((second.reference.label >= 0).sum())
    assert (facts.labels, facts.people) == (200, 2)
    assert facts.basis == {"resolved": facts.labelled}
    assert facts.blind == {"blind": facts.labelled}


def test_the_way_items_were_drawn_is_said_in_words() -> None:
    chances = np.where(np.arange(400) < 200, 0.8, 0.2)
    said = {
        name: gather_facts(table_of(principle)).drawn
        for name, principle in {
            "census": plant_principle(),
            "equal": plant_principle(labelled=0.25),
            "unequal": plant_principle(n=400, labelled=chances),
            "unknown": plant_principle(n=400, known_inclusion=False),
            "none": plant_principle(labelled=0.0),
        }.items()
    }
    assert said["census"] == "All items were labelled."
    assert said["equal"] == "Each item was drawn with a probability of 25.0 %."
    assert "probabilities from 20.0 % to 80.0 %" in said["unequal"]
    assert "not recorded for 400 of 400 labelled items, so no rate is given" in said["unknown"]
    assert said["none"] == "No item is labelled."


def test_inclusion_is_a_range_only_where_it_is_known_of_all() -> None:
    known, unknown = plant_principle("a", labelled=0.5), plant_principle("b", known_inclusion=False)
    assert gather_facts(table_of(known)).inclusion == (0.5, 0.5)
    facts = gather_facts(table_of(known, unknown))
    assert facts.inclusion is None
    assert facts.without_inclusion == unknown.n


def test_labels_that_were_not_blind_are_told_apart() -> None:
    facts = gather_facts(table_of(plant_principle("a", n=30, blind=0), plant_principle("b", n=20, blind=-1)))
    assert facts.blind == {"not blind": 30, "not recorded": 20}


def test_what_readers_have_to_know_is_noted() -> None:
    table = table_of(plant_principle())
    access = SplitAccess(at="2026-11-01T00:00:00Z", split="gate", run="r", purpose="calibrate")
    splits = replace(table.splits, accesses=(access,), moved=2, labelled=(1, 1, 5))
    notes = gather_facts(replace(table, splits=splits, off_scale=1, notes=("Own note.",))).notes
    assert notes == (
        "Own note.",
        "1 label left out: not on the scale of the principle.",
        "2 labels to certify with changed since first used.",
        "The labels to certify with were used 1 time before; every use tells a little.",
        "5 sealed labels counted and not read.",
    )
    assert gather_facts(table).notes == ()


def test_a_judge_without_ratings_has_no_price() -> None:
    measuring = Measuring(choices=Choices())
    none = Undefined(n=0, reason="no labels")
    paid = JudgeFacts(id="paid", version="1", calls=210, nanousd=500, rated=200, failed=50)
    idle = JudgeFacts(id="idle", version="1")
    first, second = list_costs((paid, idle), (none, none), measuring)
    assert first.per_thousand_nanousd == 2500
    assert isinstance(first.failed_share, Estimate)
    assert first.failed_share.value == 0.2
    assert second.per_thousand_nanousd is None
    assert isinstance(second.failed_share, Undefined)
