"""Lint of judges: settings that cost without giving anything, and templates checked by whoever renders them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import Protocol

from evenhand.catalog.aliases import alias_of
from evenhand.catalog.files import shown_path
from evenhand.catalog.judges import JudgeFile
from evenhand.catalog.prices import (
    MOST_DAYS,
    PRICE_TABLE_DATE,
    is_written,
    lookup_price,
    priced_models,
    table_age_days,
)
from evenhand.catalog.settings import Workspace
from evenhand.catalog.shape_errors import did_you_mean, quoted
from evenhand.catalog.source import Place, Source, Span, select_texts
from evenhand.errors import Finding, Severity, nearest_name
from evenhand.records.judge import ModelJudge


class TemplateProblem(Protocol):
    """One thing wrong in a prompt template."""

    @property
    def line(self) -> int:
        """Line, from 1."""
        ...

    @property
    def text(self) -> str:
        """The offending words, as they stand in the line where they can be found."""
        ...

    @property
    def message(self) -> str:
        """What is wrong, in a sentence."""
        ...

    @property
    def suggestion(self) -> str:
        """What to write instead."""
        ...


class TemplateCheck(Protocol):
    """Whoever renders templates says what is wrong with one (`judging.template.check_template`)."""

    def __call__(self, text: str, *, mode: str, sees: Collection[str]) -> Iterable[TemplateProblem]:
        """Return everything wrong in a template."""
        ...


PatternCheck = Callable[[str], str]
"""Whoever matches patterns says why one can not be matched; an empty text where it can."""

_PATTERN_PLACES: tuple[tuple[str | None, ...], ...] = (
    ("principles", None, "patterns", None, "pattern"),
    ("replies", None, "format", "patterns", None, "pattern"),
)
"""Where a judge's file holds patterns: those of a pattern judge, and those that read recorded replies."""


def lint_patterns(judge: JudgeFile, check: PatternCheck) -> Iterator[Finding]:
    """Yield the patterns of a judge's file that can not be matched, whatever else is wrong in it."""
    document = judge.file.document
    for place, pattern in (
        found for places in _PATTERN_PLACES for found in select_texts(document.data, *places)
    ):
        if reason := check(pattern):
            span = document.source.value_span(place)
            yield document.source.finding(
                "J003",
                f"RE2 can not run this pattern: {reason}",
                span,
                suggestion="it has no look-around and no back-references",
            )


def lint_account(judge: JudgeFile, workspace: Workspace) -> Iterator[Finding]:
    """Yield slips in the name of the account, or of a model whose price is not known and nearly one that is."""
    record = judge.file.record
    if not isinstance(record, ModelJudge):
        return
    account = record.model.partition("/")[0]
    if account not in workspace.accounts:
        hint = did_you_mean(account, workspace.accounts)
        yield judge.file.finding(
            "J004", f"there is no account {quoted(account)}", ("model",), suggestion=hint
        )
        return
    price = record.price or lookup_price(record.model, workspace.settings.prices)
    near = "" if price else nearest_name(record.model, priced_models())
    if near:
        message = f"the price of {record.model} is not known"
        yield _warn(judge, "L019", message, ("model",), f'did you mean "{near}"?')


def lint_price_age(judge: JudgeFile, workspace: Workspace, today: date) -> Iterator[Finding]:
    """Yield a judge whose price is only in the table that ships, where that has grown old."""
    record = judge.file.record
    written = workspace.settings.prices
    if not isinstance(record, ModelJudge) or record.price or is_written(record.model, written):
        return
    days = table_age_days(today)
    if days > MOST_DAYS and lookup_price(record.model, written):
        message = f"the price of {record.model} is of {PRICE_TABLE_DATE}, {days} days ago"
        yield _warn(
            judge, "L026", message, ("model",), "look it up, and write price: {input: ..., output: ...}"
        )


def lint_alias(judge: JudgeFile, severity: Severity = Severity.WARNING) -> Iterator[Finding]:
    """Yield the model of a judge if its name floats and the file does not allow it."""
    record = judge.file.record
    if not isinstance(record, ModelJudge) or record.allow_alias:
        return
    alias = alias_of(record.model)
    if alias is not None:
        write = f"write model: {alias.instead}" if alias.instead else "write the name of one dated model"
        yield _finding(
            judge,
            "L022",
            f"the model {quoted(record.model)} is a floating alias: {alias.why}",
            ("model",),
            f"{write}, or allow it with allow_alias: true",
            severity,
        )


def lint_judge(judge: JudgeFile, template_check: TemplateCheck | None) -> Iterator[Finding]:
    """Yield what is doubtful or wrong in a judge whose shape is right.

    Args:
        judge: The judge's file.
        template_check: Says what is wrong in a template; None leaves templates unchecked.
    """
    record = judge.file.record
    if isinstance(record, ModelJudge):
        yield from _repeats(judge, record)
        yield from lint_alias(judge)
        if template_check is not None:
            yield from _templates(judge, record, template_check)


def _templates(judge: JudgeFile, record: ModelJudge, check: TemplateCheck) -> Iterator[Finding]:
    source = judge.file.document.source
    yield from template_findings(
        check(record.system, mode=record.mode, sees=record.sees), source, ("system",)
    )
    if judge.loaded and judge.loaded.template_path:
        lines = judge.loaded.template.split("\n")
        template = Source(path=shown_path(judge.loaded.template_path), lines=lines)
        problems = check(judge.loaded.template, mode=record.mode, sees=record.sees)
        yield from template_findings(problems, template, ())


def _repeats(judge: JudgeFile, record: ModelJudge) -> Iterator[Finding]:
    if record.repeats > 1 and record.answer.probabilities == "logprobs":
        message = f"the judge asks {record.repeats} times for probabilities that one answer brings"
        yield _warn(judge, "L009", message, ("repeats",), "set repeats: 1, or probabilities: repeats")
    if record.repeats > 1 and record.params.temperature == 0:
        message = f"at temperature 0 most of the {record.repeats} answers will be the same"
        yield _warn(
            judge, "L010", message, ("params", "temperature"), "leave temperature out, or set repeats: 1"
        )
    if record.repeats == 1 and record.answer.probabilities == "repeats":
        message = "one answer gives no probabilities"
        yield _warn(judge, "L011", message, ("answer", "probabilities"), "set repeats to 3 or more")


def _warn(judge: JudgeFile, code: str, message: str, place: Place, suggestion: str) -> Finding:
    return _finding(judge, code, message, place, suggestion, Severity.WARNING)


def _finding(
    judge: JudgeFile, code: str, message: str, place: Place, suggestion: str, severity: Severity
) -> Finding:
    source = judge.file.document.source
    return source.finding(code, message, source.value_span(place), suggestion=suggestion, severity=severity)


def template_findings(problems: Iterable[TemplateProblem], source: Source, place: Place) -> Iterator[Finding]:
    """Turn problems of a template into findings, in its own file or below a key of the file that holds it."""
    for problem in problems:
        if place:
            span = (
                source.find(problem.text, source.value_span(place))
                if problem.text
                else source.value_span(place)
            )
        else:
            line = source.line(problem.line)
            at = line.find(problem.text) if problem.text else -1
            width = len(problem.text) if at >= 0 else len(line.rstrip())
            span = Span(line=problem.line, column=max(at, 0) + 1, width=max(1, width))
        yield source.finding("T001", problem.message, span, suggestion=problem.suggestion)
