"""Principles are inferred from decisions of people that follow a planted rule, by a scripted generator."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.generation.kit import unwatched
from tests.workflows.calibration_kit import RecordedSuite, label

from evenhand.constitution.inverse.results import Inference
from evenhand.errors import MeasureError, NoLabelsError, UsageError
from evenhand.stats.estimate import Estimate
from evenhand.testing import JudgeAnswer, JudgeRequest, LoopbackServer, serve_in_thread
from evenhand.workflows.generation.job import GenerationOptions
from evenhand.workflows.inference.infer_principles import (
    InferenceChoices,
    InferredPrinciples,
    infer_principles,
)
from evenhand.workflows.inference.read_decisions import read_decisions

PLANTED = "The reply does not shout in capital letters."
REWORDED = "The reply does not shout in big capital letters."
DECOY = "The reply is written about a number of things that leaves one of three."
CASES = 240


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOOP_API_KEY", "key")


def scripted(request: JudgeRequest) -> JudgeAnswer:
    """Propose the planted principle, a rewording of it and a decoy; vote by them. No model has a part in it."""
    blocks = {block.name: block.text for block in request.blocks}
    if "decisions" in blocks:
        return JudgeAnswer(raw=f"- {PLANTED}\n- {REWORDED}\nnot a proposal\n- {DECOY}\n- short")
    if "principle" in blocks:
        reply = blocks["reply"]
        if blocks["principle"] == DECOY:
            keeps = int("".join(filter(str.isdigit, reply))) % 3 == 1
        else:
            keeps = not reply.isupper()
        return JudgeAnswer(raw="KEEPS" if keeps else "BREAKS")
    return JudgeAnswer(raw="ready")


def suite(folder: Path, *, cases: int = CASES, shouting: int = 2) -> RecordedSuite:
    """A panel that passes everything, and people who fail every reply that shouts, one in `shouting`."""
    replies = {
        f"c{number}": (f"ANSWER {number}." if number % shouting == 0 else f"Answer {number}.")
        for number in range(cases)
    }
    return RecordedSuite(
        folder=folder,
        cases=[
            {"id": name, "prompt": f"Question {name}?", "response": text} for name, text in replies.items()
        ],
        ratings={"j": [{"case": name, "label": "complies"} for name in replies]},
        labels=[
            label(name, "violates" if text.isupper() else "complies", "final")
            for name, text in replies.items()
        ],
        suite="splits: {optimise: 0.4, gate: 0.4, sealed: 0.2}\n",
    )


def generator(folder: Path, address: str, **changes: Any) -> Path:
    settings = {
        "schema": "generator/v1",
        "id": "inferrer",
        "version": "1.0.0",
        "model": "loop/scripted",
        "price": {"input": 1, "output": 1},
        "prompts": {"infer": "infer.j2", "vote": "vote.j2"},
        **changes,
    }
    root = Path(__file__).parents[2]
    for kind in ("infer", "vote"):
        text = (root / f"judges/inferrer.{kind}.j2").read_text(encoding="utf-8")
        (folder / f"{kind}.j2").write_text(text, encoding="utf-8")
    (folder / "evenhand.toml").write_text(
        f'[accounts.loop]\nprotocol = "openai-chat"\nbase_url = "{address}"\n', encoding="utf-8"
    )
    path = folder / "inferrer.generator.yaml"
    path.write_text(json.dumps(settings), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(scripted)) as running:
        yield running


def infer(folder: Path, server: LoopbackServer, **choices: Any) -> InferredPrinciples:
    choices = {"least_overrides": 50, **choices}
    return infer_principles(
        folder,
        "latest",
        generator(folder, server.base_url),
        GenerationOptions(),
        unwatched,
        InferenceChoices(**choices),
    )


def test_the_rule_that_people_follow_is_kept_and_a_decoy_is_not(
    tmp_path: Path, server: LoopbackServer
) -> None:
    suite(tmp_path / "w").run()
    inference = infer(tmp_path / "w", server).inference
    (kept,) = inference.kept
    assert {kept.text, *kept.said_alike} == {PLANTED, REWORDED}
    assert kept.nearest_id == "honest"
    assert isinstance(kept.gain, Estimate)
    assert kept.gain.interval.low > 0.3
    assert kept.p is not None
    assert kept.p < 0.01
    assert kept.held_out is not None
    assert (kept.held_out.wrong, kept.held_out.unread) == (0, 0)
    assert kept.held_out.right == kept.held_out.of == inference.held_out
    assert all(name.startswith("c") for name in kept.examples)
    (decoy,) = [each for each in inference.proposals if each.text == DECOY]
    assert not decoy.is_kept
    assert decoy.reason


def test_proposals_are_made_from_one_split_and_held_against_another(
    tmp_path: Path, server: LoopbackServer
) -> None:
    seen: set[str] = set()

    def watching(request: JudgeRequest) -> JudgeAnswer:
        blocks = {block.name: block.text for block in request.blocks}
        if "decisions" in blocks:
            seen.update(blocks["decisions"].split("Question ")[1:])
        return scripted(request)

    stored = suite(tmp_path / "w").run()
    with serve_in_thread(LoopbackServer(watching)) as running:
        infer(tmp_path / "w", running)
    shown = {f"{text.split('?')[0]}/honest" for text in seen}
    decided = read_decisions(stored)
    assert shown == {each.name for each in decided.optimise if each.is_override}
    assert not shown & {each.name for each in decided.gate}
    assert len(decided.optimise) + len(decided.gate) < CASES  # the sealed split stays closed


def test_the_same_call_again_asks_nobody_and_says_the_same(tmp_path: Path) -> None:
    suite(tmp_path / "w").run()
    with serve_in_thread(LoopbackServer(scripted)) as running:
        first = infer(tmp_path / "w", running)
        asked = len(running.ledger.calls)
        assert infer(tmp_path / "w", running).inference == first.inference
        assert len(running.ledger.calls) == asked


def test_decisions_that_follow_nothing_keep_nothing(tmp_path: Path, server: LoopbackServer) -> None:
    made = suite(tmp_path / "w")
    made.labels = [
        label(f"c{number}", "violates" if (number * 7919) % 11 < 5 else "complies", "final")
        for number in range(CASES)
    ]
    made.run()
    inference = infer(tmp_path / "w", server).inference
    assert inference.kept == ()
    assert all(each.reason for each in inference.proposals)


def test_too_few_overrides_are_refused_with_what_to_do(tmp_path: Path, server: LoopbackServer) -> None:
    suite(tmp_path / "w", cases=60).run()
    with pytest.raises(NoLabelsError, match="fewer than 200") as refused:
        infer(tmp_path / "w", server, least_overrides=200)
    assert "--least" in refused.value.hint


def test_a_generator_without_the_prompts_is_refused(tmp_path: Path, server: LoopbackServer) -> None:
    suite(tmp_path / "w").run()
    path = generator(tmp_path / "w", server.base_url, prompts={"infer": "infer.j2"})
    with pytest.raises(UsageError, match="no prompt for vote"):
        infer_principles(tmp_path / "w", "latest", path, GenerationOptions(), unwatched)


def test_a_cap_that_is_met_says_how_to_go_on(tmp_path: Path, server: LoopbackServer) -> None:
    suite(tmp_path / "w").run()
    path = generator(tmp_path / "w", server.base_url, price={"input": 1000, "output": 1000})
    with pytest.raises(MeasureError, match="did not end") as stopped:
        infer_principles(
            tmp_path / "w",
            "latest",
            path,
            GenerationOptions(max_usd=2.0),
            unwatched,
            InferenceChoices(least_overrides=50),
        )
    assert "--max-usd" in stopped.value.hint


def test_texts_that_propose_nothing_are_counted(tmp_path: Path) -> None:
    suite(tmp_path / "w").run()
    with serve_in_thread(LoopbackServer(lambda _request: JudgeAnswer(raw="I would rather not."))) as running:
        inference: Inference = infer(tmp_path / "w", running).inference
    assert inference.proposals == ()
    assert inference.unread > 0
