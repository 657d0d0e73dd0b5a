"""Let processes review side by side on one ledger, and kill one in the middle of its work.

    python -m benchmarks.review_races            # 20 reviewers on 100 items x 2, 50 kills
    python -m benchmarks.review_races --quick    # 3 reviewers on 8 items x 2, 3 kills; what the test suite runs

Every reviewer is a process of its own that takes items until none is left. The killed process does a script of 50
steps, tells each once the desk has returned, and dies by SIGKILL at a seeded moment, within a step or between two;
afterwards the ledger holds every step that was told and at most the one that was on its way. Exit code 0 says that
everything was as it should be.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evenhand.errors import ReviewConflictError, UsageError
from evenhand.records.canonical import content_hash
from evenhand.records.constitution import Principle
from evenhand.records.review import (
    Draft,
    Person,
    ReviewDraw,
    ReviewItem,
    ReviewLabelKind,
    Role,
    ShownCase,
    ShownOutput,
    ShownPrinciple,
    Spent,
    Visit,
)
from evenhand.records.scale import COMPLY
from evenhand.store.review.ledger import ReviewLedger, open_review_ledger
from evenhand.store.review.rows import content_of
from evenhand.workflows.review.desk import ReviewDesk
from evenhand.workflows.review.judged import JudgedItem
from evenhand.workflows.review.verify import verify_review

VISIT = Visit(id="v", spent=Spent(active_ms=1))
STEPS = 50


def made_up_ledger(path: Path, *, items: int, required: int, people: Sequence[str]) -> ReviewLedger:
    """Return a ledger with a draw of so many made-up items."""
    principle = Principle(id="help.answer", title="Answer", text="The reply answers the question.")
    shown = ShownPrinciple(principle=principle, scale=COMPLY, hash=content_hash(principle.binding(COMPLY)))
    cases = [
        ShownCase(
            case_id=f"case-{number}", prompt="Why?", outputs=(ShownOutput(id="1", text=f"Reply {number}."),)
        )
        for number in range(items)
    ]
    draw = ReviewDraw(
        id="rd-1",
        design="rd-1",
        run="made-up",
        suite="made-up",
        constitution="made-up@1.0.0",
        made="2026-11-27T10:00:00+00:00",
        seed=1,
        population=items,
        budget=items,
        drawn=items,
        uniform=0.5,
        most_ratio=5.0,
        reviewers=required,
        repeats=0.0,
    )
    drawn = [
        ReviewItem(
            id=f"rv-{number}",
            design=draw.design,
            draw=draw.id,
            run=draw.run,
            seq=number,
            case_id=case.case_id,
            candidate_id="1",
            principle_id=principle.id,
            principle_hash=shown.hash,
            content=content_of(case)[0],
            stratum="all",
            inclusion=1.0,
            uncertainty=0.5,
            position=number,
            required=required,
            severity="medium",
        )
        for number, case in enumerate(cases)
    ]
    ledger = open_review_ledger(path, create=True)
    with ledger.change() as change:
        change.add_draw(draw, drawn, cases, [shown])
        for name in people:
            change.put_person(Person(name=name, role=Role.REVIEWER), by="")
    return ledger


def desk_on(path: Path) -> ReviewDesk:
    """Return a desk whose judges have nothing to say."""
    nothing = JudgedItem(verdict=None, undecided="", ratings=())
    return ReviewDesk(open_review_ledger(path), lambda _: nothing, via="terminal")


# -- Races -----------------------------------------------------------------------------------------


def review_until_nothing_is_left(path: Path, person: str) -> None:
    """Label items until there is none; what others hold just now may come back, so nothing is final until all close."""
    desk = desk_on(path)
    draws = random.Random(person)
    while True:
        opened = desk.next_item(person)
        if opened is None:
            return
        if draws.random() < 0.1:
            desk.put_back(person, opened.assignment)
            continue
        draft = Draft(label=draws.choice(("complies", "violates")))
        for _ in range(1 + (draws.random() < 0.2)):  # a double click
            desk.commit(person, opened.assignment, opened.turn, draft, VISIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """What came of people who review side by side."""

    closings: int
    """Labels that hold."""
    twice: int
    """Labels by a person on an item that the same person had labelled."""
    over: int
    """Items with more labels than were wanted."""
    broken: int
    """Problems that the audit found."""
    failed: int
    """Processes that ended with an error."""
    seconds: float


def race(folder: Path, *, people: int, items: int, required: int) -> Race:
    """Let so many processes review at the same time."""
    names = [f"person-{number}" for number in range(people)]
    ledger = made_up_ledger(folder / "races.sqlite", items=items, required=required, people=names)
    start = time.perf_counter()
    running = [child("reviewer", ledger.path, name) for name in names]
    codes = [process.wait() for process in running]
    seconds = time.perf_counter() - start
    with ledger.read() as reading:
        given = [each for each in reading.labels() if each.kind is ReviewLabelKind.FIRST]
    pairs = Counter((each.item, each.person) for each in given)
    return Race(
        closings=len(given),
        twice=sum(count - 1 for count in pairs.values()),
        over=sum(count > required for count in Counter(each.item for each in given).values()),
        broken=len(verify_review(ledger).problems),
        failed=sum(code != 0 for code in codes),
        seconds=seconds,
    )


# -- Kills -----------------------------------------------------------------------------------------


def scripted(path: Path, seed: str) -> None:
    """Do a script of steps and tell each once it is done, by the number of the newest event."""
    desk, person = desk_on(path), "person-0"
    draws = random.Random(seed)
    for _ in range(STEPS):
        opened = desk.next_item(person)
        assert opened is not None
        tell_head(desk)
        try:
            step(desk, person, opened.assignment, opened.turn, draws)
        except (UsageError, ReviewConflictError):
            continue  # nothing to undo yet, or the judges were seen
        tell_head(desk)


def step(desk: ReviewDesk, person: str, assignment: str, turn: int, draws: random.Random) -> None:
    """Do one of the things people do."""
    draft = Draft(label=draws.choice(("complies", "violates")), comment="x" * draws.randrange(3_000))
    action = draws.choice(("commit", "commit", "commit", "draft", "skip", "flag", "undo", "put back"))
    if action == "commit":
        desk.commit(person, assignment, turn, draft, VISIT)
    elif action == "draft":
        desk.save_draft(person, assignment, turn, draft, VISIT)
    elif action == "skip":
        desk.skip(person, assignment, turn)
    elif action == "flag":
        desk.flag(person, assignment, draft.comment)
    elif action == "undo":
        desk.undo(person)
    else:
        desk.put_back(person, assignment)


def tell_head(desk: ReviewDesk) -> None:
    """Print how far the chain has come, now that the desk has acknowledged a step."""
    with desk.ledger.read() as reading:
        head = reading.head()
    print(head.number, head.hash, flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """What came of one kill."""

    lost: int
    """Acknowledged events that are gone or changed."""
    extra: int
    """Events beyond the acknowledged ones and the one transaction that was on its way."""
    broken: int
    """Problems that the audit found."""
    in_the_middle: bool
    """Whether the script had not ended by itself."""


def kill(folder: Path, *, seed: int) -> Kill:
    """Kill a process in its script, and look at what is left."""
    draws = random.Random(seed)
    ledger = made_up_ledger(folder / f"kill-{seed}.sqlite", items=80, required=1, people=["person-0"])
    process = child("script", ledger.path, str(seed), stdout=subprocess.PIPE)
    assert process.stdout is not None
    lines = list(islice(process.stdout, draws.randrange(1, 2 * STEPS)))
    time.sleep(draws.random() * 0.02)
    process.kill()
    lines += process.stdout.readlines()
    code = process.wait()
    process.stdout.close()
    return left_behind(open_review_ledger(ledger.path), lines, in_the_middle=code != 0)


def left_behind(ledger: ReviewLedger, lines: Sequence[str], *, in_the_middle: bool) -> Kill:
    """Compare what was acknowledged with what the ledger holds."""
    acknowledged = [line.split() for line in lines if line.endswith("\n")]
    with ledger.read() as reading:
        kept = {str(event.number): event.hash for event in reading.events()}
    last = max((int(number) for number, _ in acknowledged), default=len(kept))
    return Kill(
        lost=sum(kept.get(number) != hash_ for number, hash_ in acknowledged),
        extra=max(0, len(kept) - last - 2),
        broken=len(verify_review(ledger).problems),
        in_the_middle=in_the_middle,
    )


# -- The command -----------------------------------------------------------------------------------


def child(work: str, path: Path, name: str, stdout: int | None = None) -> "subprocess.Popen[str]":
    """Start a process of this module."""
    command = [sys.executable, "-m", "benchmarks.review_races", "--work", work, str(path), name]
    return subprocess.Popen(command, stdout=stdout, text=True)


def rows(raced: Race, kills: Sequence[Kill], *, wanted: int) -> Iterator[tuple[str, str, bool]]:
    """Yield what was looked at, what was found, and whether it is as it should be."""
    n = f"n = {len(kills)} kills"
    lost, extra, broken = (sum(getattr(each, what) for each in kills) for what in ("lost", "extra", "broken"))
    yield "labels given, of those wanted", f"{raced.closings} of {wanted}", raced.closings == wanted
    yield "labels by one person twice", f"{raced.twice}", raced.twice == 0
    yield "items with a label too many", f"{raced.over}", raced.over == 0
    yield "processes that failed", f"{raced.failed}", raced.failed == 0
    yield "problems in the ledger after the race", f"{raced.broken}", raced.broken == 0
    yield "seconds", f"{raced.seconds:.1f}", True
    yield "kills before the script ended", f"{sum(each.in_the_middle for each in kills)} ({n})", True
    yield "acknowledged events lost", f"{lost} ({n})", lost == 0
    yield "events beyond the one step on its way", f"{extra} ({n})", extra == 0
    yield "problems in ledgers after a kill", f"{broken} ({n})", broken == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--folder", type=Path, help="where the ledgers are made, such as a disk to be tried")
    parser.add_argument("--work", nargs=3, metavar=("WORK", "LEDGER", "NAME"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.work:
        work, path, name = arguments.work
        (review_until_nothing_is_left if work == "reviewer" else scripted)(Path(path), name)
        return 0
    people, items, kills = (3, 8, 3) if arguments.quick else (20, 100, 50)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as made:
        folder = Path(made)
        raced = race(folder, people=people, items=items, required=2)
        killed = [kill(folder, seed=seed) for seed in range(kills)]
    print(f"{people} reviewers, a process each, on {items} items x 2; scripts of {STEPS} steps killed")
    found = list(rows(raced, killed, wanted=2 * items))
    for what, value, good in found:
        print(f"{what:<40}{value}{'' if good else '   WRONG'}")
    return 0 if all(good for _, _, good in found) else 1


if __name__ == "__main__":
    sys.exit(main())
