"""Judge prompt templates: a small closed part of Jinja2, checked before anything is rendered.

Only the nodes listed in `_ALLOWED` may stand in a template: no calls but `data(...)`, no arithmetic, no
imports, no assignment. So a template can not loop for long, build huge strings or reach Python, and case
text can enter only through `data(...)`, as a fenced value.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from evenhand.errors import UsageError, nearest_name

_ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.If,
    nodes.For,
    nodes.Filter,
    nodes.Call,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
    nodes.CondExpr,
)
_FILTERS = ("join", "length", "lower", "title", "trim", "upper")
_LOOP_FIELDS = {
    "shots": ("prompt", "response", "label", "why"),
    "scale.labels": ("label", "description"),
}
_SCALE_FIELDS = ("scale.kind", "scale.labels", "scale.minimum", "scale.maximum")
_HOSTILE = ("prompt", "response", "response_a", "response_b", "reference")
_PAIR_ONLY = {"case.response_a", "case.response_b"}
_SINGLE_ONLY = {"case.response"}
MAX_RENDERED_CHARS = 2_000_000


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


class Untrusted:
    """Text of a case. It has no string form: only `data(name, value)` can put it into a prompt."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __str__(self) -> str:
        raise UsageError("case text may stand in a prompt only as data(name, value)")

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return str(self)

    def fenced_by(self, fence: Any) -> str:
        """Return the text as `fence` wraps it."""
        return str(fence(self._text))


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, keep_trailing_newline=False, cache_size=0
    )
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.globals = {}
    return environment


def allowed_fields(mode: str, sees: Collection[str]) -> tuple[str, ...]:
    """Return the dotted names a template of this mode may use, given what its judge sees."""
    hidden = _SINGLE_ONLY if mode == "pairwise" else _PAIR_ONLY
    plain = [name for name in sees if name not in hidden and name != "scale"]
    return tuple(plain) + (_SCALE_FIELDS if "scale" in sees else ())


def check_template(text: str, *, mode: str, sees: Collection[str]) -> tuple[TemplateProblem, ...]:
    """Return everything wrong with a judge template; an empty tuple means it can be rendered."""
    try:
        tree = _environment().parse(text)
    except TemplateSyntaxError as error:
        return (TemplateProblem(line=error.lineno, text="", message=f"not a template: {error.message}"),)
    return tuple(_problems(tree, allowed_fields(mode, sees)))


def _problems(tree: nodes.Template, allowed: tuple[str, ...]) -> Iterator[TemplateProblem]:
    loops = {
        name: source
        for loop in tree.find_all(nodes.For)
        for name, source in [_loop_of(loop, allowed)]
        if name
    }
    yield from _structure_problems(tree, loops, allowed)
    yield from _name_problems(tree, loops, allowed)


def _structure_problems(
    tree: nodes.Template, loops: Mapping[str, str], allowed: tuple[str, ...]
) -> Iterator[TemplateProblem]:
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            kind = type(node).__name__.lower()
            yield TemplateProblem(
                line=node.lineno, text="", message=f"{kind} is not part of the template language"
            )
        elif isinstance(node, nodes.Getattr) and not _dotted(node):
            yield TemplateProblem(
                line=node.lineno, text=f".{node.attr}", message=f"{node.attr} is taken of something unnamed"
            )
        elif isinstance(node, nodes.Filter) and node.name not in _FILTERS:
            yield _unknown(node.lineno, node.name, "filter", _FILTERS)
        elif isinstance(node, nodes.For) and _loop_of(node, allowed)[1] not in _LOOP_FIELDS:
            yield TemplateProblem(
                line=node.lineno, text="for", message="a loop may run over shots or scale.labels only"
            )
        elif isinstance(node, nodes.Call) and (problem := _call_problem(node, loops)):
            yield problem
        elif isinstance(node, nodes.Output):
            yield from _bare_case_text(node, loops)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _loop_of(loop: nodes.For, allowed: tuple[str, ...]) -> tuple[str, str]:
    source = _dotted(loop.iter)
    if not isinstance(loop.target, nodes.Name) or source not in allowed or loop.recursive:
        return "", ""
    return loop.target.name, source


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        stem = _dotted(node.node)
        return f"{stem}.{node.attr}" if stem else ""
    return ""


def _call_problem(call: nodes.Call, loops: Mapping[str, str]) -> TemplateProblem | None:
    if _dotted(call.node) != "data":
        return TemplateProblem(line=call.lineno, text="(", message="only data(name, value) may be called")
    shape = len(call.args) == 2 and not (call.kwargs or call.dyn_args or call.dyn_kwargs)
    named = shape and isinstance(call.args[0], nodes.Const) and str(call.args[0].value).isidentifier()
    if not named or not _is_hostile(_dotted(call.args[1]), loops):
        return TemplateProblem(
            line=call.lineno,
            text="data",
            message="data() takes a plain name and one text of the case or of a shot",
            suggestion='write data("reply", case.response)',
        )
    return None


def _is_hostile(dotted: str, loops: Mapping[str, str]) -> bool:
    stem, _, field = dotted.partition(".")
    return (stem == "case" or loops.get(stem) == "shots") and field in _HOSTILE


def _bare_case_text(output: nodes.Output, loops: Mapping[str, str]) -> Iterator[TemplateProblem]:
    fenced = {id(argument) for call in output.find_all(nodes.Call) for argument in call.args}
    for node in output.find_all(nodes.Getattr):
        name = _dotted(node)
        if _is_hostile(name, loops) and id(node) not in fenced:
            yield TemplateProblem(
                line=node.lineno,
                text=name,
                message=f"{name} is hostile text and may stand in a prompt only as data",
                suggestion=f'write data("{name.rpartition(".")[2]}", {name})',
            )


def _name_problems(
    tree: nodes.Template, loops: Mapping[str, str], allowed: tuple[str, ...]
) -> Iterator[TemplateProblem]:
    locals_ = {f"{name}.{field}" for name, source in loops.items() for field in _LOOP_FIELDS[source]}
    known = {*allowed, *locals_, *loops, "data"}
    for node, name in _outermost_names(tree):
        if name not in known:
            yield _unknown(node.lineno, name, "variable", known)


def _outermost_names(node: nodes.Node) -> Iterator[tuple[nodes.Node, str]]:
    dotted = _dotted(node)
    if dotted:
        yield node, dotted
        return
    for child in node.iter_child_nodes():
        yield from _outermost_names(child)


def _unknown(line: int, name: str, kind: str, known: Collection[str]) -> TemplateProblem:
    near = nearest_name(name, sorted(known))
    suggestion = f'did you mean "{near}"?' if near else f"known: {', '.join(sorted(known))}"
    return TemplateProblem(
        line=line, text=name, message=f"{name} is not a {kind} this template may use", suggestion=suggestion
    )


class PromptTemplate:
    """A checked template, compiled once and rendered for each unit."""

    def __init__(self, text: str, *, mode: str, sees: Collection[str]) -> None:
        """Compile `text`.

        Raises:
            UsageError: The template has problems (`evenhand lint` shows them all with their lines).
        """
        if problems := check_template(text, mode=mode, sees=sees):
            first = problems[0]
            raise UsageError(f"line {first.line} of the template: {first.message}", hint=first.suggestion)
        self._template = _environment().from_string(text)

    def render(self, context: Mapping[str, Any]) -> str:
        """Return the prompt text.

        Raises:
            UsageError: The result is longer than two million characters.
        """
        text = self._template.render(context).strip()
        if len(text) > MAX_RENDERED_CHARS:
            raise UsageError(f"the prompt is longer than {MAX_RENDERED_CHARS} characters")
        return text
