"""From a draft to a constitution: ids, scales and what the format does not say."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from evenhand.catalog.interchange.draft import Draft, DraftExample, DraftPrinciple, Guess
from evenhand.catalog.interchange.naming import DIGITS, Names, identifier, name_from_text
from evenhand.catalog.source import whole_file
from evenhand.errors import Finding
from evenhand.records.canonical import content_hash, short_digest
from evenhand.records.constitution import Constitution, Example, Principle
from evenhand.records.message import plain
from evenhand.records.scale import BUILT_IN_SCALES, Scale

MAX_PRINCIPLES = 2_000
MAX_EXAMPLES = 20_000

_SIDES = {"violates": "bad", "complies": "good", "borderline": "edge"}
_PLAIN = "principle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A constitution and how it came about."""

    constitution: Constitution
    guesses: tuple[Guess, ...]


def settle(draft: Draft, *, name: str, path: str) -> Settled | Finding:
    """Return the constitution of a draft, or what keeps it from being one.

    Args:
        draft: What was found; without an error among its findings.
        name: Id of the constitution.
        path: The imported file, as the reader named it.
    """
    if refusal := _too_much(draft, path):
        return refusal
    guesses = list(draft.guesses)
    try:
        constitution = _constitution(draft, name, guesses)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        return whole_file(path, "I012", f"what it says fits no constitution: {place}: {first['msg']}")
    guesses += _left_open(draft)
    return Settled(
        constitution=constitution, guesses=tuple(sorted(guesses, key=lambda guess: (guess.line, guess.why)))
    )


def _too_much(draft: Draft, path: str) -> Finding | None:
    examples = sum(len(principle.examples) for principle in draft.principles)
    if not draft.principles:
        hint = "is it the format you named? see evenhand constitution import --help"
        return whole_file(path, "I006", "no principle was found in the file", suggestion=hint)
    if len(draft.principles) > MAX_PRINCIPLES or examples > MAX_EXAMPLES:
        message = f"more than {MAX_PRINCIPLES:,} principles or {MAX_EXAMPLES:,} examples"
        return whole_file(path, "I011", message, suggestion="split the file")
    return None


def _constitution(draft: Draft, name: str, guesses: list[Guess]) -> Constitution:
    names = Names()
    ids = [_name(each, names, guesses) for each in draft.principles]
    scales = _Scales()
    used = {each.tier for each in draft.principles}
    principles = [
        _principle(each, principle_id, scales.take(each.scale, principle_id), names)
        for each, principle_id in zip(draft.principles, ids, strict=True)
    ]
    return Constitution(
        schema_="constitution/v1",
        id=name,
        title=" ".join(draft.title.split()),
        version="0.1.0",
        summary=draft.summary,
        tiers=tuple(tier for tier in draft.tiers if tier in used),
        scales=scales.by_name,
        principles=tuple(principles),
    )


def _name(each: DraftPrinciple, names: Names, guesses: list[Guess]) -> str:
    wanted = identifier(each.name)
    if wanted:
        made_of = quoted_start(each.name)
    else:
        wanted, made_of = name_from_text(each.text), "its words"
        if not wanted:
            wanted, made_of = (
                f"{_PLAIN}-{short_digest([each.name, each.text]).hex()[:DIGITS]}",
                "a digest of its text",
            )
    given = names.principle(wanted)
    if given != each.name:
        guesses.append(Guess(line=each.line, what=f"id {given}, of {made_of}", why="the file has no such id"))
    return given


def quoted_start(text: str, *, longest: int = 50) -> str:
    """Return the beginning of a text on one line, in quotes."""
    line = " ".join(text.split())
    return f"“{line[:longest]}{'…' if len(line) > longest else ''}”"


class _Scales:
    """Scales of the constitution; equal ones are one."""

    def __init__(self) -> None:
        self.by_name: dict[str, Scale] = {}
        self._by_content: dict[str, str] = {}

    def take(self, scale: Scale | str, principle: str) -> str:
        if isinstance(scale, str):
            return scale
        name = f"{principle}-scale" if principle in BUILT_IN_SCALES else principle
        held = self._by_content.setdefault(content_hash(scale.canonical()), name)
        self.by_name.setdefault(held, scale)
        return held


def _principle(each: DraftPrinciple, principle_id: str, scale: str, names: Names) -> Principle:
    return Principle(
        id=principle_id,
        title=" ".join(each.title.split()),
        text=each.text,
        exceptions=each.exceptions,
        rationale=each.rationale,
        notes=each.notes,
        critique=each.critique,
        revision=each.revision,
        tier=each.tier,
        strength=each.strength,
        scale=scale,
        examples=tuple(_example(example, principle_id, names) for example in each.examples),
        tests=each.tests,
        tags=each.tags,
    )


def _example(example: DraftExample, principle: str, names: Names) -> Example:
    return Example(
        id=names.example(
            principle, _SIDES[example.kind], short_digest([plain(example.prompt), plain(example.response)])
        ),
        kind=example.kind,
        prompt=example.prompt,
        response=example.response,
        expect=example.expect,
        why=example.why,
        tags=example.tags,
    )


def _left_open(draft: Draft) -> Iterator[Guess]:
    """Yield what every constitution has and the format does not say."""
    why = "the format does not say"
    count = len(draft.principles)
    yield Guess(line=0, what=f"severity medium for {_all(count)}", why=why)
    yield Guess(line=0, what="version 0.1.0, status draft, language en", why=why)
    if not draft.tiers:
        yield Guess(line=0, what="no tiers: no principle goes before another", why=why)
    if plain := sum(each.scale == "comply" for each in draft.principles):
        yield Guess(line=0, what=f"scale comply (complies or violates) for {_all(plain, count)}", why=why)


def _all(part: int, count: int | None = None) -> str:
    if count is not None and part != count:
        return f"{part} of {count} principles"
    return "the one principle" if part == 1 else f"all {part} principles"
