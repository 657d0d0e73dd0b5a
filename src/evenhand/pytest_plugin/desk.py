"""One desk per process: it has suites judged once for the whole session, and hands out their verdicts."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evenhand.errors import EvenhandError
from evenhand.pytest_plugin.asking import Judged, Question, judge_part, left_to_spend, read_note, told
from evenhand.pytest_plugin.cells import Cell, SuiteCells
from evenhand.pytest_plugin.gates import NOT_MEASURED, DecidedGate, WantedGate, decide, read_decided
from evenhand.pytest_plugin.notes import Notes, locked_notes
from evenhand.pytest_plugin.options import Options
from evenhand.pytest_plugin.reading import RunVerdicts, read_suite_cells
from evenhand.pytest_plugin.verdict import CannotJudgeError, PanelVerdict
from evenhand.workflows.find_suite import find_suite
from evenhand.workflows.write_text_suite import TextQuestion, write_text_suite

_RUNS, _WANTED, _GATES = "judged", "wanted gate", "gate"
_HOW_TO_ASK = (
    "help: nobody was asked. Ask the judges with --evenhand-live, or bring their replies into the ledger with: "
    "evenhand import recordings FILE"
)


class Desk:
    """Judges suites for the tests of one process; what one process judged, the others of the session use."""

    def __init__(self, options: Options, folder: Path) -> None:
        """Open a desk.

        Args:
            options: What was asked for.
            folder: Folder of the session's notes, shared by its processes.
        """
        self.options = options
        self.folder = folder
        self._suites: dict[Path, SuiteCells] = {}
        self._gated: set[Path] = set()
        self._judged: list[Judged] = []
        self._runs: dict[str, RunVerdicts] = {}

    # -- Suites --------------------------------------------------------------------------------------

    def find_suite(self, name: str) -> SuiteCells:
        """Return a suite by its file or by its name in the workspace.

        Raises:
            CannotJudgeError: There is none, or something is wrong in it.
        """
        try:
            return self.suite_of(find_suite(self.options.start, name))
        except EvenhandError as error:
            raise CannotJudgeError(told(error)) from None

    def suite_of(self, file: Path) -> SuiteCells:
        """Return the suite of a file.

        Raises:
            CannotJudgeError: Something is wrong in it.
        """
        path = file.resolve()
        if path not in self._suites:
            try:
                self._suites[path] = read_suite_cells(self.options.workspace or path.parent, path)
            except EvenhandError as error:
                raise CannotJudgeError(told(error)) from None
        return self._suites[path]

    # -- Judging -------------------------------------------------------------------------------------

    def judge_cells(self, suite: SuiteCells, cells: Iterable[Cell]) -> Judged:
        """Have some cells of a suite judged, unless that was done in this session, by whatever process."""
        wanted = tuple(cells)
        known = self._find(suite, wanted)
        if known is None:
            with locked_notes(self.folder) as notes:
                self._learn(notes)
                known = self._find(suite, wanted)
                if known is None:
                    known = self._judge(suite, wanted)
                    notes.add(_RUNS, known.note())
        return known

    def judged(self) -> Sequence[Judged]:
        """Return everything that was judged in this session."""
        with locked_notes(self.folder) as notes:
            self._learn(notes)
        return self._judged

    def _learn(self, notes: Notes) -> None:
        self._judged = [read_note(content) for content in notes.all(_RUNS)]

    def _find(self, suite: SuiteCells, cells: Iterable[Cell]) -> Judged | None:
        return next((each for each in self._judged if each.covers(suite.path, cells)), None)

    def _judge(self, suite: SuiteCells, cells: Sequence[Cell]) -> Judged:
        whole = not set(suite.cells) - set(cells)
        judged = judge_part(
            Question(
                start=suite.start,
                suite=suite.path,
                cases=() if whole else tuple(dict.fromkeys(cell.case for cell in cells)),
                principles=() if whole else tuple(dict.fromkeys(cell.principle for cell in cells)),
                gate=whole and suite.path in self._gated,
                live=self.options.live,
                max_usd=left_to_spend(self.options.max_usd, self._judged),
            )
        )
        self._judged.append(judged)
        return judged

    # -- Gates ---------------------------------------------------------------------------------------

    def want_gate(self, suite: SuiteCells, *, chosen: int) -> None:
        """Note that tests ask for the gate of a suite, and that so many of its cells are selected too."""
        self._gated.add(suite.path)
        wanted = WantedGate(
            suite=suite.path.as_posix(),
            name=suite.name,
            start=str(suite.start),
            chosen=chosen,
            cells=len(suite.cells),
        )
        with locked_notes(self.folder) as notes:
            if wanted.note() not in notes.all(_WANTED):
                notes.add(_WANTED, wanted.note())

    def decide_gates(self) -> None:
        """Decide every gate that is asked for and not decided yet."""
        with locked_notes(self.folder) as notes:
            self._learn(notes)
            done = {content["suite"] for content in notes.all(_GATES)}
            for content in notes.all(_WANTED):
                if content["suite"] not in done:
                    done.add(content["suite"])
                    notes.add(_GATES, decide(WantedGate(**content), self._judged).note())

    def gates(self) -> Sequence[DecidedGate]:
        """Return every gate that was decided in this session."""
        with locked_notes(self.folder) as notes:
            return [read_decided(content) for content in notes.all(_GATES)]

    def gate(self, suite: SuiteCells) -> DecidedGate:
        """Return what the gate of a suite came to.

        Raises:
            CannotJudgeError: It could not be measured.
        """
        path = suite.path.as_posix()
        found = next((each for each in self.gates() if each.suite == path), None)
        if found is None:
            raise CannotJudgeError(
                "not measured: the gate was not decided, because collecting did not end in order"
            )
        if found.status == NOT_MEASURED:
            raise CannotJudgeError(found.words)
        return found

    # -- Verdicts ------------------------------------------------------------------------------------

    def verdict(self, suite: SuiteCells, cell: Cell) -> PanelVerdict:
        """Return the verdict on a cell of a suite.

        Raises:
            CannotJudgeError: There is none: nobody could be asked, or ratings failed.
        """
        judged = self.judge_cells(suite, [cell])
        if judged.problem:
            raise CannotJudgeError(f"could not measure suite {suite.name}: {judged.problem}")
        if judged.run not in self._runs:
            self._runs[judged.run] = RunVerdicts(suite.start, judged.run)
        help_ = [_HOW_TO_ASK] if judged.open and not judged.live else []
        return self._runs[judged.run].verdict(cell, [*judged.reasons, *help_])

    def verdict_on_text(
        self,
        *,
        response: str,
        principle: str,
        prompt: str,
        constitution: str,
        panel: str,
        scope: Mapping[str, str],
    ) -> PanelVerdict:
        """Return the verdict on a text that no suite holds.

        Raises:
            CannotJudgeError: There is none.
        """
        question = TextQuestion(
            response=response,
            principle=principle,
            prompt=prompt,
            constitution=constitution or self.options.constitution,
            panel=panel or self.options.panel,
            scope=scope,
        )
        try:
            written = write_text_suite(self.options.start, question)
        except EvenhandError as error:
            raise CannotJudgeError(told(error)) from None
        suite = self.suite_of(written.path)
        if not suite.cells:
            raise CannotJudgeError(
                f"principle {principle} does not apply to a case of this scope; say scope=..."
            )
        return self.verdict(suite, suite.cells[0])
