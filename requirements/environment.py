"""Makes a virtual environment from a hash-locked file and runs the demo or the tests in it.

Standard library only. Called by `bootstrap.py`; every step is skipped when it was done before.
"""

import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "requirements"
STAMP = "evenhand-environment.json"
WINDOWS = os.name == "nt"

USAGE = """usage: python3 requirements/bootstrap.py demo [arguments of `evenhand demo`]
       python3 requirements/bootstrap.py test [--litellm] [arguments of pytest]

demo  sets up .venv from requirements/core.lock and runs `evenhand demo`: offline, nothing paid.
test  sets up .venv from requirements/dev.lock and runs the tests.
      --litellm   the second SDK set instead: requirements/dev-litellm.lock in .venv-litellm.

EVENHAND_VENV names another folder for the environment. Nothing outside that folder is written to."""

# core.lock is a subset of dev.lock (lock.py sees to it), so one environment serves both commands.
SERVES = {"core": ("core", "dev"), "dev": ("dev",), "dev-litellm": ("dev-litellm",)}
EXTENDS = {"dev": "core"}

NO_PIP = """This Python ({python}) cannot put pip into an environment:
its `ensurepip` is missing, and neither pip nor uv is at hand. Do one of these, then run the command again:
  Debian, Ubuntu   sudo apt install python3-venv
  any other        install Python from its own installer, or install uv"""

FOREIGN = """{folder} exists and was not made by this script, so it is left alone.
Move it away, or name another folder: EVENHAND_VENV=.venv-evenhand python3 requirements/bootstrap.py ..."""

FAILED = """
That step failed (exit code {code}): {command}
The message above is the tool's own. pip takes its index, proxy and certificates from its own settings.
Once that is mended, run the same command again; it starts where it stopped."""


def main(arguments: Sequence[str]) -> int:
    """Runs one sub-command; returns only when there is nothing to run.

    Args:
        arguments: What follows the script's name on the command line.

    Returns:
        0 after help was asked for, 2 for a sub-command that does not exist.
    """
    command, *rest = arguments or ["--help"]
    match command:
        case "demo":
            demo(rest)
        case "test":
            test(rest)
        case "-h" | "--help":
            print(USAGE)
            return 0
    print(f"There is no sub-command {command!r}.\n{USAGE}", file=sys.stderr)
    return 2


def demo(rest: list[str]) -> NoReturn:
    """Sets up what a user needs and runs `evenhand demo`."""
    folder = prepare("core", ".venv")
    say(f"to use evenhand in this shell afterwards: {activation(folder)}")
    become([str(program(folder, "evenhand")), "demo", *rest])


def test(rest: list[str]) -> NoReturn:
    """Sets up what a developer needs and runs the tests."""
    with_litellm = "--litellm" in rest
    folder = prepare("dev-litellm", ".venv-litellm") if with_litellm else prepare("dev", ".venv")
    for_pytest = [argument for argument in rest if argument != "--litellm"]
    os.chdir(ROOT)
    become([str(program(folder, "python")), "-m", "pytest", "-n", "auto", "--dist", "worksteal", *for_pytest])


def prepare(lock: str, name: str) -> Path:
    """Makes sure that the environment holds exactly what `lock` and this checkout say.

    Args:
        lock: Stem of a lock file in this folder.
        name: The environment's folder below the root, unless EVENHAND_VENV names another.

    Returns:
        The environment's folder.
    """
    folder = Path(os.environ.get("EVENHAND_VENV") or ROOT / name).absolute()
    stamp = read_stamp(folder)
    if stamp.get("packages") not in [packages_wanted(each) for each in SERVES[lock]]:
        stamp = install_packages(folder, lock, stamp)
    if stamp.get("project") != project_wanted():
        install_project(folder, stamp)
    return folder


def read_stamp(folder: Path) -> dict[str, str]:
    """Reads what an earlier run left; empty when there is no environment or it was never finished."""
    if not folder.exists() or not any(folder.iterdir()):
        return {}
    if not (folder / STAMP).is_file():
        sys.exit(FOREIGN.format(folder=folder))
    return dict(json.loads((folder / STAMP).read_text(encoding="utf-8")))


def write_stamp(folder: Path, stamp: dict[str, str]) -> None:
    """Notes what is done, so that the next run can skip it."""
    (folder / STAMP).write_text(json.dumps(stamp, indent=2) + "\n", encoding="utf-8")


def packages_wanted(lock: str) -> str:
    """Hashes what decides which packages belong here: this Python, this place and the locked files."""
    here = f"{lock}\n{sys.version}\n{ROOT}\n".encode()
    return hashlib.sha256(b"".join([here, *(path.read_bytes() for path in lock_files(lock))])).hexdigest()


def project_wanted() -> str:
    """Hashes what an editable installation copies out of the checkout: the metadata."""
    return hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()


def lock_files(lock: str) -> list[Path]:
    """Names the locked files that make an environment: its own and the build back end's."""
    return [FOLDER / f"{lock}.lock", FOLDER / "build.lock"]


def install_packages(folder: Path, lock: str, stamp: dict[str, str]) -> dict[str, str]:
    """Brings the environment to `lock`: on top of a smaller set when that is safe, else from scratch."""
    install = installer(folder)
    if lock not in EXTENDS or stamp.get("packages") != packages_wanted(EXTENDS[lock]):
        create(folder)
    say(f"installing the packages of requirements/{lock}.lock by their hashes; about a minute")
    requirements = [part for path in lock_files(lock) for part in ("-r", str(path))]
    run([*install, "--only-binary", ":all:", "--require-hashes", *requirements])
    done = {"packages": packages_wanted(lock)}
    write_stamp(folder, done)
    return done


def install_project(folder: Path, stamp: dict[str, str]) -> None:
    """Installs this checkout so that the environment runs the files you edit."""
    say("installing evenhand from this checkout")
    run([*installer(folder), "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    write_stamp(folder, {**stamp, "project": project_wanted()})


def create(folder: Path) -> None:
    """Makes an empty environment in `folder`, replacing an earlier one of ours."""
    if folder.exists():
        say(f"{folder} is out of date or unfinished; making it again")
        shutil.rmtree(folder)
    say(f"making {folder} with Python {sys.version.split()[0]}")
    folder.mkdir(parents=True)
    write_stamp(folder, {})
    without_pip = [] if has("ensurepip") else ["--without-pip"]
    run([sys.executable, "-m", "venv", *without_pip, str(folder)])


def installer(folder: Path) -> list[str]:
    """Chooses who installs: the environment's own pip, this Python's pip from outside, or uv."""
    python = str(program(folder, "python"))
    quiet = ["install", "-qq", "--disable-pip-version-check", "--no-input"]
    if has("ensurepip"):
        return [python, "-m", "pip", *quiet]
    if has("pip"):
        return [sys.executable, "-m", "pip", "--python", python, *quiet]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", python]
    sys.exit(NO_PIP.format(python=sys.executable))


def has(module: str) -> bool:
    """Says whether this Python can import `module`."""
    return importlib.util.find_spec(module) is not None


def program(folder: Path, name: str) -> Path:
    """Names a program of the environment."""
    return folder / "Scripts" / f"{name}.exe" if WINDOWS else folder / "bin" / name


def activation(folder: Path) -> str:
    """Returns what to type to put the environment on the path of a shell."""
    if WINDOWS:
        return str(folder / "Scripts" / "activate")
    return f". {shlex.quote(str(folder / 'bin' / 'activate'))}"


def run(command: list[str]) -> None:
    """Runs one step; what it prints goes to stderr, since stdout belongs to the last command."""
    started = time.monotonic()
    code = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    if code:
        sys.exit(FAILED.format(code=code, command=shlex.join(command)))
    say(f"  done in {time.monotonic() - started:.0f} s")


def become(command: list[str]) -> NoReturn:
    """Hands this process over, so that signals and the exit code are the command's own."""
    say(f"running {shlex.join([Path(command[0]).name, *command[1:]])}")
    if WINDOWS:  # there, exec returns to the shell before the new program ends
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def say(text: str) -> None:
    """Tells the person what happens."""
    print(f"evenhand: {text}", file=sys.stderr, flush=True)
