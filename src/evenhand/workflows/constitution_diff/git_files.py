"""Files of an earlier revision, as `git` has them. Nothing is fetched, checked out or written."""

import shutil
import subprocess
from typing import Final

from evenhand.errors import UsageError

_SECONDS: Final = 30
_MOST_SAID: Final = 200
_NO_FETCHING: Final = ("-c", "protocol.allow=never")
"""A clone that left contents out would fetch them on the way."""


def read_at_revision(revision: str, path: str) -> bytes:
    """Return the bytes of a file at a revision, of the repository around the current folder.

    Args:
        revision: What `git` takes for a revision: a branch, a tag, a commit, HEAD~3.
        path: The file as `git` names it: from the top of the repository, or with ./ from the current folder.

    Raises:
        UsageError: There is no `git`, no repository, or no such file there.
    """
    name = f"{revision}:{path}"
    answered = _ask("cat-file", "blob", name, about=name)
    if answered.returncode:
        raise UsageError(
            f"git has no {name}: {_said(answered)}",
            hint="paths are from the top of the repository, or begin with ./ ; "
            f"see what is there with: git ls-tree -r --name-only {revision}",
        )
    return answered.stdout


def is_at_revision(revision: str, path: str) -> bool:
    """Tell whether a file is there at a revision, both named as `read_at_revision` takes them.

    Before the first commit nothing is there at HEAD.

    Raises:
        UsageError: There is no `git`, no repository or no such revision.
    """
    answered = _ask("cat-file", "-e", f"{revision}^{{commit}}", about=revision)
    if answered.returncode:
        if revision == "HEAD" and not _ask("symbolic-ref", "-q", "HEAD", about="HEAD").returncode:
            return False
        raise UsageError(
            f"git has no revision {revision}: {_said(answered)}", hint="see what is there with: git log"
        )
    return _ask("cat-file", "-e", f"{revision}:{path}", about=path).returncode == 0


def _ask(verb: str, how: str, name: str, *, about: str) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which("git")
    if program is None:
        raise UsageError(
            f"{about} needs git, and there is none here",
            hint="install git, or write the earlier file somewhere and name that",
        )
    if name.startswith("-") or not name.isprintable():
        raise UsageError(f"{name!r} names no file at a revision", hint="write REV:PATH, such as HEAD:FILE")
    try:
        return subprocess.run(  # noqa: S603 - git itself; the name can not be an option, and no shell reads it
            [program, *_NO_FETCHING, verb, how, name], capture_output=True, check=False, timeout=_SECONDS
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"git could not be asked for {about}: {error}") from error


def _said(answered: subprocess.CompletedProcess[bytes]) -> str:
    return answered.stderr.decode(errors="replace").strip().removeprefix("fatal: ")[:_MOST_SAID]
