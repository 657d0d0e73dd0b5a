"""The dataset card: everything it says comes from the export, and nothing from outside is markup in it."""

from dataclasses import replace

import pytest
import yaml
from tests.reporting.gate.reading import READ_BY_HOSTS, READER
from tests.reporting.hostile import TRAP

from evenhand.feedback.card import ExportedFile, ExportFacts
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.provenance import Provenance, Writer
from evenhand.feedback.shapes import COLUMNS, Format, Shape, Source, text_keys
from evenhand.feedback.trust import StandingFacts, TrustReason
from evenhand.reporting.feedback.card import render_card

WILD = f"m/<script>`x`|[a]({TRAP})\n---\n# no ![i]({TRAP}) @team #7 \ud800"


def facts(**fields: object) -> ExportFacts:
    """Return an export of two rows out of five records."""
    plain = ExportFacts(
        format=Format.PREFERENCE,
        shape=Shape.PREFERENCE,
        source=Source.PAIRS,
        conversational=True,
        provenance=Provenance(
            run="r1",
            suite="s",
            panel="p",
            judge_ids=("one",),
            judge_versions=("1.0.0",),
            judge_models=("m/x",),
            constitution_id="c",
            constitution_version="1.0.0",
            constitution_hash="sha256:00",
        ),
        standing=StandingFacts(certified=False, reason="no run of this suite was calibrated", hint="label"),
        records=5,
        rows={"train": 2, "test": 0},
        left_out={LeftOut.TIE: 2, LeftOut.DUPLICATE: 1},
        trust={TrustReason.PEOPLE: 1, TrustReason.NO_CERTIFICATE: 1},
        untrusted=True,
        held_back=3,
        include_gate=False,
        shares={"train": 0.9, "test": 0.1},
        seed=7,
        license="",
        version="0.1.0",
        files=(
            ExportedFile(path="data/train-00000.jsonl", split="train", rows=2, size=9, sha256="sha256:1"),
        ),
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # fields of the record, whatever they are


def test_it_says_what_went_in_what_came_out_and_who_vouches() -> None:
    card = render_card(facts())
    assert "5 = 2 rows + 3 left out" in card
    assert "| 2 | `tie` | neither of the two is better |" in card
    assert "| 1 | yes | people settled it |" in card
    assert "The panel may decide nothing alone: no run of this suite was calibrated." in card
    assert "Rows that are not trusted were asked for explicitly" in card
    assert "Licence of the sources: unknown; nobody said." in card


def test_it_says_the_promise_of_a_certificate() -> None:
    standing = StandingFacts(
        certified=True, run="r0", alpha=0.1, delta=0.05, threshold=0.875, confidence_source="votes"
    )
    card = render_card(facts(standing=standing, license="mit"))
    assert "is 0.875 or more" in card
    assert "At most 10% of the decisions it makes alone are wrong" in card
    assert "5% of draws" in card
    assert "`mit`, as given by whoever exported it" in card


@pytest.mark.parametrize("format_", list(Format))
def test_the_head_names_the_type_of_every_key(format_: Format) -> None:
    head = yaml.safe_load(render_card(facts(format=format_)).split("---\n")[1])
    assert head["configs"][0]["data_files"][0]["path"] == ["data/train-00000.jsonl"]
    names = [feature["name"] for feature in head["dataset_info"]["features"]]
    assert names == [*text_keys(format_, Shape.PREFERENCE), *(column.name for column in COLUMNS)]


def test_files_beside_are_a_configuration_of_their_own() -> None:
    beside = (
        ExportedFile(path="columns/train-00000.jsonl", split="train", rows=2, size=9, sha256="sha256:1"),
    )
    head = yaml.safe_load(render_card(facts(format=Format.MESSAGES, beside=beside)).split("---\n")[1])
    assert [config["config_name"] for config in head["configs"]] == ["default", "columns"]
    assert "dataset_info" not in head


def test_names_from_outside_are_code_and_end_no_head() -> None:
    writer = Writer(run="r0", id="w", version="1.0.0", model=WILD)
    origin = replace(facts().provenance, judge_models=(WILD,), suite=WILD, generator=writer)
    card = render_card(facts(provenance=origin))
    head, body = card.removeprefix("---\n").split("\n---\n", 1)
    assert yaml.safe_load(head)["license"] == "unknown"
    assert "\n# no" not in body
    tokens = [token for outer in READER.parse(body) for token in (outer, *(outer.children or ()))]
    assert not {"html_block", "html_inline", "link_open", "image", "fence", "hr"} & {
        token.type for token in tokens
    }
    assert not any(READ_BY_HOSTS.search(token.content) for token in tokens if token.type == "text")
    card.encode()
