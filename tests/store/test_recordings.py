"""Replies leave one ledger and arrive in another as they were: every byte, every name, each once."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from tests.judging.run_kit import SmallRun, model_judge

from evenhand.judging.plan import places_of
from evenhand.records.replay import RecordingsHead, ReplyRecording
from evenhand.records.run import Endpoint
from evenhand.store import tables
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.store.recordings import RunReplies, add_recordings, recording_heads

BODIES = st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
UNITS = st.lists(
    st.tuples(st.sampled_from(["rated", "refused", "malformed", "open"]), st.lists(BODIES, max_size=3)),
    min_size=1,
    max_size=6,
)
"""For each unit its state, and the replies it got until then."""


def filled(folder: Path, units: Sequence[tuple[str, Sequence[bytes]]]) -> SmallRun:
    """A run whose units have these replies."""
    run = SmallRun(folder=folder, base_url="", judges=(model_judge(),), count=len(units))
    endpoint = Endpoint(
        judge="reader", account="loop", protocol="openai-chat", model="reader", means="json_schema"
    )
    run.ledger.set_manifest(run.run.id, run.manifest.model_copy(update={"endpoints": (endpoint,)}))
    run.run = run.ledger.run(run.run.id)
    number = run.ledger.run_number(run.run.id)
    with run.ledger.write() as connection:
        for unit, (state, bodies) in enumerate(units):
            key = hashlib.sha256(str(unit).encode()).digest()
            for turn, body in enumerate(bodies):
                digest = hashlib.sha256(body).digest()
                known = select(tables.replies.c.hash).where(tables.replies.c.hash == digest)
                if connection.execute(known).first() is None:
                    connection.execute(insert(tables.replies), {"hash": digest, "body": body})
                row = {"run": number, "unit": unit, "judge": "reader", "number": turn + 1, "key": key}
                row |= {"nonce": f"{unit:016x}{turn:016x}", "state": "parsed", "reserved_nanousd": 0}
                connection.execute(insert(tables.attempts), {**row, "sent_at": 0.0, "reply": digest})
            if state != "open":
                rating = {"run": number, "unit": unit, "item": unit, "judge": "reader", "order": "given"}
                connection.execute(
                    insert(tables.ratings), {**rating, "repeat": 0, "key": key, "state": state}
                )
    return run


def exported(run: SmallRun, *, everything: bool) -> list[ReplyRecording]:
    replies = RunReplies(run.ledger, run.run, places_of(run.judges, pairwise=False), everything=everything)
    lines = list(replies)
    assert len(lines) == replies.count
    return lines


@settings(max_examples=10, deadline=None)
@given(units=UNITS)
def test_what_is_exported_is_what_the_states_say(
    units: list[tuple[str, list[bytes]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    run = filled(tmp_path_factory.mktemp("here"), units)
    plain, audit = exported(run, everything=False), exported(run, everything=True)
    assert [line.body() for line in plain] == [
        bodies[-1] for state, bodies in units if state == "rated" and bodies
    ]
    assert [line.body() for line in audit] == [body for _, bodies in units for body in bodies]
    assert [line.state for line in audit] == [
        state if turn == len(bodies) - 1 else "malformed"
        for state, bodies in units
        for turn in range(len(bodies))
    ]


@settings(max_examples=10, deadline=None)
@given(units=UNITS)
def test_what_arrives_is_what_left_and_arrives_once(
    units: list[tuple[str, list[bytes]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = exported(filled(tmp_path_factory.mktemp("here"), units), everything=True)
    there = open_ledger(tmp_path_factory.mktemp("there") / "ledger.sqlite", create=True)
    head = RecordingsHead(schema_="recordings/v1", suite="small", replies=len(lines))
    with there.writing():
        assert add_recordings(there, "sha256:one", head, lines) == len(lines)
        assert add_recordings(there, "sha256:two", head, lines) == 0
    assert stored(there) == sorted((bytes.fromhex(line.key), line.nonce, line.body()) for line in lines)
    assert recording_heads(there) == (head, head)


def stored(ledger: LedgerFile) -> list[tuple[bytes, str, bytes]]:
    kept, bodies = tables.recordings.c, tables.replies.c
    query = select(kept.key, kept.nonce, bodies.body).join_from(
        tables.recordings, tables.replies, bodies.hash == kept.reply
    )
    with ledger.read() as connection:
        return sorted((row.key, row.nonce, row.body) for row in connection.execute(query))
