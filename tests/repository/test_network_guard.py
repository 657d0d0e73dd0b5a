"""Nothing in the suite leaves this machine, even where the code under test hides that it tried."""

import contextlib
import socket
from pathlib import Path

import pytest

DENIED = "tests stay on this machine"


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_connecting_beyond_this_machine_is_denied(address: str, no_network: list[str]) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(OSError, match=DENIED):
        client.connect((address, 80))
    no_network.clear()


@pytest.mark.parametrize("host", ["example.org", b"example.org", "192.0.2.1", "localhost.example.org"])
def test_looking_up_another_machine_is_denied(host: str | bytes, no_network: list[str]) -> None:
    with pytest.raises(OSError, match=DENIED):
        socket.getaddrinfo(host, 443)
    no_network.clear()


@pytest.mark.parametrize("address", ["", "0.0.0.0"])
def test_listening_beyond_this_machine_is_denied(address: str, no_network: list[str]) -> None:
    with socket.socket() as server, pytest.raises(OSError, match=DENIED):
        server.bind((address, 0))
    no_network.clear()


def test_an_attempt_that_the_code_survives_is_remembered(no_network: list[str]) -> None:
    with contextlib.suppress(OSError):
        socket.gethostbyname("example.org")
    assert no_network == ["socket.gethostbyname 'example.org'"]
    no_network.clear()


def test_a_remembered_attempt_fails_the_test(
    pytester: pytest.Pytester, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeconftest((project_root / "tests/conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(
        """
        def test_it(no_network):
            no_network.append("socket.connect '192.0.2.1'")
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*the network was used: socket.connect '192.0.2.1'*"])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_allowed(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection((host, port)) as client:
            assert client.getpeername() == ("127.0.0.1", port)
