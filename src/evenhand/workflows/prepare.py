"""Load a suite with everything it names, pin the files it reads, and lay out its plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from evenhand.catalog.aliases import alias_of
from evenhand.catalog.cases import read_cases
from evenhand.catalog.files import digest_file
from evenhand.catalog.judges import read_judge
from evenhand.catalog.lint_judges import lint_alias
from evenhand.catalog.prices import PRICE_TABLE_DATE, is_written, lookup_price
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.catalog.source import refuse
from evenhand.catalog.suites import LoadedSuite, load_suite
from evenhand.errors import NothingSelectedError, Severity, UnknownNameError, UsageError
from evenhand.judging.answer import listed_answers
from evenhand.judging.narrow import WHOLE, Part, choose, restrict_panel
from evenhand.judging.plan import Plan
from evenhand.judging.readings import ONE_READING, Readings
from evenhand.records.judge import ModelJudge, Price
from evenhand.records.narrow import Narrow, Wishes
from evenhand.records.own_family import OwnFamily, own_families
from evenhand.records.run import Manifest, PinnedFile, Run
from evenhand.records.settings import DECIDING_PROTOCOLS, Account
from evenhand.records.suite import Case
from evenhand.store.ledger import LedgerFile, open_ledger
from evenhand.workflows.ask_again import plan_readings
from evenhand.workflows.narrow_suite import narrow_suite
from evenhand.workflows.survey import Survey, take_survey
from evenhand.workflows.versions import versions_in_use

PriceSource = Literal["files", "table", "unknown"]
WHOLE_SUITE = Wishes()
"""Nothing is left out."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A suite ready to be planned, run or compared with a manifest."""

    workspace: Workspace
    loaded: LoadedSuite
    plan: Plan
    narrow: Narrow | None = None
    """The part of the suite that is judged; None is the whole."""

    @cached_property
    def survey(self) -> Survey:
        """What one pass over the cases finds.

        Raises:
            FileError: A line is wrong, or a case names a principle that is not there.
        """
        return take_survey(self.loaded, self.plan)

    @property
    def items(self) -> int:
        """How many items the plan has."""
        return self.survey.items

    @property
    def aliases(self) -> Mapping[str, str]:
        """Why the name of a judge's model floats, by judge; none for the others."""
        return {judge.id: alias.why for judge in self.model_judges if (alias := alias_of(judge.model))}

    @property
    def own_families(self) -> tuple[OwnFamily, ...]:
        """The judges whose own model family wrote items they judge."""
        return own_families(self.loaded.judges, self.survey.producers, self.items)

    @property
    def model_judges(self) -> tuple[ModelJudge, ...]:
        """The judges that ask a model."""
        return tuple(judge for judge in self.loaded.judges if isinstance(judge, ModelJudge))

    def account(self, judge: ModelJudge) -> tuple[str, Account]:
        """Return the name and the settings of a judge's account.

        Raises:
            UsageError: The settings have no such account.
        """
        name = judge.model.partition("/")[0]
        try:
            return self.workspace.account(name)
        except UnknownNameError as error:
            file = self.relative(self.loaded.judge_paths[judge.id])
            raise UsageError(
                f"{error}, which judge {judge.id} names ({file})",
                hint=f"add [accounts.{name}] to evenhand.toml, with `protocol` and `base_url` ({error.hint})",
            ) from error

    def decides(self, judge: ModelJudge) -> bool:
        """Whether a judge's model writes nothing, and gives each answer a probability.

        Raises:
            UsageError: It does, and the answers of a scale can not be listed or are too many; or the settings lack the
                account.
        """
        name, account = self.account(judge)
        if account.protocol not in DECIDING_PROTOCOLS:
            return False
        for principle, scale in self.plan.scales.items():
            answers, most = len(listed_answers(scale)), account.answers_limit
            if not answers:
                raise UsageError(
                    f"judge {judge.id} asks a decision endpoint, which chooses from a list of answers, and the scale "
                    f"of {principle} is a range of numbers",
                    hint="use labels, or whole numbers over a range of at most 100",
                )
            if most is not None and answers > most:
                raise UsageError(
                    f"judge {judge.id} asks account {name!r}, which chooses from at most {most} answers, and the scale "
                    f"of {principle} has {answers}",
                    hint=f"use fewer labels or a shorter range; where the endpoint reads more, write `most_answers = "
                    f"{answers}` in [accounts.{name}]",
                )
        return True

    def price(self, judge: ModelJudge) -> Price | None:
        """Return the price of a judge's model: its own, the settings', or the table's; None is unknown, never zero."""
        return judge.price or lookup_price(judge.model, self.workspace.settings.prices)

    def price_source(self, judge: ModelJudge) -> PriceSource:
        """Tell whether the price of a judge's model is the user's own or the table's."""
        if judge.price or is_written(judge.model, self.workspace.settings.prices):
            return "files"
        return "table" if self.price(judge) else "unknown"

    def refuse_aliases(self) -> None:
        """Refuse judges whose model is a floating alias that nobody allowed, before anything is paid.

        Raises:
            FileError: There is one; the error names its file and line and what to write.
        """
        files = [
            read_judge(self.loaded.judge_paths[judge.id], self.workspace.root)
            for judge in self.model_judges
            if not judge.allow_alias and alias_of(judge.model)
        ]
        refuse([finding for file in files for finding in lint_alias(file, Severity.ERROR)])

    def manifest(self, *, command: str, again: bool = False, earlier: Manifest | None = None) -> Manifest:
        """Pin everything that decides the results.

        Args:
            command: The command line.
            again: Whether every question is asked again.
            earlier: A manifest of the same suite; where its files have not changed, what they hold is known from it.

        Raises:
            NothingSelectedError: No case meets a principle.
            UsageError: A model has no known price.
        """
        for judge in self.model_judges:
            self.decides(judge)
        if earlier is None or not self._has_files_of(earlier):
            earlier = None
        pins = earlier.files if earlier else tuple(self._pins())
        items = earlier.planned_items if earlier else self.items
        if not items:
            raise NothingSelectedError(
                "no case meets a principle of the suite", hint="see `principles:` and the scopes"
            )
        return Manifest(
            suite=self.loaded.suite,
            suite_path=self.relative(self.loaded.path),
            constitution=self.loaded.constitution,
            panel=self.loaded.panel,
            calibration=self.loaded.calibration,
            fit=self.loaded.fit,
            judges=self.loaded.judges,
            templates=dict(self.loaded.templates),
            files=pins,
            prices={judge.id: self._known_price(judge) for judge in self.model_judges},
            prices_as_of=PRICE_TABLE_DATE,
            aliases=self.aliases,
            own_family=earlier.own_family if earlier else self.own_families,
            mode="pairwise" if self.plan.pairwise else "absolute",
            planned_items=items,
            units_per_item=self.plan.units_per_item,
            readings=self.plan.readings.count,
            asked_once=tuple(sorted(self.plan.readings.once)),
            versions=versions_in_use(self.account(judge)[1] for judge in self.model_judges),
            narrow=self.narrow,
            command=command,
            again=again,
        )

    def relative(self, path: Path) -> str:
        """Return a path as the manifest names it."""
        return relative_path(self.workspace, path)

    def _known_price(self, judge: ModelJudge) -> Price:
        price = self.price(judge)
        if price is None:
            raise UsageError(
                f"the price of {judge.model!r} (judge {judge.id}, "
                f"{self.relative(self.loaded.judge_paths[judge.id])}) is not known, and unknown is not zero",
                hint=how_to_price(judge.model),
            )
        return price

    def _has_files_of(self, earlier: Manifest) -> bool:
        """Tell whether the suite reads the files that an earlier manifest pins, byte for byte and in their order."""
        files = [(path, "cases") for path in self.loaded.case_files]
        files += [(path, "labels") for path in self.loaded.label_files]
        files += [(path, "recording") for path in self.loaded.recording_files]
        files += [(path, "base") for path in self.loaded.constitution_bases]
        if len(files) != len(earlier.files):
            return False
        return all(
            (role, self.relative(path)) == (pin.role, pin.path) and digest_file(path) == pin.sha256
            for (path, role), pin in zip(files, earlier.files, strict=True)
        )

    def _pins(self) -> Iterator[PinnedFile]:
        for path, digest in self.survey.scan.digests.items():
            yield PinnedFile(role="cases", path=self.relative(path), sha256=digest)
        for path in self.loaded.label_files:
            yield PinnedFile(role="labels", path=self.relative(path), sha256=digest_file(path))
        for path in self.loaded.recording_files:
            yield PinnedFile(role="recording", path=self.relative(path), sha256=digest_file(path))
        for path in self.loaded.constitution_bases:
            yield PinnedFile(role="base", path=self.relative(path), sha256=digest_file(path))


def existing_ledger(workspace: Workspace) -> LedgerFile | None:
    """Return the ledger of a workspace; None where there is none yet.

    Raises:
        LedgerError: It can not be read.
    """
    path = workspace.ledger_path
    return open_ledger(path) if path.exists() else None


def relative_path(workspace: Workspace, path: Path) -> str:
    """Return a path as manifests name it."""
    return path.resolve().relative_to(workspace.root.resolve()).as_posix()


def how_to_price(model: str) -> str:
    """Return how to give the price of a model that has none."""
    return (
        f'give it: `price: {{input: 0.15, output: 0.60}}` in the judge file, or [prices."{model}"] '
        "in evenhand.toml, in US dollars per million tokens"
    )


def prepare(
    start: Path,
    suite_path: Path,
    wishes: Wishes = WHOLE_SUITE,
    *,
    going_on: Run | None = None,
    readings: int = 1,
) -> Prepared:
    """Load the suite at `suite_path` in the workspace around `start`, or the part of it that is wanted.

    Args:
        start: Folder from which the workspace is looked for.
        suite_path: The suite's file.
        wishes: Which part of it.
        going_on: The run that goes on with the part it began with, where one does.
        readings: How often the panel is asked, to see how often judges change their mind.

    Raises:
        FileError: A file has findings; all of them are in the error.
        UsageError: The parts do not fit together, or the panel can not be asked so often.
        NothingSelectedError: Nothing is left of the suite.
    """
    workspace = find_workspace(start)
    loaded = load_suite(suite_path, workspace.root)
    if wishes.is_empty:
        asked = plan_readings(loaded, readings)
        prepared = Prepared(workspace=workspace, loaded=loaded, plan=_plan(loaded, readings=asked))
    else:
        prepared = _prepare_part(workspace, loaded, wishes, going_on, readings)
    if going_on is None:
        _ = (
            prepared.survey
        )  # a run that goes on has had it; where its files have not changed, nothing is read again
    return prepared


def _prepare_part(
    workspace: Workspace, loaded: LoadedSuite, wishes: Wishes, going_on: Run | None, readings: int
) -> Prepared:
    names = tuple(judge.id for judge in loaded.judges)
    judges = choose("judge", wishes.judges, names)
    narrowed = _with_judges(loaded, judges)
    path = relative_path(workspace, loaded.path)
    ledger = existing_ledger(workspace)
    part, narrow = narrow_suite(_plan(loaded), wishes, path, loaded.suite.seed, ledger, going_on)
    left_out = tuple(name for name in names if name not in judges)
    plan = _plan(narrowed, part, plan_readings(narrowed, readings))
    return Prepared(
        workspace=workspace,
        loaded=narrowed,
        plan=plan,
        narrow=narrow.model_copy(update={"judges_left_out": left_out}),
    )


def _plan(loaded: LoadedSuite, part: Part = WHOLE, readings: Readings = ONE_READING) -> Plan:
    def cases() -> Iterator[Case]:
        return read_cases(loaded.case_files, read_before=True)

    return Plan(
        suite=loaded.suite,
        constitution=loaded.constitution,
        panel=loaded.panel,
        judges=loaded.judges,
        cases=cases,
        part=part,
        fit=loaded.fit,
        readings=readings,
    )


def _with_judges(loaded: LoadedSuite, names: Sequence[str]) -> LoadedSuite:
    """Return the suite with some of its judges alone."""
    return replace(
        loaded,
        panel=restrict_panel(loaded.panel, names),
        calibration=loaded.calibration if len(names) == len(loaded.judges) else None,
        judges=tuple(judge for judge in loaded.judges if judge.id in names),
        templates={name: text for name, text in loaded.templates.items() if name in names},
        recordings={name: paths for name, paths in loaded.recordings.items() if name in names},
    )
