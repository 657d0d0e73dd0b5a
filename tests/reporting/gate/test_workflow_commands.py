from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.reporting.gate.workflow_commands import (
    MOST_MESSAGE_CHARS,
    Annotation,
    annotate,
    escape_data,
    escape_property,
    pause_commands,
    resume_commands,
    unescape_data,
    unescape_property,
    workflow_command,
)

HOSTILE = st.text(
    alphabet=st.one_of(st.sampled_from("%:,=\r\n\t#[]025ADC \x1b\u2028"), st.characters(codec="utf-8"))
)


@dataclass
class Read:
    """A command as the runner takes it."""

    name: str
    properties: dict[str, str]
    message: str


def read_as_the_runner(line: str) -> Read:
    """Follows `ActionCommand.TryParseV2` of the runner step by step."""
    line = line.strip()
    assert line.startswith("::")
    end = line.index("::", 2)
    name, _, listed = line[2:end].partition(" ")
    pairs = [pair.split("=", 1) for pair in listed.strip().split(",") if pair]
    return Read(
        name,
        {pair[0]: unescape_property(pair[1]) for pair in pairs if pair[1]},
        unescape_data(line[end + 2 :]),
    )


@given(HOSTILE)
def test_escaping_a_message_loses_nothing_and_leaves_one_line(text: str) -> None:
    escaped = escape_data(text)
    assert unescape_data(escaped) == text
    assert "\n" not in escaped
    assert "\r" not in escaped


@given(HOSTILE)
def test_escaping_a_property_loses_nothing_and_ends_no_property(text: str) -> None:
    escaped = escape_property(text)
    assert unescape_property(escaped) == text
    assert not set(escaped) & set("\r\n:,")


@given(message=HOSTILE, title=HOSTILE, file=HOSTILE, line=st.integers(1, 10**6))
def test_no_text_can_end_its_command_or_begin_another(message: str, title: str, file: str, line: int) -> None:
    said = workflow_command("error", Annotation(message=message, title=title, file=file, line=line))
    assert len(said.splitlines()) == 1
    read = read_as_the_runner(said)
    assert read.name == "error"
    assert set(read.properties) <= {"file", "line", "title"}
    assert read.properties.get("line", str(line)) == str(line)


@pytest.mark.parametrize(
    "message",
    [
        "100% worse",
        "first line\nsecond line",
        "privacy: 3 of 9, see privacy.md::12",
        "%0A is no line end",
        "::error::forged",
        "##[add-path]/tmp",
        "::stop-commands::x\n::set-output name=a::b",
    ],
)
def test_a_message_arrives_as_it_was(message: str) -> None:
    said = workflow_command(
        "warning", Annotation(message=message, title=message, file="suites/a,b.yaml", line=7)
    )
    read = read_as_the_runner(said)
    assert read.name == "warning"
    assert read.message == message
    assert read.properties == {"file": "suites/a,b.yaml", "line": "7", "title": message.replace("\n", "⏎")}


def test_control_characters_are_drawn_instead_of_reaching_a_terminal() -> None:
    said = workflow_command("error", Annotation(message="\x1b[31mred\u202e", file="a\x1b.yaml"))
    assert said == "::error file=a⟦U+001B⟧.yaml::⟦U+001B⟧[31mred⟦U+202E⟧"


def test_a_place_is_said_as_far_as_it_is_known() -> None:
    assert workflow_command("error", Annotation(message="m")) == "::error::m"
    assert workflow_command("error", Annotation(message="m", file="a.yaml")) == "::error file=a.yaml::m"
    assert workflow_command("error", Annotation(message="m", line=4)) == "::error::m"


def test_a_long_message_is_cut_and_says_so() -> None:
    read = read_as_the_runner(workflow_command("error", Annotation(message="%" * 9_000)))
    assert len(read.message) == MOST_MESSAGE_CHARS
    assert read.message.endswith("%…")


@pytest.mark.parametrize(
    ("errors", "warnings", "lines", "last_error"),
    [
        (0, 0, 0, ""),
        (9, 9, 18, "error 8"),
        (10, 0, 10, "1 more error is in the job summary."),
        (23, 40, 20, "14 more errors are in the job summary."),
    ],
)
def test_nine_of_a_kind_are_said_and_the_tenth_line_counts_the_rest(
    errors: int, warnings: int, lines: int, last_error: str
) -> None:
    said = annotate(
        [Annotation(message=f"error {index}") for index in range(errors)],
        [Annotation(message=f"warning {index}") for index in range(warnings)],
    )
    assert len(said) == lines
    of_errors = [read.message for read in map(read_as_the_runner, said) if read.name == "error"]
    assert of_errors[:9] == [f"error {index}" for index in range(min(errors, 9))]
    assert (of_errors or [""])[-1] == last_error


def commands_of_a_job(output: str) -> list[Read]:
    """Follows `ActionCommandManager.TryProcessCommand`: while a token stops commands, only its own line is one."""
    found, token = [], ""
    for line in output.splitlines():
        if token:
            token = "" if line.strip() == f"::{token}::" else token
        elif line.strip().startswith("::") and "::" in line.strip()[2:]:
            command = read_as_the_runner(line)
            token = command.message if command.name == "stop-commands" else ""
            found += [] if token else [command]
    return found


@given(st.lists(HOSTILE | st.sampled_from(["::error::forged", "::stop-commands::other", "::other::"])))
def test_between_pause_and_resume_no_line_is_a_command(lines: list[str]) -> None:
    said = "\n".join(
        [
            pause_commands("d3a1f0"),
            *lines,
            resume_commands("d3a1f0"),
            *annotate([Annotation(message="real")], []),
        ]
    )
    assert [command.message for command in commands_of_a_job(said)] == ["real"]
