"""A damaged ledger gives back every reply that can still be read, and a resumed run pays only for the others."""

import random
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select
from tests.judging.run_kit import SmallRun, model_judge

from evenhand.errors import LedgerError
from evenhand.records.label import HumanLabel, LabelDetail, LabelKind
from evenhand.records.replay import RecordingsHead
from evenhand.store import tables
from evenhand.store.ledger import check_integrity, open_ledger
from evenhand.store.pages import read_rows
from evenhand.store.reading import run_account
from evenhand.store.recordings import add_recordings, recording_heads
from evenhand.store.salvage import Salvaged, salvage
from evenhand.testing import LoopbackServer, judges

SEED = 20261127
CASES = 90
PAGE = 4096


@dataclass
class Judged:
    """A run that is finished and whose ledger is about to be damaged."""

    run: SmallRun
    server: LoopbackServer

    @property
    def path(self) -> Path:
        return self.run.ledger.path

    async def resume_from(self, path: Path, *, again: bool) -> int:
        """Go on with the run in another ledger, or start it anew; return what was paid for on the way."""
        self.run.ledger = open_ledger(path)
        if again:
            self.run.new_run()
        else:
            self.run.run = self.run.ledger.run("latest")
            number = self.run.ledger.run_number(self.run.run.id)
            self.run.ledger.add_items(number, self.run.plan.items())
        before = len(self.server.ledger.billed)
        with self.run.ledger.writing():
            async with self.run.runner() as runner:
                assert await runner.run() == ()
        assert run_account(self.run.ledger, self.run.run).terminal == {"rated": CASES}
        return len(self.server.ledger.billed) - before


@pytest.fixture
async def judged(tmp_path: Path) -> AsyncIterator[Judged]:
    async with LoopbackServer(judges.rule("password")) as server:
        (tmp_path / "damaged").mkdir()
        run = SmallRun(
            folder=tmp_path / "damaged", base_url=server.base_url, count=CASES, judges=(model_judge(),)
        )
        with run.ledger.writing():
            run.ledger.add_labels("file", [label(n) for n in range(20)])
            async with run.runner() as runner:
                await runner.run()
        yield Judged(run, server)


def label(number: int) -> HumanLabel:
    return HumanLabel(
        case_id=f"case-{number}",
        candidate_id="1",
        principle_id="secrets.keep",
        annotator="a",
        kind=LabelKind.PERSON,
        label="complies",
        detail=LabelDetail(inclusion=0.5, design="draw"),
    )


def damage(path: Path, pages: list[int], dice: random.Random) -> None:
    """Overwrite pages with noise."""
    content = bytearray(path.read_bytes())
    for page in pages:
        content[page * PAGE : (page + 1) * PAGE] = dice.randbytes(PAGE)
    path.write_bytes(content)


async def test_a_whole_ledger_gives_everything_back(judged: Judged, tmp_path: Path) -> None:
    found = salvage(judged.path, tmp_path / "new.sqlite")
    assert (found.replies, found.attempts, found.replies_lost, found.labels) == (CASES, CASES, 0, 20)
    assert found.runs == (judged.run.run.id,)
    assert await judged.resume_from(tmp_path / "new.sqlite", again=False) == 0


@pytest.mark.parametrize("seed", range(SEED, SEED + 4))
async def test_only_replies_that_are_lost_are_paid_for_again(
    judged: Judged, tmp_path: Path, seed: int
) -> None:
    dice = random.Random(seed)
    pages = judged.path.stat().st_size // PAGE
    damage(judged.path, dice.sample(range(1, pages), pages // 6), dice)
    with pytest.raises(LedgerError, match="damaged"):
        open_ledger(judged.path)
    found = salvage(judged.path, tmp_path / "new.sqlite")
    paid = await judged.resume_from(tmp_path / "new.sqlite", again=not found.runs)
    assert paid == CASES - usable(found), f"seed {seed}"
    assert usable(found) > CASES / 4, f"seed {seed}: {found}"


def usable(found: Salvaged) -> int:
    """Replies with the call that they answered."""
    return found.without_run if not found.runs else found.attempts - found.replies_lost


async def test_a_lost_run_leaves_its_replies_to_a_new_one(judged: Judged, tmp_path: Path) -> None:
    with closing(sqlite3.connect(judged.path)) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'runs'").fetchone()
    damage(judged.path, [0, root - 1], random.Random(SEED))
    found = salvage(judged.path, tmp_path / "new.sqlite")
    assert (found.runs, found.without_run) == ((), CASES)
    assert await judged.resume_from(tmp_path / "new.sqlite", again=True) == 0


async def test_what_imported_recordings_rest_on_is_saved_and_nothing_that_only_looks_like_it(
    judged: Judged, tmp_path: Path
) -> None:
    ledger, head = judged.run.ledger, RecordingsHead(schema_="recordings/v1", suite="small", replies=0)
    with ledger.writing():
        add_recordings(ledger, "sha256:one", head, ())
        with ledger.write() as connection:
            row = {"source": "sha256:two", "head": '{"schema": "recordings/v1"}', "added": ""}
            connection.execute(insert(tables.recording_heads), row)
    salvage(judged.path, tmp_path / "new.sqlite")
    assert recording_heads(open_ledger(tmp_path / "new.sqlite")) == (head,)


async def test_how_labels_came_about_and_were_used_is_saved(judged: Judged, tmp_path: Path) -> None:
    rows: dict[Table, dict[str, object]] = {
        tables.split_locks: {"suite": "s", "shares": "[0.4,0.4,0.2]", "seed": 0, "made": "2026-11-20"},
        tables.split_labels: {"lock": 1, "cluster": "case-1", "split": 1, "digests": b"12345678"},
        tables.split_uses: {"suite": "s", "at": "2026", "split": "gate", "run": "r", "purpose": "calibrate"},
    }
    with judged.run.ledger.writing(), judged.run.ledger.write() as connection:
        for table, row in rows.items():
            connection.execute(insert(table), row)
    salvage(judged.path, tmp_path / "new.sqlite")
    with open_ledger(tmp_path / "new.sqlite").read() as connection:
        for table, row in rows.items():
            assert [dict(each) for each in connection.execute(select(table)).mappings()] == [{"id": 1, **row}]
        details = connection.execute(select(tables.labels.c.detail).distinct()).scalars().all()
    assert details == ['{"design":"draw","inclusion":0.5}']


async def test_what_lies_in_the_log_only_is_saved_too(judged: Judged, tmp_path: Path) -> None:
    ledger = judged.run.ledger
    with ledger.read() as reader:
        reader.exec_driver_sql("SELECT 1 FROM runs").all()
        with ledger.writing():
            ledger.add_labels("more", [label(n) for n in range(20, 30)])
        killed = tmp_path / "killed"
        shutil.copytree(ledger.path.parent, killed)
    assert (killed / "ledger.sqlite-wal").stat().st_size > 0
    assert salvage(killed / "ledger.sqlite", tmp_path / "new.sqlite").labels == 30


async def test_the_damaged_file_is_left_as_it_is_and_nothing_is_overwritten(
    judged: Judged, tmp_path: Path
) -> None:
    before = judged.path.read_bytes()
    salvage(judged.path, tmp_path / "new.sqlite")
    assert judged.path.read_bytes() == before
    with pytest.raises(LedgerError, match="exists already"):
        salvage(judged.path, tmp_path / "new.sqlite")


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100_000, b"SQLite format 3\0" + b"\xff" * 50_000, b"\r" * 40_000]
)
def test_a_file_with_nothing_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "damaged.sqlite").write_bytes(content)
    with pytest.raises(LedgerError, match="nothing of"):
        salvage(tmp_path / "damaged.sqlite", tmp_path / "new.sqlite")


@given(noise=st.binary(max_size=200), place=st.integers(0, 8_000), seed=st.integers(0, 2**32))
def test_no_noise_stops_the_reading(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("noise") / "file"
    content = bytearray(b"\r" + random.Random(seed).randbytes(12_287))
    content[place : place + len(noise)] = noise
    path.write_bytes(content)
    assert all(isinstance(row.values, tuple) for row in read_rows(path))


async def test_an_altered_reply_is_damage_even_where_the_structure_is_sound(judged: Judged) -> None:
    ledger = open_ledger(judged.path)
    with ledger.write() as connection:
        connection.exec_driver_sql("UPDATE replies SET body = x'00' WHERE rowid = 5")
    with pytest.raises(LedgerError, match="not what its digest says"):
        check_integrity(ledger)
    with pytest.raises(LedgerError, match="damaged"), ledger.writing():
        pass
