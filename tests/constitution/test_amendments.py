"""Proposed amendments: stubs with evidence, which nothing applies and no writing overwrites once decided."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from evenhand.catalog.yaml_file import parse_yaml
from evenhand.catalog.yaml_text import dump_yaml
from evenhand.constitution.amendments import (
    GuidelineEvidence,
    add_proposals,
    coverage_proposals,
    guideline_proposals,
    inferred_proposals,
    missed_proposals,
    quoted,
)
from evenhand.constitution.inverse.results import Explained, Inference
from evenhand.constitution.inverse.results import Proposal as InferredProposal
from evenhand.records.amendments import Amendments, EvidenceItem, EvidenceSaid, Proposal
from evenhand.records.constitution import Constitution, Principle
from evenhand.reporting.constitution.amendments import render_amendments
from evenhand.stats.estimate import Estimate, Interval

CONSTITUTION = Constitution(
    schema_="constitution/v1",
    id="c",
    version="1.2.0",
    principles=(Principle(id="honest", title="Honest", text="Be honest."),),
)


def item(case: str = "c0", *people: str, **more: str) -> EvidenceItem:
    return EvidenceItem(
        case=case,
        said=tuple(EvidenceSaid(by=name, label="fail") for name in people),
        **more,
    )


def gap(*items: EvidenceItem) -> Proposal:
    (found,) = coverage_proposals([items])
    return found


def test_a_gap_is_a_new_principle_without_a_text_and_says_what_to_write() -> None:
    found = gap(item("c0", "ann", "bea"), item("c1", "ann"))
    assert found.change == "new_principle"
    assert found.draft.text == ""
    assert found.to_write[0] == "Say in one sentence what these replies do that no reply may do."
    assert (found.people, found.replies) == (2, 2)
    assert found.why == "People fail 2 replies as a whole, and no principle fires on them."


def test_what_judges_miss_is_a_question_to_the_principle_as_it_stands() -> None:
    (found,) = missed_proposals(CONSTITUTION, [("honest", [item()])])
    assert found.draft.text == "Be honest."
    assert found.change == "inspect"
    (gone,) = missed_proposals(CONSTITUTION, [("gone", [item()])])
    assert gone.draft.id == "gone"


def test_a_guideline_gap_names_the_part_that_has_to_say_more() -> None:
    evidence = GuidelineEvidence(
        principle="honest", change="exceptions", place="the exceptions: say when", items=(item(),)
    )
    (found,) = guideline_proposals(CONSTITUTION, [evidence])
    assert found.change == "exceptions"
    assert found.to_write[0] == "Look at the exceptions: say when."


def test_an_inferred_principle_carries_its_gain_on_decisions_it_was_not_made_from() -> None:
    explained = Explained(right=30, wrong=5, silent=5, unread=0)
    estimate = Estimate(value=0.06, interval=Interval(low=0.02, high=0.1, confidence=0.95), n=150)
    kept, dropped = (
        InferredProposal(
            principle_id="honest",
            text=text,
            said_alike=(),
            nearest_id="honest",
            nearest=0.2,
            learned=explained,
            is_tested=True,
            gain=estimate,
            p=0.01,
            is_kept=is_kept,
            reason="it gains",
        )
        for text, is_kept in (("Say what you do not know.", True), ("Be long.", False))
    )
    inference = Inference(
        run="r",
        generation="g",
        generator="w 1.0.0",
        model="m",
        constitution="c 1.2.0",
        decisions=300,
        overrides=220,
        learned=100,
        held_out=150,
        proposed=9,
        unread=0,
        proposals=(kept, dropped),
    )
    (found,) = inferred_proposals(inference)
    assert found.draft.text == "Say what you do not know."
    assert found.gain is not None
    assert (found.gain.value, found.gain.low, found.gain.n, found.gain.split) == (0.06, 0.02, 150, "gate")


def test_what_people_decided_is_never_written_over() -> None:
    first = add_proposals(CONSTITUTION, None, [gap(item("c0")), gap(item("c1"))])
    decided = first.proposals[0].model_copy(update={"decision": "declined", "because": "It is a joke."})
    held = first.model_copy(update={"proposals": (decided, first.proposals[1])})
    again = add_proposals(CONSTITUTION, held, [gap(item("c0")), gap(item("c1", "ann")), gap(item("c2"))])
    assert [each.decision for each in again.proposals] == ["declined", "open", "open"]
    assert again.proposals[1].people == 1
    assert len(add_proposals(CONSTITUTION, again, []).proposals) == 3


def test_the_same_evidence_gives_the_same_name_and_other_evidence_another() -> None:
    assert gap(item("c0", "ann")).id == gap(item("c0", "bea")).id
    assert gap(item("c0")).id != gap(item("c1")).id


@pytest.mark.parametrize(
    "fields",
    [{"decision": "declined"}, {"kind": "other"}, {"gain": {"value": 1}}, {"draft": {"id": "No Id"}}],
)
def test_a_file_with_an_impossible_proposal_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Proposal.model_validate({**gap(item()).canonical(), **fields})


def test_two_proposals_of_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="stands twice"):
        Amendments(
            schema_="amendments/v1", constitution="c", version="1.0.0", proposals=(gap(item()), gap(item()))
        )


@given(st.text(max_size=60), st.text(max_size=60))
def test_hostile_texts_come_back_as_they_were_shown(text: str, note: str) -> None:
    held = item("c0", response=quoted(text), note=quoted(note))
    found = add_proposals(CONSTITUTION, None, [gap(held)])
    read = Amendments.model_validate_json(json.dumps(parse_yaml(dump_yaml(found.canonical()), "x").data))
    assert read == found


HOSTILE = "```\n# Not a heading\n@team see #7 ![x](https://example.org/x.png) <script>\n::error::no\x1b[31m"


def test_markdown_holds_hostile_texts_in_blocks_of_code_alone() -> None:
    held = item("c0 @team", "<b>", response=quoted(HOSTILE), note=quoted(HOSTILE), prompt=quoted(HOSTILE))
    text = render_amendments(add_proposals(CONSTITUTION, None, [gap(held)]))
    assert "\x1b" not in text
    outside, fence = [], ""
    for line in text.split("\n"):
        if fence:
            fence = "" if line == fence else fence
        elif line.startswith("```"):
            fence = line.removesuffix("text")
        else:
            outside.append(line)
    assert not fence
    assert not any(word in line for line in outside for word in ("<script>", "![", "::error", "# Not"))
    assert "### Case `c0 @team`" in outside


def test_quotes_are_cut_and_say_so() -> None:
    assert quoted("a" * 900).endswith(" [cut]")
    assert quoted("short") == "short"
