from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integrations.fake_host import FakeHost, serving
from tests.integrations.kit import Job, job_on

from evenhand.integrations.publish import HostName


@pytest.fixture
def host() -> Iterator[FakeHost]:
    """A host with nothing on it."""
    with serving(FakeHost()) as served:
        yield served


@pytest.fixture(params=["github", "gitlab"])
def on(request: pytest.FixtureRequest) -> HostName:
    return "github" if request.param == "github" else "gitlab"


@pytest.fixture
def job(on: HostName, host: FakeHost, tmp_path: Path) -> Job:
    return job_on(on, host, tmp_path)
