"""Write docs/reference from what the code itself says: `python docs/build_reference.py`, or `--check` to compare.

The commands come from the tree that is executed, the files from the records that read them, the codes from the
table that lint reports by. A test fails when what is committed differs.
"""  # noqa: INP001 - a script, no package

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from evenhand.cli.commands import SECTIONS, Entry
from evenhand.cli.documents import DOCUMENTS
from evenhand.cli.group import load_command, shared_params
from evenhand.cli.root import root_group
from evenhand.feedback.left_out import LeftOut
from evenhand.feedback.shapes import COLUMNS, shape_table, text_keys
from evenhand.feedback.trust import TRUSTED, TrustReason
from evenhand.review.exchange.formats import FACTS, LOST
from evenhand.review.exchange.review_line import ReviewLine
from evenhand.review.exchange.task_line import TaskLine
from evenhand.review.keys import KEYS, key_hint
from evenhand.web.strings import DEFAULT_LOCALE, translator
from evenhand.workflows.explain_code import every_code
from evenhand.workflows.show_schema import schema_names, schema_summaries, show_schema

FOLDER = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/build_reference.py; change the code, then run it. -->"


def pages() -> dict[str, str]:
    """Return every page by file name."""
    return {
        "cli.md": "\n".join(_cli_page()),
        "files.md": "\n".join(_files_page()),
        "codes.md": "\n".join(_codes_page()),
        "exchange.md": "\n".join(_exchange_page()),
        "training-data.md": "\n".join(_training_data_page()),
        "review-keys.md": "\n".join(_review_keys_page()),
    }


# -- Commands --------------------------------------------------------------------------------------


def _cli_page() -> Iterator[str]:
    yield from ("# Commands", "", NOTE, "")
    yield from (_paragraphs(root_group().help), "")
    yield from ("| command | what it does |", "|---|---|")
    for entry in _entries():
        yield f"| [`{entry.path}`](#{_anchor(entry.path)}) | {entry.help} |"
    yield from ("", "## Options of every command", "", *_options(shared_params()), "")
    yield from ("`evenhand --version` shows the version. Options may stand before or after the command.", "")
    yield from _exit_codes()
    yield from _documents()
    for heading, section in SECTIONS.items():
        yield from (f"## {heading}", "")
        for entry in section:
            yield from _command(entry)


def _entries() -> Iterator[Entry]:
    for section in SECTIONS.values():
        yield from section


def _command(entry: Entry) -> Iterator[str]:
    command = load_command(entry)
    shared = {parameter.name for parameter in shared_params()}
    own = [parameter for parameter in command.params if parameter.name not in shared]
    context = typer.Context(command, info_name=f"evenhand {entry.path}")
    yield from (f"### {entry.path}", "", "```", command.get_usage(context).removeprefix("Usage: "), "```", "")
    yield from (_paragraphs(command.help), "")
    if own:
        yield from (*_options(own), "")


def _options(parameters: list[Any]) -> Iterator[str]:
    yield from ("| option or argument | meaning |", "|---|---|")
    for parameter in parameters:
        yield f"| {_names(parameter)} | {_cell(_meaning(parameter))} |"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    metavar = f" {parameter.metavar}" if parameter.metavar and not parameter.is_flag else ""
    return ", ".join(f"`{name}{metavar}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _meaning(parameter: Any) -> str:
    default = parameter.default
    shown = f" Default: `{default}`." if default not in (None, False, 0, "") and not callable(default) else ""
    return f"{parameter.help or ''}{shown}"


def _exit_codes() -> Iterator[str]:
    yield from ("## Exit codes", "", "| code | meaning |", "|---|---|")
    for code, meaning in EXIT_CODES.items():
        yield f"| {code} | {meaning} |"
    yield ""


def _documents() -> Iterator[str]:
    yield from ("## JSON", "")
    yield from ("With `--json`, stdout holds one document; its key `schema` says which.", "")
    yield from ("`evenhand schema evenhand/run/v1` prints the JSON Schema of a document.", "")
    yield from ("An error is `evenhand/error/v1` on stdout and text on stderr. The documents:", "")
    yield from (f"- `evenhand/{name}`" for name in sorted(DOCUMENTS))
    yield ""


EXIT_CODES: Mapping[int, str] = {
    0: "done; for `lint`, no error was found",
    1: "what was held against a rule does not keep it: a gate, a tuned judge, an example of a constitution, a conflict "
    "that lint finds undeclared, or a change that `constitution diff --fail-on` names",
    2: "what was typed or written is wrong",
    3: "it could not be measured: stopped, out of money, an account that refuses, a ledger that can not be used, "
    "or more failed ratings than the suite allows",
    4: "it could not be decided: too little evidence for a gate or for a tuned judge",
    5: "nothing is selected",
    130: "interrupted; `evenhand resume` goes on",
    141: "the reader of stdout went away",
}
"""What the commands there are now exit with."""


# -- Keys of the review page -----------------------------------------------------------------------


def _review_keys_page() -> Iterator[str]:
    t = translator(DEFAULT_LOCALE)
    yield from ("# Keys of the review page", "", NOTE, "")
    yield from (t("help.typing"), "")
    yield from ("| key | what it does | where |", "|---|---|---|")
    for key in KEYS:
        yield f"| `{key_hint(key.key)}` | {t(key.says)} | {t(f'help.where.{key.where}')} |"
    yield ""


# -- Files -----------------------------------------------------------------------------------------


def _files_page() -> Iterator[str]:
    yield from ("# Files", "", NOTE, "")
    yield from (
        "What every file that people write may say. `evenhand schema KIND` prints the same as JSON Schema.",
        "",
    )
    yield from ("| kind | what it is |", "|---|---|")
    for kind, words in schema_summaries().items():
        yield f"| [{kind}](#{_anchor(kind)}) | {_cell(words)} |"
    yield ""
    for kind in schema_names():
        schema = show_schema(kind)
        yield from (f"## {kind}", "", str(schema["description"]), "")
        yield from _alternatives(kind, schema)
        yield from _keys(kind, schema)
        for name, definition in schema.get("$defs", {}).items():
            yield from (f"### {kind}: {name}", "", _description(definition), "")
            yield from _keys(kind, definition)


def _alternatives(kind: str, schema: Mapping[str, Any]) -> Iterator[str]:
    mapping = schema.get("discriminator", {}).get("mapping", {})
    key = schema.get("discriminator", {}).get("propertyName", "")
    for value, reference in mapping.items():
        yield f"- `{key}: {value}`: {_link(kind, reference)}"
    if mapping:
        yield ""


def _keys(kind: str, schema: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in schema:
        yield from (f"One of {_values(schema['enum'])}.", "")
    if not schema.get("properties"):
        return
    required = schema.get("required", ())
    yield from ("| key | value | default | meaning |", "|---|---|---|---|")
    for key, value in schema["properties"].items():
        default = "needed" if key in required else _default(value)
        yield f"| `{key}` | {_cell(_type(kind, value))} | {_cell(default)} | {_cell(_description(value))} |"
    yield ""


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    return "" if default in (None, "", [], {}) else f"`{json.dumps(default, ensure_ascii=False)}`"


def _type(kind: str, value: Mapping[str, Any]) -> str:
    """Return what may stand somewhere, in words."""
    if "$ref" in value:
        return _link(kind, value["$ref"])
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return _values(value["enum"])
    for several in ("anyOf", "oneOf"):
        if several in value:
            words = [_type(kind, each) for each in value[several] if each.get("type") != "null"]
            return " or ".join(dict.fromkeys(words))
    return _plain_type(kind, value)


def _plain_type(kind: str, value: Mapping[str, Any]) -> str:
    match value.get("type"):
        case "array":
            return f"list of {_type(kind, value.get('items', {}))}"
        case "object":
            inner: Any = value.get("additionalProperties") or next(
                iter(value.get("patternProperties", {}).values()), {}
            )
            return f"names with {_type(kind, inner)}" if isinstance(inner, Mapping) else "names with values"
        case "number" | "integer":
            return _number(value)
        case "boolean":
            return "`true` or `false`"
        case "string":
            return "text"
    return "anything"


def _number(value: Mapping[str, Any]) -> str:
    words = "whole number" if value["type"] == "integer" else "number"
    bounds = [
        f"{sign} {value[name]:g}"
        for name, sign in (("minimum", "from"), ("exclusiveMinimum", "above"), ("maximum", "to"))
        if name in value
    ]
    return " ".join([words, *bounds])


def _link(kind: str, reference: str) -> str:
    name = reference.rpartition("/")[2]
    return f"[{name}](#{kind}-{name.lower()})"


def _values(values: list[Any]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _description(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", ""))


# -- Codes -----------------------------------------------------------------------------------------


def _codes_page() -> Iterator[str]:
    yield from ("# Codes of findings", "", NOTE, "")
    yield from (
        "What `evenhand lint` and every command that reads files report. `evenhand explain CODE` says it too.",
        "",
    )
    codes = every_code()
    yield from ("| code | what is wrong |", "|---|---|")
    for code, text in codes.items():
        yield f"| [{code}](#{code.lower()}) | {_cell(text.title)} |"
    for code, text in codes.items():
        yield from ("", f"## {code}", "", f"**{text.title}**", "", text.explain, "", f"Mend it: {text.mend}")
    yield ""


# -- Exchange --------------------------------------------------------------------------------------


def _exchange_page() -> Iterator[str]:
    yield from ("# Exchange of labels", "", NOTE, "")
    yield from ("What `evenhand review export` writes and `evenhand review import` reads.", "")
    yield from ("| format | what it is | files | items to label | labels come back | adjudications |",)
    yield "|---|---|---|---|---|---|"
    for format_, facts in FACTS.items():
        good_for = (facts.tasks, facts.comes_back, facts.decisions)
        marks = " | ".join("yes" if each else "no" for each in good_for)
        yield f"| `{format_}` | {_cell(facts.title)} | {_values(list(facts.endings))} | {marks} |"
    yield from ("", "## Fields a format loses", "")
    yield from ("Of a label that goes out and comes back, every field survives that is not named here.", "")
    for format_, lost in LOST.items():
        yield from (f"### {format_}", "")
        reasons: dict[str, list[str]] = {}
        for name, why in lost.items():
            reasons.setdefault(why, []).append(name)
        yield from (f"- {_values(names)}: {why}" for why, names in reasons.items())
        yield from (() if reasons else ("Nothing.",))
        yield ""
    for title, record in (("review/v1", ReviewLine), ("review-task/v1", TaskLine)):
        schema = record.model_json_schema()
        yield from (f"## {title}", "", _description(schema), "", *_keys(title, schema))
        for name, definition in schema.get("$defs", {}).items():
            yield from (f"### {title}: {name}", "", _description(definition), "", *_keys(title, definition))


# -- Training data ---------------------------------------------------------------------------------


def _training_data_page() -> Iterator[str]:
    yield from ("# Training data", "", NOTE, "")
    yield from ("What `evenhand feedback export` writes.", "", "## Formats", "")
    yield from ("| format | made from | rows are | keys that trainers read |", "|---|---|---|---|")
    for format_, source, shape in shape_table():
        keys = _values(list(text_keys(format_, shape))) if shape else ""
        yield f"| `{format_}` | {source} | {shape or 'refused: it has no meaning'} | {keys} |"
    yield ""
    yield from ("## Keys beside the texts", "", "| key | value | meaning |", "|---|---|---|")
    for column in COLUMNS:
        kind = f"{_KINDS[column.kind]}{' or null' if column.nullable else ''}"
        yield f"| `{column.name}` | {kind} | {_cell(column.words)} |"
    yield from ("", "## What is left out", "", "| reason | meaning |", "|---|---|")
    yield from (f"| `{reason}` | {_cell(reason.words)} |" for reason in LeftOut)
    yield from ("", "## What is trusted", "", "| `trust_reason` | `trusted` |", "|---|---|")
    yield from (f"| {reason} | {'true' if reason in TRUSTED else 'false'} |" for reason in TrustReason)
    yield ""


_KINDS: Mapping[str, str] = {
    "text": "text",
    "texts": "list of texts",
    "number": "number",
    "truth": "`true` or `false`",
}


# -- Writing ---------------------------------------------------------------------------------------


def _paragraphs(text: str | None) -> str:
    blocks = (text or "").strip().split("\n\n")
    return "\n\n".join(" ".join(line.strip() for line in block.splitlines()) for block in blocks)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _anchor(heading: str) -> str:
    return heading.replace(" ", "-")


def main(arguments: list[str]) -> int:
    """Write the pages, or say which ones are stale."""
    stale = []
    for name, text in pages().items():
        path = FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in arguments:
                FOLDER.mkdir(exist_ok=True)
                path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{'stale' if '--check' in arguments else 'written'}: {', '.join(stale) or 'none'}\n")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
