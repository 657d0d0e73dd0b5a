import json
from dataclasses import replace

import pytest
from tests.providers.kit import FAST, PROTOCOLS, Endpoint, MemoryLog, Transport, endpoint, failure

from evenhand.errors import CallClass, CallError, ProviderStopError
from evenhand.providers.capabilities import Findings, Wants
from evenhand.providers.interface import ChatRequest, Means, RawReply
from evenhand.providers.preflight import MAX_CALLS, preflight
from evenhand.providers.retry import ask_with_retries
from evenhand.providers.throttle import Throttle
from evenhand.testing import Dialect, Support, dialects, faults

each_transport = pytest.mark.parametrize("transport", ["httpx", "native"])
SAMPLING = Wants(temperature=0.2, seed=3)
NOT_THERE = Dialect(json_schema=Support.REFUSED, json_object=Support.REFUSED)


async def found(at: Endpoint, wants: Wants = SAMPLING, log: MemoryLog | None = None) -> Findings:
    throttle, kept = Throttle(concurrency=1), log or MemoryLog()

    async def asker(asked: ChatRequest) -> RawReply:
        return await ask_with_retries(at.provider, asked, FAST, kept, throttle=throttle)

    return await preflight(at.provider.protocol, "gpt-x", wants, asker)


@pytest.mark.parametrize(
    ("protocol", "dialect", "means", "logprobs", "left_out", "calls"),
    [
        ("openai-chat", "everything", "json_schema", 20, (), 1),
        ("openai-chat", "reasoning", "json_schema", 0, ("temperature",), 4),
        ("openai-chat", "llama-cpp", "json_object", 20, (), 2),
        ("openai-chat", "transformers", "last_line", 0, (), 4),
        ("openai-chat", "plain", "last_line", 0, (), 5),
        ("openai-responses", "everything", "json_schema", 20, ("seed",), 1),
        ("openai-responses", "reasoning", "json_schema", 0, ("seed", "temperature"), 3),
        ("openai-responses", "llama-cpp", "json_object", 20, ("seed",), 2),
        ("openai-responses", "transformers", "last_line", 0, ("seed",), 4),
        ("openai-responses", "plain", "last_line", 0, ("seed",), 5),
        ("anthropic", "everything", "json_schema", 0, ("seed", "temperature"), 2),
        ("anthropic", "llama-cpp", "tool", 0, ("seed",), 2),
        ("anthropic", "transformers", "last_line", 0, ("seed", "temperature"), 4),
        ("anthropic", "plain", "last_line", 0, ("seed", "temperature"), 4),
    ],
)
@each_transport
async def test_each_kind_of_server_is_found_out(
    protocol: str,
    dialect: str,
    means: Means,
    logprobs: int,
    left_out: tuple[str, ...],
    calls: int,
    transport: Transport,
) -> None:
    async with endpoint(protocol, dialect=dialects.DIALECTS[dialect], transport=transport) as at:
        findings = await found(at)
        assert at.calls == findings.calls == calls <= MAX_CALLS
    assert (findings.means, findings.logprobs, findings.left_out) == (means, logprobs, left_out)
    assert findings.served_model == "gpt-x"
    assert bool(findings.ignored) is (dialect == "transformers")


async def test_what_was_found_out_then_works_at_the_first_asking() -> None:
    async with endpoint("openai-chat", dialect=dialects.REASONING) as at:
        findings = await found(at)
        assert findings.token_limit_field == "max_completion_tokens"
        again = Wants(means=findings.means, logprobs=False, temperature=None)
        at.server.ledger.reset()
        second = await found(at, again)
        assert second.calls == 2  # the token limit's field is found out anew
    assert second.means == "json_schema"


@pytest.mark.parametrize(
    ("dialect", "means", "note"),
    [
        (Dialect(json_schema=Support.IGNORED), "json_object", "ignores json_schema"),
        (
            Dialect(json_schema=Support.IGNORED, json_object_schema=Support.IGNORED),
            "tool",
            "ignores json_object",
        ),
        (Dialect(json_schema=Support.REFUSED, json_object=Support.CRASHES), "tool", "refuses json_object"),
        (replace(NOT_THERE, tools=Support.IGNORED), "last_line", "ignores tool"),
        (replace(NOT_THERE, tools=Support.CRASHES), "last_line", "refuses tool"),
    ],
)
async def test_each_rung_of_the_ladder_is_reached_and_the_reason_noted(
    dialect: Dialect, means: Means, note: str
) -> None:
    async with endpoint("openai-chat", dialect=dialect) as at:
        findings = await found(at)
    assert findings.means == means
    assert any(note in line for line in findings.notes)


@pytest.mark.parametrize(("most", "expected"), [(20, 20), (5, 5), (3, 2), (1, 1), (0, 0)])
async def test_fewer_alternatives_are_asked_for_until_the_endpoint_takes_it(most: int, expected: int) -> None:
    async with endpoint("openai-chat", dialect=Dialect(max_top_logprobs=most)) as at:
        assert (await found(at)).logprobs == expected


async def test_everything_that_is_silently_ignored_is_named() -> None:
    async with endpoint("openai-chat", dialect=dialects.TRANSFORMERS) as at:
        findings = await found(at)
    assert findings.ignored == ("json_schema", "json_object", "tool", "logprobs")
    assert all(any(f"ignores {name}" in note for note in findings.notes) for name in findings.ignored[:3])


async def test_log_probabilities_that_do_not_come_are_not_counted_on() -> None:
    async with endpoint("openai-chat", dialect=Dialect(logprobs=Support.IGNORED)) as at:
        findings = await found(at)
    assert (findings.logprobs, findings.ignored) == (0, ("logprobs",))
    assert any("ignores log-probabilities" in note for note in findings.notes)


async def test_nothing_is_asked_for_that_no_judge_wants() -> None:
    async with endpoint("openai-chat", dialect=dialects.PLAIN) as at:
        findings = await found(at, Wants(means="last_line", logprobs=False))
    assert (findings.means, findings.calls, findings.left_out) == ("last_line", 1, ())


@pytest.mark.parametrize("dialect", [dialects.PLAIN, dialects.TRANSFORMERS], ids=["refused", "ignored"])
async def test_means_a_judge_insists_on_must_be_there(dialect: Dialect) -> None:
    async with endpoint("openai-chat", dialect=dialect) as at:
        with pytest.raises(ProviderStopError, match="json_schema") as caught:
            await found(at, Wants(means="json_schema"))
    assert "auto" in caught.value.hint


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("fault", "call_class"),
    [
        ("unauthorized", CallClass.AUTH),
        ("model_missing", CallClass.CONFIG),
        ("quota_exhausted", CallClass.MONEY),
    ],
)
@each_transport
async def test_a_wrong_key_model_or_an_empty_purse_is_one_request(
    protocol: str, fault: str, call_class: CallClass, transport: Transport
) -> None:
    async with endpoint(protocol, faults.always(faults.NAMED[fault]()), transport=transport) as at:
        with pytest.raises(CallError) as caught:
            await found(at, Wants())
        assert (caught.value.call_class, at.calls) == (call_class, 1)


@pytest.mark.parametrize("fault", ["html_page", "empty_body"])
@each_transport
async def test_an_address_that_speaks_something_else_is_told_so(fault: str, transport: Transport) -> None:
    async with endpoint("openai-chat", faults.always(faults.NAMED[fault]()), transport=transport) as at:
        with pytest.raises(ProviderStopError, match="not a reply of the openai-chat protocol") as caught:
            await found(at)
    assert "base_url" in caught.value.hint


async def test_a_passing_failure_is_tried_again_and_written_down_like_any_other_call() -> None:
    log = MemoryLog()
    async with endpoint("openai-chat", faults.on_calls(faults.vendor_error("server_error"), [1])) as at:
        findings = await found(at, log=log)
        assert (findings.calls, at.calls) == (1, 2)
    assert [event for event, _ in log.events] == ["begin", "failed", "begin", "received"]


async def test_another_model_than_the_one_asked_for_is_kept() -> None:
    async with endpoint("openai-chat", faults.always(faults.model_swapped("gpt-z"))) as at:
        findings = await found(at)
    assert findings.served_model == "gpt-z"


async def test_a_model_that_thinks_its_tokens_away_is_asked_with_its_own_limit() -> None:
    limits = []

    async def asker(asked: ChatRequest) -> RawReply:
        limits.append(asked.max_tokens)
        content, finish = (
            ("", "length") if asked.max_tokens < 1_000 else ('{\\"code\\":\\"birch-64\\"}', "stop")
        )
        return RawReply(
            body=f'{{"choices": [{{"message": {{"content": "{content}"}}, "finish_reason": "{finish}"}}]}}'.encode()
        )

    findings = await preflight("openai-chat", "thinker", Wants(max_tokens=4_000), asker)
    assert (limits, findings.means) == ([256, 4_000], "json_schema")


@pytest.mark.parametrize("text", ["[" * 200_000, '{"code":' * 100_000, "9" * 5_000, '{"code": []}'])
async def test_text_that_no_parser_can_hold_is_not_in_the_shape_asked_for(text: str) -> None:
    async def asker(_asked: ChatRequest) -> RawReply:
        choice = {"message": {"content": text}, "finish_reason": "stop"}
        return RawReply(body=json.dumps({"choices": [choice]}).encode())

    findings = await preflight("openai-chat", "m", Wants(logprobs=False), asker)
    assert findings.means == "last_line"
    assert findings.ignored == ("json_schema", "json_object", "tool")


@pytest.mark.parametrize("parameter", ["", "means", "max_tokens", "logprobs", "temperature", "model"])
async def test_an_endpoint_that_refuses_everything_costs_few_calls(parameter: str) -> None:
    calls = 0

    async def asker(_asked: ChatRequest) -> RawReply:
        nonlocal calls
        calls += 1
        refused = failure(CallClass.UNSUPPORTED)
        refused.parameter = parameter
        raise refused

    with pytest.raises(ProviderStopError):
        await preflight("openai-chat", "m", Wants(temperature=1.0, top_p=0.5, seed=1), asker)
    assert calls <= MAX_CALLS


def test_findings_become_the_record_of_a_manifest() -> None:
    findings = Findings(
        protocol="openai-chat", model="gpt-x", served_model="gpt-x-1", means="tool", logprobs=0, left_out=("seed",),
        token_limit_field="max_tokens", ignored=("tool",), notes=("n",), calls=3,
    )  # fmt: skip
    record = findings.endpoint(judge="close-reader", account="openai")
    shared = record.model_fields_set - {"judge", "account"}
    assert {name: getattr(record, name) for name in shared} == {
        name: getattr(findings, name) for name in shared
    }
    assert (record.judge, record.account) == ("close-reader", "openai")
