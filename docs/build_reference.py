"""Write docs/reference from what the code itself says: `python docs/build_reference.py`, or `--check` to compare.

The commands come from the tree that is executed, the files from the records that read them, the codes from the
table that lint reports by. A test fails when what is committed differs.
"""  # noqa: INP001 - a script, no package

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from evenhand.cli.commands import SECTIONS, Entry
from evenhand.cli.group import load_command, shared_params
from evenhand.cli.root import root_group

FOLDER = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/build_reference.py; change the code, then run it. -->"


def pages() -> dict[str, str]:
    """Return every page by file name."""
    return {"cli.md": "\n".join(_cli_page())}


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
    yield from ("| option | meaning |", "|---|---|")
    for parameter in parameters:
        yield f"| {_names(parameter)} | {_cell(_meaning(parameter))} |"


def _names(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    metavar = f" {parameter.metavar}" if parameter.metavar and not parameter.is_flag else ""
    return ", ".join(f"`{name}{metavar}`" for name in parameter.opts)


def _meaning(parameter: Any) -> str:
    default = parameter.default
    shown = f" Default: `{default}`." if default not in (None, False, 0, "") and not callable(default) else ""
    return f"{parameter.help or ''}{shown}"


def _exit_codes() -> Iterator[str]:
    yield from ("## Exit codes", "", "| code | meaning |", "|---|---|")
    for code, meaning in EXIT_CODES.items():
        yield f"| {code} | {meaning} |"
    yield ""


EXIT_CODES: Mapping[int, str] = {
    0: "done; for `lint`, no error was found",
    2: "what was typed or written is wrong",
    3: "it could not be measured: stopped, out of money, an account that refuses, a ledger that can not be used, "
    "or more failed ratings than the suite allows",
    5: "nothing is selected",
    130: "interrupted; `evenhand resume` goes on",
    141: "the reader of stdout went away",
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
