"""Write what a gate says: every file before the process ends, whatever the outcome."""

from collections.abc import Collection, Mapping
from pathlib import Path

from evenhand.catalog.settings import find_workspace
from evenhand.errors import UsageError
from evenhand.reporting.gate.render import Format, file_name, render_all
from evenhand.workflows.gate.check_gate import CheckedGate, gate_of
from evenhand.workflows.gate.places import find_places
from evenhand.workflows.gate.told_cells import tell_cells
from evenhand.workflows.read_run import StoredRun
from evenhand.workflows.write_lines import write_lines

_POINTS = frozenset({Format.ANNOTATIONS, Format.SARIF})
"""Formats that point into files."""


def write_gate(
    start: Path, checked: CheckedGate, formats: Collection[Format], *, folder: Path | None = None
) -> Mapping[Format, Path]:
    """Write the outputs of a gate, and return the path of each.

    Args:
        start: Folder from which the workspace is looked for.
        checked: The gate.
        formats: What to write.
        folder: Where to write; by default the reports folder of the workspace.

    Raises:
        UsageError: The folder can not be written.
    """
    result, stored = checked.result, checked.stored
    spec = gate_of(stored)
    cases = {cell.case for cell in result.changed} if _POINTS & set(formats) else set()
    places = find_places(stored, cases)
    cells = tell_cells(checked.table, spec) if checked.table else ()
    stem = report_stem(stored)
    texts = render_all(result, cells, places, formats=formats, stem=stem, today=checked.today)
    target = folder or find_workspace(start).reports_path
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"the gate's report can not be written to {target}: {error.strerror}",
            hint="name another folder with --out",
        ) from error
    paths = {}
    for kind in Format:
        name = file_name(kind, stem)
        if name in texts:
            paths[kind] = target / name
            write_lines(paths[kind], [texts[name].encode()], hint="name another folder with --out")
    return paths


def report_stem(stored: StoredRun) -> str:
    """Return what the names of the reports of a run's gate begin with."""
    return f"{stored.manifest.suite.id}-{stored.run.id}-gate"
