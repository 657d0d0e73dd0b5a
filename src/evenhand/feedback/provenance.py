"""Who judged, by what and where: the columns that all rows of an export share."""

from dataclasses import dataclass
from typing import Any

from evenhand.feedback.trust import StandingFacts
from evenhand.records.judge import Judge, ModelJudge
from evenhand.records.run import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """The generator that wrote the texts."""

    run: str
    """The run in which it wrote."""
    id: str
    version: str
    model: str


NOBODY = Writer(run="", id="", version="", model="")
"""Nothing was generated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the labels of an export come from."""

    run: str
    suite: str
    panel: str
    judge_ids: tuple[str, ...]
    judge_versions: tuple[str, ...]
    judge_models: tuple[str, ...]
    """Empty for judges without one."""
    constitution_id: str
    constitution_version: str
    constitution_hash: str
    generator: Writer = NOBODY

    def columns(self, standing: StandingFacts) -> dict[str, Any]:
        """Return the columns of the run, in the order of the table."""
        return {
            "run": self.run,
            "panel": self.panel,
            "judge_ids": list(self.judge_ids),
            "judge_versions": list(self.judge_versions),
            "judge_models": list(self.judge_models),
            "constitution_id": self.constitution_id,
            "constitution_version": self.constitution_version,
            "constitution_hash": self.constitution_hash,
            "generation_run": self.generator.run,
            "generator_id": self.generator.id,
            "generator_version": self.generator.version,
            "generator_model": self.generator.model,
            "calibration_run": standing.run,
            "calibration_status": standing.words,
        }


def provenance_of(run: str, manifest: Manifest, writer: Writer = NOBODY) -> Provenance:
    """Return where the labels of a run come from."""
    return Provenance(
        run=run,
        suite=manifest.suite.id,
        panel=manifest.panel.id,
        judge_ids=tuple(judge.id for judge in manifest.judges),
        judge_versions=tuple(judge.version for judge in manifest.judges),
        judge_models=tuple(_model(judge) for judge in manifest.judges),
        constitution_id=manifest.constitution.id,
        constitution_version=manifest.constitution.version,
        constitution_hash=manifest.constitution.hash,
        generator=writer,
    )


def _model(judge: Judge) -> str:
    return judge.model if isinstance(judge, ModelJudge) else ""


__all__ = ["NOBODY", "Provenance", "Writer", "provenance_of"]
