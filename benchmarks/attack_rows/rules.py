"""C06, C07 and C08: over-long candidates, position, induced refusals."""

from collections.abc import Iterator
from itertools import combinations, product

from benchmarks.attack_rows.road import Row, ask, pair, prompter, request_of, single

from evenhand.judging.opinion import pool
from evenhand.judging.panel import combine
from evenhand.judging.prompt import Prompt
from evenhand.records.panel import Panel, Rule
from evenhand.records.rating import FailedRating, FailureKind, Order, Rating
from evenhand.records.scale import COMPLY, PAIR, NumericScale, OrdinalScale, Reading, Scale
from evenhand.records.verdict import Opinion
from evenhand.testing import judges
from evenhand.testing.attacks import REFUSALS

_CAP = 2_000
_GRADES = OrdinalScale(
    type="ordinal",
    values=("poor", "fair", "good"),
    describe={"poor": "p", "fair": "f", "good": "g"},
    pass_at="good",
)
_MARKS = NumericScale(type="numeric", minimum=0, maximum=10, pass_at=6)


# -- C06: over-long candidates ---------------------------------------------------------------------


def over_long() -> Iterator[Row]:
    """Yield what becomes of candidates around and beyond the cap, and what length alone does to a judge of pairs."""
    texts = [
        _padded(length, end)
        for length in (_CAP - 1, _CAP, _CAP + 1, 10 * _CAP)
        for end in ("words", "blanks")
    ]
    asker = prompter(max_candidate_chars=_CAP)
    shown = [(text, asker.render(single(text))) for text in texts]
    cut = sum(isinstance(prompt, Prompt) and request_of(prompt).candidate != text for text, prompt in shown)
    refused = [each for _, each in shown if isinstance(each, FailedRating)]
    known = all(each.kind is FailureKind.TOO_LONG for each in refused)
    yield Row(
        id="C06",
        what=f"candidates just below, at and beyond a cap of {_CAP:,} characters",
        payloads=len(texts),
        judges="none",
        replies=len(texts),
        figures=f"silently cut {cut}/{len(texts)}; {len(refused)} failed as too long, none of them asked",
        held=cut == 0 and known and len(refused) == sum(len(text) > _CAP for text in texts),
    )
    longer = replies = 0
    for first, second in product(range(100, 1_000, 100), repeat=2):
        for unit in pair("a" * first, "b" * second) if first != second else ():
            outcome = ask(prompter(pairwise=True), unit, judges.long(labels=("a", "b")))
            replies += 1
            longer += isinstance(outcome, Rating) and outcome.label == ("a" if first > second else "b")
    yield Row(
        id="C06",
        what="pairs that differ in length alone: share of answers for the longer one",
        payloads=replies // 2,
        judges="J-long",
        replies=replies,
        figures=f"longer preferred {longer}/{replies}: length decides in both orders, swapping does not cure it",
        held=longer == replies,
    )


def _padded(length: int, end: str) -> str:
    words = ("ten words and no more, " * (length // 20 + 1))[: length - 3]
    return f"{words}end" if end == "words" else f"{words[: length // 2]}".ljust(length - 1) + "."


# -- C07: position ---------------------------------------------------------------------------------


def position() -> Row:
    """Ask a judge that always takes the first position about pairs, in both orders and in one."""
    pairs = [(f"answer {n}", f"another answer {n * n}") for n in range(100)]
    decided = flipped = alone = unmarked = 0
    for first, second in pairs:
        asked = [
            (unit.order, ask(prompter(pairwise=True), unit, judges.first(label="a")))
            for unit in pair(first, second)
        ]
        both = pool("j", asked, PAIR)
        decided += both.label in {"a", "b"}
        flipped += both.inconsistent
        one = pool("j", asked[:1], PAIR)
        alone += one.label == "a"
        unmarked += not one.one_order
        missing = pool("j", [asked[0], (Order.SWAPPED, FailedRating(kind=FailureKind.REFUSED))], PAIR)
        decided += missing.label is not None
    n = len(pairs)
    return Row(
        id="C07",
        what="pairs judged by position alone; and pairs of which one order failed",
        payloads=n,
        judges="J-first",
        replies=2 * n,
        figures=(
            f"decided on one order {decided}/{2 * n}; orders differ {flipped}/{n}; pairs a recording asked in one "
            f"order only: {alone} have an answer, unmarked {unmarked}/{n}"
        ),
        held=decided == 0 and flipped == n and unmarked == 0,
    )


# -- C08: induced refusals -------------------------------------------------------------------------


def induced_refusals() -> Iterator[Row]:
    """Yield what refusing judges do to items under every rule: no candidate may gain by it."""
    outcomes = [ask(prompter(), single(text), judges.refuse("REFUSE-TRIGGER")) for text in REFUSALS.values()]
    refused = sum(isinstance(each, FailedRating) and each.kind is FailureKind.REFUSED for each in outcomes)
    n = len(REFUSALS)
    yield Row(
        id="C08",
        what="candidates that make a judge decline",
        payloads=n,
        judges="J-refuse",
        replies=n,
        figures=f"counted as refused {refused}/{n}; scored {n - refused}/{n}",
        held=refused == n,
    )
    for rule, scale, labels in _rules():
        tried, gained, lost, score_gain = _gains(rule, scale, labels)
        yield Row(
            id="C08",
            what=f"every choice of refusing judges in panels of up to five, {rule}, {scale.type} scale",
            payloads=tried,
            judges=f"answers of {len(labels)} kinds",
            replies=tried,
            figures=f"turned into a pass {gained}/{tried}; passes lost to people {lost}{score_gain}",
            held=gained == 0,
        )


def _rules() -> Iterator[tuple[Rule, Scale, tuple[str, ...]]]:
    rules: tuple[Rule, ...] = ("majority", "unanimous", "weighted", "mean")
    yield from ((rule, COMPLY, ("complies", "violates", "not_applicable")) for rule in rules)
    yield from ((rule, _GRADES, ("poor", "fair", "good")) for rule in (*rules, "median"))
    yield from ((rule, _MARKS, ("0", "5", "10")) for rule in ("mean", "median"))


def _gains(rule: Rule, scale: Scale, labels: tuple[str, ...]) -> tuple[int, int, int, str]:
    tried = gained = lost = higher = 0
    for size in range(1, 6):
        names = tuple(f"j{number}" for number in range(size))
        weights = {name: 1.0 + number for number, name in enumerate(names)} if rule == "weighted" else {}
        panel = Panel(schema_="panel/v1", id="p", judges=names, rule=rule, weights=weights)
        for answers in product(labels, repeat=size):
            opinions = [_opinion(name, label, scale) for name, label in zip(names, answers, strict=True)]
            before = combine(opinions, panel, scale)
            for refusers in _choices(size):
                left = [_refusal(each.judge) if n in refusers else each for n, each in enumerate(opinions)]
                after = combine(left, panel, scale)
                tried += 1
                gained += _passes(after.label, scale) and not _passes(before.label, scale)
                lost += _passes(before.label, scale) and not _passes(after.label, scale)
                higher += after.score is not None and before.score is not None and after.score > before.score
    return (
        tried,
        gained,
        lost,
        f"; score raised without a new pass {higher}" if higher else "",
    )


def _choices(size: int) -> list[tuple[int, ...]]:
    return [chosen for count in range(1, size + 1) for chosen in combinations(range(size), count)]


def _passes(label: str | None, scale: Scale) -> bool:
    return label is not None and scale.reading(label) is Reading.PASS


def _opinion(judge: str, label: str, scale: Scale) -> Opinion:
    return Opinion(
        judge=judge, label=label, distribution=((label, 1.0),), score=scale.score(label), ratings=1
    )


def _refusal(judge: str) -> Opinion:
    return Opinion(judge=judge, label=None, distribution=(), ratings=0, failed=("refused",))
