"""Tells the host of a CI job what a gate came to, and keeps what others wrote from being taken for its commands."""

import asyncio
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evenhand.cli.output import Mark, Style
from evenhand.cli.session import Session
from evenhand.errors import UnknownNameError
from evenhand.gate.results import GateResult, Status
from evenhand.integrations.comments import CommentMode, GateComment
from evenhand.integrations.publish import HostName
from evenhand.integrations.tell import GateTexts, tell_host
from evenhand.reporting.gate.render import Format
from evenhand.reporting.gate.workflow_commands import pause_commands, resume_commands

HOST_FORMATS = frozenset({Format.COMMENT, Format.SUMMARY, Format.ANNOTATIONS})
"""What is written for a host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTold:
    """What the host of a job was told."""

    comment: str
    """What became of the comment, and its address; empty where there is no host."""
    last_lines: tuple[str, ...] = ()
    """Lines to print last of all, as they are."""


def read_host(name: str) -> HostName | None:
    """Return the host of a job; None where none was named.

    Raises:
        UnknownNameError: There is no such host.
    """
    match name:
        case "":
            return None
        case "github" | "gitlab":
            return name
        case _:
            raise UnknownNameError("host", name, ("github", "gitlab"))


def pause_host(session: Session, host: HostName | None) -> str:
    """Pause the commands of a job on GitHub, and return the token that resumes them; empty where nothing is paused."""
    if host != "github" or session.as_json or os.environ.get("GITHUB_ACTIONS") != "true":
        return ""
    token = secrets.token_hex(16)
    session.screen.result(pause_commands(token))
    return token


def tell_job(
    session: Session,
    result: GateResult,
    files: Mapping[Format, Path],
    host: HostName | None,
    *,
    mode: CommentMode,
    token: str,
) -> JobTold:
    """Write comment, summary and outputs of the job; whatever can not be told is a warning.

    Args:
        session: The command line.
        result: What the gate says.
        files: Its outputs, `HOST_FORMATS` among them.
        host: The host of the job.
        mode: When to comment.
        token: What `pause_host` returned.
    """
    if host is None:
        return JobTold(comment="")
    comment, summary, annotations = (
        files[kind].read_text(encoding="utf-8")
        for kind in (Format.COMMENT, Format.SUMMARY, Format.ANNOTATIONS)
    )
    texts = GateTexts(
        status=str(result.status),
        comment=GateComment(
            text=comment,
            passed=result.status is Status.PASSED,
            changed=_has_news(result),
        ),
        summary=summary,
        annotations=annotations,
    )
    told = asyncio.run(tell_host(texts, on=host, mode=mode, environment=dict(os.environ)))
    for warning in told.warnings:
        session.screen.problem(Mark("warning: ", Style.WARNING), warning)
    resumed = (resume_commands(token),) if token else ()
    return JobTold(
        comment=f"{told.published.what} {told.published.url}".strip(),
        last_lines=(*resumed, *told.to_print.splitlines()),
    )


def _has_news(result: GateResult) -> bool:
    """Tell whether anything is other than at the baseline, or could not be compared: somebody should be told."""
    left_out = any(each.not_comparable for each in result.principles)
    return bool(result.changed or result.changes or result.rules_changed or left_out)
