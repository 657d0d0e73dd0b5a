"""Lint of panels: steps of a cascade whose condition is always met, or never."""

from collections.abc import Iterator

from evenhand.catalog.panels import LoadedPanel, PanelFile
from evenhand.catalog.source import Place
from evenhand.errors import Finding, Severity
from evenhand.records.calibration import CalibrationMap
from evenhand.records.cascade import voters_of
from evenhand.records.judge import Judge, ModelJudge

_CLOSE = 1e-9


def lint_panel(panel: PanelFile) -> Iterator[Finding]:
    """Yield what is doubtful in the cascade of a panel in which nothing is wrong."""
    loaded = panel.loaded
    for number, _ in enumerate(loaded.panel.cascade if loaded else (), start=1):
        assert loaded is not None
        yield from _always_met(panel, loaded, number)
        yield from _never_met(panel, loaded, number)


def _always_met(panel: PanelFile, loaded: LoadedPanel, number: int) -> Iterator[Finding]:
    settle = loaded.panel.cascade[number - 1].settle
    if settle is None or settle.confidence:
        return
    alone = len(voters_of(loaded.panel.cascade, number)) == 1
    if settle.disagreement is None or alone or settle.disagreement >= 1:
        why = (
            "one judge can not disagree with itself"
            if alone and settle.disagreement is not None
            else "it asks for nothing"
        )
        message = f"step {number} settles every item that it has a verdict on: {why}"
        hint = "settle by confidence, or leave out the steps after it"
        yield _warn(panel, "L025", message, ("cascade", number - 1, "settle"), hint)


def _never_met(panel: PanelFile, loaded: LoadedPanel, number: int) -> Iterator[Finding]:
    settle = loaded.panel.cascade[number - 1].settle
    if settle is None or settle.confidence is None:
        return
    judges = {each.judge.id: each.judge for each in loaded.judges}
    voters = voters_of(loaded.panel.cascade, number)
    most = sum(_most_confident(judges[name], loaded.calibration) for name in voters) / len(voters)
    if most < settle.confidence - _CLOSE:
        message = f"step {number} asks for confidence {settle.confidence:g}, and its judges reach at most {most:.3g}"
        hint = "raise repeats, use log-probabilities, calibrate the judges, or settle by disagreement"
        yield _warn(panel, "L024", message, ("cascade", number - 1, "settle", "confidence"), hint)


def _most_confident(judge: Judge, calibration: CalibrationMap | None) -> float:
    """Return the largest probability a judge can give its answer, on a scale of two labels."""
    counts = isinstance(judge, ModelJudge) and judge.answer.probabilities == "repeats"
    own = (judge.repeats + 0.5) / (judge.repeats + 1) if isinstance(judge, ModelJudge) and counts else 1.0
    maps = [each for each in calibration.maps if each.judge == judge.id] if calibration else []
    if not maps:
        return own
    worth = max(each.calibrate(own) for each in maps)
    return worth if any(each.principles == "*" for each in maps) else max(own, worth)


def _warn(panel: PanelFile, code: str, message: str, place: Place, suggestion: str) -> Finding:
    source = panel.file.document.source
    span = source.value_span(place)
    return source.finding(code, message, span, suggestion=suggestion, severity=Severity.WARNING)
