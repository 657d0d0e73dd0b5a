"""What each command does, says and exits with."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from tests.cli.kit import Cli, model_workspace, plain_cases

from evenhand.testing import LoopbackServer


@pytest.fixture
def workspace(judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the judged workspace, which is the current folder too."""
    folder = tmp_path / "workspace"
    shutil.copytree(judged, folder)
    monkeypatch.chdir(folder)
    return folder


# -- init ------------------------------------------------------------------------------------------


def test_a_quiet_init_says_nothing_and_an_open_one_names_every_file(tmp_path: Path, cli: Cli) -> None:
    quiet = cli("init", "-q", "quiet")
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")
    assert "wrote  " in cli("init", "open").err
    assert (tmp_path / "quiet/evenhand.toml").is_file()


# -- lint, explain, schema -------------------------------------------------------------------------


def test_lint_says_how_much_it_looked_at(workspace: Path, cli: Cli) -> None:
    ended = cli("lint")
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == "nothing wrong in 14 files (10 principles checked)\n"


def test_lint_points_at_the_slip_and_says_what_to_write(workspace: Path, cli: Cli) -> None:
    path = workspace / "judges/offline.panel.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("quorum:", "quorom:"), encoding="utf-8")
    ended = cli("lint", "judges/offline.panel.yaml")
    assert ended.code == 2
    assert ended.out.splitlines() == [
        'judges/offline.panel.yaml:8:1 error V001: unknown key "quorom"',
        "    8 | quorom: 2",
        '      | ^^^^^^ did you mean "quorum"?',
        "      = see: evenhand explain V001",
    ]
    assert ended.err == "1 error in 1 file (0 principles checked)\n"


def test_lint_checks_templates_and_patterns(workspace: Path, cli: Cli) -> None:
    for name, old, new in (
        ("judges/close-reader.j2", "case.response", "case.respons"),
        ("judges/assistant-patterns.yaml", "pattern: '(?i)", "pattern: '(?=x)"),
    ):
        text = (workspace / name).read_text(encoding="utf-8")
        (workspace / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    findings = cli("lint", "--json").document["findings"]
    assert {finding["code"] for finding in findings} == {"T001", "J003"}
    assert any('did you mean "case.response"?' in finding["suggestion"] for finding in findings)


def test_lint_of_nothing_is_no_success(tmp_path: Path, cli: Cli) -> None:
    assert cli("lint", tmp_path).code == 5


def test_a_long_line_is_cut_around_the_slip(workspace: Path, cli: Cli) -> None:
    path = workspace / "judges/offline.panel.yaml"
    path.write_text(f"schema: panel/v1\nid: x\ntitle: {'a' * 300}\njudges: [nobody]\n", encoding="utf-8")
    (workspace / "judges/b.panel.yaml").write_text(
        f"{{schema: panel/v1, title: {'t' * 300}, id: x, judges: [nobody]}}\n", encoding="utf-8"
    )
    lines = cli("lint", "judges/b.panel.yaml").out.splitlines()
    assert all(len(line) < 130 for line in lines)
    excerpt, caret = lines[1], lines[2]
    assert excerpt[caret.index("^") :].startswith("nobody")


@pytest.mark.parametrize("typed", ["V001", "v001"])
def test_a_code_explains_itself(typed: str, cli: Cli) -> None:
    ended = cli("explain", typed)
    assert ended.code == 0
    assert ended.out.startswith("V001: ")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("X999", "known: B001"), ("XX99", "known: B001"), ("V09", "V001"), ("VV001", 'did you mean "V001"?')],
)
def test_an_unknown_code_is_refused_with_near_ones(typed: str, hint: str, cli: Cli) -> None:
    ended = cli("explain", typed)
    assert ended.code == 2
    assert f"there is no code '{typed}'" in ended.err
    assert hint in ended.err
    assert "ledger" not in ended.err


def test_schema_prints_lists_and_writes(tmp_path: Path, cli: Cli) -> None:
    printed = json.loads(cli("schema", "judge").out)
    assert printed["$schema"].startswith("https://json-schema.org/")
    assert "constitution" in cli("schema").out
    assert cli("schema", "judge/v1", "--out", tmp_path / "s" / "judge.v1.json").code == 0
    assert json.loads((tmp_path / "s" / "judge.v1.json").read_text(encoding="utf-8")) == printed


@pytest.mark.parametrize(("name", "hint"), [("juge", "judge"), ("evenhand/rum/v1", "evenhand/run/v1")])
def test_an_unknown_schema_suggests_a_near_one(name: str, hint: str, cli: Cli) -> None:
    ended = cli("schema", name)
    assert ended.code == 2
    assert f'did you mean "{hint}"?' in ended.err


# -- plan, run, resume, runs -----------------------------------------------------------------------


def test_a_plan_is_a_range_and_makes_no_call(tmp_path: Path, server: LoopbackServer, cli: Cli) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(10), price=2.0)
    plan = cli("plan", "small", "--workspace", folder, "--json").document
    assert (plan["units"], plan["offline_units"], plan["judges"][0]["calls"]["low"]) == (10, 0, 10)
    assert 0 < plan["usd"]["low"] < plan["usd"]["high"]
    assert not server.ledger.calls
    assert "USD, prices in your files" in cli("plan", "small", "--workspace", folder).out


@pytest.mark.parametrize("command", ["plan", "run"])
def test_an_account_that_is_not_there_is_named_with_its_judge_and_what_to_write(
    command: str, tmp_path: Path, cli: Cli
) -> None:
    folder = model_workspace(tmp_path, "http://127.0.0.1:9", cases=plain_cases(2))
    (folder / "evenhand.toml").unlink()
    ended = cli(command, "small", "--workspace", folder)
    assert ended.code == 2
    assert "no account 'loop', which judge reader names (judges/reader.yaml)" in ended.err
    assert "add [accounts.loop] to evenhand.toml" in ended.err


def test_a_plan_without_a_call_promises_no_time(workspace: Path, cli: Cli) -> None:
    assert re.search(r"^  time +no call is made$", cli("plan", "demo").out, re.MULTILINE)


def test_one_of_a_thing_is_not_many(tmp_path: Path, server: LoopbackServer, cli: Cli) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(1))
    assert "1 case, 1 principle, 1 item, 1 rating (" in cli("plan", "small", "--workspace", folder).out
    assert "1 item = " in cli("run", "small", "--workspace", folder).out
    assert ", 1 run, sound" in cli("doctor", "--workspace", folder).out


def test_a_plan_without_a_price_says_how_to_give_it_as_a_run_does(tmp_path: Path, cli: Cli) -> None:
    folder = model_workspace(tmp_path, "http://127.0.0.1:9", cases=plain_cases(2))
    judge = folder / "judges/reader.yaml"
    judge.write_text(re.sub("price: .*\n", "", judge.read_text(encoding="utf-8")), encoding="utf-8")
    planned, ran = (cli(command, "small", "--workspace", folder) for command in ("plan", "run"))
    assert (planned.code, ran.code) == (0, 2)
    for ended in (planned, ran):
        assert "loop/scripted" in ended.err
        assert 'or [prices."loop/scripted"] in evenhand.toml' in ended.err


def test_a_run_ends_with_the_conservation_law_and_the_next_command(workspace: Path, cli: Cli) -> None:
    ended = cli("run", "demo")
    assert ended.code == 0
    assert "309 planned = 309 rated + 0 failed + 0 open" in ended.out
    assert re.search(r"103 items = \d+ decided \+ \d+ undecided; mean disagreement 0\.\d\d", ended.out)
    assert "0.0000 USD for 0 calls" in ended.out
    assert "next:  evenhand report " in ended.err


def test_the_item_a_run_says_to_look_at_is_the_most_divided_and_can_be_looked_at(
    workspace: Path, cli: Cli
) -> None:
    ended = cli("run", "demo", "--json").document
    _, command, item = shlex.split(ended["next"][-1])
    assert (command, item.rpartition("@")[2]) == ("explain", ended["run"])
    (explained,) = cli("explain", item, "--json").document["items"]
    report = json.loads(Path(cli("report", "--format", "json").out.strip()).read_text(encoding="utf-8"))
    assert explained["item"]["disagreement"] == report["divided"][0]["disagreement"] > 0


@pytest.mark.parametrize("name", ["demo", "suites/demo.yaml"])
def test_a_suite_is_named_by_file_or_by_name(name: str, workspace: Path, cli: Cli) -> None:
    assert cli("plan", name).code == 0


def test_an_unknown_suite_suggests_a_near_one(workspace: Path, cli: Cli) -> None:
    ended = cli("run", "dmeo")
    assert ended.code == 2
    assert 'did you mean "demo"?' in ended.err


def test_a_suite_of_another_workspace_is_refused(workspace: Path, judged: Path, cli: Cli) -> None:
    ended = cli("run", judged / "suites/demo.yaml")
    assert ended.code == 2
    assert "--workspace" in ended.err


def test_a_run_spends_only_what_somebody_agreed_to(tmp_path: Path, server: LoopbackServer, cli: Cli) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(10), price=5000.0)
    refused = cli("run", "small", "--workspace", folder)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert not server.ledger.calls
    assert cli("run", "small", "--workspace", folder, "--yes", "--json").document["calls"] > 10


def test_a_cap_stops_a_run_which_then_resumes(tmp_path: Path, server: LoopbackServer, cli: Cli) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(10), price=1000.0)
    stopped = cli("run", "small", "--workspace", folder, "--max-usd", "4", "--yes", "--json")
    assert (stopped.code, stopped.document["state"]) == (3, "stopped")
    assert stopped.document["usd"] <= 4
    assert stopped.document["open"] > 0
    onward = f"evenhand resume {stopped.document['run']}"
    assert stopped.document["next"] == [f"{onward} --max-usd USD"]
    asked = len(server.ledger.calls)
    again = cli("resume", "latest", "--workspace", folder)
    assert (again.code, len(server.ledger.calls)) == (3, asked), "the run keeps its cap"
    assert f"next:  {onward} --max-usd USD" in again.err
    resumed = cli("resume", "latest", "--workspace", folder, "--max-usd", "1000", "--json")
    assert (resumed.code, resumed.document["open"]) == (0, 0)
    assert resumed.document["run"] == stopped.document["run"]


def test_a_second_run_pays_nothing(tmp_path: Path, server: LoopbackServer, cli: Cli) -> None:
    folder = model_workspace(tmp_path, server.base_url, cases=plain_cases(6))
    assert cli("run", "small", "--workspace", folder).code == 0
    asked = len(server.ledger.calls)
    again = cli("run", "small", "--workspace", folder, "--json").document
    assert (again["reused"], again["calls"]) == (6, 0)
    assert len(server.ledger.calls) == asked


def test_too_many_failed_ratings_are_no_measurement(tmp_path: Path, cli: Cli) -> None:
    folder = model_workspace(tmp_path, "http://127.0.0.1:9", cases=plain_cases(3))
    judge = folder / "judges/reader.yaml"
    judge.write_text(
        "schema: judge/v1\nid: reader\nversion: 1.0.0\nkind: pattern\nprinciples:\n"
        "  other.principle: {prior: {complies: 1, violates: 0}}\n",
        encoding="utf-8",
    )
    ended = cli("run", "small", "--workspace", folder)
    assert ended.code == 3
    assert "100.0% of the ratings failed, the suite allows 5.0%" in ended.err


def test_runs_are_listed_with_their_state(workspace: Path, cli: Cli) -> None:
    (run,) = cli("runs", "--json").document["runs"]
    assert (run["suite"], run["state"], run["planned"], run["settled"]) == ("demo", "finished", 309, 309)
    assert run["id"] in cli("runs").out


def test_no_run_yet_is_no_error(tmp_path: Path, cli: Cli) -> None:
    ended = cli("runs", "--workspace", tmp_path)
    assert (ended.code, ended.out) == (0, "")
    assert not list(tmp_path.iterdir())


# -- report, explain -------------------------------------------------------------------------------


def test_a_report_names_the_files_it_wrote(workspace: Path, cli: Cli) -> None:
    ended = cli("report", "latest", "--out", "out", "--format", "md,json")
    assert ended.code == 0
    paths = [Path(line) for line in ended.out.splitlines()]
    assert [path.suffix for path in paths] == [".md", ".json"]
    assert all((workspace / path).is_file() for path in paths)


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        (["report", "--format", "htm"], 'did you mean "html"?'),
        (["report", "lastest"], "there is no run"),
        (["explain", "priv-99@latest"], "there is no item"),
        (["explain", "priv-01/privacy.contact-dat@latest"], 'did you mean "priv-01/privacy.contact-data"?'),
        (["explain", "priv-01/unknown-principle@latest"], "known: priv-01/"),
        (["explain", "q12"], "there is no code 'q12'"),
        (["resume", "20261120-000000-aaaaa"], "there is no run"),
    ],
)
def test_a_name_that_is_not_there_exits_2(typed: list[str], hint: str, workspace: Path, cli: Cli) -> None:
    ended = cli(*typed)
    assert ended.code == 2
    assert hint in ended.err


def test_a_report_with_item_pages_names_the_three_files_and_counts_the_pages(
    workspace: Path, cli: Cli
) -> None:
    ended = cli("report", "--out", "out")
    pages = list((workspace / "out").glob("*.items-*.html"))
    assert pages
    assert [Path(line).suffix for line in ended.out.splitlines()] == [".html", ".md", ".json"]
    assert f"and {len(pages)} item page" in ended.err
    assert len(cli("report", "--out", "out", "--json").document["files"]) == 3 + len(pages)


def test_a_report_that_can_not_be_written_says_where_else(workspace: Path, cli: Cli) -> None:
    (workspace / "taken").write_text("", encoding="utf-8")
    ended = cli("report", "--out", "taken")
    assert ended.code == 2
    assert "--out" in ended.err


def test_an_item_is_explained_down_to_the_arithmetic(workspace: Path, cli: Cli) -> None:
    ended = cli("explain", "priv-01@latest")
    assert ended.code == 0
    for words in ("principle privacy.contact-data", "judge assistant-patterns", "panel offline", "author-1"):
        assert words in ended.out


# -- doctor ----------------------------------------------------------------------------------------


def test_doctor_shows_what_holds_and_where_it_comes_from(workspace: Path, cli: Cli) -> None:
    settings = '[ledger]\npath = ".evenhand/other.sqlite"\n[accounts.own]\nprotocol = "openai-chat"\nbase_url = "http://127.0.0.1:9/v1"\n'
    (workspace / "evenhand.toml").write_text(settings, encoding="utf-8")
    checks = {(check["part"], check["name"]): check for check in cli("doctor", "--json").document["checks"]}
    assert checks["settings", "ledger"]["value"] == ".evenhand/other.sqlite"
    assert checks["settings", "ledger"]["source"].endswith("evenhand.toml")
    assert checks["settings", "reports"]["source"] == "default"
    assert checks["accounts", "own"]["state"] == "ok"
    assert checks["accounts", "openai"]["source"] == "built in"
    assert ("ledger", "SQLite") in checks


def test_doctor_never_shows_a_key(workspace: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sentinel-0123456789")
    for extra in ((), ("--json",), ("-vv",), ("--debug",)):
        ended = cli("doctor", *extra)
        assert "key in OPENAI_API_KEY (set)" in ended.out
        assert "sentinel" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            '[accounts.own]\nprotocol = "openai-chat"\napi_key_env = "NOT_SET_HERE"\n',
            "NOT_SET_HERE (not set)",
        ),
        ('[ledger]\npth = "x"\n', "pth"),
        ('[ledger]\npath = "evenhand.toml/ledger.sqlite"\n', "evenhand.toml"),
    ],
    ids=["missing key", "unknown setting", "ledger that can not be made"],
)
def test_doctor_exits_2_when_a_run_would_fail(settings: str, words: str, workspace: Path, cli: Cli) -> None:
    (workspace / "evenhand.toml").write_text(settings, encoding="utf-8")
    ended = cli("doctor")
    assert ended.code == 2
    assert words in ended.out


def test_doctor_leaves_nothing_behind(tmp_path: Path, cli: Cli) -> None:
    assert cli("doctor", "--workspace", tmp_path).code == 0
    assert not list(tmp_path.iterdir())
