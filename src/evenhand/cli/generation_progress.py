"""How far a generation run is, while it writes."""

from typing import TYPE_CHECKING

from evenhand.cli.output import one_line, plural
from evenhand.cli.pace_lines import account_line, account_state
from evenhand.cli.progress import Pace, Watcher, duration, failures_by_kind
from evenhand.generation.progress import GenerationProgress
from evenhand.judging.answerers import how_served
from evenhand.judging.budget import usd
from evenhand.records.generation import GenerationRun

if TYPE_CHECKING:
    from rich.console import RenderableType


class GenerationWatch(Watcher):
    """Shows a generation run from when it starts until `close`."""

    def watch(self, run: GenerationRun, progress: GenerationProgress) -> None:
        """Begin to show `progress`, which keeps moving."""
        manifest = run.manifest
        what = plural(progress.chains, "chain")
        self._screen.say(f"generation run {run.id} begins: {what} for generator {manifest.generator.id}")
        if endpoint := manifest.endpoint:
            served = how_served(endpoint.model, endpoint.served_model)
            for notice in (*endpoint.notes, *([served] if served else [])):
                self._screen.say("note: ", f"generator {manifest.generator.id}: {notice}")
        self._pace.note(progress.ended)
        self._moving.start(lambda: self._line(progress), lambda: self._table(progress))

    def _line(self, progress: GenerationProgress) -> str:
        states = ((now.account, account_state(now)) for now in progress.look())
        held = "".join(f"; account {name} {state}" for name, state in states if state)
        return generation_line(progress, self._pace) + held

    def _table(self, progress: GenerationProgress) -> "RenderableType":
        from rich.console import Group  # noqa: PLC0415 - terminals only
        from rich.text import Text  # noqa: PLC0415 - terminals only

        lines = (generation_line(progress, self._pace), *map(account_line, progress.look()))
        return Group(*(Text(one_line(line)) for line in lines))


def generation_line(progress: GenerationProgress, pace: Pace) -> str:
    """Return a moment in one line."""
    pace.note(progress.ended)
    remaining = progress.chains - progress.ended
    left = duration(pace.seconds_left(remaining)) if remaining else "done"
    share = progress.ended / progress.chains if progress.chains else 1.0
    return (
        f"{progress.ended:,}/{progress.chains:,} chains ({share:.0%}), failed {failures_by_kind(progress.failed)}, "
        f"{plural(progress.steps, 'text')} ({progress.reused:,} reused), spent {usd(progress.cost_nanousd)} USD, {left}"
    )
