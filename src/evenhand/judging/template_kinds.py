"""What an expression in a judge prompt stands for: text, a number, a truth, a list, or hostile text of a case."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, get_args

from jinja2 import nodes

from evenhand.errors import nearest_name
from evenhand.records.judge import Sight

LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "shots": ("prompt", "response", "label", "why"),
    "scale.labels": ("label", "description"),
}
"""Lists a template may loop over, with the fields of their entries."""
FILTERS: Final = ("join", "length", "lower", "title", "trim", "upper")

_SCALE_FIELDS = ("scale.kind", "scale.labels", "scale.minimum", "scale.maximum")
_LOOP_FIELDS = ("loop.index", "loop.first", "loop.last")
_HOSTILE_FIELDS = ("prompt", "response", "response_a", "response_b", "reference")
_JUDGES = {"absolute", "pairwise"}
"""Modes of judges; any other template may use what it is given, and there is nothing to be added to its sight."""
_PAIR_ONLY = {"case.response_a", "case.response_b"}
_SINGLE_ONLY = {"case.response"}
_FENCE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)
_SIGNS = {
    "eq": "==",
    "ne": "!=",
    "lt": "<",
    "lteq": "<=",
    "gt": ">",
    "gteq": ">=",
    "in": "in",
    "notin": "not in",
}
_WRITTEN = {
    "assign": "set",
    "assignblock": "set",
    "callblock": "call",
    "filterblock": "filter",
    "fromimport": "from",
    "scope": "autoescape",
    "getitem": "[...]",
    "test": "is",
    "concat": "~",
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "neg": "-",
    "pos": "+",
}
"""What people write for the constructs that Jinja2 names otherwise."""
_INSTEAD: Mapping[type[nodes.Node], str] = {
    nodes.Getitem: "write a field with a dot, such as case.response",
    nodes.Test: "every name is defined; `{% if principle.exceptions %}` asks whether there is any",
    nodes.Concat: "write the parts one after the other: {{ principle.id }}{{ principle.title }}",
    nodes.Tuple: "compare with one value at a time",
    nodes.List: "compare with one value at a time",
}

Scope = Mapping[str, str]
"""Loop variables in reach, with the list they run over; an empty name stands for a list that was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateProblem:
    """One thing wrong in a template."""

    line: int
    """Line, from 1."""
    text: str
    """The offending name or construct, as it stands in the template where it can be found."""
    message: str
    """What is wrong, in a sentence."""
    suggestion: str = ""
    """What to write instead."""


class Kind(Enum):
    """What an expression stands for."""

    TEXT = auto()
    NUMBER = auto()
    TRUTH = auto()
    LIST = auto()
    ENTRY = auto()
    """An entry of a list: a loop variable."""
    CASE_TEXT = auto()
    WRONG = auto()
    """A problem that was noted already."""


def allowed_fields(mode: str, sees: Collection[str]) -> tuple[str, ...]:
    """Return the dotted names a template of this mode may use, given what its judge sees."""
    hidden = _SINGLE_ONLY if mode == "pairwise" else _PAIR_ONLY
    plain = [name for name in sees if name not in hidden and name != "scale"]
    return tuple(plain) + (_SCALE_FIELDS if "scale" in sees else ())


def dotted(node: nodes.Node | None) -> str:
    """Return a name with its fields, such as `case.response`; an empty string for anything else."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        stem = dotted(node.node)
        return f"{stem}.{node.attr}" if stem else ""
    return ""


class ExpressionCheck:
    """Finds the kinds of expressions and notes what is wrong with them."""

    def __init__(self, mode: str, sees: Collection[str]) -> None:
        self.problems: list[TemplateProblem] = []
        self.allowed = allowed_fields(mode, sees)
        self._mode = mode

    def wrong(self, node: nodes.Node, message: str, text: str = "", suggestion: str = "") -> Kind:
        """Note a problem."""
        self.problems.append(
            TemplateProblem(line=_line(node), text=text, message=message, suggestion=suggestion)
        )
        return Kind.WRONG

    def foreign(self, node: nodes.Node) -> Kind:
        """Note a construct that is not part of the language."""
        kind = type(node).__name__.lower()
        written = _WRITTEN.get(kind, kind)
        message = f"{written} is not part of the template language"
        return self.wrong(node, message, written, _INSTEAD.get(type(node), ""))

    def kind(self, node: nodes.Node, scope: Scope) -> Kind:
        """Return what `node` stands for."""
        match node:
            case nodes.Const():
                kind = _constant_kind(node.value)
            case nodes.Name() | nodes.Getattr():
                kind = self._name(node, scope)
            case nodes.Filter():
                kind = self._filter(node, scope)
            case nodes.Compare():
                kind = self._comparison(node, scope)
            case nodes.CondExpr():
                self.kind(node.test, scope)
                kind = _common([self.kind(branch, scope) for branch in self.branches(node)])
            case nodes.And() | nodes.Or():
                kind = _common([self.kind(node.left, scope), self.kind(node.right, scope)])
            case nodes.Not():
                self.kind(node.node, scope)
                kind = Kind.TRUTH
            case nodes.Call():
                kind = self._call(node)
            case _:
                kind = self.foreign(node)
        return kind

    def branches(self, node: nodes.CondExpr) -> list[nodes.Node]:
        """Return both branches of an `if` inside an expression."""
        if node.expr2 is None:
            self.wrong(node, "an if inside an expression needs an else", "if")
            return [node.expr1]
        return [node.expr1, node.expr2]

    def hostile(self, node: nodes.Node) -> Kind:
        """Note case text that stands outside `data(...)`."""
        name = dotted(node)
        return self.wrong(
            node,
            f"{name} is hostile text and may stand in a prompt only as data",
            name,
            f'write {{{{ data("{name.rpartition(".")[2]}", {name}) }}}}',
        )

    def data(self, call: nodes.Call, scope: Scope) -> None:
        """Check `data("name", text)`."""
        plain = len(call.args) == 2 and not (call.kwargs or call.dyn_args or call.dyn_kwargs)
        if not plain or not _is_fence_name(call.args[0]) or not self._is_case_text(call.args[1], scope):
            self.wrong(
                call,
                "data() takes a plain name and one text of the case or of a shot",
                "data",
                'write {{ data("reply", case.response) }}',
            )

    def _is_case_text(self, node: nodes.Node, scope: Scope) -> bool:
        return self.kind(node, scope) in {Kind.CASE_TEXT, Kind.WRONG}

    def _call(self, node: nodes.Call) -> Kind:
        name = dotted(node.node)
        if name == "data":
            return self.wrong(
                node, "data() stands by itself", name, 'write {{ data("reply", case.response) }}'
            )
        return self.wrong(node, "only data(name, value) may be called", name)

    def _comparison(self, node: nodes.Compare, scope: Scope) -> Kind:
        operands = [node.expr, *(operand.expr for operand in node.ops)]
        kinds = [self._comparable(operand, scope) for operand in operands]
        for operation, left, right in zip(node.ops, kinds, kinds[1:], strict=False):
            if Kind.WRONG not in {left, right} and not _can_compare(operation.op, left, right):
                sign = _SIGNS[operation.op]
                self.wrong(node, f"a {left.name.lower()} {sign} a {right.name.lower()} has no meaning", sign)
        return Kind.TRUTH

    def _comparable(self, node: nodes.Node, scope: Scope) -> Kind:
        kind = self.kind(node, scope)
        if kind is Kind.CASE_TEXT:
            return self.hostile(node)
        if kind in {Kind.TEXT, Kind.NUMBER, Kind.WRONG}:
            return kind
        return self.wrong(node, "only texts and numbers can be compared", dotted(node))

    def _filter(self, node: nodes.Filter, scope: Scope) -> Kind:
        if node.name not in FILTERS or node.node is None:
            return self._unknown(node, node.name, "filter", FILTERS)
        kind = self.kind(node.node, scope)
        if kind is Kind.CASE_TEXT:
            return self.hostile(node.node)
        if node.name == "join" or kind is Kind.WRONG:
            return kind if kind is Kind.WRONG else self._join(node)
        fits = kind is Kind.TEXT or (node.name == "length" and kind is Kind.LIST)
        if not fits or node.args or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return self.wrong(node, f"{node.name} takes a text and nothing else", node.name)
        return Kind.NUMBER if node.name == "length" else Kind.TEXT

    def _join(self, node: nodes.Filter) -> Kind:
        given = dict(zip(("d", "attribute"), node.args, strict=False))
        given |= {str(keyword.key): keyword.value for keyword in node.kwargs}
        texts = {
            name: value.value
            for name, value in given.items()
            if isinstance(value, nodes.Const) and isinstance(value.value, str)
        }
        fields = [name for name in LISTS.get(dotted(node.node), ()) if name not in _HOSTILE_FIELDS]
        plain = len(node.args) + len(node.kwargs) == 2 and not (node.dyn_args or node.dyn_kwargs)
        if plain and set(texts) == {"d", "attribute"} and texts["attribute"] in fields:
            return Kind.TEXT
        return self.wrong(
            node,
            "join takes a list, a separator and the name of a field",
            "join",
            'write {{ scale.labels|join(", ", "label") }}',
        )

    def _name(self, node: nodes.Node, scope: Scope) -> Kind:
        name = dotted(node)
        if not name:
            return self.foreign(node)
        root, _, field = name.partition(".")
        if root in scope:
            return self._loop_variable(node, root, field, scope)
        if scope and name in _LOOP_FIELDS:
            return Kind.NUMBER if field == "index" else Kind.TRUTH
        if name not in self.allowed:
            return self._unknown_name(node, name, scope)
        if name in LISTS:
            return Kind.LIST
        return Kind.CASE_TEXT if root == "case" else Kind.TEXT

    def _loop_variable(self, node: nodes.Node, root: str, field: str, scope: Scope) -> Kind:
        fields = LISTS.get(scope[root])
        if fields is None:
            return Kind.WRONG
        if not field:
            return Kind.ENTRY
        if field not in fields:
            return self._unknown(node, f"{root}.{field}", "variable", [f"{root}.{each}" for each in fields])
        return Kind.CASE_TEXT if field in _HOSTILE_FIELDS else Kind.TEXT

    def _unknown_name(self, node: nodes.Node, name: str, scope: Scope) -> Kind:
        if self._mode not in _JUDGES:
            return self._unknown(node, name, "variable", self.allowed)
        other = "absolute" if self._mode == "pairwise" else "pairwise"
        if name == "data":
            return self.wrong(
                node, "data is there to be called", name, 'write {{ data("reply", case.response) }}'
            )
        if name in allowed_fields(self._mode, get_args(Sight)):
            sight = "scale" if name in _SCALE_FIELDS else name
            return self.wrong(
                node, f"{name} is not among what the judge sees", name, f"add {sight} to `sees`"
            )
        if name in allowed_fields(other, get_args(Sight)):
            return self.wrong(node, f"{name} is there for judges with mode: {other} only", name)
        loops = [f"{root}.{field}" for root, source in scope.items() for field in LISTS.get(source, ())]
        known = {*self.allowed, *loops, *(_LOOP_FIELDS if scope else ())}
        return self._unknown(node, name, "variable", known)

    def _unknown(self, node: nodes.Node, name: str, kind: str, known: Collection[str]) -> Kind:
        near = nearest_name(name, sorted(known))
        suggestion = f'did you mean "{near}"?' if near else f"known: {', '.join(sorted(known))}"
        return self.wrong(node, f"{name} is not a {kind} this template may use", name, suggestion)


def _line(node: nodes.Node) -> int:
    """Return the line of `node`; Jinja2 leaves it out on blocks that only hold others."""
    lines: list[int | None] = [each.lineno for each in (node, *node.find_all(nodes.Node))]
    return next((line for line in lines if line), 1)


def _constant_kind(value: object) -> Kind:
    if isinstance(value, str):
        return Kind.TEXT
    return Kind.TRUTH if isinstance(value, bool) or value is None else Kind.NUMBER


def _common(kinds: Iterable[Kind]) -> Kind:
    """Return what one of several values is, whichever it turns out to be."""
    found = set(kinds)
    if Kind.WRONG in found:
        return Kind.WRONG
    return found.pop() if found <= {Kind.TEXT} or found <= {Kind.NUMBER} else Kind.TRUTH


def _can_compare(operation: str, left: Kind, right: Kind) -> bool:
    if operation in {"eq", "ne"}:
        return left is right
    return left is right is (Kind.TEXT if operation in {"in", "notin"} else Kind.NUMBER)


def _is_fence_name(node: nodes.Node) -> bool:
    return (
        isinstance(node, nodes.Const)
        and isinstance(node.value, str)
        and bool(_FENCE_NAME.fullmatch(node.value))
    )
