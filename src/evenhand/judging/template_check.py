"""The language of judge prompts: a small closed part of Jinja2, checked before anything is rendered.

A template prints text of the principle, the scale and the shots, asks whether something is there, and loops over
shots or labels. Text of a case can stand in it in one way only, as `{{ data("name", case.response) }}`. There is no
arithmetic, no assignment, no import, no call but `data`, no loop in a loop. So a template can not run for long,
build huge strings or reach Python, and one that passes the check does not fail when it is rendered.
"""

from collections.abc import Collection, Sequence
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes

from evenhand.judging.template_kinds import LISTS, ExpressionCheck, Kind, Scope, TemplateProblem, dotted

MAX_TEMPLATE_CHARS: Final = 100_000
_MAX_DEPTH: Final = 40
"""Compiled templates nest as their source does, and Python gives up at about a hundred levels."""
_TAKEN = {"case", "data", "loop", "principle", "scale", "shots"}


def find_problems(
    text: str, environment: Environment, *, mode: str, sees: Collection[str]
) -> tuple[TemplateProblem, ...]:
    """Return everything wrong with a judge template, by line; an empty tuple means it can be rendered."""
    if len(text) > MAX_TEMPLATE_CHARS:
        return _refused(1, f"the template is longer than {MAX_TEMPLATE_CHARS:,} characters")
    try:
        tree = environment.parse(text)
    except TemplateSyntaxError as error:
        return _refused(error.lineno, f"not a template: {error.message}")
    except RecursionError:
        return _refused(1, "the template is nested too deeply")
    except ValueError:
        return _refused(1, "a number in the template has thousands of digits")
    if line := _too_deep(tree):
        return _refused(line, "the template is nested too deeply here")
    check = _StatementCheck(ExpressionCheck(mode, sees))
    check.statements(tree.body, {})
    return tuple(sorted(check.problems, key=lambda problem: problem.line))


def _refused(line: int, message: str) -> tuple[TemplateProblem, ...]:
    return (TemplateProblem(line=line, text="", message=message),)


def _too_deep(tree: nodes.Template) -> int:
    """Return the line where nesting passes the limit; 0 where it does not."""
    level: list[nodes.Node] = [tree]
    for _ in range(_MAX_DEPTH):
        level = [child for node in level for child in node.iter_child_nodes()]
    return level[0].lineno if level else 0


class _StatementCheck:
    """Walks the statements of a template."""

    def __init__(self, expressions: ExpressionCheck) -> None:
        self._expressions = expressions
        self.problems = expressions.problems

    def statements(self, body: Sequence[nodes.Node], scope: Scope) -> None:
        for node in body:
            self._statement(node, scope)

    def _statement(self, node: nodes.Node, scope: Scope) -> None:
        match node:
            case nodes.Output():
                for child in node.nodes:
                    self._printed(child, scope)
            case nodes.If():
                self._expressions.kind(node.test, scope)
                self.statements([*node.body, *node.elif_, *node.else_], scope)
            case nodes.For():
                self._loop(node, scope)
            case _:
                self._expressions.foreign(node)
                inner = (nodes.Stmt, nodes.Output)
                self.statements([each for each in node.iter_child_nodes() if isinstance(each, inner)], scope)

    def _loop(self, loop: nodes.For, scope: Scope) -> None:
        source = dotted(loop.iter)
        if scope:
            self._expressions.wrong(loop, "a loop may not stand in a loop", "for")
        if source not in LISTS or source not in self._expressions.allowed or loop.recursive:
            seen = "if they are among what the judge sees"
            self._expressions.wrong(loop, f"a loop may run over shots or scale.labels only, {seen}", "for")
            source = ""
        inner = {**scope, **dict.fromkeys(self._loop_variables(loop), source)}
        if loop.test:
            self._expressions.wrong(loop, "a loop has no condition of its own", "for", "put an if into it")
        self.statements(loop.body, inner)
        self.statements(loop.else_, scope)

    def _loop_variables(self, loop: nodes.For) -> list[str]:
        if not isinstance(loop.target, nodes.Name):
            self._expressions.wrong(loop, "a loop has one variable", "for", "write {% for shot in shots %}")
            return [name.name for name in loop.target.find_all(nodes.Name)]
        name = loop.target.name
        if name in _TAKEN:
            self._expressions.wrong(loop, f"{name} already means something else", name, f"call it {name}_")
        return [name]

    def _printed(self, node: nodes.Node, scope: Scope) -> None:
        if isinstance(node, nodes.TemplateData):
            return
        if isinstance(node, nodes.Call) and dotted(node.node) == "data":
            self._expressions.data(node, scope)
        elif isinstance(node, nodes.CondExpr):
            self._expressions.kind(node.test, scope)
            for branch in self._expressions.branches(node):
                self._printed(branch, scope)
        else:
            self._must_be_text(node, self._expressions.kind(node, scope))

    def _must_be_text(self, node: nodes.Node, kind: Kind) -> None:
        name = dotted(node)
        match kind:
            case Kind.CASE_TEXT:
                self._expressions.hostile(node)
            case Kind.LIST:
                hint = f'loop over it, or join a field: {name}|join(", ", "label")'
                self._expressions.wrong(node, f"{name} is a list, not a text", name, hint)
            case Kind.ENTRY:
                hint = f"write a field of it, such as {name}.label"
                self._expressions.wrong(node, f"{name} is an entry of a list, not a text", name, hint)
            case Kind.TRUTH:
                hint = "ask for it: {% if ... %}yes{% else %}no{% endif %}"
                self._expressions.wrong(node, "this is true or false, not a text", name, hint)
