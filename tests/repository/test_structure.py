"""What the source may not contain, whatever the linters say. Each rule is first shown to bite."""

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "evenhand"
SOURCES = sorted(PACKAGE.rglob("*.py"))

YAML_READER = "catalog/yaml_file.py"
TEMPLATE_READER = "judging/template.py"
SDKS = ("openai", "anthropic", "litellm")
HEAVY = ("pandas", "scipy", "sklearn", "playwright", "aiohttp", *SDKS)
STATISTICS_OF_SCIPY = ("scipy.special", "scipy.optimize")  # a quick import, by commands that estimate only
UNSAFE_MODULES = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "jsonpickle")
SQL_CALLS = ("text", "execute", "executemany", "executescript", "exec_driver_sql")
TEXT_FILE_CALLS = ("read_text", "write_text")

Rule = Callable[[ast.AST, str], Iterator[ast.AST]]


# -- Small questions about a syntax tree ----------------------------------------------------------------


@cache
def parsed(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"))


@cache
def calls(tree: ast.AST) -> tuple[tuple[str, str, ast.Call], ...]:
    """Returns (what the function belongs to, the function's name, the call) of each call."""
    return tuple(find_calls(tree))


def find_calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name):
                    yield "", name, node
                case ast.Attribute(value=owner, attr=name):
                    yield ast.unparse(owner), name, node


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Yields (the outermost name of an imported module, the statement)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node


def imports_at_import_time(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Yields imports outside functions and outside `if TYPE_CHECKING`."""
    later = {id(inner) for node in ast.walk(tree) if runs_later(node) for inner in ast.walk(node)}
    return ((name, node) for name, node in imports(tree) if id(node) not in later)


def runs_later(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)


def keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


# -- Rules ----------------------------------------------------------------------------------------------


def yaml_without_our_loader(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for owner, name, call in calls(tree):
        is_ours = path == YAML_READER and name == "load" and "Loader" in keywords(call)
        if owner == "yaml" and "load" in name and not is_ours:
            yield call


def unsafe_serialisation(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    return (node for name, node in imports(tree) if name in UNSAFE_MODULES)


def evaluation(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    return (call for owner, name, call in calls(tree) if not owner and name in ("eval", "exec", "__import__"))


def template_from_text(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for owner, name, call in calls(tree):
        if name == "from_string" and path != TEMPLATE_READER:
            yield call
        if name == "Template" and owner in ("", "jinja2", "string"):
            yield call


def swallowed_errors(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            is_broad = node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")
            says_nothing = all(isinstance(step, ast.Pass | ast.Continue | ast.Break) for step in node.body)
            if node.type is None or (is_broad and says_nothing):
                yield node
    for _, name, call in calls(tree):
        if name == "suppress" and any(
            ast.unparse(arg) in ("Exception", "BaseException") for arg in call.args
        ):
            yield call


def sql_put_together(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for _, name, call in calls(tree):
        if (
            name in SQL_CALLS
            and call.args
            and is_put_together(call.args[0])
            and not is_pragma(call.args[0], path)
        ):
            yield call


def is_pragma(argument: ast.expr, path: str) -> bool:
    """Says whether this is a pragma of the store: it takes no parameters, and gets the store's own constants."""
    return path.startswith("store/") and ast.unparse(argument).startswith("f'PRAGMA ")


def is_put_together(argument: ast.expr) -> bool:
    """Says whether text is built here: an f-string with values, `%`, `+` or `.format`."""
    match argument:
        case ast.JoinedStr(values=values):
            return any(isinstance(value, ast.FormattedValue) for value in values)
        case ast.BinOp(left=ast.Constant(value=str()) | ast.JoinedStr(), op=ast.Mod() | ast.Add()):
            return True
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
    return False


def text_files_without_encoding(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for owner, name, call in calls(tree):
        opens = name == "open" and (owner in ("", "io", "gzip") or owner.startswith("Path("))
        position = 0 if owner.startswith("Path(") else 1
        is_text = name in TEXT_FILE_CALLS or (opens and "b" not in mode_of(call, position))
        if (opens or name in TEXT_FILE_CALLS) and is_text and "encoding" not in keywords(call):
            yield call


def mode_of(call: ast.Call, position: int) -> str:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "mode"), None)
    mode = named or (call.args[position] if len(call.args) > position else None)
    return ast.unparse(mode) if mode else "r"


def sdk_outside_its_provider(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for name, node in imports(tree):
        if name in SDKS and not (path.startswith("providers/") and name in path):
            yield node


def heavy_import_at_import_time(tree: ast.AST, path: str) -> Iterator[ast.AST]:
    for name, node in imports_at_import_time(tree):
        is_function_of_scipy = isinstance(node, ast.ImportFrom) and node.module in STATISTICS_OF_SCIPY
        if name in HEAVY and not (path.startswith("stats/") and is_function_of_scipy):
            yield node


RULES: dict[Rule, tuple[str, list[str]]] = {
    yaml_without_our_loader: (
        "YAML is read by our strict loader only",
        ["yaml.load(x)", "yaml.safe_load(x)", "yaml.full_load(x)", "yaml.unsafe_load_all(x)"],
    ),
    unsafe_serialisation: ("nothing is unpickled", ["import pickle", "from joblib import load"]),
    evaluation: ("no text becomes code", ["eval(x)", "exec(x)"]),
    template_from_text: (
        "text becomes a template in one checked place",
        ["jinja2.Template(x)", "Template(x)", "env.from_string(x)"],
    ),
    swallowed_errors: (
        "a caught error is handled or recorded",
        [
            "try: x()\nexcept Exception: pass",
            "try: x()\nexcept: y()",
            "with contextlib.suppress(Exception): x()",
        ],
    ),
    sql_put_together: (
        "SQL takes parameters",
        [
            "text(f'SELECT {x}')",
            "text(f'PRAGMA {x}')",
            "c.execute('a %s' % x)",
            "c.execute('a' + x)",
            "c.exec_driver_sql('{}'.format(x))",
        ],
    ),
    text_files_without_encoding: (
        "text files say that they are UTF-8",
        ["open(p)", "p.read_text()", "p.write_text(x)", "Path(p).open('w')", "gzip.open(p, 'rt')"],
    ),
    sdk_outside_its_provider: (
        "a vendor's SDK stays in its provider",
        ["import openai", "from litellm import x"],
    ),
    heavy_import_at_import_time: (
        "heavy packages are imported on demand",
        ["import pandas as pd", "import litellm"],
    ),
}
HARMLESS = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
def later():
    import pandas
with open(p, "rb") as a, open(p, encoding="utf-8") as b, gzip.open(p, mode="rb") as c, Path(p).open("wb") as d: ...
connection.execute(text("SELECT :x"), {"x": 1})
connection.execute(select(a) + b)
try: x()
except ValueError: pass
try: x()
except Exception as error: record(error)
re.compile(x); model.evaluate(x); yaml.safe_dump(x)
"""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_source_keeps_the_rule(rule: Rule) -> None:
    what, _ = RULES[rule]
    broken = []
    for source in SOURCES:
        path = source.relative_to(PACKAGE).as_posix()
        broken += [f"{path}:{getattr(node, 'lineno', 1)}" for node in rule(parsed(source), path)]
    assert not broken, f"{what}: {', '.join(broken)}"


@pytest.mark.parametrize(
    ("rule", "code"), [(rule, code) for rule, (_, examples) in RULES.items() for code in examples]
)
def test_the_rule_bites(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code), "workflows/example.py"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_lets_harmless_code_pass(rule: Rule) -> None:
    assert not list(rule(ast.parse(HARMLESS), "workflows/example.py"))


def test_one_module_of_the_command_line_prints() -> None:
    printing = {
        source.relative_to(PACKAGE).as_posix()
        for source in SOURCES
        for owner, name, _ in calls(parsed(source))
        if name == "print" and not owner
    }
    assert len(printing) <= 1
    assert all(path.startswith("cli/") for path in printing)


BARE_IGNORE = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*noqa(?!:)|#\s*ruff:\s*noqa(?!:)")


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "requirements"])
def test_an_ignore_names_what_it_ignores(folder: str) -> None:
    bare = [
        f"{path.relative_to(ROOT)}:{token.start[0]}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and BARE_IGNORE.search(token.string)
    ]
    assert not bare


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks", "requirements"])
def test_no_file_has_more_than_500_lines(folder: str) -> None:
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / folder).rglob("*.py")}
    assert not {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > 500}


def test_litellm_tests_live_where_the_second_sdk_set_runs_them() -> None:
    marked = [
        path for path in (ROOT / "tests").rglob("test_*.py") if "mark.litellm" in path.read_text("utf-8")
    ]
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in marked}
    assert folders <= {"providers", "testing", "repository"}
