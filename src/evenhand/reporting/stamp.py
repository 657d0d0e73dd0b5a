"""The stamp of a report: what it rests on, with nothing missing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from evenhand.errors import MeasureError
from evenhand.records.canonical import content_hash
from evenhand.records.instrument import Answerer, Instrument, Mixture
from evenhand.records.judge import Judge, ModelJudge, RecordedJudge
from evenhand.records.rated import CallCounts, RunAccount
from evenhand.records.run import Manifest, Run, RunState


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeStamp:
    """One judge as it was."""

    judge: str
    version: str
    kind: str
    hash: str
    """Hash over the judge file's content."""
    template_hash: str
    """Hash of its prompt template; empty for judges without one."""
    requested: str
    """Model asked for; for recorded judges who gave the answers; empty for other offline judges."""
    served: Mapping[str, int]
    """Models that answered, with the number of replies of each."""
    fingerprints: Mapping[str, int]
    """Fingerprints of the replies, with the number of each."""
    alias: str
    """Why the name of the model floats; empty where it stands still."""
    mixed: bool
    """Whether it was more than one instrument; `mixture` says in what way."""
    mixture: Mixture | None
    """In what way: its ratings come from several models, another model was only seen besides, or only the fingerprint
    changed; null where it was one instrument."""
    answered_by: tuple[Answerer, ...]
    """Who answered, with the ratings of each, in the order of their first unit."""
    asked_with: tuple[Instrument, ...]
    """What asked; several after an upgrade between two executions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStamp:
    """One file the run read."""

    role: str
    path: str
    sha256: str


Blind = Literal["blind", "not blind", "partly blind", "not recorded"]
Drawn = Literal[
    "with inclusion probability", "partly with inclusion probability", "without inclusion probability"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleStamp:
    """Where the human labels come from."""

    labels: int
    """Human labels on the items of the run."""
    people: int
    """Persons among the annotators."""
    resolved: tuple[str, ...]
    """Annotators whose labels are settled reference labels."""
    blind: Blind = "not recorded"
    """Whether people saw no judge before they decided."""
    drawn: Drawn = "without inclusion probability"
    """Whether it is known how likely each item was to be labelled. This report weighs no label by it; a calibration
    does."""
    dates: str = "not recorded"
    """When the labels were given: the first and the last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What the report rests on. Nothing in it may be missing."""

    run: str
    state: str
    reason: str
    """Why the run stopped; empty otherwise."""
    created: str
    finished: str
    command: str
    seed: int
    versions: Mapping[str, str]
    inputs_hash: str
    """Equal hashes mean the same plan."""
    suite: str
    suite_title: str
    suite_path: str
    suite_hash: str
    constitution: str
    constitution_version: str
    constitution_hash: str
    panel: str
    panel_rule: str
    panel_hash: str
    judges: tuple[JudgeStamp, ...]
    files: tuple[FileStamp, ...]
    prices_as_of: str
    people: PeopleStamp
    part: str
    """The part of the suite that was judged, in words; empty is the whole."""
    readings: int
    """How often the whole panel was asked; above 1 each verdict pools what judges said every time."""


def make_stamp(run: Run, account: RunAccount, people: PeopleStamp) -> Stamp:
    """Return the stamp of a run.

    Raises:
        MeasureError: Something is missing, so nobody could tell what the numbers rest on.
    """
    manifest = run.manifest
    stamp = Stamp(
        run=run.id,
        state=run.state.value,
        reason=run.reason,
        created=run.created,
        finished=run.finished,
        command=manifest.command,
        seed=manifest.suite.seed,
        versions=dict(manifest.versions),
        inputs_hash=manifest.inputs_hash(),
        suite=manifest.suite.id,
        suite_title=manifest.suite.title,
        suite_path=manifest.suite_path,
        suite_hash=content_hash(manifest.suite.canonical()),
        constitution=manifest.constitution.id,
        constitution_version=manifest.constitution.version,
        constitution_hash=manifest.constitution.hash,
        panel=manifest.panel.id,
        panel_rule=manifest.panel.rule,
        panel_hash=content_hash(manifest.panel.canonical()),
        judges=tuple(_judge_stamp(judge, manifest, account) for judge in manifest.judges),
        files=tuple(FileStamp(role=file.role, path=file.path, sha256=file.sha256) for file in manifest.files),
        prices_as_of=manifest.prices_as_of,
        people=people,
        part=manifest.narrow.words() if manifest.narrow else "",
        readings=manifest.readings,
    )
    _refuse_gaps(stamp, manifest)
    return stamp


def _judge_stamp(judge: Judge, manifest: Manifest, account: RunAccount) -> JudgeStamp:
    calls = account.calls.get(judge.id, CallCounts())
    template = manifest.templates.get(judge.id)
    identity = next((each for each in account.identities(manifest) if each.judge == judge.id), None)
    return JudgeStamp(
        judge=judge.id,
        version=judge.version,
        kind=judge.kind,
        hash=content_hash(judge.canonical()),
        template_hash=content_hash(template) if template is not None else "",
        requested=_requested(judge),
        served=dict(calls.served_models),
        fingerprints=dict(calls.fingerprints),
        alias=manifest.aliases.get(judge.id, ""),
        mixed=identity is not None and identity.mixture is not None,
        mixture=identity.mixture if identity else None,
        answered_by=identity.answerers if identity else (),
        asked_with=identity.instruments if identity else (),
    )


def _requested(judge: Judge) -> str:
    if isinstance(judge, ModelJudge):
        return judge.model
    return judge.who if isinstance(judge, RecordedJudge) else ""


def _refuse_gaps(stamp: Stamp, manifest: Manifest) -> None:
    if gaps := list(_gaps(stamp, manifest)):
        raise MeasureError(
            f"run {stamp.run or '(without a name)'} can not be stamped: {', '.join(gaps)} missing",
            hint="a report whose origin nobody can check is not written; run the suite again",
        )


def _gaps(stamp: Stamp, manifest: Manifest) -> Iterator[str]:
    """Name what a stamp lacks."""
    asks_models = any(isinstance(judge, ModelJudge) for judge in manifest.judges)
    needed = {
        "the run's name": stamp.run,
        "the date": stamp.created,
        "the end": stamp.finished or stamp.state != RunState.FINISHED,
        "the command line": stamp.command,
        "evenhand's version": stamp.versions.get("evenhand"),
        "Python's version": stamp.versions.get("python"),
        "the suite's path": stamp.suite_path,
        "the judges": stamp.judges,
        "the hash of the case files": any(file.role == "cases" and file.sha256 for file in stamp.files),
        "the SDK's version": not asks_models or set(stamp.versions) - {"evenhand", "python"},
        "the date of the price table": not asks_models or stamp.prices_as_of,
    }
    yield from (name for name, value in needed.items() if not value)
    for judge in manifest.judges:
        if isinstance(judge, ModelJudge) and judge.id not in manifest.templates:
            yield f"the prompt template of {judge.id}"
