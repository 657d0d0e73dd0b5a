"""Tells a CI host what a gate came to, in every place the host has for it, before the job ends."""

from collections.abc import Mapping
from dataclasses import dataclass

from evenhand.integrations.api import Patience
from evenhand.integrations.comments import CommentMode, GateComment
from evenhand.integrations.job_files import append_outputs, append_summary
from evenhand.integrations.publish import HostName, Published, publish


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTexts:
    """What a gate has to say, written out for a host."""

    status: str
    """What it came to, in one or a few words: passed, failed, undecided, could not measure."""
    comment: GateComment
    """The comment on the pull or merge request."""
    summary: str
    """Markdown for the summary of the job."""
    annotations: str
    """Workflow commands, one a line; empty where there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of it."""

    published: Published
    """What became of the comment."""
    to_print: str
    """Text for the standard output of the job, as it is; empty on hosts that read none."""
    warnings: tuple[str, ...]
    """What could not be told, and why. None of it changes what the gate came to."""


async def tell_host(
    texts: GateTexts,
    *,
    on: HostName,
    mode: CommentMode,
    environment: Mapping[str, str],
    number: int | None = None,
    patience: Patience | None = None,
) -> Told:
    """Write comment, job summary and outputs, and return the lines that the job has to print.

    Args:
        texts: What to say.
        on: The host.
        mode: When to comment; summary, outputs and annotations do not depend on it.
        environment: Environment variables of the job.
        number: Number of the pull or merge request; by default the one the job runs for.
        patience: How long the host is waited for.

    Raises:
        UsageError: The comment does not begin with the marker.
    """
    published = await publish(
        texts.comment, on=on, mode=mode, environment=environment, number=number, patience=patience
    )
    warnings = [published.warning]
    if on == "github":
        warnings.append(append_summary(texts.summary, environment))
        warnings.append(append_outputs({"outcome": texts.status}, environment))
    return Told(
        published=published,
        to_print=texts.annotations if on == "github" else "",
        warnings=tuple(filter(None, warnings)),
    )
