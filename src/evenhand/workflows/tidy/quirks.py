"""What people should know about imported tables: everything that was odd, and what was made of it."""

from collections.abc import Iterable, Iterator
from itertools import islice

from evenhand.records.tidy import Quirk
from evenhand.workflows.tidy.reading import Reading
from evenhand.workflows.tidy.scales import InferredScale
from evenhand.workflows.tidy.survey import Survey

_SHOWN = 3


def table_quirks(reading: Reading) -> Iterator[Quirk]:
    """Yield what was odd about the tables of a folder."""
    yield from _repetition_quirks(reading.survey)
    yield from _stranger_quirks(reading.survey)
    yield from _column_quirks(reading.survey)
    yield from _label_quirks(reading)
    yield from _criterion_quirks(reading)


def _repetition_quirks(survey: Survey) -> Iterator[Quirk]:
    contradictions = survey.contradictions()
    if agreeing := len(survey.repeated) - len(contradictions):
        yield Quirk(
            kind="repeated-rows",
            count=agreeing,
            message="verdicts stand more than once with the same label; they are kept once",
            examples=_shown(place for place in survey.repeated if place not in contradictions),
        )
    if contradictions:
        yield Quirk(
            kind="contradicting-rows",
            count=len(contradictions),
            message="verdicts stand more than once with different labels; which is right is not known, so each "
            "became one failed rating that names them",
            examples=_shown(contradictions),
        )
    if survey.repeated_humans:
        yield Quirk(
            kind="repeated-labels",
            count=len(survey.repeated_humans),
            message="items are labelled twice by one annotator; equal labels are kept once, different ones not at all",
            examples=_shown(survey.repeated_humans),
        )


def _stranger_quirks(survey: Survey) -> Iterator[Quirk]:
    if survey.unknown_verdicts:
        yield Quirk(
            kind="verdicts-without-item",
            count=survey.unknown_verdicts.total(),
            message="verdicts are about items that are not there; they are not written",
            examples=tuple(survey.unknown_verdicts)[:_SHOWN],
        )
    if survey.unknown_humans:
        yield Quirk(
            kind="labels-without-item",
            count=survey.unknown_humans.total(),
            message="human labels are about items that are not there; they are not written",
            examples=tuple(survey.unknown_humans)[:_SHOWN],
        )


def _column_quirks(survey: Survey) -> Iterator[Quirk]:
    if survey.split_column:
        yield Quirk(
            kind="judges-split",
            count=len(survey.judges),
            message=f"the column {survey.split_column!r} tells verdicts of one judge on one item apart; each of its "
            "values became a judge of its own",
            examples=tuple(survey.judges)[:_SHOWN],
        )
    if survey.unused_columns:
        yield Quirk(
            kind="columns-not-kept",
            count=len(survey.unused_columns),
            message="columns of the verdicts have no meaning here; they are not kept",
            examples=survey.unused_columns,
        )


def _label_quirks(reading: Reading) -> Iterator[Quirk]:
    for name, criterion in reading.survey.criteria.items():
        human = _human_words(reading, name)
        strange = [
            word for word in criterion.verdicts if word and reading.labels.get(word, word) not in human
        ]
        if human and strange:
            yield Quirk(
                kind="labels-of-judges-only",
                count=sum(criterion.verdicts[label] for label in strange),
                message=f"verdicts of {name!r} have labels that people never gave; they are kept",
                examples=tuple(strange[:_SHOWN]),
            )
    for name, spec in reading.scales.items():
        yield from _scale_quirks(name, spec)


def _scale_quirks(name: str, spec: InferredScale) -> Iterator[Quirk]:
    if spec.by_score:
        yield Quirk(
            kind="words-are-numbers",
            count=len(spec.by_score),
            message=f"labels of {name!r} are words whose score is itself a label; they became that label",
            examples=tuple(f"{word} = {label}" for word, label in spec.by_score.items()),
        )
    if spec.unfit:
        yield Quirk(
            kind="labels-off-scale",
            count=len(spec.unfit),
            message=f"labels of {name!r} are too long or of several lines; as verdicts they are failed ratings",
            examples=spec.unfit[:_SHOWN],
        )


def _human_words(reading: Reading, name: str) -> set[str]:
    return {reading.labels.get(label, label) for label in reading.survey.criteria[name].humans}


def _criterion_quirks(reading: Reading) -> Iterator[Quirk]:
    unjudged = tuple(name for name in reading.criteria if name not in reading.judged)
    if unjudged:
        yield Quirk(
            kind="criteria-without-verdicts",
            count=len(unjudged),
            message="criteria have human labels and no verdicts; the suite does not judge them",
            examples=unjudged,
        )
    unlabelled = tuple(
        name for name, criterion in reading.survey.criteria.items() if not criterion.humans.total()
    )
    if unlabelled:
        yield Quirk(
            kind="criteria-without-labels",
            count=len(unlabelled),
            message="criteria have verdicts and no human labels",
            examples=unlabelled,
        )
    if not reading.survey.judges:
        yield Quirk(
            kind="no-judges",
            count=1,
            message="there are no verdicts and so no judges; the panel that the suite names is yours to write",
            examples=(f"judges/{reading.name}/all.panel.yaml",),
        )


def _shown(places: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(" / ".join(filter(None, place)) for place in islice(places, _SHOWN))
