"""Bytes and seconds of everything a gate writes, for gates of several sizes with invented counts.

    python -m benchmarks.gate_outputs

The comment of a gate with 10,000 changed cells is to stay under 60,000 bytes, the summary under 900,000.
"""

import time
from collections.abc import Iterator

from tests.made_gate import STORY, Counts, make_cells, make_changed, make_corrected, make_result

from evenhand.gate.cells_told import CellState
from evenhand.gate.results import GateResult, Slice
from evenhand.reporting.gate.explain import explain_gate
from evenhand.reporting.gate.places import Place, Places
from evenhand.reporting.gate.render import Format, render_all

PLACES = Places(gate=Place(path="suites/pr-gate.yaml", line=12))
CHANGED = 10_000


def main() -> None:
    """Print a table."""
    print("| gate | output | bytes | seconds |\n|---|---|--:|--:|")
    for name, result, equal in gates():
        for output, size, seconds in measured(result, equal):
            print(f"| {name} | {output} | {size:,} | {seconds:.2f} |")


def gates() -> Iterator[tuple[str, GateResult, int]]:
    """Yield gates with their names, and how many of their cells are as they were."""
    yield "usual, 23 changed cells", make_result(corrected=(make_corrected(),)), 3_000
    yield f"{CHANGED:,} changed cells", make_result(changed=make_changed(CHANGED)), 90_000
    names = [f"{'x' * 114}-{place:05}" for place in range(500)]
    story = [Counts(principle=name, slice=Slice(dimension="y" * 60, value="z" * 60)) for name in names]
    changed = tuple(cell for name in names for cell in make_changed(CHANGED // 500, principle=name))
    title = f"500 principles of 120 letters, {CHANGED:,} changed cells"
    yield title, make_result((*STORY, *story), changed=changed), 90_000


def measured(result: GateResult, equal: int) -> Iterator[tuple[str, int, float]]:
    """Yield each output with its bytes and the seconds it took."""
    for kind in Format:
        cells = make_cells(result, states={CellState.EQUAL: equal})
        begun = time.perf_counter()
        (text,) = render_all(result, cells, PLACES, formats=[kind], stem="gate").values()
        yield kind.value, len(text.encode()), time.perf_counter() - begun
    begun = time.perf_counter()
    lines = explain_gate(result)
    yield "explain", sum(len(line.encode()) + 1 for line in lines), time.perf_counter() - begun


if __name__ == "__main__":
    main()
