"""Small changes to a module's syntax tree, each of which a test should notice. Pure functions.

Left alone, because nothing promises them: docstrings, annotations, the words of messages (text inside `raise`, inside
f-strings, after `hint=`, names of what was found wanting), decorators, and `__all__`.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Change = tuple[str, ast.AST]
"""What kind of change it is, and what stands there instead."""
Path = tuple[tuple[str, int | None], ...]
"""The way from the module to a node: field by field, with the place in it where it is a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one change."""

    module: str
    """File, as a path from the folder of the package."""
    line: int
    """Line of the change."""
    function: str
    """Function, method or class around it; empty at the top of the module."""
    kind: str
    """Kind of change."""
    before: str
    """What stands there."""
    after: str
    """What stands there instead."""
    path: Path
    """The way from the module to what changes."""
    replacement: ast.AST
    """What stands there instead."""

    def applied(self, source: str) -> ast.Module:
        """Return the module with the change."""
        return _changed(ast.parse(source), self.path, self.replacement)

    @property
    def name(self) -> str:
        """What it is known by: independent of lines, so that a reason written down today holds tomorrow."""
        return f"{self.module}::{self.function}: {self.before} -> {self.after}"


_OPPOSITES: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
}


def mutants(source: str, module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its text."""
    tree = ast.parse(source)
    for node, path, function in _places(tree):
        for kind, replacement in _changes(node):
            yield Mutant(
                module=module,
                line=getattr(node, "lineno", 0),
                function=function,
                kind=kind,
                before=_shown(node),
                after=_shown(replacement),
                path=path,
                replacement=replacement,
            )


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, Path, str]]:
    """Yield the nodes that may change, with the way to them and the function around them."""
    yield from _within(tree, (), "")


def _within(node: ast.AST, path: Path, function: str) -> Iterator[tuple[ast.AST, Path, str]]:
    for name, value in ast.iter_fields(node):
        if _is_left_alone(node, name):
            continue
        children = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for place, child in children:
            if not isinstance(child, ast.AST) or _says_something_to_people(node, child):
                continue
            here = (*path, (name, place))
            inner = f"{function}.{child.name}".strip(".") if isinstance(child, _NAMED) else function
            yield child, here, inner
            yield from _within(child, here, inner)


_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _is_left_alone(node: ast.AST, field: str) -> bool:
    return (
        field in {"annotation", "returns", "decorator_list", "type_params", "bases"}
        or isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)
        or (isinstance(node, ast.Raise) and field == "cause")
    )


def _says_something_to_people(parent: ast.AST, child: ast.AST) -> bool:
    """Tell whether a node is a docstring, a note beneath a field, words of a message, or what is assigned to."""
    match child:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.keyword(arg=name):
            return name in {None, "hint", "message", "detail"}
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
        case ast.Name() if isinstance(parent, ast.Assign | ast.AnnAssign):
            return True
    return isinstance(parent, ast.Call) and (
        _is_a_name_for_people(parent, child) or (_is_error(parent.func) and child in parent.args)
    )


_NAMERS = frozenset({"object_of", "list_of", "text_of", "optional_text", "_text", "_number"})
"""Functions whose last argument is what a message calls the thing they found wanting."""


def _is_a_name_for_people(call: ast.Call, child: ast.AST) -> bool:
    is_namer = isinstance(call.func, ast.Name) and call.func.id in _NAMERS
    return is_namer and len(call.args) == 2 and child is call.args[-1] and isinstance(child, ast.Constant)


def _is_error(function: ast.expr) -> bool:
    name = getattr(function, "id", getattr(function, "attr", ""))
    return str(name).endswith("Error") or name == "_failed"


def _changes(node: ast.AST) -> Iterator[Change]:
    for kind, find in _OPERATORS.items():
        for replacement in find(node):
            yield kind, replacement


def _comparison(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _OPPOSITES[type(operator)]:
                changed = copy.deepcopy(node)
                changed.ops[place] = other()
                yield changed


def _boolean(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        changed = copy.deepcopy(node)
        changed.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield changed
        yield from (copy.deepcopy(value) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield copy.deepcopy(node.operand)
    if isinstance(node, ast.If | ast.IfExp | ast.While) and not isinstance(
        node.test, ast.Compare | ast.BoolOp
    ):
        changed_test = copy.deepcopy(node)
        changed_test.test = ast.UnaryOp(op=ast.Not(), operand=copy.deepcopy(node.test))
        yield changed_test


def _constant(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    match node.value:
        case bool():
            yield ast.Constant(value=not node.value)
        case int() | float():
            yield ast.Constant(value=node.value + 1)
        case str() as text:
            yield ast.Constant(value=f"X{text}X")
        case bytes() as content:
            yield ast.Constant(value=b"X" + content)


def _returned(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(value=ast.Constant(value=None))


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        changed = copy.deepcopy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield changed
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield copy.deepcopy(node.operand)


def _removed(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Expr | ast.AugAssign | ast.Raise | ast.Delete | ast.Continue | ast.Break):
        yield ast.Pass()


_ORDER_FREE = frozenset({"isinstance", "_words"})
"""Calls whose swapped arguments are an error at once, or the same set of alternatives."""


def _swapped(node: ast.AST) -> Iterator[ast.AST]:
    if (
        isinstance(node, ast.Call) and getattr(node.func, "id", "") not in _ORDER_FREE
    ):  # always an error, and noticed
        plain = [not isinstance(argument, ast.Starred) for argument in node.args]
        for place in range(len(node.args) - 1):
            if plain[place] and plain[place + 1]:
                changed = copy.deepcopy(node)
                changed.args[place : place + 2] = changed.args[place : place + 2][::-1]
                yield changed


_OPERATORS: dict[str, Callable[[ast.AST], Iterator[ast.AST]]] = {
    "comparison": _comparison,
    "boolean": _boolean,
    "constant": _constant,
    "return": _returned,
    "arithmetic": _arithmetic,
    "removed statement": _removed,
    "swapped arguments": _swapped,
}
KINDS = tuple(_OPERATORS)
"""Kinds of changes, in words."""


def _changed(tree: ast.Module, path: Path, replacement: ast.AST) -> ast.Module:
    parent: Any = tree
    for field, place in path[:-1]:
        parent = getattr(parent, field) if place is None else getattr(parent, field)[place]
    field, place = path[-1]
    if place is None:
        ast.copy_location(replacement, getattr(parent, field))
        setattr(parent, field, replacement)
    else:
        ast.copy_location(replacement, getattr(parent, field)[place])
        getattr(parent, field)[place] = replacement
    return ast.fix_missing_locations(tree)


def _shown(node: ast.AST) -> str:
    """Return a node as one short line of source."""
    if isinstance(node, ast.If | ast.While):
        return (
            f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else f"while {ast.unparse(node.test)}"
        )
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else f"{text[:97]}..."
