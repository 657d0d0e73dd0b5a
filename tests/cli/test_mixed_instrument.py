"""Who answered is in the ledger; a swap in the middle of a run is told, counted and marks the run. Over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from tests.cli.kit import Cli, model_workspace, plain_cases

from evenhand.cli.identity_lines import answering_judges
from evenhand.records.instrument import Mixture
from evenhand.store.attempts import read_attempts
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.faults import Fault, Strike
from evenhand.workflows.load_frames import load
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite

CASES = 8
SWAP = faults.model_swapped("another-model")
FINGERPRINT = faults.fingerprint_changed("fp_other")
PROTOCOLS = ("openai-chat", "openai-responses", "anthropic")


@contextmanager
def serving(*strikes: Strike) -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judges.rule("secret"), strikes=list(strikes))) as server:
        yield server


def workspace(folder: Path, server: LoopbackServer, protocol: str = "openai-chat", *, more: str = "") -> Path:
    address = server.base_url.removesuffix("/v1") if protocol == "anthropic" else server.base_url
    model_workspace(folder, address, cases=plain_cases(CASES), concurrency=1, price=1.0)
    settings = folder / "evenhand.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("openai-chat", protocol) + more, encoding="utf-8"
    )
    return folder


def run(folder: Path, told: list[str] | None = None) -> RunResult:
    def watch(_run: object, progress: object) -> None:
        progress.tell = (told if told is not None else []).append  # type: ignore[attr-defined] # a Progress

    return run_suite(folder, folder / "suites" / "small.yaml", RunOptions(), watch)


def calls_of_preflight(folder: Path) -> int:
    stored = read_run(folder, "latest")
    return sum(attempt.unit < 0 for attempt in read_attempts(stored.ledger, stored.run))


TABLE: list[tuple[str, Fault, int]] = [
    *((protocol, SWAP, at) for protocol in PROTOCOLS for at in (0, 1, 4, CASES - 1)),
    *(("openai-chat", FINGERPRINT, at) for at in (1, 4, CASES - 1)),
]


@pytest.mark.parametrize(("protocol", "fault", "at"), TABLE)
def test_no_swap_goes_undetected(tmp_path: Path, protocol: str, fault: Fault, at: int) -> None:
    with serving() as plain:
        run(workspace(tmp_path / "plain", plain, protocol))
        before = calls_of_preflight(tmp_path / "plain") + at
    with serving(faults.after_call(fault, before)) as server:
        told: list[str] = []
        result = run(workspace(tmp_path / "swapped", server, protocol), told)
    (judge,) = answering_judges(result.run.manifest, result.account)
    assert judge.mixture is (
        Mixture.FINGERPRINTS if fault is FINGERPRINT else Mixture.MODELS if at else Mixture.BESIDES
    )
    assert len(told) == 1, "one line, once a judge"
    assert f"from unit {at} on" in told[0]
    ratings = {(each.served_model, each.fingerprint): each.ratings for each in judge.answered_by}
    assert sum(ratings.values()) == CASES
    (swapped,) = [
        each for each in judge.answered_by if "another" in each.served_model or each.fingerprint == "fp_other"
    ]
    assert (swapped.ratings, swapped.first_unit) == (CASES - at, at)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_model_that_answers_for_another_from_the_start_is_named_and_no_swap(
    tmp_path: Path, protocol: str, cli: Cli
) -> None:
    with serving(faults.always(SWAP)) as server:
        workspace(tmp_path, server, protocol)
        ended = cli("run", "small", "--workspace", tmp_path, "--json")
    assert (ended.document["mixed"], ended.code) == ([], 0)
    assert "judge reader: 'scripted' is answered by 'another-model'" in ended.err


def test_the_snapshot_behind_an_alias_is_named_and_no_swap(tmp_path: Path, cli: Cli) -> None:
    with serving(faults.always(faults.model_swapped("scripted-2026-01-31"))) as server:
        ended = cli("run", "small", "--workspace", workspace(tmp_path, server), "--json")
    assert ended.document["mixed"] == []
    assert "'scripted' is served by its snapshot 'scripted-2026-01-31'" in ended.err


def test_a_model_moved_since_an_earlier_run_looked_is_noticed(tmp_path: Path) -> None:
    moved = Event()
    with serving(when(moved, SWAP)) as server:
        run(workspace(tmp_path, server))
        moved.set()
        told: list[str] = []
        result = run(with_other_texts(tmp_path, keep=0), told)
    (judge,) = answering_judges(result.run.manifest, result.account)
    assert (judge.expected, judge.mixture, len(told)) == ("scripted", Mixture.BESIDES, 1)
    assert [(each.served_model, each.ratings) for each in judge.answered_by] == [("another-model", CASES)]


def test_replies_reused_from_another_model_mix_a_run(tmp_path: Path, cli: Cli) -> None:
    moved = Event()
    with serving(when(moved, SWAP)) as server:
        run(workspace(tmp_path, server))
        moved.set()
        with_other_texts(tmp_path, keep=3)
        ended = cli("run", "small", "--workspace", tmp_path, "--fresh-preflight", "--json")
    (judge,) = ended.document["judges"]
    assert ended.document["mixed"] == ["reader"]
    assert {each["served_model"]: (each["ratings"], each["reused"]) for each in judge["answered_by"]} == {
        "scripted": (3, 3),
        "another-model": (CASES - 3, 0),
    }
    assert "judge reader is a mixed instrument" in ended.err


def test_every_attempt_says_what_was_asked_with_what_and_who_answered(tmp_path: Path) -> None:
    with serving() as server:
        run(workspace(tmp_path, server))
    attempts = load("latest", tmp_path).attempts
    row = attempts.iloc[-1]
    assert (row.account, row.protocol, row.model) == ("loop", "openai-chat", "scripted")
    assert row.base_url == server.base_url
    assert row.sdk.startswith("openai ")
    assert row.transport.startswith("sdk, ")
    assert (row.served_model, row.request_id != "", row.fingerprint != "") == ("scripted", True, True)
    assert not attempts.sdk.isna().any()


def test_an_upgrade_between_two_executions_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> None:
    with serving() as server:
        workspace(tmp_path, server)
        with pytest.raises(KeyboardInterrupt):
            run_suite(tmp_path, tmp_path / "suites/small.yaml", RunOptions(), _interrupt)
        monkeypatch.setattr("evenhand.workflows.versions.version", lambda _package: "99.0")
        ended = cli("resume", "--workspace", tmp_path, "--json")
    (judge,) = ended.document["judges"]
    assert len(judge["asked_with"]) == 2
    assert judge["mixed"] is False
    assert "was asked with different software" in ended.err


def test_the_report_says_which_judge_was_mixed_by_whom_with_n(tmp_path: Path, cli: Cli) -> None:
    with serving() as plain:
        run(workspace(tmp_path / "plain", plain))
        preflight = calls_of_preflight(tmp_path / "plain")
    hostile = faults.model_swapped("<b>**evil** model</b>")
    with serving(faults.after_call(hostile, preflight + 3)) as server:
        ended = cli("run", "small", "--workspace", workspace(tmp_path / "swapped", server))
    told = [line for line in ended.err.splitlines() if "is answered by another model" in line]
    assert len(told) == 1, "while it runs, once a judge"
    assert ended.err.count(f"is a mixed instrument, {Mixture.MODELS.words}: preflight saw scripted; ") == 1, (
        "at its end"
    )
    assert cli("report", "latest", "--workspace", tmp_path / "swapped").code == 0
    reports = reports_of(tmp_path / "swapped")
    summary = json.loads(reports[".json"])
    (stamp,) = summary["stamp"]["judges"]
    assert (stamp["mixed"], stamp["mixture"]) == (True, "models")
    assert [(each["served_model"], each["ratings"], each["first_unit"]) for each in stamp["answered_by"]] == [
        ("scripted", 3, 0),
        ("<b>**evil** model</b>", CASES - 3, 3),
    ]
    warning = next(each for each in summary["warnings"] if "mixed instrument" in each)
    assert f"of {CASES} ratings, by who answered: 3 from unit 0, {CASES - 3} from unit 3" in warning
    assert "evil" not in warning
    for text in (reports[".html"], reports[".md"]):
        assert "Mixed instrument" in text
    assert "<b>**evil**" not in reports[".html"]
    assert "`<b>**evil** model</b>`" in reports[".md"]


def test_a_changed_fingerprint_is_seen_everywhere_and_called_no_other_model(tmp_path: Path, cli: Cli) -> None:
    with serving() as plain:
        run(workspace(tmp_path / "plain", plain))
        before = calls_of_preflight(tmp_path / "plain") + 3
    with serving(faults.after_call(FINGERPRINT, before)) as server:
        ended = cli("run", "small", "--workspace", workspace(tmp_path / "changed", server), "--json")
    assert cli("report", "latest", "--workspace", tmp_path / "changed").code == 0
    written = reports_of(tmp_path / "changed")
    assert ended.document["judges"][0]["mixture"] == "fingerprints"
    assert json.loads(written[".json"])["stamp"]["judges"][0]["mixture"] == "fingerprints"
    for text in (ended.err, written[".html"], written[".md"]):
        assert "the fingerprint of its system changed" in text
        assert "more than one model" not in text
        assert "another model" not in text


def reports_of(folder: Path) -> dict[str, str]:
    """The reports of a workspace by their format, pages of items left out."""
    paths = sorted((folder / "reports").iterdir(), key=lambda path: len(path.name), reverse=True)
    return {path.suffix: path.read_text(encoding="utf-8") for path in paths}


def _interrupt(_run: object, _progress: object) -> None:
    raise KeyboardInterrupt


def when(flag: Event, fault: Fault) -> Strike:
    """A fault that strikes while a flag is set."""
    return Strike(fault=fault, when=lambda _arrival: flag.is_set())


def with_other_texts(folder: Path, *, keep: int) -> Path:
    """Change the text of all cases but the first so many."""
    cases = folder / "suites" / "small.jsonl"
    lines = cases.read_text(encoding="utf-8").splitlines(keepends=True)
    kept, rest = "".join(lines[:keep]), "".join(lines[keep:])
    cases.write_text(kept + rest.replace("Answer", "Reply"), encoding="utf-8")
    return folder
