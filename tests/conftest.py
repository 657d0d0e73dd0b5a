"""What every test lives under: no network, no hidden skips, and the recorded data where it exists."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
ALLOWED_SKIPS = Path(__file__).with_name("allowed_skips.txt")


# -- Data and programs that may be missing ---------------------------------------------------------


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The recorded judge verdicts and human labels beside the checkout."""
    if not SHARED_DATA.is_dir():
        pytest.skip("needs the recorded data sets in ../shared/data beside the checkout")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed browser; nothing is downloaded."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or pytest.skip(f"needs one of {', '.join(BROWSERS)} on PATH")


@pytest.fixture(scope="module")
def real_browser(chromium: str) -> Iterator["Browser"]:
    """A real browser.

    For one module: while its driver waits, no other test of the same thread could run an event loop of its own.
    """
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - slow to load, and most tests need none

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks tests by what they use, and leaves the litellm tests to the environment that has litellm."""
    for item in items:
        for fixture, marker in (("shared_data", "shared"), ("chromium", "browser")):
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)
    if importlib.util.find_spec("litellm") is None:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("litellm")])
        items[:] = [item for item in items if not item.get_closest_marker("litellm")]


# -- Nothing that a test has to wait for, and no clock ---------------------------------------------

MEMORY = Path("/dev/shm")
MOST_BYTES = 4_000_000_000


def _wait_for_no_disk() -> None:
    """Keeps temporary files in memory, where a commit does not wait for the disk: half of the time it would wait.

    What is left after a power cut is tested by the calls of the operating system, in `tests/crash`.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MOST_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _load_one_certificate() -> None:
    """Lets the clients, of which each reads every authority there is, read one: nobody here speaks TLS."""
    os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("nobody.pem"))


def _set_no_deadline() -> None:
    """Lets an example take the time that it takes on this machine, here as in CI."""
    from hypothesis import HealthCheck, settings  # noqa: PLC0415 - takes a second, which a pytest inside a test saves

    slow = [HealthCheck.too_slow]
    settings.register_profile("evenhand", settings.default, deadline=None, suppress_health_check=slow)
    settings.load_profile("evenhand")


# -- No network ------------------------------------------------------------------------------------

_attempts: list[str] = []
_HOST_ARGUMENT = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
_ADDRESS_ARGUMENT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.bind": 1}


class NetworkDeniedError(OSError):
    """A test tried to leave this machine."""


@pytest.fixture(autouse=True)
def no_network() -> Iterator[list[str]]:
    """Fails the test when anything in it connects, sends, binds or looks up beyond loopback.

    The attempt itself fails with an `OSError`; because the code under test may well survive that, the test
    fails again at its end. Yields the attempts so far.
    """
    _attempts.clear()
    yield _attempts
    made, _attempts[:] = list(_attempts), []
    assert not made, f"the network was used: {', '.join(made)}"


def _deny_network(event: str, arguments: tuple[object, ...]) -> None:
    if event in _HOST_ARGUMENT:
        host = arguments[_HOST_ARGUMENT[event]]
    elif event in _ADDRESS_ARGUMENT:
        address = arguments[_ADDRESS_ARGUMENT[event]]
        # No tuple: a socket of this machine's file system, or one that was connected before.
        host = address[0] if isinstance(address, tuple) else None
    else:
        return
    if host is not None and not _is_loopback(host):
        _attempts.append(f"{event} {host!r}")
        raise NetworkDeniedError(f"tests stay on this machine: {event} {host!r}")


def _is_loopback(host: object) -> bool:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


sys.addaudithook(_deny_network)


# -- No skipped test behind a green run ------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Counts skips, in CI, where every test can run."""
    _wait_for_no_disk()
    _load_one_certificate()
    if config.pluginmanager.hasplugin("hypothesispytest"):
        _set_no_deadline()
    is_worker = hasattr(config, "workerinput")
    if os.environ.get("CI", "").lower() not in ("", "0", "false") and not is_worker:
        config.pluginmanager.register(_SkipPolicy(_read_allowed_skips()), "skip-policy")


def _read_allowed_skips() -> list[str]:
    lines = ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
    entries = [line for line in lines if line.strip() and not line.startswith("#")]
    without_reason = [line for line in entries if not re.search(r"  # \S", line)]
    if without_reason:
        raise pytest.UsageError(f"{ALLOWED_SKIPS.name}: no reason given: {without_reason[0]}")
    # Square brackets belong to node ids here; only * and ? are patterns.
    return [line.partition("  # ")[0].strip().replace("[", "[[]") for line in entries]


class _SkipPolicy:
    """Fails the session when a test skipped (or was expected to fail) that is not on the list."""

    def __init__(self, allowed: list[str]) -> None:
        self.allowed = allowed
        self.skipped: dict[str, None] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def _note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not any(fnmatchcase(report.nodeid, pattern) for pattern in self.allowed):
            self.skipped[report.nodeid] = None

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped in CI", red=True, bold=True)
            for nodeid in self.skipped:
                terminalreporter.write_line(f"{nodeid} skipped and is not in {ALLOWED_SKIPS.name}")
