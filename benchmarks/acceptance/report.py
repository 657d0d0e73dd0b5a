"""The reports as text: a table for the terminal, Markdown and JSON for `reports/`. Pure functions."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from benchmarks.acceptance.check import Check, PeerReport

SCHEMA: Final = "acceptance/v1"
_ADDRESS: Final = re.compile(r"\bhttps?://[^\s\"'`|)]+")
_PATH: Final = re.compile(r"(?<![\w.])(?:/[\w.@+-]+){2,}/?")
MAX_SEEN: Final = 600


def document(reports: Sequence[PeerReport], *, date: str, versions: Mapping[str, str]) -> dict[str, Any]:
    """Return everything as one JSON value; the same keys in the same order, whatever was run."""
    return {
        "schema": SCHEMA,
        "date": date,
        "versions": dict(sorted(versions.items())),
        "peers": [_peer(report) for report in reports],
    }


def as_json(content: Mapping[str, Any]) -> str:
    """Return the document as it is committed."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_markdown(content: Mapping[str, Any]) -> str:
    """Return the document for people."""
    lines = [
        "# Acceptance: servers nobody here wrote",
        "",
        f"Run on {content['date']} with {_versions(content['versions'])}.",
        f"Made by `{COMMAND}`; the same figures are in `acceptance.json`. Each peer runs on loopback in an environment",
        "of its own, made from hashed locks.",
        "",
        "| peer | result | checks | seconds: environment, start, checks |",
        "|---|---|---|---|",
        *(
            f"| {peer['peer']} | {peer['result']} | {_score(peer)} | {_seconds(peer)} |"
            for peer in content["peers"]
        ),
        "",
        "An environment that was there already takes about a second.",
    ]
    for peer in content["peers"]:
        lines += ["", f"## {peer['title']}", "", *_section(peer)]
    return "\n".join([*lines, "", _REST])


COMMAND: Final = "python benchmarks/acceptance/run.py"
_REST: Final = """## Not in this report

The provider `litellm` (its SDK, in the environment of `requirements/dev-litellm.lock`) is tested against the loopback
server by `python3 requirements/bootstrap.py test --litellm tests/providers tests/testing`, which CI runs.
"""


def table(reports: Sequence[PeerReport]) -> str:
    """Return what the terminal shows."""
    lines = []
    for report in reports:
        took = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in report.seconds.items())
        why = f": {clean(report.reason)}" if report.reason else ""
        lines.append(f"{report.peer}: {report.result}{why} ({took})")
        lines += [
            f"  {'ok  ' if check.passed else 'FAIL'} {check.what}  [{clean(check.seen)}]"
            for check in report.checks
        ]
    return "\n".join(lines)


def _mark(check: Check) -> str:
    return "ok  " if check.passed else "FAIL"


def clean(text: str) -> str:
    """Return text that a peer may have had a part in: one line, cut, printable, without addresses and paths."""
    line = " ".join(_PATH.sub("PATH", _ADDRESS.sub("ADDRESS", text)).split())
    line = line if len(line) <= MAX_SEEN else line[: MAX_SEEN - 1] + "…"
    return "".join(char if char.isprintable() else "?" for char in line)


def _peer(report: PeerReport) -> dict[str, Any]:
    return {
        "peer": report.peer,
        "title": report.title,
        "note": report.note,
        "result": report.result,
        "reason": clean(report.reason),
        "versions": dict(report.versions),
        "seconds": {step: report.seconds.get(step, 0.0) for step in ("environment", "start", "checks")},
        "checks": [_check(check) for check in report.checks],
    }


def _check(check: Check) -> dict[str, Any]:
    return {"what": check.what, "result": "passed" if check.passed else "failed", "seen": clean(check.seen)}


def _section(peer: Mapping[str, Any]) -> list[str]:
    if peer["result"] == "not run":
        return [f"not run: {_cell(peer['reason'])}"]
    broken = [f"Broken: {_cell(peer['reason'])}", ""] if peer["reason"] else []
    rows = [
        f"| {_cell(check['what'])} | {check['result']} | {_cell(check['seen'])} |" for check in peer["checks"]
    ]
    head = ["| what must be true | result | seen |", "|---|---|---|"]
    return [*broken, peer["note"], "", f"Versions: {_versions(peer['versions'])}.", "", *head, *rows]


def _cell(text: str) -> str:
    """Return text that Markdown and HTML take as text, on one row of a table."""
    return re.sub(r"([\\`*_{}\[\]<>|#&])", r"\\\1", text)


def _score(peer: Mapping[str, Any]) -> str:
    passed = sum(check["result"] == "passed" for check in peer["checks"])
    return f"{passed} of {len(peer['checks'])}"


def _seconds(peer: Mapping[str, Any]) -> str:
    return ", ".join(f"{seconds:.1f}" for seconds in peer["seconds"].values())


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items()) or "no versions known"
