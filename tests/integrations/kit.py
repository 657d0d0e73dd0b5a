"""What the tests of the hosts share: jobs of both, and a way to publish that waits for nothing."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.integrations.fake_host import FakeHost

from evenhand.integrations.api import Patience
from evenhand.integrations.comments import CommentMode, GateComment
from evenhand.integrations.publish import HostName, Published, publish

MARKER = "<!-- evenhand:gate:pr-gate -->"
GITHUB_TOKEN = "ghs_job-token-0001"
GITLAB_TOKEN = "glpat-project-0001"
WRITERS = {"github": "github-actions[bot]", "gitlab": "project_7_bot"}
CHANGES = {"github": "PATCH", "gitlab": "PUT"}


@dataclass
class Job:
    """One job: its environment, and how long it waited."""

    on: HostName
    environment: dict[str, str]
    waited: list[float] = field(default_factory=list)
    timeout_s: float = 30.0

    async def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    async def post(
        self,
        text: str = "It passed.",
        *,
        mode: str = "on-change",
        passed: bool = True,
        changed: bool = True,
        number: int | None = None,
        marker: str = MARKER,
    ) -> Published:
        return await publish(
            GateComment(text=f"{marker}\n{text}\n", passed=passed, changed=changed),
            on=self.on,
            mode=CommentMode(mode),
            environment=self.environment,
            number=number,
            patience=Patience(wait=self.wait, timeout_s=self.timeout_s),
        )


def job_on(on: HostName, host: FakeHost, folder: Path) -> Job:
    return github_job(host, folder) if on == "github" else gitlab_job(host)


def github_job(host: FakeHost, folder: Path, event: Any = None, **more: str) -> Job:
    path = folder / "event.json"
    path.write_text(json.dumps(event or event_of(12)), encoding="utf-8")
    return Job(
        "github",
        {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/assistant",
            "GITHUB_EVENT_PATH": str(path),
            "GITHUB_API_URL": host.origin,
            "GITHUB_TOKEN": GITHUB_TOKEN,
            **more,
        },
    )


def gitlab_job(host: FakeHost, **more: str) -> Job:
    return Job(
        "gitlab",
        {
            "GITLAB_CI": "true",
            "CI_API_V4_URL": f"{host.origin}/api/v4",
            "CI_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_IID": "12",
            "GITLAB_TOKEN": GITLAB_TOKEN,
            **more,
        },
    )


def event_of(number: Any, head: str = "acme/assistant") -> dict[str, Any]:
    return {
        "action": "synchronize",
        "pull_request": {
            "number": number,
            "head": {"repo": {"full_name": head}},
            "base": {"repo": {"full_name": "acme/assistant"}},
        },
    }
