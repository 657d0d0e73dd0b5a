"""Lay out which replies of a suite are revised, and under which principles."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import JsonValue

from evenhand.catalog.cases import read_cases
from evenhand.catalog.feedback_files import LoadedFeedback, load_feedback
from evenhand.catalog.files import digest_file
from evenhand.catalog.generators import LoadedGenerator
from evenhand.catalog.settings import Workspace, find_workspace
from evenhand.errors import NothingSelectedError, UsageError
from evenhand.feedback.draw import Drawable, Rounds, draw_names, draw_principles
from evenhand.generation.revising import RevisionChain, turns_of
from evenhand.judging.plan import selected_principles
from evenhand.records.canonical import ascii_line
from evenhand.records.feedback import Feedback, Revise
from evenhand.records.message import flatten
from evenhand.records.model_name import is_own_family
from evenhand.records.run import PinnedFile
from evenhand.records.scale import Reading
from evenhand.records.suite import Candidate, Case, digest_outputs
from evenhand.workflows.feedback.read_readings import find_judged_run, read_readings
from evenhand.workflows.generation.job import GenerationJob
from evenhand.workflows.prepare import Prepared, prepare, relative_path

_LONGEST_NAME: Final = 300
"""Characters a case may have in its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One reply of a suite."""

    name: str
    """Name of its chain, and of its case in the suite that judges it."""
    case: Case
    candidate: Candidate

    @property
    def source(self) -> str:
        """What replies that are not independent share."""
        return self.case.source or self.case.id

    @property
    def text(self) -> str:
        """The reply; hostile text."""
        return flatten(self.candidate.text or "")


def replies_of(case: Case) -> Iterator[Reply]:
    """Yield the replies of a case with the names they have everywhere in a revision."""
    outputs = case.outputs
    for output in outputs:
        name = case.id if len(outputs) == 1 else f"{case.id}#{output.id}"
        yield Reply(name=_short(name), case=case, candidate=output)


def _short(name: str) -> str:
    """Return a name that a case may have; a longer one keeps its beginning and gets a digest."""
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(ascii_line(name).encode()).hexdigest()[:16]
    return f"{name[: _LONGEST_NAME - 17]}~{digest}"


@dataclass(frozen=True, kw_only=True)
class PlannedRevisions:
    """Everything that is decided before a generator is asked."""

    workspace: Workspace
    loaded: LoadedFeedback
    suite: Prepared
    """The suite whose replies are revised."""
    draws: Mapping[str, Rounds]
    """The principles of each reply that is revised, round by round, by its name."""
    items: int
    """Items that judge each of these replies once, under all principles that apply."""
    without_principle: int
    """Replies that no principle was drawn for."""
    left_out: int
    """Replies that the draw of cases left out, or of which the suite holds no text."""
    violated_in: str
    """The run whose verdicts decided what is drawn; empty where none did."""
    stale: int
    """Verdicts of that run on other texts than the suite holds now; they decide nothing."""

    @property
    def feedback(self) -> Feedback:
        """The feedback file."""
        return self.loaded.feedback

    @property
    def revise(self) -> Revise:
        """How replies are revised."""
        assert self.loaded.feedback.revise is not None
        return self.loaded.feedback.revise

    @property
    def generator(self) -> LoadedGenerator:
        """Who revises."""
        assert self.loaded.generator is not None
        return self.loaded.generator

    @cached_property
    def turns(self) -> int:
        """Revisions that are planned."""
        return sum(len(met) for rounds in self.draws.values() for met in rounds)

    @property
    def steps(self) -> int:
        """Texts that are planned, critiques included."""
        return self.turns * self._steps_per_turn

    @property
    def _steps_per_turn(self) -> int:
        return 2 if self.revise.critique else 1

    def replies(self) -> Iterator[Reply]:
        """Yield the replies that are revised, in the order of the suite."""
        for case in read_cases(self.suite.loaded.case_files, read_before=True):
            for reply in replies_of(case):
                if reply.name in self.draws:
                    yield reply

    def chains(self) -> Iterator[RevisionChain]:
        """Yield the questions of every reply."""
        principles = self.suite.loaded.constitution.by_id
        for reply in self.replies():
            yield RevisionChain(
                name=reply.name,
                prompt=flatten(reply.case.prompt or ""),
                original=reply.text,
                turns=tuple(turns_of(self.draws[reply.name])),
                principles=principles,
                critique=self.revise.critique,
            )

    def job(self) -> GenerationJob:
        """Return what the generator is to do; the files are digested once."""
        return self._job

    @cached_property
    def _job(self) -> GenerationJob:
        longest = max(sum(map(len, rounds)) for rounds in self.draws.values())
        return GenerationJob(
            workspace=self.workspace,
            purpose="revise",
            title=self.feedback.id,
            generator=self.generator,
            chains=self.chains,
            planned=len(self.draws),
            most_steps=longest * self._steps_per_turn,
            settings=self._settings(),
            files=tuple(
                PinnedFile(role="cases", path=relative_path(self.workspace, path), sha256=digest_file(path))
                for path in self.suite.loaded.case_files
            ),
        )

    def _settings(self) -> Mapping[str, JsonValue]:
        constitution = self.suite.loaded.constitution
        draws = hashlib.sha256(
            ascii_line({name: list(map(list, met)) for name, met in self.draws.items()}).encode()
        )
        return {
            "feedback": self.feedback.id,
            "seed": self.feedback.seed,
            "revise": self.revise.canonical(),
            "suite": relative_path(self.workspace, self.suite.loaded.path),
            "constitution": {
                "id": constitution.id,
                "version": constitution.version,
                "hash": constitution.hash,
            },
            "draws": draws.hexdigest(),
            "violated_in": self.violated_in,
            "without_principle": self.without_principle,
            "left_out": self.left_out,
        }

    def own_family_notices(self) -> Iterator[str]:
        """Yield a line for each judge that would judge what its own model family writes, before anybody is paid."""
        model = self.generator.generator.model
        for judge in self.suite.model_judges:
            if is_own_family(judge.model, model):
                yield (
                    f"judge {judge.id} ({judge.model}) judges what its own model family writes: generator "
                    f"{self.generator.generator.id} asks {model}; judges are known to favour their own family"
                )


def plan_revisions(start: Path, path: Path, *, run: str = "") -> PlannedRevisions:
    """Lay out the revisions of a feedback file.

    Args:
        start: Folder from which the workspace is looked for.
        path: The feedback file.
        run: The run from which violated principles are drawn; empty takes the newest one of the suite.

    Raises:
        FileError: A file has findings.
        UsageError: The file says nothing of revisions, the panel compares pairs, or a run is needed and there is none.
        NothingSelectedError: No reply is left to revise.
    """
    workspace = find_workspace(start)
    loaded = load_feedback(path, workspace.root)
    if loaded.feedback.revise is None or loaded.revised is None:
        raise UsageError(
            f"{relative_path(workspace, path)} says nothing of revisions", hint="add a section `revise:`"
        )
    suite = prepare(start, loaded.revised.path)
    if suite.plan.pairwise:
        raise UsageError(
            f"the panel of suite {suite.loaded.suite.id} compares pairs, and a revision is judged by itself",
            hint="name a suite whose judges rate one reply each",
        )
    return _Survey(workspace, loaded, suite, run).planned()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Able:
    """A reply that has a text."""

    case_id: str
    principle_ids: tuple[str, ...]
    """Those that may be drawn for it."""
    judged: int
    """How many principles judge it."""


class _Survey:
    """One pass over the cases."""

    def __init__(self, workspace: Workspace, loaded: LoadedFeedback, suite: Prepared, run: str) -> None:
        assert loaded.feedback.revise is not None
        self._workspace = workspace
        self._loaded = loaded
        self._suite = suite
        self._revise = loaded.feedback.revise
        self._stale = 0
        draw = self._revise.principles
        selected = selected_principles(draw.select, suite.loaded.constitution)
        self._drawable = {principle.id for principle in selected}
        self._violations = draw.choose == "violated"
        if run and not self._violations:
            raise UsageError(
                f"--run names a run to draw violated principles from, and this file draws {draw.choose} ones",
                hint="write `choose: violated` under `principles:`, or leave out --run",
            )
        suite_path = relative_path(workspace, suite.loaded.path)
        stored = find_judged_run(workspace, suite_path, run) if self._violations else None
        self._run = stored.run.id if stored else ""
        self._verdicts = read_readings(stored) if stored else {}

    def planned(self) -> PlannedRevisions:
        """Draw, and count what is not drawn for.

        Raises:
            NothingSelectedError: No reply is left to revise.
            UsageError: Two replies have the same name.
        """
        seed = self._loaded.feedback.seed
        replies = self._read()
        cases = draw_names({found.case_id for found in replies.values()}, self._revise.most_cases, seed=seed)
        drawn = {name: found for name, found in replies.items() if found.case_id in cases}
        able = {name: found for name, found in drawn.items() if found.principle_ids}
        if not able:
            raise NothingSelectedError("no principle was drawn for any reply", hint=self._why_nothing())
        draws = draw_principles(
            self._revise.principles,
            [Drawable(name=name, principle_ids=found.principle_ids) for name, found in able.items()],
            seed=seed,
            rounds=self._revise.rounds,
        )
        return PlannedRevisions(
            workspace=self._workspace,
            loaded=self._loaded,
            suite=self._suite,
            draws=draws,
            items=sum(found.judged for found in able.values()),
            without_principle=len(drawn) - len(able),
            left_out=self._all - len(drawn),
            violated_in=self._run,
            stale=self._stale,
        )

    def _read(self) -> dict[str, "_Able"]:
        """Return what may be drawn for each reply that has a text."""
        found: dict[str, _Able] = {}
        self._all = 0
        for case in read_cases(self._suite.loaded.case_files, read_before=True):
            judged = dict.fromkeys(item.principle_id for item in self._suite.plan.items_of(case, 0))
            for reply in replies_of(case):
                self._all += 1
                if reply.candidate.text is None:
                    continue
                if reply.name in found:
                    raise UsageError(
                        f"two replies of the suite would be named {reply.name!r}",
                        hint="give one of the cases or candidates another id",
                    )
                met = tuple(name for name in judged if name in self._drawable and self._may_meet(reply, name))
                found[reply.name] = _Able(case_id=case.id, principle_ids=met, judged=len(judged))
        return found

    def _may_meet(self, reply: Reply, principle_id: str) -> bool:
        if not self._violations:
            return True
        verdict = self._verdicts.get((reply.case.id, reply.candidate.id, principle_id))
        if verdict is None or verdict.reading is not Reading.FAIL:
            return False
        now = reply.case.prompt_digest + digest_outputs((reply.candidate,))
        is_same = verdict.content is None or verdict.content == now
        self._stale += not is_same
        return is_same

    def _why_nothing(self) -> str:
        if self._violations:
            return f"run {self._run} found no principle violated by a text that the suite still holds"
        return "see `principles:` in the feedback file and in the suite, and the scopes of the constitution"
