"""What is checked against the llama.cpp server.

Its weights are random. It can not copy an echo code, so nearly every answer of a whole run is malformed, and that is
the right outcome. What a readable answer looks like is checked with the free text pinned by the schema: then the one
thing left to the model is the label, and its real log-probabilities go all the way to a rating.
"""

import asyncio
import json
import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from math import exp, fsum
from pathlib import Path

from benchmarks.acceptance.check import Checklist
from benchmarks.acceptance.check_revisions import check_revisions
from benchmarks.acceptance.processes import Served, posts_in_log
from benchmarks.acceptance.trial import (
    ECHO_FAILED,
    Trial,
    described,
    expect_conserved,
    expect_pinned,
    expect_wire,
    look,
    replies,
    run_trial,
    tally,
)
from benchmarks.acceptance.workspace import CASES, Road, write_workspace

from evenhand.judging.label_probabilities import MAX_MISSING_MASS, label_probabilities
from evenhand.judging.parse import ReadReply, parse_reply
from evenhand.judging.prompt import Prompt, Prompter
from evenhand.providers.capabilities import Findings
from evenhand.providers.interface import Finish, Reply
from evenhand.providers.read_reply import read_reply
from evenhand.providers.registry import open_provider
from evenhand.records.rating import Basis, Rating
from evenhand.records.run import Unit
from evenhand.records.scale import COMPLY
from evenhand.workflows.prepare import prepare

NOT_JSON = "the whole reply is not one JSON value"
CUT = "finish reason 'length'"
REASON = "Pinned by the schema."


def check_llama_cpp(checks: Checklist, served: Served, folder: Path) -> None:
    """Look, run, read pinned answers, and revise."""
    road = Road(
        judge="llama",
        protocol="openai-chat",
        base_url=f"{served.url}/v1",
        model="tiny",
        max_tokens=600,
        quotes=False,
    )
    findings = look(road)
    _expect_findings(checks, findings)
    before = posts_in_log(served)
    trial = run_trial(folder / "run", [road])
    expect_conserved(checks, trial, "run")
    expect_wire(checks, trial, "run", counted=posts_in_log(served) - before, by="the server's log")
    expect_pinned(checks, trial, "run", {"llama": findings.means})
    _expect_strictly_read(checks, trial)
    _expect_real_probabilities(checks, asyncio.run(_ask_pinned(folder / "pinned", road, findings)))
    check_revisions(checks, served, road, folder / "revisions")


def _expect_findings(checks: Checklist, findings: Findings) -> None:
    checks.expect(
        "preflight: json_schema is refused with a 500, json_object with a schema is enforced",
        holds=findings.means == "json_object" and "the endpoint refuses json_schema" in findings.notes,
        seen=described(findings),
    )
    checks.expect(
        "preflight: log-probabilities come, and for the tokens that were written",
        holds=findings.logprobs > 0,
        seen=f"{findings.logprobs} alternatives",
    )


def _expect_strictly_read(checks: Checklist, trial: Trial) -> None:
    """A random model misses the echo code, writes on to its limit, or writes a raw control character into a text."""
    excused = (ECHO_FAILED, NOT_JSON, CUT)
    foreign = [each.detail for each in trial.failures if not each.detail.startswith(excused)]
    checks.expect(
        "run: a constrained reply without the echo code is never a score, and its failure says why",
        holds=not foreign and len(trial.ratings) + len(trial.failures) == CASES,
        seen=tally(trial),
    )
    read = [read_reply("openai-chat", body) for body in replies(trial)]
    whole = [reply.text for reply in read if reply.finish is Finish.NORMAL]
    shaped = sum(_is_shaped(text) for text in whole)
    checks.expect(
        "run: whole replies hold the keys of the schema and a label of the scale",
        holds=bool(whole) and shaped == len(whole),
        seen=f"{shaped} of {len(whole)} whole replies, {len(read) - len(whole)} cut; raw control characters, which "
        f"this server's grammar allows and JSON does not, in {sum(not _is_json(text) for text in whole)}",
    )


def _is_shaped(text: str) -> bool:
    value = json.loads(text, strict=False)
    return set(value) == {"reason", "label", "nonce"} and value["label"] in COMPLY.labels


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def _ask_pinned(folder: Path, road: Road, findings: Findings) -> list[tuple[Prompt, ReadReply]]:
    """Ask each case with everything but the label pinned by the schema."""
    prepared = prepare(folder, write_workspace(folder, [road]))
    judge = prepared.model_judges[0]
    prompter = Prompter(
        judge=judge,
        template=prepared.loaded.templates[judge.id],
        constitution=prepared.loaded.constitution,
        endpoint=findings.endpoint(judge=judge.id, account=road.judge),
    )
    provider = open_provider(*prepared.account(judge), os.environ)
    asked = []
    try:
        for unit in islice(prepared.plan.units(), CASES):
            prompt = _pinned(prompter.render(unit))
            raw = await provider.ask(prompt.request)
            asked.append((prompt, _read(raw.body, prompt, unit)))
    finally:
        await provider.close()
    return asked


def _pinned(prompt: object) -> Prompt:
    assert isinstance(prompt, Prompt)
    schema = prompt.form.schema
    pins = {"reason": {"enum": [REASON]}, "nonce": {"enum": [prompt.nonce]}}
    pinned = {**schema, "properties": {**schema["properties"], **pins}}
    return replace(prompt, request=replace(prompt.request, schema=pinned))


def _read(body: bytes, prompt: Prompt, unit: Unit) -> ReadReply:
    return parse_reply(
        body, protocol="openai-chat", form=prompt.form, nonce=prompt.nonce, unit=unit, evidence_required=False
    )


def _expect_real_probabilities(checks: Checklist, asked: Sequence[tuple[Prompt, ReadReply]]) -> None:
    ratings = [read.outcome for _, read in asked if isinstance(read.outcome, Rating)]
    replies = [read.reply for _, read in asked if read.reply]
    checks.expect(
        "pinned: the strict reader reads every answer",
        holds=len(ratings) == CASES,
        seen=f"{len(ratings)} of {CASES}",
    )
    _expect_tokens(checks, replies)
    shares = [_label_shares(prompt, reply) for (prompt, _), reply in zip(asked, replies, strict=True)]
    sums, missing = [fsum(p for _, p in labels) for labels, _ in shares], [lost for _, lost in shares]
    checks.expect(
        "pinned: label probabilities sum to 1, the missing mass beside them",
        holds=all(abs(total - 1) < 1e-9 for total in sums) and all(0 <= lost <= 1 for lost in missing),
        seen=f"sums {min(sums):.9f} to {max(sums):.9f}, missing mass {min(missing):.4f} to {max(missing):.4f}",
    )
    bases = [rating.basis for rating in ratings]
    used = [lost <= MAX_MISSING_MASS for lost in missing]
    checks.expect(
        f"pinned: probabilities with more than {MAX_MISSING_MASS:g} missing are not used, and the rating says so",
        holds=all((basis is Basis.LOGPROBS) == use for basis, use in zip(bases, used, strict=True))
        and all(use or "logprobs_unusable" in each.flags for each, use in zip(ratings, used, strict=True)),
        seen=f"{sum(used)} used, {len(used) - sum(used)} not",
    )


def _expect_tokens(checks: Checklist, replies: Sequence[Reply]) -> None:
    """Real log-probabilities are at most 0, differ, and those of one place are at most 1 together."""
    places = [token for reply in replies for token in reply.tokens]
    masses = [fsum(exp(logprob) for _, logprob in dict.fromkeys(place.alternatives)) for place in places]
    values = {place.logprob for place in places}
    spelled = sum("".join(token.token for token in reply.tokens) == reply.text for reply in replies)
    checks.expect(
        "pinned: the tokens spell the reply and their log-probabilities are probabilities",
        holds=spelled == len(replies)
        and max(values) <= 0
        and max(masses) <= 1 + 1e-6
        and len(values) > CASES,
        seen=f"{len(places)} tokens, {len(values)} different values, listed mass at most {max(masses):.4f}",
    )


def _label_shares(prompt: Prompt, reply: Reply) -> tuple[tuple[tuple[str, float], ...], float]:
    start = reply.text.index('"', reply.text.index('"label"') + len('"label"')) + 1
    label = reply.text[start : reply.text.index('"', start)]
    return label_probabilities(
        reply.tokens, text=reply.text, start=start, label=label, labels=prompt.form.scale.labels, closing='"'
    )
