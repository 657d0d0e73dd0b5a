"""The locked requirement files: whole, hashed, and silent about where they were made."""

import hashlib
import itertools
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

LOCKS = ("build", "core", "dev", "dev-litellm")
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>[^\s;]+)")


@pytest.fixture(scope="module")
def folder(project_root: Path) -> Path:
    return project_root / "requirements"


def entries(path: Path) -> list[str]:
    """Joins each requirement with the hash lines that continue it."""
    return path.read_text(encoding="utf-8").replace("\\\n", "").splitlines()


def pins(path: Path) -> set[tuple[str, str]]:
    return {(found["name"], found["version"]) for line in entries(path) if (found := PIN.match(line))}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host_and_sets_no_option(folder: Path, name: str) -> None:
    text = (folder / f"{name}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.findall(r"^-.*", text, re.MULTILINE)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_requirement_is_pinned_and_hashed(folder: Path, name: str) -> None:
    for line in entries(folder / f"{name}.lock"):
        assert PIN.match(line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", line), line


def test_every_lock_is_checked(folder: Path) -> None:
    assert {path.stem for path in folder.glob("*.lock")} == set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_the_malicious_releases_of_litellm_are_not_locked(folder: Path, name: str) -> None:
    assert not {("litellm", "1.82.7"), ("litellm", "1.82.8")} & pins(folder / f"{name}.lock")


@pytest.mark.parametrize(("name", "major"), [("core", "3"), ("dev", "3"), ("dev-litellm", "2")])
def test_both_majors_of_openai_are_locked(folder: Path, name: str, major: str) -> None:
    assert dict(pins(folder / f"{name}.lock"))["openai"].partition(".")[0] == major


@pytest.mark.parametrize("name", ["core", "dev"])
def test_litellm_is_locked_in_its_own_set_only(folder: Path, name: str) -> None:
    assert "litellm" not in dict(pins(folder / f"{name}.lock"))
    assert "litellm" in dict(pins(folder / "dev-litellm.lock"))


def test_the_core_lock_is_a_subset_of_the_development_lock(folder: Path) -> None:
    core, dev = (
        {without_marker(line) for line in entries(folder / f"{name}.lock")} for name in ("core", "dev")
    )
    assert core <= dev


def without_marker(line: str) -> str:
    """Two sets may need one package on different platforms; version and hashes must still be the same."""
    return re.sub(r"\s*;.*?(?=\s+--hash)", "", line)


def test_the_build_lock_agrees_with_the_development_lock(folder: Path) -> None:
    dev = dict(pins(folder / "dev.lock"))
    assert all(dev.get(name, version) == version for name, version in pins(folder / "build.lock"))


@pytest.mark.parametrize(
    ("lock", "extras"), [("core", []), ("dev", ["dev"]), ("dev-litellm", ["dev", "litellm"])]
)
def test_every_declared_dependency_is_locked(
    project_root: Path, folder: Path, lock: str, extras: list[str]
) -> None:
    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *(e for x in extras for e in project["optional-dependencies"][x])]
    names = {re.match(r"[A-Za-z0-9._-]+", each)[0].lower().replace("_", "-") for each in declared}  # type: ignore[index]  # a requirement starts with its name
    assert names <= {name for name, _ in pins(folder / f"{lock}.lock")}


def test_every_dependency_of_the_project_has_its_reason_beside_it(project_root: Path) -> None:
    lines = (project_root / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    tables = lines[: lines.index("[project.scripts]")]
    wanted = [(above, line) for above, line in itertools.pairwise(tables) if is_requirement(line)]
    assert len(wanted) > 25
    for above, line in wanted:
        assert "# " in line or above.startswith("#"), f"no reason given: {line}"


def is_requirement(line: str) -> bool:
    return bool(re.match(r'^  "[a-z0-9._-]+(\[\w+\])?[<>=~!]|^(requires|litellm|speed)\b.*\["', line))


def test_an_altered_package_is_refused(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path)
    true_hash = hashlib.sha256(wheel.read_bytes()).hexdigest()
    for digest, accepted in ((true_hash, True), (true_hash[::-1], False)):
        lock = tmp_path / "one.lock"
        lock.write_text(f"harmless==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--no-index",
            "--find-links",
            str(tmp_path),
            "--no-deps",
        ]
        command += ["--dest", str(tmp_path / "out"), "--require-hashes", "-r", str(lock)]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode == 0) is accepted, result.stderr


def write_wheel(folder: Path) -> Path:
    path = folder / "harmless-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(
            "harmless-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: harmless\nVersion: 1.0\n"
        )
        wheel.writestr("harmless-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("harmless-1.0.dist-info/RECORD", "")
    return path
