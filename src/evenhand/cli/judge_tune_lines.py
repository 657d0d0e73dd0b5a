"""A tuning on the terminal."""

from collections.abc import Iterator
from typing import Final

from evenhand.cli.output import Column, Mark, Part, Screen, Style
from evenhand.reporting.calibration.wording import points_parts
from evenhand.reporting.display import count, percent, usd
from evenhand.reporting.tuning.words import HEADLINES, gain_words
from evenhand.tuning.accept import Outcome
from evenhand.tuning.results import CandidateResult, TuningResult
from evenhand.workflows.tuning.write_report import WrittenTuning

_STYLES: Final = {
    Outcome.ACCEPTED: Style.GOOD,
    Outcome.REFUSED: Style.BAD,
    Outcome.UNDECIDED: Style.WARNING,
    Outcome.NOT_MEASURED: Style.BAD,
    Outcome.NOTHING: Style.STRONG,
}
_COLUMNS: Final = (
    Column(title="candidate", gives_way=True),
    Column(title="from"),
    Column(title="score", right=True),
    Column(title="gain", right=True),
    Column(title="in folds", right=True),
    Column(title="prompt", right=True),
    Column(title="calls", right=True),
    Column(title="cost", right=True),
)


def show_tuning(result: TuningResult, written: WrittenTuning, screen: Screen) -> None:
    """Write what a tuning came to."""
    chosen = result.chosen
    screen.result(Mark(HEADLINES[result.outcome], _STYLES[result.outcome]), f": {result.reason}")
    screen.table(_COLUMNS, (_row(each, chosen.name) for each in result.candidates))
    screen.result(
        f"compared on {count(chosen.items)} labelled items of {count(chosen.clusters)} sources, which flatters the best"
    )
    for line in _more(result):
        screen.result(line)
    for each in result.refused:
        screen.say(Mark("not judged: ", Style.WARNING), f"{each.name}: {each.reason}")
    for note in result.notes:
        screen.say(Mark("note: ", Style.WARNING), note)
    for line in result.left_out:
        screen.say("not done: ", line)
    for path in (*written.reports, *written.proposal):
        screen.result(str(path))
    if written.proposal:
        screen.say("look it through and copy it over the judge; nothing in judges/ was changed")


def _more(result: TuningResult) -> Iterator[str]:
    if result.gate and result.gate.gain:
        value, detail = points_parts(result.gate.gain.difference)
        yield f"gain on the gate split: {value or 'no estimate'} ({detail})"
    yield from gain_words(result)


def _row(each: CandidateResult, chosen: str) -> tuple[Part, ...]:
    gain = "" if each.gain is None else f"{100 * (each.gain.new - each.gain.old):+.1f}"
    name: Part = Mark(each.name, Style.STRONG) if each.name == chosen else each.name
    length = "" if each.length is None else count(each.length)
    picked = "" if each.picked is None else percent(each.picked)
    return (
        name,
        each.origin,
        percent(each.score),
        gain,
        picked,
        length,
        count(each.calls),
        usd(each.nanousd),
    )
