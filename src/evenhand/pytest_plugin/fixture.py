"""What the fixture `evenhand` is: verdicts of suites, and of texts that no suite holds."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from evenhand.errors import EvenhandError, UnknownNameError
from evenhand.pytest_plugin.verdict import CannotJudgeError, PanelVerdict

if TYPE_CHECKING:
    from evenhand.pytest_plugin.cells import Cell, SuiteCells
    from evenhand.pytest_plugin.desk import Desk

Result = TypeVar("Result")


class Evenhand:
    """Verdicts for one test. All are made through the ledger: what was paid once is not asked again."""

    def __init__(self, desk: "Callable[[], Desk]", handed_out: list[PanelVerdict]) -> None:
        """Hand out verdicts of `desk`, which is opened when the first one is wanted; keep them in `handed_out`."""
        self._desk = desk
        self._handed_out = handed_out

    def judge(self, suite: str, *, case: str, principle: str, candidate: str = "") -> PanelVerdict:
        """Return the verdict on a case of a suite under a principle.

        Args:
            suite: A suite file, or its name in suites/.
            case: Name of the case.
            principle: Id of the principle.
            candidate: Name of the candidate, where the case has several.

        Raises:
            CannotJudgeError: There is no verdict. In a test that is an error, not a failure.
        """
        __tracebackhide__ = True
        return self._hand_out(lambda desk: _judge(desk, suite, case, candidate, principle))

    def verdict(
        self,
        *,
        response: str,
        principle: str,
        prompt: str = "",
        constitution: str = "",
        panel: str = "",
        scope: Mapping[str, str] | None = None,
    ) -> PanelVerdict:
        """Return the verdict on a text that no suite holds.

        Args:
            response: The text.
            principle: Id of the principle.
            prompt: What the text answers.
            constitution: By name or file; else the setting `evenhand_constitution`, or the only one there is.
            panel: By name or file; else the setting `evenhand_panel`, or the only one there is.
            scope: Where the case lies, matched against the scope of the principle.

        Raises:
            CannotJudgeError: There is no verdict. In a test that is an error, not a failure.
        """
        __tracebackhide__ = True
        found = {"constitution": constitution, "panel": panel}
        return self._hand_out(
            lambda desk: desk.verdict_on_text(
                response=response, principle=principle, prompt=prompt, scope=scope or {}, **found
            )
        )

    def _hand_out(self, find: "Callable[[Desk], PanelVerdict]") -> PanelVerdict:
        __tracebackhide__ = True
        try:
            verdict = _outside_loops(lambda: find(self._desk()))
        except EvenhandError as error:
            raise error.with_traceback(
                None
            ) from None  # the frames in between are ours, and tell a test nothing
        self._handed_out.append(verdict)
        return verdict


def _judge(desk: "Desk", suite: str, case: str, candidate: str, principle: str) -> PanelVerdict:
    found = desk.find_suite(suite)
    return desk.verdict(found, _cell(found, case, candidate, principle))


def _cell(suite: "SuiteCells", case: str, candidate: str, principle: str) -> "Cell":
    fits = [cell for cell in suite.cells if (cell.case, cell.principle) == (case, principle)]
    named = [cell for cell in fits if candidate in {"", cell.candidate}]
    if len(named) == 1:
        return named[0]
    if named:
        names = ", ".join(repr(cell.candidate) for cell in named[:12])
        raise CannotJudgeError(f"case {case!r} has several candidates; say candidate= one of {names}")
    known = [cell.principle for cell in suite.cells if cell.case == case]
    if fits:
        raise CannotJudgeError(f"case {case!r} of suite {suite.name} has no candidate {candidate!r}")
    if known:
        under = ", ".join(known[:12])
        raise CannotJudgeError(
            f"case {case!r} of suite {suite.name} is judged by {under}, not by {principle!r}"
        )
    unknown = UnknownNameError(f"case of suite {suite.name}", case, {cell.case for cell in suite.cells})
    raise CannotJudgeError(f"{unknown}; {unknown.hint}")


def _outside_loops(work: Callable[[], Result]) -> Result:
    """Do blocking work, in a thread of its own where a test runs in an event loop."""
    if not _runs_a_loop():
        return work()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only in such tests

    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="evenhand") as pool:
        return pool.submit(work).result()


def _runs_a_loop() -> bool:
    asyncio = sys.modules.get("asyncio")  # who runs a loop has loaded it
    try:
        return asyncio is not None and bool(asyncio.get_running_loop())
    except RuntimeError:
        return False
