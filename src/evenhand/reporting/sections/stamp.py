"""What the report rests on."""

from collections.abc import Iterator, Mapping

from evenhand.records.instrument import Mixture
from evenhand.reporting.display import count
from evenhand.reporting.document import Block, Cell, Paragraph, Section, Table, Words, code, foreign, words
from evenhand.reporting.extras import ENDPOINTS
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell
from evenhand.reporting.stamp import JudgeStamp, Stamp
from evenhand.reporting.summary import RunSummary

_NOBODY_ASKED = {
    "model": "not stated",
    "recorded": "not stated",
    "pattern": "no model",
    "nearest": "no model",
}


def stamp_lines(stamp: Stamp) -> tuple[Words, ...]:
    """Return the stamp in two lines for the top of the report, and before them what sets the run apart from others."""
    return (
        *((words("A part of the suite: ", foreign(stamp.part), "."),) if stamp.part else ()),
        *((words(_readings(stamp), "."),) if stamp.readings > 1 else ()),
        words(
            "Run ",
            foreign(stamp.run),
            f", {stamp.state}, started {stamp.created}. Constitution ",
            foreign(f"{stamp.constitution}@{stamp.constitution_version}"),
            ", panel ",
            foreign(stamp.panel),
            ".",
        ),
        words("Made with ", foreign(_versions(stamp)), "; inputs ", code(stamp.inputs_hash), "."),
        *_mixed_line(stamp),
    )


def _mixed_line(stamp: Stamp) -> Iterator[Words]:
    """Yield a line of its own for each way in which judges were more than one instrument."""
    for mixture in Mixture:
        if mixed := ", ".join(judge.judge for judge in stamp.judges if judge.mixture is mixture):
            yield words("Mixed instrument: ", foreign(mixed), f" ({mixture.words}).")


def stamp_section(summary: RunSummary) -> Section:
    """Return the section that names everything the numbers rest on."""
    stamp = summary.stamp
    blocks: tuple[Block, ...] = (
        Table(caption=words("The run"), columns=columns("What", "Which"), rows=tuple(_rows(stamp))),
        Table(
            caption=words("Judges"),
            columns=columns("Judge", "Kind", "Version", "Asked for", "Answered by"),
            rows=tuple(_judge_row(judge) for judge in stamp.judges),
        ),
        *_answerers(stamp),
        *_software(stamp),
        Table(caption=words("Hashes"), columns=columns("Of", "Hash"), rows=tuple(_hash_rows(stamp))),
        *_people(stamp),
        *_endpoints(summary),
    )
    return Section(id="stamp", title="Stamp", blocks=blocks)


def _rows(stamp: Stamp) -> Iterator[tuple[Cell, ...]]:
    yield text_cell("Run"), text_cell(foreign(stamp.run), f", {stamp.state}")
    if stamp.reason:
        yield text_cell("Stopped because"), foreign_cell(stamp.reason)
    yield text_cell("Started"), text_cell(stamp.created)
    yield text_cell("Finished"), text_cell(stamp.finished or "not finished")
    yield text_cell("Command"), foreign_cell(stamp.command)
    yield text_cell("Suite"), text_cell(foreign(stamp.suite), " (", foreign(stamp.suite_path), ")")
    if stamp.part:
        yield text_cell("A part of the suite"), foreign_cell(stamp.part)
    if stamp.readings > 1:
        yield text_cell("Readings"), text_cell(_readings(stamp))
    yield text_cell("Constitution"), foreign_cell(f"{stamp.constitution}@{stamp.constitution_version}")
    yield text_cell("Panel"), text_cell(foreign(stamp.panel), f", rule “{stamp.panel_rule}”")
    yield text_cell("Seed"), text_cell(str(stamp.seed))
    yield text_cell("Versions"), foreign_cell(_versions(stamp))
    yield text_cell("Price table of"), text_cell(stamp.prices_as_of or "none: no model was asked")


def _readings(stamp: Stamp) -> str:
    return f"The whole panel was asked {stamp.readings} times, and each verdict pools what judges said every time"


def _versions(stamp: Stamp) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(stamp.versions.items()))


def _hash_rows(stamp: Stamp) -> Iterator[tuple[Cell, ...]]:
    yield text_cell("Everything the plan rests on"), text_cell(code(stamp.inputs_hash))
    yield text_cell("Suite ", foreign(stamp.suite)), text_cell(code(stamp.suite_hash))
    yield text_cell("Constitution ", foreign(stamp.constitution)), text_cell(code(stamp.constitution_hash))
    yield text_cell("Panel ", foreign(stamp.panel)), text_cell(code(stamp.panel_hash))
    for judge in stamp.judges:
        yield text_cell("Judge ", foreign(judge.judge)), text_cell(code(judge.hash))
        if judge.template_hash:
            yield text_cell("Prompt of ", foreign(judge.judge)), text_cell(code(judge.template_hash))
    for file in stamp.files:
        yield text_cell(f"File of {file.role} ", foreign(file.path)), text_cell(code(file.sha256))


def _judge_row(judge: JudgeStamp) -> tuple[Cell, ...]:
    return (
        foreign_cell(judge.judge),
        text_cell(judge.kind),
        text_cell(judge.version),
        foreign_or(judge.requested, _NOBODY_ASKED[judge.kind]),
        _served_cell(judge),
    )


_IS: Mapping[Mixture | None, str] = {
    None: "one instrument",
    Mixture.MODELS: "several models",
    Mixture.BESIDES: "one model, another besides",
    Mixture.FINGERPRINTS: "one model, several fingerprints",
}


def _answerers(stamp: Stamp) -> Iterator[Block]:
    """Yield who answered, where the replies of a judge name more than one, or one is not what was asked for."""
    rows = [
        (
            foreign_cell(judge.judge),
            text_cell(_IS[judge.mixture]),
            foreign_or(each.served_model, "no name"),
            foreign_or(each.fingerprint, "none"),
            count_cell(each.ratings),
            count_cell(each.reused),
            text_cell("preflight" if each.first_unit < 0 else str(each.first_unit)),
        )
        for judge in stamp.judges
        for each in judge.answered_by
    ]
    if rows:
        yield Table(
            caption=words("Who answered"),
            columns=(
                *columns("Judge", "Is", "Model", "Fingerprint"),
                *columns("Ratings", "Of earlier runs", "From unit", numbers=3),
            ),
            rows=tuple(rows),
        )


def _software(stamp: Stamp) -> Iterator[Block]:
    rows = [
        (
            foreign_cell(judge.judge),
            foreign_cell(each.model),
            foreign_cell(each.account),
            text_cell(each.protocol),
            foreign_cell(each.transport),
            foreign_or(each.sdk, "none"),
            foreign_or(each.base_url, "the vendor's own"),
        )
        for judge in stamp.judges
        for each in judge.asked_with
    ]
    if rows:
        yield Table(
            caption=words("What asked"),
            columns=columns("Judge", "Model asked for", "Account", "Protocol", "Transport", "SDK", "Address"),
            rows=tuple(rows),
        )


def _served_cell(judge: JudgeStamp) -> Cell:
    if judge.kind != "model":
        return text_cell("no call")
    if not judge.served:
        return text_cell("no reply in this run names a model")
    parts = [_counted(judge.served)]
    if judge.fingerprints:
        parts.append(f"fingerprints: {_counted(judge.fingerprints)}")
    return foreign_cell("; ".join(parts))


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({count(number)} replies)" for name, number in counts.items())


def _people(stamp: Stamp) -> Iterator[Block]:
    people = stamp.people
    if people.labels:
        settled = ", ".join(people.resolved)
        yield Paragraph(
            words=words(
                f"Human labels: {count(people.labels)} on the items of this run, from {count(people.people)} persons",
                *((" and the settled labels ", foreign(settled)) if settled else ()),
                f". Given blind: {people.blind}. Dates: {people.dates}. Drawn: {people.drawn}.",
            ),
            tone="note",
        )


def _endpoints(summary: RunSummary) -> Iterator[Block]:
    if summary.endpoints:
        yield Table(
            caption=words("Endpoints, as preflight found them"),
            columns=columns(
                "Judge",
                "Address",
                "Model",
                "Answered by",
                "Protocol",
                "Answer enforced by",
                "Left out",
                "Notes",
            ),
            rows=tuple(
                (
                    foreign_cell(each.judge),
                    foreign_or(each.base_url, "the vendor's own"),
                    foreign_cell(each.model),
                    foreign_or(each.served_model, "not reported"),
                    text_cell(each.protocol, f", transport {each.transport}"),
                    text_cell(
                        each.means,
                        f", log-probabilities of {each.logprobs} tokens"
                        if each.logprobs
                        else ", no log-probabilities",
                    ),
                    foreign_or(", ".join(each.left_out), "nothing"),
                    foreign_or("; ".join(each.notes), "none"),
                )
                for each in summary.endpoints
            ),
            extra=ENDPOINTS,
        )
