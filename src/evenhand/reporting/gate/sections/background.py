"""What stands behind the tests: what could be compared, what changed, who judged, and what it took."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from evenhand.gate.results import GateResult, PrincipleResult, RunFacts
from evenhand.reporting.calibration.wording import plural, said
from evenhand.reporting.display import count, percent
from evenhand.reporting.document import (
    Block,
    Bullets,
    Cell,
    Fold,
    Paragraph,
    Span,
    Table,
    Words,
    foreign,
    words,
)
from evenhand.reporting.gate.extras import CHANGES, COMPARABILITY, FLIPS, JUDGES, NOTES, QUARANTINE, SPEND
from evenhand.reporting.gate.wording import gravity, outcome_cell, share, signed_points
from evenhand.reporting.sections.cells import columns, count_cell, foreign_cell, foreign_or, text_cell

RULES_CHANGED: Final = "What decides this gate changed since the baseline was accepted"
_MOST_RULES: Final = 30
_MOST_REASON: Final = 300


def not_comparable(result: GateResult) -> Iterator[Block]:
    """Yield how many cells could not be compared and why."""
    reasons: Counter[str] = Counter()
    for each in result.principles:
        reasons.update(each.not_comparable)
    if reasons:
        yield Paragraph(
            words=(
                *words(f"{plural(reasons.total(), 'cell')} not comparable: "),
                *_reasons(reasons),
                Span(text="."),
            )
        )
    if fresh := sum(each.fresh for each in result.principles):
        yield Paragraph(words=words(f"{plural(fresh, 'new cell')}: the baseline does not hold them."))


def by_principle(result: GateResult) -> Iterator[Fold]:
    """Yield the principles of which not all was compared."""
    rows = [each for each in result.principles if each.not_comparable or each.compared < each.of]
    if rows:
        yield Fold(
            words=words(f"Cells by principle: {count(len(rows))} compared in part or not at all"),
            blocks=(_principles_table("Compared cells of the baseline", tuple(rows)),),
            extra=COMPARABILITY,
        )


def principles_table(result: GateResult) -> Table:
    """Return the table of all principles."""
    return _principles_table("All principles", result.principles)


def changes(result: GateResult) -> Iterator[Fold]:
    """Yield what changed between baseline and run."""
    if result.changes:
        yield Fold(
            words=words(f"What changed between baseline and run ({count(len(result.changes))})"),
            blocks=(Bullets(points=tuple((said(each),) for each in result.changes)),),
            extra=CHANGES,
        )


def rules_changed(result: GateResult) -> Iterator[Block]:
    """Yield what decides the gate and is other than when the baseline was made; never left out."""
    if result.rules_changed:
        yield Paragraph(words=words(f"{RULES_CHANGED}:"))
        shown = tuple((said(each),) for each in result.rules_changed[:_MOST_RULES])
        left = len(result.rules_changed) - len(shown)
        more = (words(f"and {plural(left, 'more')}"),) if left else ()
        yield Bullets(points=(*shown, *more))


def accepted(result: GateResult) -> Iterator[Block]:
    """Yield who accepted the baseline, and why."""
    if result.baseline and (signed := result.baseline.accepted):
        forced = " (a check was overruled)" if signed.forced else ""
        yield Paragraph(
            words=words(
                "Baseline accepted by ",
                foreign(signed.by),
                " at ",
                foreign(signed.at),
                f"{forced}: ",
                foreign(_cut(signed.reason)),
            )
        )


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_REASON else f"{text[: _MOST_REASON - 1]}…"


def judges(result: GateResult) -> Iterator[Fold]:
    """Yield each judge of both panels by itself."""
    if result.judges:
        yield Fold(
            words=words("Judges one by one (told, and no part of the gate)"),
            blocks=(
                Table(
                    caption=words("Judges of both panels"),
                    columns=(
                        *columns("Judge", "Principle", "Measure"),
                        *columns("Cells", "Before", "Now", "Change in points", numbers=4),
                    ),
                    rows=tuple(
                        (
                            foreign_cell(each.judge),
                            foreign_cell(each.principle),
                            text_cell(each.measure.value),
                            count_cell(each.cells),
                            text_cell(share(each.old)),
                            text_cell(share(each.new)),
                            text_cell(signed_points(each.new - each.old)),
                        )
                        for each in result.judges
                    ),
                ),
            ),
            extra=JUDGES,
        )


def flips(result: GateResult) -> Iterator[Fold]:
    """Yield how often readings of one cell differ."""
    if result.flips:
        yield Fold(
            words=words("How often an unchanged panel contradicts itself"),
            blocks=(
                Table(
                    caption=words("Readings of one cell that differ"),
                    columns=(
                        *columns("Principle", "Side"),
                        *columns("Cells", "Pairs of readings", "Share that differs", numbers=3),
                    ),
                    rows=tuple(
                        (
                            foreign_or(each.principle, "all principles"),
                            text_cell(each.side),
                            count_cell(each.cells),
                            count_cell(each.pairs),
                            text_cell(percent(each.rate)),
                        )
                        for each in result.flips
                    ),
                ),
            ),
            extra=FLIPS,
        )


def quarantine(result: GateResult) -> Iterator[Fold]:
    """Yield the cells in quarantine."""
    if result.quarantined:
        covered = sum(each.cells for each in result.quarantined)
        yield Fold(
            words=words(f"Quarantine: {plural(covered, 'cell')} shown, deciding nothing"),
            blocks=(
                Table(
                    caption=words("Quarantine"),
                    columns=(
                        *columns("Case", "Principle", "Reason", "Owner", "Until"),
                        *columns("Cells", numbers=1),
                    ),
                    rows=tuple(
                        (
                            *(
                                foreign_cell(text)
                                for text in (each.case, each.principle, each.reason, each.owner, each.until)
                            ),
                            count_cell(each.cells),
                        )
                        for each in result.quarantined
                    ),
                ),
            ),
            extra=QUARANTINE,
        )


def spend(result: GateResult) -> Iterator[Fold]:
    """Yield what the run took and which ratings failed."""
    if facts := result.facts:
        failed = sum(facts.units.failed.values())
        planned = count(facts.units.planned)
        title = f"Spend and failed ratings: USD {facts.usd:,.2f}, {count(failed)} of {planned} failed"
        yield Fold(words=words(title), blocks=(Bullets(points=tuple(_spend(facts))),), extra=SPEND)


def notes(result: GateResult) -> Iterator[Block]:
    """Yield what readers of the numbers have to know."""
    if result.notes:
        yield Fold(
            words=words(f"Notes on the numbers ({count(len(result.notes))})"),
            blocks=(Bullets(points=tuple((said(each),) for each in result.notes)),),
            extra=NOTES,
        )


def stamp(result: GateResult) -> Iterator[Words]:
    """Yield what the gate rests on, point by point."""
    yield words("Suite: ", foreign(result.suite), ", ", foreign(result.title or result.suite))
    yield words("Run: ", foreign(result.run))
    if facts := result.facts:
        yield words("Written in: ", foreign(facts.suite_path), ", run made ", foreign(facts.created))
    if baseline := result.baseline:
        where = (Span(text=" in "), foreign(baseline.path)) if baseline.path else ()
        yield (
            *words("Baseline: run ", foreign(baseline.run)),
            *where,
            Span(text=f", {plural(baseline.cells, 'cell')}"),
        )
        if accepted := baseline.accepted:
            forced = ", a check was overruled" if accepted.forced else ""
            yield words(
                "Accepted by ",
                foreign(accepted.by),
                " at ",
                foreign(accepted.at),
                ", because ",
                foreign(accepted.reason),
                forced,
            )
        else:
            yield words("Nobody accepted this baseline: it is a run of the ledger.")
    else:
        yield words("There is no baseline.")
    if result.compares == "judges":
        yield words(f"Earlier uses of these anchors to certify or to gate: {count(result.accesses)}")
    yield words("Evenhand: ", foreign(result.evenhand))


def cut_offs(result: GateResult) -> Iterator[Words]:
    """Yield every cut-off of the gate."""
    yield words(f"Chance that something unchanged fails the gate (alpha): {result.alpha:g}")
    yield words(f"Margin: {100 * result.margin:g} points; principles of a severity may have their own")
    yield words(f"A drop of the margin with a p-value up to {result.likely:g} is worth watching")
    yield words(f"Least share of equal readings of the baseline: {result.reliability:g}")
    yield words(f"Least share of a principle's cells that can be compared: {result.least_comparable:g}")
    dimensions = [span for each in result.slices for span in (Span(text=", "), foreign(each))][1:]
    yield (*words("Slices tested: "), *(dimensions or words("none")))
    yield words(f"Seed of what is drawn: {result.seed}")


# -- Rows ------------------------------------------------------------------------------------------


def _principles_table(caption: str, principles: tuple[PrincipleResult, ...]) -> Table:
    ordered = sorted(principles, key=lambda each: (gravity(each.severity), each.principle))
    return Table(
        caption=words(caption),
        columns=(
            *columns("Principle", "Severity", "Outcome"),
            *columns("Compared", "Of", "New", "Quarantined", numbers=4),
            *columns("Not comparable", "In words"),
        ),
        rows=tuple(_principle_row(each) for each in ordered),
    )


def _principle_row(each: PrincipleResult) -> tuple[Cell, ...]:
    return (
        foreign_cell(each.principle),
        text_cell(each.severity),
        outcome_cell(each.outcome, each.tier),
        count_cell(each.compared),
        count_cell(each.of),
        count_cell(each.fresh),
        count_cell(each.quarantined),
        Cell(words=tuple(_reasons(Counter(each.not_comparable))))
        if each.not_comparable
        else text_cell("none"),
        Cell(words=(said(each.reason),)),
    )


def _reasons(reasons: Counter[str]) -> Iterator[Span]:
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    for place, (reason, number) in enumerate(ordered):
        yield said(f"{', ' if place else ''}{reason} ({count(number)})")


def _spend(facts: RunFacts) -> Iterator[Words]:
    units = facts.units
    yield words(
        f"USD {facts.usd:,.2f} for {count(facts.calls)} calls; {count(facts.reused)} answers were reused"
    )
    yield words(
        f"{count(units.planned)} ratings planned: {count(units.rated)} rated, "
        f"{count(sum(units.failed.values()))} failed, {count(units.spared)} not asked for, {count(facts.open)} open"
    )
    for kind, number in sorted(units.failed.items()):
        yield words(f"Failed: {count(number)} ", foreign(kind))
    yield words(
        f"Share that failed: {percent(facts.failed_share)}, at most {percent(facts.failed_share_limit)} is allowed"
    )
