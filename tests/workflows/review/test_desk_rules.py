"""What the desk promises, whatever people do in whatever order, with a clock that moves both ways."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.made_review import MadeReview, make_review

from evenhand.errors import UsageError
from evenhand.records.review import (
    AssignmentKind,
    AssignmentState,
    Draft,
    OpenItem,
    Person,
    ReviewItem,
    ReviewLabelKind,
    Role,
    Spent,
    Visit,
)
from evenhand.store.review import tables
from evenhand.workflows.review.verify import verify_review

PEOPLE = ("ann", "bo", "carl")
ITEMS = 6
LABELS = st.sampled_from(("complies", "violates", "cannot_tell", "no answer of the scale"))


class DeskRules(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.review: MadeReview
        self.windows: dict[str, list[OpenItem]] = {name: [] for name in PEOPLE}
        self.labels_before: list[tuple[str, str]] = []

    def teardown(self) -> None:
        self.folder.cleanup()

    @initialize(
        required=st.lists(st.integers(1, 2), min_size=ITEMS, max_size=ITEMS),
        tag=st.sampled_from(((), ("gore",))),
    )
    def draw(self, required: list[int], tag: tuple[str, ...]) -> None:
        self.review = make_review(
            Path(self.folder.name),
            ITEMS,
            people=[Person(name=name, role=Role.REVIEWER) for name in PEOPLE],
            required=lambda number: required[number],
            gold=lambda number: "complies" if number == 0 else None,
            sensitive=lambda number: tag if number == 1 else (),
        )

    # -- What people do ----------------------------------------------------------------------------

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something that may be refused, and then only with words for the person."""
        with suppress(UsageError):
            act()

    @rule(person=st.sampled_from(PEOPLE))
    def opens(self, person: str) -> None:
        opened = self.review.desk.next_item(person)
        if opened is not None:
            self.windows[person].append(opened)

    def window(self, person: str, age: int) -> OpenItem:
        if not self.windows[person]:
            self.opens(person)
        windows = self.windows[person]
        assume(windows)
        return windows[max(0, len(windows) - 1 - age)]

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3), label=LABELS, spent=st.integers(0, 10**7))
    def commits(self, person: str, age: int, label: str, spent: int) -> None:
        form = self.window(person, age)
        visit = Visit(id=f"v{age}", spent=Spent(active_ms=spent))
        self.attempt(
            lambda: self.review.desk.commit(person, form.assignment, form.turn, Draft(label=label), visit)
        )

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3), comment=st.text(max_size=5))
    def drafts(self, person: str, age: int, comment: str) -> None:
        form = self.window(person, age)
        draft = Draft(label="complies", comment=comment)
        self.attempt(
            lambda: self.review.desk.save_draft(
                person, form.assignment, form.turn, draft, Visit(id="v", spent=Spent())
            )
        )

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3))
    def skips(self, person: str, age: int) -> None:
        form = self.window(person, age)
        self.attempt(lambda: self.review.desk.skip(person, form.assignment, form.turn, "why not"))

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3))
    def puts_back(self, person: str, age: int) -> None:
        form = self.window(person, age)
        self.attempt(lambda: self.review.desk.put_back(person, form.assignment))

    @rule(person=st.sampled_from(PEOPLE))
    def undoes(self, person: str) -> None:
        self.attempt(lambda: self.windows[person].append(self.review.desk.undo(person)))

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3))
    def looks_at_the_judges(self, person: str, age: int) -> None:
        form = self.window(person, age)
        self.attempt(lambda: self.review.desk.reveal(person, form.assignment))

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3), label=LABELS)
    def changes_mind(self, person: str, age: int, label: str) -> None:
        form = self.window(person, age)
        self.attempt(lambda: self.review.desk.change_mind(person, form.assignment, label, "I see"))

    @rule(person=st.sampled_from(PEOPLE), age=st.integers(0, 3))
    def reloads(self, person: str, age: int) -> None:
        form = self.window(person, age)
        self.attempt(lambda: self.windows[person].append(self.review.desk.item(person, form.assignment)))

    @rule(person=st.sampled_from(PEOPLE), tags=st.sampled_from(((), ("gore",))))
    def opts_out(self, person: str, tags: tuple[str, ...]) -> None:
        self.review.desk.opt_out(person, tags)

    @rule(person=st.sampled_from(PEOPLE))
    def takes_a_break(self, person: str) -> None:
        self.review.desk.take_break(person)

    @rule(seconds=st.sampled_from((-7200, -1, 1, 600, 1900, 7200)))
    def time_passes(self, seconds: int) -> None:
        self.review.clock.now += seconds

    # -- What holds after every step ---------------------------------------------------------------

    @invariant()
    def nobody_has_more_than_one_item_open(self) -> None:
        with self.review.ledger.read() as reading:
            assert all(len(reading.open_assignments(person)) <= 1 for person in PEOPLE)

    @invariant()
    def no_item_has_more_takers_than_places(self) -> None:
        for item, (labelled, held, closed) in self.places().items():
            assert labelled + held <= item.required
            assert closed == (labelled >= item.required)

    def places(self) -> dict[ReviewItem, tuple[int, int, bool]]:
        now = self.review.clock()
        found = {}
        with self.review.ledger.read() as reading:
            rows = reading._rows(tables.assignments.select())
            kept = {row.id: row for row in reading._rows(tables.items.select())}
            for item in self.review.items:
                labelled = {
                    label.person
                    for label in reading.labels_of(item.id)
                    if label.kind is ReviewLabelKind.FIRST and not label.withdrawn
                }
                held = {
                    row.person
                    for row in rows
                    if row.item == item.id
                    and row.kind == AssignmentKind.FIRST
                    and row.state == AssignmentState.OPEN
                    and row.expires > now
                }
                assert kept[item.id].committed == len(labelled)
                found[item] = (len(labelled), len(held - labelled), bool(kept[item.id].closed))
        return found

    @invariant()
    def a_person_labels_an_item_once(self) -> None:
        with self.review.ledger.read() as reading:
            given = Counter(
                (label.person, label.item)
                for label in reading.labels()
                if label.kind is ReviewLabelKind.FIRST and not label.withdrawn
            )
        assert max(given.values(), default=0) <= 1

    @invariant()
    def labels_are_only_ever_added(self) -> None:
        with self.review.ledger.read() as reading:
            now = [(label.id, label.label) for label in reading.labels()]
        assert now[: len(self.labels_before)] == self.labels_before
        self.labels_before = now

    @invariant()
    def the_tables_say_what_the_events_say(self) -> None:
        assert verify_review(self.review.ledger).problems == ()

    @invariant()
    def what_is_left_is_a_number_of_items(self) -> None:
        with self.review.ledger.read() as reading:
            assert all(0 <= reading.left(person, "rd-1") <= ITEMS for person in PEOPLE)


TestDeskRules = DeskRules.TestCase
TestDeskRules.settings = settings(
    max_examples=3,
    stateful_step_count=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
