"""Candidates: judges that may take the place of the current one."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evenhand.catalog.files import digest_file, shown_path
from evenhand.catalog.judges import load_judge
from evenhand.catalog.suites import LoadedSuite
from evenhand.errors import UnknownNameError, UsageError
from evenhand.records.canonical import canonical_json
from evenhand.records.constitution import Constitution
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.message import flatten
from evenhand.tuning.results import Origin

_NAMES_ASIDE = ("id", "version", "title", "owner", "template")
"""Fields of a judge that change no answer; the template enters by its text, the recordings by theirs."""
_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judge with everything that could change its answers."""

    name: str
    """Its name in this tuning, and the id of its judge there."""
    origin: Origin
    told: str
    """Where it comes from, in words."""
    judge: Judge
    template: str = ""
    """Text of its prompt template; empty where it asks no model."""
    recordings: tuple[Path, ...] = ()
    """Files of its recorded answers."""
    constitution: Constitution
    """What it is shown; with worked examples of its own where it has some."""
    path: Path | None = None
    """The file it was read from."""

    @property
    def mode(self) -> str:
        """Whether it judges one candidate or compares two; the other kinds of judges do the former."""
        return self.judge.mode if isinstance(self.judge, ModelJudge | RecordedJudge) else "absolute"

    @property
    def length(self) -> int | None:
        """Characters of its prompt, without principle and case: message of the system, template, worked examples."""
        if not isinstance(self.judge, ModelJudge):
            return None
        return len(self.judge.system) + len(self.template) + sum(self._shot_lengths(self.judge.shots.max))

    def _shot_lengths(self, most: int) -> Iterator[int]:
        """Yield the characters of the worked examples under the principle that has the longest."""
        yield max(
            sum(
                len(flatten(shot.prompt)) + len(flatten(shot.response)) + len(shot.why)
                for shot in [each for each in principle.examples if each.use == "shot"][:most]
            )
            for principle in self.constitution.principles
        )

    @property
    def digest(self) -> str:
        """Digest of everything of it that could change an answer."""
        judge = {key: value for key, value in self.judge.canonical().items() if key not in _NAMES_ASIDE}
        shots = [
            [principle.id, [shot.canonical() for shot in principle.examples if shot.use == "shot"]]
            for principle in self.constitution.principles
        ]
        files = [digest_file(path) for path in self.recordings]
        whole = canonical_json([judge, self.template, shots, files])
        return f"sha256:{hashlib.sha256(whole).hexdigest()}"


def current_judge(loaded: LoadedSuite, name: str) -> Candidate:
    """Return a judge of the suite's panel as the candidate that others are held against.

    Raises:
        UnknownNameError: The panel has no such judge.
    """
    judges = {judge.id: judge for judge in loaded.judges}
    if name not in judges:
        raise UnknownNameError("judge", name, judges, within="the panel")
    path = loaded.judge_paths[name]
    return Candidate(
        name=name,
        origin="current",
        told="the judge as it is",
        judge=judges[name],
        template=loaded.templates.get(name, ""),
        recordings=tuple(loaded.recordings.get(name, ())),
        constitution=loaded.constitution,
        path=path,
    )


def candidates_from_files(
    loaded: LoadedSuite, current: Candidate, paths: Sequence[Path], root: Path
) -> tuple[Candidate, ...]:
    """Return the judges of files as candidates.

    Args:
        loaded: The suite.
        current: The judge they are held against.
        paths: Judge files of the workspace.
        root: The workspace.

    Raises:
        FileError: A file has findings.
        UsageError: A file lies outside the workspace, or holds a judge of another mode.
    """
    return tuple(_from_file(loaded, current, path, root) for path in paths)


def _from_file(loaded: LoadedSuite, current: Candidate, path: Path, root: Path) -> Candidate:
    if path.exists() and not path.resolve().is_relative_to(root.resolve()):
        raise UsageError(
            f"candidate {shown_path(path)} lies outside the workspace", hint="copy it into the workspace"
        )
    found = load_judge(path, root)
    made = Candidate(
        name=found.judge.id,
        origin="file",
        told=shown_path(path),
        judge=found.judge,
        template=found.template,
        recordings=found.recording_paths,
        constitution=loaded.constitution,
        path=path,
    )
    if made.mode != current.mode:
        raise UsageError(
            f"candidate {shown_path(path)} is {made.mode}, and judge {current.name} is {current.mode}",
            hint="a candidate answers the same question as the judge it may replace",
        )
    return made


def distinct(current: Candidate, found: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], int]:
    """Return candidates with names of their own, and how many were left out as equal to another or the current one."""
    digests, names = {current.digest}, {current.name}
    kept: list[Candidate] = []
    for candidate in found:
        if candidate.digest in digests:
            continue
        digests.add(candidate.digest)
        name = _free(_NO_NAME.sub("-", candidate.name.lower()).strip("-") or "candidate", names)
        names.add(name)
        kept.append(replace(candidate, name=name))
    return tuple(kept), len(found) - len(kept)


def _free(name: str, taken: set[str]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}-v{number}", number + 1
    return free
