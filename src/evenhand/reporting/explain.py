"""One verdict explained: the rule, what each judge said and why, the panel's arithmetic, what people said."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evenhand.calibration.categories import Categories, categories_by_principle
from evenhand.constitution.conflicts import GROUND_WORDS, Collision
from evenhand.errors import MeasureError
from evenhand.records.baseline import Said
from evenhand.records.constitution import Principle
from evenhand.records.rated import RatedItem
from evenhand.records.rating import Distribution
from evenhand.records.run import Manifest
from evenhand.records.scale import Reading
from evenhand.records.verdict import StepOutcome
from evenhand.reporting.display import lines_of, one_line
from evenhand.reporting.item_view import AnswerView, CaseText, Excerpt, ItemView, ViewLimits, view_item


@dataclass(frozen=True, slots=True, kw_only=True)
class PrincipleView:
    """A principle as it binds."""

    principle: str
    title: str
    text: str
    exceptions: str
    when: str
    scope: Mapping[str, tuple[str, ...]]
    answers: Mapping[str, Reading]
    """The answers allowed, and what each means for a rate."""
    binding_hash: str
    """Hash over everything that binds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionView:
    """What one judge says after its repeats and orders were pooled."""

    judge: str
    label: str | None
    distribution: Distribution
    score: float | None
    ratings: int
    """Readable ratings pooled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything behind one verdict."""

    item: ItemView
    principle: PrincipleView
    panel: str
    rule: str
    quorum: int
    """Fewest judges with an opinion for a verdict."""
    opinions: tuple[OpinionView, ...]
    distribution: Distribution
    """The panel's probabilities."""
    steps: tuple[str, ...]
    """The panel's arithmetic, line by line; while the item is open, that of the steps of its cascade so far."""
    cascade: tuple[StepOutcome, ...]
    """The road through the steps of the panel's cascade, as far as it went; empty without one."""
    readings: tuple[Said, ...]
    """Verdict of each reading, null where it is undecided and false where it is missing; none of a run of one."""
    collisions: tuple[Collision, ...]
    """Declared conflicts at work in the case: the text keeps to one of two principles and breaks the other, and this is
    one of them."""


def explain(
    item: RatedItem,
    manifest: Manifest,
    text: CaseText | None,
    *,
    road: tuple[StepOutcome, ...] = (),
    readings: tuple[Said, ...] = (),
    collisions: tuple[Collision, ...] = (),
) -> Explanation:
    """Return everything behind the verdict on `item`.

    Args:
        item: The item.
        manifest: The manifest of its run.
        text: Its text; None where it is not at hand.
        road: The steps of a cascade that an open item has behind it.
        readings: Verdict of each reading, in a run of several.
        collisions: Declared conflicts at work in its case.

    Raises:
        MeasureError: The item names a principle the run's constitution does not have.
    """
    principle = manifest.constitution.by_id.get(item.principle_id)
    if principle is None:
        raise MeasureError(f"item {item.name!r} names a principle the run's constitution does not have")
    verdict = item.verdict
    return Explanation(
        item=view_item(item, text, ViewLimits()),
        principle=_principle_view(principle, manifest, categories_by_principle(manifest)[principle.id]),
        panel=manifest.panel.id,
        rule=manifest.panel.rule,
        quorum=manifest.panel.quorum_needed,
        opinions=tuple(
            OpinionView(
                judge=opinion.judge,
                label=opinion.label,
                distribution=opinion.distribution,
                score=opinion.score,
                ratings=opinion.ratings,
            )
            for opinion in (verdict.opinions if verdict else ())
        ),
        distribution=verdict.distribution if verdict else (),
        steps=verdict.steps if verdict else tuple(line for step in road for line in step.lines),
        cascade=verdict.cascade if verdict else road,
        readings=readings,
        collisions=tuple(
            each for each in collisions if principle.id in (each.precedence.first, each.precedence.second)
        ),
    )


def render_explanation(explanation: Explanation) -> str:
    """Return an explanation as plain text; characters that control a terminal are drawn, and no line is forged."""
    return "\n".join(_lines(explanation)) + "\n"


def _principle_view(principle: Principle, manifest: Manifest, categories: Categories) -> PrincipleView:
    return PrincipleView(
        principle=principle.id,
        title=principle.title,
        text=principle.text,
        exceptions=principle.exceptions,
        when=principle.when,
        scope=dict(principle.scope),
        answers=dict(categories.readings),
        binding_hash=manifest.constitution.binding_hash(principle),
    )


# -- As text ---------------------------------------------------------------------------------------


def _lines(explanation: Explanation) -> Iterator[str]:
    yield one_line(explanation.item.name)
    yield f"verdict: {_verdict(explanation.item)}"
    if explanation.readings:
        yield f"  of {len(explanation.readings)} readings, pooled: {', '.join(map(_said, explanation.readings))}"
    yield ""
    yield from _principle_lines(explanation.principle)
    yield from _case_lines(explanation.item)
    for judge in explanation.item.judges:
        yield f"judge {one_line(judge.judge)}"
        if judge.spared:
            yield f"  not asked: {judge.spared}"
        for answer in judge.answers:
            yield from _answer_lines(answer)
        yield ""
    yield from _panel_lines(explanation)
    for collision in explanation.collisions:
        yield from _collision_lines(collision)
    yield from _people_lines(explanation.item)


def _verdict(item: ItemView) -> str:
    if item.label is not None:
        return one_line(item.label)
    return f"undecided ({item.undecided.value})" if item.undecided else "open"


def _said(said: Said) -> str:
    if isinstance(said, str):
        return one_line(said)
    return "undecided" if said is None else "missing"


def _principle_lines(principle: PrincipleView) -> Iterator[str]:
    title = f": {one_line(principle.title)}" if principle.title else ""
    yield f"principle {one_line(principle.principle)}{title}"
    yield from _quoted(principle.text)
    for name, text in (("except", principle.exceptions), ("when", principle.when)):
        if text:
            yield f"  {name}"
            yield from _quoted(text)
    for name, values in principle.scope.items():
        yield f"  scope {one_line(name)}: {one_line(', '.join(values))}"
    answers = ", ".join(f"{label} ({reading.value})" for label, reading in principle.answers.items())
    yield f"  answers: {one_line(answers)}"
    yield f"  binding hash: {principle.binding_hash}"
    yield ""


def _case_lines(item: ItemView) -> Iterator[str]:
    if item.text is None:
        yield "the text of the case is not at hand"
    else:
        yield "asked"
        yield from _excerpt(item.text.prompt)
        for candidate in item.text.candidates:
            many = f" {one_line(candidate.candidate)}" if len(item.text.candidates) > 1 else ""
            yield f"judged{many}"
            yield from _excerpt(candidate.text)
    if item.flags:
        yield f"flags of the candidate: {', '.join(flag.spoken for flag in item.flags)}"
    yield ""


def _answer_lines(answer: AnswerView) -> Iterator[str]:
    where = f"{answer.order.value} order, repeat {answer.repeat + 1}"
    if answer.failure is not None:
        yield f"  {where}: failed, {answer.failure.value}"
    else:
        basis = f", from {answer.basis.value}" if answer.basis else ""
        yield f"  {where}: {one_line(answer.label or '')} ({_probabilities(answer.distribution)}{basis})"
    if answer.flags:
        yield f"    noted: {one_line(', '.join(answer.flags))}"
    if answer.detail.text:
        yield from _quoted(answer.detail.text, indent="    ")
    for quote in answer.quotes:
        yield "    quotes"
        yield from _quoted(quote.text, indent="    ")


def _panel_lines(explanation: Explanation) -> Iterator[str]:
    is_open = explanation.item.label is None and explanation.item.undecided is None
    became = "answered" if is_open else "asked"
    told = f"{len(explanation.cascade)} of its steps {became}" if explanation.cascade else ""
    told = told or f"quorum {explanation.quorum}"
    yield f"panel {one_line(explanation.panel)}, rule {explanation.rule}, {told}"
    for opinion in explanation.opinions:
        if opinion.ratings > 1 and opinion.distribution:
            pooled = _probabilities(opinion.distribution)
            yield f"  {one_line(opinion.judge)}, {opinion.ratings} ratings pooled: {pooled}"
    if explanation.distribution:
        whose = f" who vote at step {explanation.cascade[-1].step}" if explanation.cascade else ""
        yield f"  mean over judges{whose}: {_probabilities(explanation.distribution)}"
    for step in explanation.steps:
        yield f"  {one_line(step)}"
    if is_open:
        yield "  ratings are still open"
    yield f"  disagreement {explanation.item.disagreement:.2f} of {explanation.item.asked} judges"


def _collision_lines(collision: Collision) -> Iterator[str]:
    found = collision.precedence
    kept, broken = one_line(collision.kept), one_line(collision.broken)
    wins = f"{one_line(found.winner)} wins" if found.winner else "a person decides"
    yield ""
    yield f"conflict: the text keeps to {kept} and breaks {broken}; {wins}, because {GROUND_WORDS[found.ground]}"
    for text in found.resolutions:
        yield from _quoted(text)


def _people_lines(item: ItemView) -> Iterator[str]:
    if item.labels:
        yield ""
        yield "people"
    for label in item.labels:
        yield f"  {one_line(label.annotator)} ({label.kind.value}): {one_line(label.label)}"
        if label.note.text:
            yield from _quoted(label.note.text, indent="    ")


def _probabilities(distribution: Distribution) -> str:
    return ", ".join(f"{one_line(label)} {share:.3f}" for label, share in distribution)


def _excerpt(excerpt: Excerpt | None) -> Iterator[str]:
    if excerpt is None:
        yield "  (the suite does not hold this text)"
    else:
        yield from _quoted(excerpt.text)


def _quoted(text: str, *, indent: str = "  ") -> Iterator[str]:
    """Yield text from outside, each line behind a bar, so that none can pass for ours."""
    yield from (f"{indent}| {line}" for line in lines_of(text))
