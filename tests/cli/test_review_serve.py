"""`evenhand review serve` and `evenhand review people` as people type them."""

import http.client
import json
import re
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.cli.kit import run_process, start_process
from tests.made_review import make_review

GOOD_ORIGIN = "https://review.example.org"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace in which items were drawn for review."""
    (tmp_path / "evenhand.toml").write_text("", encoding="utf-8")
    (tmp_path / ".evenhand").mkdir()
    make_review(tmp_path / ".evenhand", 5)
    return tmp_path


def ask(address: str, path: str) -> http.client.HTTPResponse:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", path)
    return connection.getresponse()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_link_works_and_a_signal_ends_it_in_order(folder: Path, how: signal.Signals) -> None:
    process = start_process(
        *("review", "serve", "--port", "0", "--as", "kim", "-v"),
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        link = process.stdout.readline().decode().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/enter\?token=[\w-]{43}", link)
        assert ask(link, "/next").status == 401
        entered = ask(link, link.removeprefix(link.partition("/enter")[0]))
        assert entered.status == 200
        assert "evenhand-session" in (entered.getheader("set-cookie") or "")
        ask(link, "/%1b%5d52;c;x%07%0d%0aforged")
        process.send_signal(how)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == b""
    assert b"you review as kim" in err
    assert b"everything that was saved is on disk" in err
    assert b"token" not in err
    assert b"\x1b]52" not in err
    assert b"\nforged" not in err
    assert b"Traceback" not in err


def test_the_document_says_where_the_pages_are(folder: Path) -> None:
    process = start_process("review", "serve", "--port", "0", "--json", cwd=folder, stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        lines: list[bytes] = []
        while not lines or lines[-1] != b"}\n":
            lines.append(process.stdout.readline())
        process.terminate()
    document = json.loads(b"".join(lines))
    assert document["schema"] == "evenhand/review-serve/v1"
    assert document["link"].startswith(f"{document['address']}/enter?token=")
    assert document["person"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--host", "0.0.0.0"], "127.0.0.1"),
        (["--host", "0.0.0.0", "--unsafe-bind"], "--team and the https --origin"),
        (["--host", "0.0.0.0", "--unsafe-bind", "--team"], "--team and the https --origin"),
        (["--host", "0.0.0.0", "--team", "--origin", GOOD_ORIGIN], "--unsafe-bind"),
        (["--origin", GOOD_ORIGIN], "--team"),
        (["--origin", "http://review.example.org"], "https://"),
        (["--team"], "review people add NAME --role lead"),
        (["--as", "a\x1b[31mb"], "nobody can see"),
        (["--design", "rd-nothing"], "rd-1"),
        (["--port", "70000"], "65535"),
    ],
)
def test_what_would_be_unsafe_or_useless_is_refused(folder: Path, arguments: list[str], words: str) -> None:
    ended = run_process("review", "serve", "--port", "0", *arguments, cwd=folder)
    assert ended.code == 2
    assert words in ended.err
    assert "\x1b[31mb" not in ended.err


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with start_process("review", "serve", "--port", "0", cwd=folder, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        port = urlsplit(process.stdout.readline().decode()).port
        ended = run_process("review", "serve", "--port", str(port), cwd=folder)
        process.terminate()
    assert ended.code == 2
    assert "--port 0" in ended.err


def test_without_a_draw_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "evenhand.toml").write_text("", encoding="utf-8")
    ended = run_process("review", "serve", cwd=tmp_path)
    assert ended.code == 3
    assert "evenhand review sample" in ended.err


# -- People ----------------------------------------------------------------------------------------


def test_people_are_added_invited_changed_and_dismissed(folder: Path) -> None:
    added = run_process(
        *("review", "people", "add", "Lea", "--role", "lead", "--origin", GOOD_ORIGIN), cwd=folder
    )
    assert added.code == 0
    assert re.fullmatch(rf"{GOOD_ORIGIN}/invitation\?link=[\w-]{{43}}\.Lea\n", added.out)
    assert "evenhand review serve --team" in added.err
    again = run_process("review", "people", "invite", "Lea", cwd=folder)
    assert again.out.startswith("http://127.0.0.1:8765/invitation?link=")
    assert run_process("review", "people", "role", "ann", "--role", "adjudicator", cwd=folder).code == 0
    assert "bo may review no more" in run_process("review", "people", "dismiss", "bo", cwd=folder).err
    listed = run_process("review", "people", cwd=folder).out
    assert re.search(r"Lea +lead +link", listed)
    assert re.search(r"ann +adjudicator", listed)
    assert "bo (dismissed)" in listed
    assert "bo may review, as reviewer" in run_process("review", "people", "admit", "bo", cwd=folder).err
    document = run_process("review", "people", "list", "--json", cwd=folder).document
    assert [(each["name"], each["active"]) for each in document["people"]] == [
        ("Lea", True),
        ("ann", True),
        ("bo", True),
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["add"], "needs a name"),
        (["role", "ann"], "adjudicator"),
        (["role", "anm", "--role", "lead"], 'did you mean "ann"?'),
        (["add", "ANN"], "already"),
        (["add", "ann"], "invite them again"),
        (["dismiss", "nobody"], "nobody"),
        (["burn", "ann"], "dismiss"),
    ],
)
def test_what_can_not_be_done_with_people_is_told(folder: Path, arguments: list[str], words: str) -> None:
    ended = run_process("review", "people", *arguments, cwd=folder)
    assert ended.code == 2
    assert words in ended.err


def test_a_name_from_the_system_that_can_not_be_read_does_not_stop_anybody(folder: Path) -> None:
    environment = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME"), "\u200b")
    with start_process(
        *("review", "serve", "--port", "0", "--json"),
        cwd=folder,
        environment=environment,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        head = b"".join(process.stdout.readline() for _ in range(5))
        process.terminate()
    assert b'"person": "reviewer"' in head
