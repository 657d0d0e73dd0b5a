"""The gate of a suite, decided once for a session, from the run of the whole suite in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evenhand.errors import EvenhandError
from evenhand.pytest_plugin.asking import Judged, told
from evenhand.reporting.display import one_line

if TYPE_CHECKING:
    from evenhand.gate.results import GateResult

NOT_MEASURED = "could not measure"
"""The status of a gate that has no outcome, as `gate.results.Status` writes it."""
_MOST_REASONS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedGate:
    """A gate that tests ask for."""

    suite: str
    """File of the suite."""
    name: str
    """Name of the suite."""
    start: str
    """Folder from which the workspace is looked for."""
    chosen: int
    """Cells of the suite whose tests are selected too; 0 where the gate alone is."""
    cells: int
    """Cells of the suite."""

    def note(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedGate:
    """What a gate came to."""

    suite: str
    """File of the suite."""
    name: str
    """Name of the suite."""
    status: str
    """passed, failed, undecided, or could not measure."""
    headline: str
    """The outcome on one line."""
    reasons: tuple[str, ...] = ()
    more: str = ""
    """What to do or type next."""

    @property
    def words(self) -> str:
        """The outcome with its reasons, safe to show."""
        left = len(self.reasons) - _MOST_REASONS
        lines = [self.headline, *(f"  {reason}" for reason in self.reasons[:_MOST_REASONS])]
        lines += [f"  and {left} reasons more"] * (left > 0)
        return "\n".join([*lines, *([self.more] if self.more else [])])

    def note(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)


def read_decided(content: Mapping[str, Any]) -> DecidedGate:
    """Return what `DecidedGate.note` wrote."""
    return DecidedGate(**{**content, "reasons": tuple(content["reasons"])})


def decide(wanted: WantedGate, judged: Sequence[Judged]) -> DecidedGate:
    """Decide a gate from what was judged in this session. It passes only on a run of the whole suite.

    Args:
        wanted: The gate.
        judged: What was judged.
    """
    if wanted.chosen not in {0, wanted.cells}:
        return _not_measured(
            wanted,
            f"not measured: only {wanted.chosen:,} of {wanted.cells:,} cells were selected",
            "help: select all of the suite, or its gate alone, which then judges the suite by itself",
        )
    whole = next((each for each in judged if each.suite == wanted.suite and each.is_whole), None)
    if whole is None or not whole.run:
        problem = whole.problem if whole else "the suite was not judged as a whole"
        first, *more = problem.split("\n")
        return _not_measured(wanted, f"not measured: {first}", "\n".join(more))
    from evenhand.workflows.gate.check_gate import GateWishes, check_gate  # noqa: PLC0415 - it is slow to load

    try:
        result = check_gate(Path(wanted.start), whole.run, GateWishes(command="pytest")).result
    except EvenhandError as error:
        first, *more = told(error).split("\n")
        return _not_measured(wanted, f"not measured: {first}", "\n".join(more))
    return _decided(wanted, result)


def _decided(wanted: WantedGate, result: "GateResult") -> DecidedGate:
    return DecidedGate(
        suite=wanted.suite,
        name=wanted.name,
        status=result.status.value,
        headline=one_line(result.headline),
        reasons=tuple(map(one_line, result.reasons)),
        more=f"more: evenhand explain gate@{result.run}",
    )


def _not_measured(wanted: WantedGate, headline: str, more: str) -> DecidedGate:
    return DecidedGate(
        suite=wanted.suite,
        name=wanted.name,
        status=NOT_MEASURED,
        headline=headline,
        more=more,
    )
