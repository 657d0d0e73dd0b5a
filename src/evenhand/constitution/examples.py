"""Which examples of a constitution judges are tested on: never one that a judge was shown, whatever it is called."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from evenhand.records.constitution import Constitution
from evenhand.records.example_case import ExampleCase
from evenhand.records.message import Text, flatten
from evenhand.records.principle import Example, Principle
from evenhand.records.scale import NominalScale, NumericScale, OrdinalScale, PairwiseScale, Reading, Scale

_WORD = re.compile(r"[^\W_]+")
_UNSEEN = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks that change nothing a reader sees, beside the characters that Unicode calls format."""
_LEAST_WORDS = 8
"""Shorter replies stand in prompts by chance: `I can't help with that.`"""
_LEAST_LETTERS = 40
"""The same for scripts that do not part words by spaces; an ideograph says as much as three letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The answer a good judge gives."""

    label: str | None
    """The label; None where an example only says on which side of the line it lies."""
    reading: Reading
    """What that answer means for a rate."""

    @property
    def words(self) -> str:
        """It, as tables show it."""
        return self.label or {Reading.PASS: "passes", Reading.FAIL: "fails"}[self.reading]

    def is_met_by(self, said: str, scale: Scale) -> bool:
        """Tell whether an answer is the expected one: the same label, or for numbers the same side of the line."""
        by_side = self.label is None or (isinstance(scale, NumericScale) and scale.pass_at is not None)
        return scale.reading(said) is self.reading if by_side else said == self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCase:
    """One example that judges are tested on."""

    __test__ = False  # not a test of pytest's

    id: str
    """Name of its case."""
    principle: str
    """The principle it is a test of."""
    prompt: Text
    response: Text
    expected: Expected
    borderline: bool
    """Whether it lies between the sides, so that good judges may differ."""
    why: str
    """Why that is the right answer, as its author wrote it."""
    source: str
    """File and line of a case file; empty for an example of the constitution itself."""
    scope: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """An example that no judge is tested on, and why."""

    name: str
    principle: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What judges are tested on, and what not."""

    tests: tuple[TestCase, ...]
    excluded: tuple[Excluded, ...]
    untested: tuple[str, ...] = ()
    """Principles that were to be tested, and on which nothing is."""


def content_key(prompt: Text, response: Text) -> str:
    """Return a digest of what an example shows: its words, however they are spaced, marked or capitalised."""
    texts = (_plain(prompt, "user"), _plain(response, "assistant"))
    return hashlib.sha256("\0".join(" ".join(_words(text)) for text in texts).encode()).hexdigest()


def choose_tests(
    constitution: Constitution,
    files: Mapping[str, Sequence[tuple[str, ExampleCase]]],
    prompts: Mapping[str, str],
    *,
    only: Sequence[str] = (),
) -> Chosen:
    """Return the examples that judges are tested on.

    Left out are those that a judge may have been shown: what is a shot of any principle, and what stands in the prompt
    of a judge; also what stands twice, what says no answer, and what lies outside the scope of its principle.

    Args:
        constitution: The effective one.
        files: Cases of the principles' case files, by id of the principle, each with its file and line in words.
        prompts: All that a judge's prompt says by itself, by judge.
        only: Principles to test, by id or pattern; empty tests all.
    """
    chosen = _Choice(constitution, prompts)
    meant = [each for each in constitution.principles if not only or each.is_meant_by(only)]
    for principle in meant:
        for test in _tests_of(constitution, principle, files.get(principle.id, ())):
            chosen.look_at(principle, test)
    tested = {test.principle for test in chosen.tests}
    return Chosen(
        tests=tuple(chosen.tests),
        excluded=tuple(chosen.excluded),
        untested=tuple(each.id for each in meant if each.id not in tested),
    )


class _Choice:
    """Takes tests one by one."""

    def __init__(self, constitution: Constitution, prompts: Mapping[str, str]) -> None:
        self.tests: list[TestCase] = []
        self.excluded: list[Excluded] = []
        self._constitution = constitution
        self._prompts = {judge: f" {' '.join(_words(text))} " for judge, text in prompts.items()}
        self._seen: dict[tuple[str, str], str] = {}
        self._shots = {
            content_key(example.prompt, example.response): (example.id, principle.id)
            for principle in reversed(constitution.principles)
            for example in reversed(principle.examples)
            if example.use == "shot"
        }

    def look_at(self, principle: Principle, test: TestCase) -> None:
        reason = self._reason_against(principle, test)
        if reason:
            self.excluded.append(Excluded(name=test.id, principle=principle.id, reason=reason))
        else:
            self.tests.append(test)

    def _reason_against(self, principle: Principle, test: TestCase) -> str:
        scale = self._constitution.scale_of(principle)
        if isinstance(scale, PairwiseScale):
            return "its scale compares two texts, and an example has one"
        if test.expected.label is None and not _has_sides(scale):
            return f"no label of the scale {principle.scale} passes, and it does not say what to expect"
        key = content_key(test.prompt, test.response)
        if shot := self._shots.get(key):
            return f"the same text is {shot[0]}, which judges may be shown under {shot[1]}"
        words = _words(_plain(test.response, "assistant"))
        if _are_many(words):
            for judge, prompt in self._prompts.items():
                if f" {' '.join(words)} " in prompt:
                    return f"the prompt of judge {judge} holds its text"
        if not principle.applies_to(test.scope):
            return "it lies outside the scope of its principle"
        first = self._seen.setdefault((principle.id, key), test.id)
        return "" if first == test.id else f"the same text is {first}"


def _tests_of(
    constitution: Constitution, principle: Principle, cases: Sequence[tuple[str, ExampleCase]]
) -> Iterator[TestCase]:
    """Yield everything written as a test of a principle."""
    scale = constitution.scale_of(principle)
    for example in principle.examples:
        if example.use == "test":
            yield _of_example(principle, example, _expected(example, scale))
    for where, case in cases:
        (output,) = case.outputs
        yield TestCase(
            id=f"{principle.id}:{case.id}",
            principle=principle.id,
            prompt=case.prompt or "",
            response=output.text or "",
            expected=Expected(label=case.expect, reading=scale.reading(case.expect)),
            borderline=False,
            why=case.why,
            source=where,
            scope=case.scope,
            tags=case.tags,
            sensitive=case.sensitive,
        )


def _of_example(principle: Principle, example: Example, expected: Expected) -> TestCase:
    return TestCase(
        id=example.id,
        principle=principle.id,
        prompt=example.prompt,
        response=example.response,
        expected=expected,
        borderline=example.kind == "borderline",
        why=example.why,
        source="",
        tags=example.tags,
        sensitive=example.sensitive,
    )


def _expected(example: Example, scale: Scale) -> Expected:
    """Return what is expected: what the example says, its kind where that is a label, or else the side it lies on."""
    label = example.expect or (example.kind if scale.holds(example.kind) else None)
    if label is not None:
        return Expected(label=label, reading=scale.reading(label))
    return Expected(label=None, reading=Reading.FAIL if example.kind == "violates" else Reading.PASS)


def _has_sides(scale: NominalScale | OrdinalScale | NumericScale) -> bool:
    return bool(scale.passes) if isinstance(scale, NominalScale) else scale.pass_at is not None


def _plain(text: Text, speaker: str) -> str:
    """Return a text; one turn of its usual speaker is the same as that turn's plain text."""
    if not isinstance(text, str) and len(text) == 1 and text[0].role == speaker:
        return text[0].content
    return flatten(text)


def _words(text: str) -> list[str]:
    """Return the words that a reader sees; characters without a look do not part them."""
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    if not plain.isascii():
        plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    return _WORD.findall(unicodedata.normalize("NFKC", plain).casefold())


def _are_many(words: Sequence[str]) -> bool:
    """Tell whether words are so many that they do not stand in a prompt by chance."""
    letters = sum(3 if unicodedata.east_asian_width(char) == "W" else 1 for word in words for char in word)
    return len(words) >= _LEAST_WORDS or letters >= _LEAST_LETTERS
