"""Write the report of a run: HTML with its item pages, Markdown and JSON, all from one summary."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UsageError
from evenhand.records.suite import Candidate, Case
from evenhand.reporting.html import render_html
from evenhand.reporting.item_pages import render_item_pages
from evenhand.reporting.item_view import CaseText, FindTexts
from evenhand.reporting.json_report import render_json
from evenhand.reporting.markdown import render_markdown
from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary
from evenhand.workflows.read_run import StoredRun, read_run

FORMATS = ("html", "md", "json")
"""Formats a report can be written in."""

_RENDERERS: Mapping[str, Callable[[RunSummary, str], str]] = {
    "html": lambda summary, stem: render_html(summary, stem=stem),
    "md": lambda summary, _stem: render_markdown(summary),
    "json": lambda summary, _stem: render_json(summary),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReport:
    """A report on disk."""

    summary: RunSummary
    reports: tuple[Path, ...]
    """The report, a file for each format."""
    pages: tuple[Path, ...]
    """Pages of items beside the HTML report; none without it."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """Files written, the report itself first, then its item pages."""
        return (*self.reports, *self.pages)


def report_run(
    start: Path, name: str, *, folder: Path | None = None, formats: Collection[str] = FORMATS
) -> WrittenReport:
    """Write the report of a run.

    Args:
        start: Folder from which the workspace is looked for.
        name: The run, or "latest".
        folder: Where to write; by default the reports folder of the workspace.
        formats: Which of `FORMATS` to write.

    Raises:
        UnknownNameError: There is no such run.
        UsageError: The folder can not be written.
        MeasureError: The ledger can not be read, or the conservation law is broken.
    """
    stored = read_run(start, name)
    target = folder or find_workspace(start).reports_path
    summary = summarise(stored.run, stored.account(), stored.items(), find_texts=text_finder(stored))
    stem = f"{stored.manifest.suite.id}-{stored.run.id}"
    try:
        target.mkdir(parents=True, exist_ok=True)
        reports = tuple(_write_reports(summary, target, stem, formats))
        pages = tuple(_write_pages(stored, summary, target, stem)) if "html" in formats else ()
    except OSError as error:
        raise UsageError(
            f"the report can not be written to {target}: {error.strerror}",
            hint="name another folder with --out",
        ) from error
    return WrittenReport(summary=summary, reports=reports, pages=pages)


def text_finder(stored: StoredRun) -> FindTexts:
    """Return what finds the texts of a run's items, from the case files as they were when it ran."""

    def find(names: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], CaseText]:
        cases = stored.cases(frozenset(case for case, _ in names))
        return {
            (case, candidate): _case_text(cases[case], candidate)
            for case, candidate in names
            if case in cases
        }

    return find


def _case_text(case: Case, candidate_id: str) -> CaseText:
    wanted = candidate_id.split("|")
    outputs: Mapping[str, Candidate] = {output.id: output for output in case.outputs}
    shown = [outputs[name] for name in wanted if name in outputs] or [outputs[candidate_id]]
    return CaseText(prompt=case.prompt, candidates=tuple(shown))


def _write_reports(summary: RunSummary, folder: Path, stem: str, formats: Collection[str]) -> Iterator[Path]:
    for name in FORMATS:
        if name in formats:
            yield _save(folder / f"{stem}.{name}", _RENDERERS[name](summary, stem))


def _write_pages(stored: StoredRun, summary: RunSummary, folder: Path, stem: str) -> Iterator[Path]:
    for page, html in render_item_pages(summary, stored.items(), stem=stem):
        yield _save(folder / page.file, html)


def _save(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
