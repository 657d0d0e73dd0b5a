"""The texts that a newcomer reads name only places that are meant to be named."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOST = re.compile(r"\b[a-z+]+://(?:[^\s/@\"'`<>]*@)?([^\s/:\"'`<>)\]]+)", re.IGNORECASE)
# Standards, papers and what our own formats point at. Whoever installs evenhand chooses the package index.
NAMED = {
    "localhost",
    "127.0.0.1",
    "github.com",
    "doi.org",
    "arxiv.org",
    "www.apache.org",
    "keepachangelog.com",
    "semver.org",
    "json-schema.org",
    "example.org",
    "example.com",
}
TEXTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "pyproject.toml",
        *(ROOT / "requirements").glob("*.*"),
        *(ROOT / ".github").rglob("*.yml"),
        ROOT / ".ci" / "run",
        ROOT / "action.yml",
        ROOT / ".pre-commit-hooks.yaml",
    ]
)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_text_names_only_known_hosts(path: Path) -> None:
    assert {host.lower() for host in HOST.findall(path.read_text(encoding="utf-8"))} <= NAMED


def test_every_action_of_the_workflow_is_pinned_by_commit() -> None:
    workflows = list((ROOT / ".github" / "workflows").glob("*.yml"))
    uses = [line for path in workflows for line in path.read_text("utf-8").splitlines() if "uses:" in line]
    assert uses
    assert all(re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d", line) for line in uses)


def test_the_licence_of_the_metadata_is_the_licence_of_the_file() -> None:
    assert 'license = "Apache-2.0"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"Apache License\s+Version 2\.0, January 2004", licence)
    assert "END OF TERMS AND CONDITIONS" in licence
