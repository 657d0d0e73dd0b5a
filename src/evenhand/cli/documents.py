"""What `--json` writes, one record a command, and the JSON Schema of each.

A document keeps its keys and their meaning within a version; keys may be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from evenhand.errors import Finding, UnknownNameError

_PREFIX = "evenhand/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBody:
    """What ended a command."""

    kind: str
    """Class of the error."""
    message: str
    hint: str
    """What to do next; empty where nothing is known."""
    exit_code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDocument:
    """A command that could not do its work."""

    error: ErrorBody
    findings: tuple[Finding, ...] = ()
    """What is wrong in files people wrote, all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDocument:
    """The version."""

    version: str


DOCUMENTS: Final[Mapping[str, str]] = {
    "baseline-accept/v1": "workflows.baseline.accept:AcceptedRun",
    "baseline-diff/v1": "cli.baseline_diff:BaselineDiffDocument",
    "baseline-show/v1": "cli.baseline_show:BaselineShowDocument",
    "calibrate-plan/v1": "cli.calibrate:LabelPlanDocument",
    "calibrate/v1": "cli.calibrate:CalibrateDocument",
    "constitution-amend/v1": "workflows.amend_constitution:WrittenAmendments",
    "constitution-diff/v1": "cli.constitution_diff:ConstitutionDiffDocument",
    "constitution-export/v1": "workflows.export_constitution:ExportedConstitution",
    "constitution-import/v1": "workflows.import_constitution:ImportedConstitution",
    "constitution-infer-plan/v1": "cli.constitution_infer:InferencePlanDocument",
    "constitution-infer/v1": "cli.constitution_infer:InferenceDocument",
    "constitution-show/v1": "cli.constitution_show:ConstitutionShowDocument",
    "constitution-test/v1": "cli.constitution_test:ConstitutionTestDocument",
    "demo/v1": "cli.demo:DemoDocument",
    "doctor/v1": "cli.doctor:DoctorDocument",
    "error/v1": "cli.documents:ErrorDocument",
    "explain-code/v1": "cli.explain:CodeDocument",
    "explain-gate/v1": "workflows.gate.explain_run:ExplainedGate",
    "explain-item/v1": "cli.explain:ItemDocument",
    "export-ratings/v1": "workflows.export_ratings:ExportedRatings",
    "export-recordings/v1": "workflows.export_recordings:ExportedRecordings",
    "feedback-export/v1": "cli.feedback_export:FeedbackExportDocument",
    "feedback-prefer/v1": "cli.preference_lines:PreferencesDocument",
    "gate/v1": "cli.gate:GateDocument",
    "import-recordings/v1": "workflows.import_recordings:ImportedRecordings",
    "import-tidy/v1": "records.tidy:ImportReport",
    "feedback-plan/v1": "cli.feedback_revise:RevisionPlanDocument",
    "feedback-revise/v1": "cli.feedback_revise:RevisionDocument",
    "feedback-show/v1": "cli.feedback_show:RevisionsDocument",
    "init/v1": "workflows.init_workspace:NewWorkspace",
    "judge-select/v1": "calibration.select_judges:SelectedJudges",
    "judge-tune/v1": "cli.judge_tune:JudgeTuneDocument",
    "lint/v1": "cli.lint:LintDocument",
    "monitor/v1": "cli.monitor:MonitorDocument",
    "plan/v1": "cli.plan:PlanDocument",
    "quarantine-add/v1": "workflows.quarantine:ChangedQuarantine",
    "quarantine-expire/v1": "workflows.quarantine:ChangedQuarantine",
    "quarantine-list/v1": "workflows.quarantine:ListedQuarantine",
    "quarantine-suggest/v1": "workflows.gate.flaky:FlakyCells",
    "report/v1": "cli.report:ReportDocument",
    "resume/v1": "cli.run_outcome:OutcomeDocument",
    "review-export/v1": "workflows.review.export_labels:ExportedReview",
    "review-import/v1": "workflows.review.import_labels:ImportedReview",
    "review-people/v1": "cli.review_people:PeopleDocument",
    "review-sample/v1": "workflows.review.sample_wishes:SampledRun",
    "review-serve/v1": "cli.review_serve:ServeDocument",
    "review-adjudicate/v1": "cli.review_adjudicate:AdjudicateDocument",
    "review-status/v1": "cli.review_status:ReviewStatusDocument",
    "run/v1": "cli.run_outcome:OutcomeDocument",
    "runs/v1": "cli.runs:RunsDocument",
    "salvage/v1": "workflows.salvage_ledger:SalvagedLedger",
    "schema/v1": "cli.schema:SchemaDocument",
    "schemas/v1": "cli.schema:SchemasDocument",
    "version/v1": "cli.documents:VersionDocument",
}
"""The record of each document, as a module of evenhand and a name in it; loaded on use."""


def is_document(name: str) -> bool:
    """Tell whether `name` is written as the name of a document is, such as "evenhand/run/v1"."""
    return name.startswith(_PREFIX)


def document_schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a command's JSON.

    Args:
        name: What the document says in its key `schema`, such as "evenhand/run/v1".

    Raises:
        UnknownNameError: There is no such document.
    """
    short = name.removeprefix(_PREFIX)
    if short not in DOCUMENTS:
        raise UnknownNameError("document", name, [f"{_PREFIX}{each}" for each in DOCUMENTS])
    from pydantic import TypeAdapter  # noqa: PLC0415 - help and most commands do without

    module, _, record = DOCUMENTS[short].partition(":")
    made = TypeAdapter(getattr(import_module(f"evenhand.{module}"), record)).json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": name,
        "properties": {"schema": {"const": name}, **made["properties"]},
        "required": ["schema", *made["required"]],
    }
