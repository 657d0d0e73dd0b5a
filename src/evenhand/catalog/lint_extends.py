"""Lint of what a constitution takes from others: what is allowed and will still leave old verdicts without a name."""

from collections.abc import Iterator

from evenhand.catalog.constitutions import ConstitutionFile
from evenhand.catalog.source import Place
from evenhand.errors import Finding, Severity
from evenhand.records.constitution import Constitution
from evenhand.records.extension import LeftOut
from evenhand.records.patterns import fits


def lint_left_out(file: ConstitutionFile) -> Iterator[Finding]:
    """Yield a warning for each principle that this file leaves out, and of which nothing says what became of it."""
    written = file.written
    if written is None:
        return
    source = file.document.source.own
    for each in file.left_out:
        if each.tombstone or each.by != written.id:
            continue
        place = _place(written, each)
        message = f"{each.id} of {each.constitution} is left out, and nothing says what became of it"
        hint = (
            f"tombstones: [{{id: {each.id}, removed: VERSION, because: ...}}], or an alias where it goes on"
        )
        yield source.finding(
            "C019", message, source.value_span(place), suggestion=hint, severity=Severity.WARNING
        )


def _place(written: Constitution, each: LeftOut) -> Place:
    """Return what leaves a principle out: the pattern that means it, or a list of others alone."""
    for index, extension in enumerate(written.extends):
        for number, pattern in enumerate(extension.except_):
            if fits(each.id, [pattern]):
                return ("extends", index, "except", number)
    listed = next((index for index, extension in enumerate(written.extends) if extension.only), 0)
    return ("extends", listed, "only")
