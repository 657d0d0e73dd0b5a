"""Whether a panel's fit belongs to the panel and to its judges as they are now."""

from collections.abc import Iterator, Mapping, Sequence

from evenhand.catalog.judges import JudgeFile
from evenhand.catalog.record_files import RecordFile
from evenhand.catalog.shape_errors import quoted
from evenhand.errors import Finding
from evenhand.records.panel import Panel
from evenhand.records.panel_fit import PanelFit


def strange_fit(
    file: RecordFile[PanelFit], panel: Panel | None, judges: Sequence[JudgeFile]
) -> Iterator[Finding]:
    """Yield what keeps a fit from belonging to a panel: another rule, other judges, other versions of them."""
    fit = file.record
    known: Mapping[str, str] = {
        each.file.record.id: each.file.record.version for each in judges if each.file.record
    }
    if fit is None or panel is None or len(known) < len(judges):
        return
    if fit.rule != panel.rule:
        message = f"this fit is for the rule {quoted(fit.rule)}, and the panel has {quoted(panel.rule)}"
        yield file.finding("P006", message, ("rule",), suggestion=f"write `rule: {fit.rule}` in the panel")
    yield from _other_judges(file, fit, known)
    for judge, version in fit.judges.items():
        if judge in known and version != known[judge]:
            message = f"learned on version {version} of {judge}, which is now {known[judge]}"
            hint = "learn it again: evenhand calibrate RUN --learn FILE"
            yield file.finding("P007", message, ("judges", judge), suggestion=hint)


def _other_judges(file: RecordFile[PanelFit], fit: PanelFit, known: Mapping[str, str]) -> Iterator[Finding]:
    if set(fit.judges) != set(known):
        message = f"learned for {', '.join(fit.judges)}, and the panel has {', '.join(known)}"
        hint = "learn it again: evenhand calibrate RUN --learn FILE"
        yield file.finding("P006", message, ("judges",), suggestion=hint)
