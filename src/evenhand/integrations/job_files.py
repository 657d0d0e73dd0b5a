"""What a job leaves behind on GitHub: its summary, and its outputs for later steps. Both are files of the runner."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

MOST_SUMMARY_BYTES: Final = 900_000
"""GitHub drops the whole summary of a step that is larger than 1 MiB."""
CUT: Final = "\n\n*This summary was cut at 900 kB. The whole is in the report of the job.*\n"


def append_summary(text: str, environment: Mapping[str, str]) -> str:
    """Add a text to the summary of the job, as far as there is room, and return a warning or an empty string.

    Args:
        text: Markdown.
        environment: `GITHUB_STEP_SUMMARY` names the file; without it there is nothing to do.
    """
    path = environment.get("GITHUB_STEP_SUMMARY", "")
    if not path:
        return ""
    try:
        with Path(path).open("ab") as file:
            file.write(_fitting(text, MOST_SUMMARY_BYTES - file.tell()))
    except (OSError, ValueError) as error:
        return f"the job summary could not be written ({type(error).__name__})"
    return ""


def append_outputs(outputs: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """Set outputs of the step, and return a warning or an empty string.

    Args:
        outputs: Values by name; each on one line.
        environment: `GITHUB_OUTPUT` names the file; without it there is nothing to do.
    """
    path = environment.get("GITHUB_OUTPUT", "")
    if not path:
        return ""
    lines = [f"{name}={' '.join(value.split())}\n" for name, value in outputs.items()]
    try:
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
    except (OSError, ValueError) as error:
        return f"the outputs of the step could not be written ({type(error).__name__})"
    return ""


def _fitting(text: str, room: int) -> bytes:
    whole = text.encode("utf-8", "replace")
    whole += b"" if whole.endswith(b"\n") else b"\n"
    if len(whole) <= room:
        return whole
    cut = CUT.encode()
    if room < len(cut):
        return b""
    kept = whole[: room - len(cut)].decode("utf-8", "ignore")
    return (kept[: kept.rindex("\n")] if "\n" in kept else kept).encode() + cut
