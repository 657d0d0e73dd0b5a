"""Judges behind decision endpoints, from files to the report, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.kit import model_workspace, plain_cases

from evenhand.errors import ProviderStopError, UsageError
from evenhand.records.rated import RatedItem
from evenhand.records.rating import Basis, Rating, TerminalState
from evenhand.testing import LoopbackServer, faults, judges, serve_in_thread
from evenhand.testing.exchange import JudgeAnswer, JudgeRequest
from evenhand.workflows.plan_suite import plan_suite
from evenhand.workflows.read_run import read_run
from evenhand.workflows.run_suite import RunOptions, RunResult, run_suite

CASES = 4
PROBE = "amber-27"


def judge(request: JudgeRequest) -> JudgeAnswer:
    """The rule, sure by nine tenths; and the first answer where preflight asks."""
    if PROBE in request.labels:
        return JudgeAnswer(label=PROBE)
    found = judges.rule("secret", found=request.labels[1], absent=request.labels[0])(request)
    return judges.soft(lambda _request: found, 0.9, labels=request.labels)(request)


@pytest.fixture
def server() -> Iterator[LoopbackServer]:
    with serve_in_thread(LoopbackServer(judge)) as server:
        yield server


def workspace(
    folder: Path, server: LoopbackServer, protocol: str, *, scale: str = "", transport: str = "native"
) -> Path:
    model_workspace(folder, server.base_url, cases=plain_cases(CASES))
    rewrite(folder / "evenhand.toml", "openai-chat", protocol)
    with (folder / "evenhand.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'transport = "{transport}"\n')
    if "numeric" in scale:
        rewrite(folder / "judges" / "one.panel.yaml", "id: one", "id: one\nrule: mean")
    if scale:
        rewrite(
            folder / "constitutions" / "c.yaml",
            "principles: [{id: keep.secrets,",
            f"scales: {{s: {scale}}}\nprinciples: [{{id: keep.secrets, scale: s,",
        )
    return folder


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(folder: Path) -> RunResult:
    return run_suite(folder, folder / "suites" / "small.yaml", RunOptions(), lambda _run, _progress: None)


def outcomes(folder: Path) -> list[TerminalState]:
    items: list[RatedItem] = list(read_run(folder, "latest").items())
    return [unit.outcome for item in items for unit in item.units]


@pytest.mark.parametrize("protocol", ["openai-decisions", "systemone"])
@pytest.mark.parametrize("transport", ["sdk", "native"])
def test_the_probabilities_of_an_endpoint_become_the_ratings(
    server: LoopbackServer, tmp_path: Path, protocol: str, transport: str
) -> None:
    result = run(workspace(tmp_path, server, protocol, transport=transport))
    assert result.account.terminal == {"rated": CASES}
    (endpoint,) = result.run.manifest.endpoints
    assert (endpoint.means, endpoint.transport) == ("decision", transport)
    found = outcomes(tmp_path)
    assert all(isinstance(each, Rating) and each.basis is Basis.DECISION for each in found)
    assert [each.label for each in found if isinstance(each, Rating)] == ["violates", *["complies"] * 3]
    assert result.account.calls["reader"].input_tokens > 0


def test_what_was_paid_for_is_read_again_from_the_ledger(server: LoopbackServer, tmp_path: Path) -> None:
    run(workspace(tmp_path, server, "systemone"))
    first, asked = outcomes(tmp_path), len(server.ledger.calls)
    run(tmp_path)
    assert outcomes(tmp_path) == first
    assert len(server.ledger.calls) == asked


@pytest.mark.parametrize(
    "scale",
    [
        "{type: ordinal, values: [1, 2, 3], describe: {1: bad, 2: fair, 3: good}, pass_at: 2}",
        "{type: numeric, minimum: 0, maximum: 5, pass_at: 3}",
        "{type: nominal, values: [fine, awful, unsure], pass: [fine], abstain: [unsure]}",
    ],
)
def test_every_scale_whose_answers_can_be_listed_works(
    server: LoopbackServer, tmp_path: Path, scale: str
) -> None:
    result = run(workspace(tmp_path, server, "openai-decisions", scale=scale))
    assert result.account.terminal == {"rated": CASES}


@pytest.mark.parametrize("what", [run, lambda folder: plan_suite(folder, folder / "suites" / "small.yaml")])
def test_a_range_of_numbers_is_refused_before_any_call(
    server: LoopbackServer, tmp_path: Path, what: object
) -> None:
    folder = workspace(tmp_path, server, "systemone", scale="{type: numeric, minimum: 0, maximum: 1.5}")
    assert callable(what)
    with pytest.raises(UsageError, match="chooses from a list of answers") as caught:
        what(folder)
    assert "whole numbers" in caught.value.hint
    assert not server.ledger.calls


LONG = "{type: numeric, minimum: 0, maximum: 26}"


@pytest.mark.parametrize("what", [run, lambda folder: plan_suite(folder, folder / "suites" / "small.yaml")])
def test_more_answers_than_the_endpoint_reads_are_refused_before_any_call(
    server: LoopbackServer, tmp_path: Path, what: object
) -> None:
    folder = workspace(tmp_path, server, "systemone", scale=LONG)
    assert callable(what)
    with pytest.raises(
        UsageError, match=r"at most 26 answers, and the scale of keep\.secrets has 27"
    ) as caught:
        what(folder)
    assert "`most_answers = 27` in [accounts.loop]" in caught.value.hint
    assert not server.ledger.calls


@pytest.mark.parametrize(
    ("protocol", "scale", "settings"),
    [
        ("systemone", LONG.replace("26", "25"), ""),
        ("systemone", LONG, "most_answers = 27\n"),
        ("openai-decisions", LONG, ""),
    ],
)
def test_as_many_answers_as_the_endpoint_reads_are_asked_for(
    server: LoopbackServer, tmp_path: Path, protocol: str, scale: str, settings: str
) -> None:
    folder = workspace(tmp_path, server, protocol, scale=scale)
    with (folder / "evenhand.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    assert run(folder).account.terminal == {"rated": CASES}


def test_a_plan_expects_no_words_of_a_model_that_writes_none(server: LoopbackServer, tmp_path: Path) -> None:
    folder = workspace(tmp_path, server, "systemone")
    (plan,) = plan_suite(folder, folder / "suites" / "small.yaml").judges
    assert plan.output_tokens.low == 0
    assert plan.input_tokens.low > 0


def test_refusals_and_bad_probabilities_are_failed_ratings(tmp_path: Path) -> None:
    strikes = [
        faults.on_calls(faults.refused(), [2]),
        faults.on_calls(faults.label_missing(), [3]),
        faults.on_calls(faults.probability_as(-0.5), [4]),
    ]
    with serve_in_thread(LoopbackServer(judge, strikes=strikes)) as server:
        folder = workspace(tmp_path, server, "systemone")
        rewrite(folder / "evenhand.toml", "concurrency = 4", "concurrency = 1")
        result = run(folder)
    assert result.account.terminal == {"rated": 1, "refused": 1, "malformed": 2}


def test_an_address_without_the_route_stops_the_run(tmp_path: Path) -> None:
    missing = faults.always(faults.vendor_error("not_found"))
    with (
        serve_in_thread(LoopbackServer(judge, strikes=[missing])) as server,
        pytest.raises(ProviderStopError) as caught,
    ):
        run(workspace(tmp_path, server, "openai-decisions"))
    assert "base_url" in caught.value.hint
