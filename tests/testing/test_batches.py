"""The batch endpoints, through both vendors' SDKs and as bytes."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import anthropic
import openai
import pytest

from evenhand.testing import BatchScript, LoopbackServer, faults, judges
from evenhand.testing.batches import Behaviour, Trouble, every, rows

Start = Callable[..., LoopbackServer]
QUESTION = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 100}


def openai_rows(count: int, **more: Any) -> bytes:
    lines = [
        {
            "custom_id": f"row-{n}",
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {**QUESTION, "user": str(n), **more},
        }
        for n in range(count)
    ]
    return "\n".join(json.dumps(line) for line in lines).encode()


def create(client: openai.OpenAI, content: bytes, endpoint: Any = "/v1/chat/completions") -> Any:
    file = client.files.create(file=("in.jsonl", BytesIO(content)), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint=endpoint, completion_window="24h", metadata={"run": "r"}
    )


def lines_of(client: openai.OpenAI, name: str | None) -> list[Any]:
    return [] if name is None else [json.loads(line) for line in client.files.content(name).text.splitlines()]


@pytest.fixture
def serving(
    serve: Start, openai_sdk: openai.OpenAI, anthropic_sdk: anthropic.Anthropic
) -> Callable[..., tuple[LoopbackServer, openai.OpenAI, anthropic.Anthropic]]:
    def start(
        *behaviours: Behaviour, troubles: Any = (), **options: Any
    ) -> tuple[LoopbackServer, openai.OpenAI, anthropic.Anthropic]:
        script = BatchScript(behaviours=behaviours, troubles=troubles)
        server = serve(judges.echo(), batches=script, **options)
        address = server.base_url
        return (
            server,
            openai_sdk.with_options(base_url=f"{address}/v1"),
            anthropic_sdk.with_options(base_url=address),
        )

    return start


def test_an_openai_batch_goes_from_file_to_answers(serving: Any) -> None:
    server, client, _ = serving(Behaviour(polls=2))
    batch = create(client, openai_rows(3))
    assert (batch.status, batch.metadata) == ("validating", {"run": "r"})
    states = [client.batches.retrieve(batch.id).status for _ in range(3)]
    assert states == ["validating", "finalizing", "completed"]
    done = client.batches.retrieve(batch.id)
    assert (done.request_counts.total, done.request_counts.completed) == (3, 3)
    answers = lines_of(client, done.output_file_id)
    assert [line["custom_id"] for line in answers] == ["row-0", "row-1", "row-2"]
    assert answers[0]["response"]["body"]["choices"][0]["message"]["content"] == "Hello"
    assert (done.error_file_id, answers[0]["error"]) == (None, None)
    assert [call.batch for call in server.ledger.billed] == [batch.id] * 3
    assert server.ledger.summary()["billed_in_batches"] == 3


def test_an_openai_batch_asks_responses_too(serving: Any) -> None:
    _, client, _ = serving()
    row = {
        "custom_id": "r",
        "method": "POST",
        "url": "/v1/responses",
        "body": {"model": "m", "input": "Hello"},
    }
    batch = create(client, json.dumps(row).encode(), "/v1/responses")
    done = client.batches.retrieve(batch.id)
    (line,) = lines_of(client, done.output_file_id)
    assert line["response"]["body"]["output"][0]["content"][0]["text"] == "Hello"


def test_an_anthropic_batch_goes_from_requests_to_results(serving: Any) -> None:
    server, _, client = serving(Behaviour(polls=1))
    asked = [{"custom_id": f"row-{n}", "params": QUESTION} for n in range(2)]
    batch = client.messages.batches.create(requests=asked)
    assert (batch.processing_status, batch.request_counts.processing) == ("in_progress", 2)
    assert client.messages.batches.retrieve(batch.id).results_url is None
    done = client.messages.batches.retrieve(batch.id)
    assert (done.processing_status, done.request_counts.succeeded) == ("ended", 2)
    results = list(client.messages.batches.results(batch.id))
    assert [line.custom_id for line in results] == ["row-0", "row-1"]
    assert results[0].result.message.content[0].text == "Hello"
    assert [call.batch for call in server.ledger.billed] == [batch.id] * 2


def test_an_expired_batch_keeps_what_was_executed(serving: Any) -> None:
    server, client, other = serving(*[Behaviour(ends="expired", executed=0.5)] * 2)
    batch = create(client, openai_rows(4))
    done = client.batches.retrieve(batch.id)
    assert done.status == "expired"
    assert [line["custom_id"] for line in lines_of(client, done.output_file_id)] == ["row-0", "row-1"]
    errors = lines_of(client, done.error_file_id)
    assert [(line["custom_id"], line["error"]["code"]) for line in errors] == [
        ("row-2", "batch_expired"),
        ("row-3", "batch_expired"),
    ]
    assert len(server.ledger.billed) == 2

    second = other.messages.batches.create(
        requests=[{"custom_id": str(n), "params": QUESTION} for n in range(2)]
    )
    other.messages.batches.retrieve(second.id)
    assert [line.result.type for line in other.messages.batches.results(second.id)] == [
        "succeeded",
        "expired",
    ]


def test_a_cancelled_batch_bills_its_executed_share(serving: Any) -> None:
    server, client, other = serving(*[Behaviour(polls=9, executed=0.5)] * 2)
    batch = create(client, openai_rows(4))
    assert client.batches.cancel(batch.id).status == "cancelling"
    done = client.batches.retrieve(batch.id)
    assert (done.status, len(server.ledger.billed)) == ("cancelled", 2)
    assert [line["error"]["code"] for line in lines_of(client, done.error_file_id)] == ["batch_cancelled"] * 2

    second = other.messages.batches.create(requests=[{"custom_id": "a", "params": QUESTION}])
    assert other.messages.batches.cancel(second.id).processing_status == "canceling"
    other.messages.batches.retrieve(second.id)
    assert [line.result.type for line in other.messages.batches.results(second.id)] == ["canceled"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"{not json\n", "invalid_json_line"),
        (b"", "empty_file"),
        (openai_rows(1).replace(b"/v1/chat/completions", b"/v1/responses"), "invalid_url"),
        (openai_rows(1) + b"\n" + openai_rows(1), "duplicate_custom_id"),
        (openai_rows(1) + b"\n" + openai_rows(2, model="other").splitlines()[1], "mismatched_model"),
    ],
)
def test_an_input_file_that_is_not_valid_fails_its_batch(serving: Any, content: bytes, code: str) -> None:
    server, client, _ = serving()
    batch = create(client, content)
    failed = client.batches.retrieve(batch.id)
    assert (failed.status, [error.code for error in failed.errors.data]) == ("failed", [code])
    assert server.ledger.calls == ()


def test_a_validation_can_fail_by_script(serving: Any) -> None:
    _, client, _ = serving(Behaviour(ends="failed", problem="Enqueued token limit reached."))
    failed = client.batches.retrieve(create(client, openai_rows(1)).id)
    assert failed.errors.data[0].message == "Enqueued token limit reached."


@pytest.mark.parametrize("name", ["", "a b", "x" * 65])
def test_anthropic_refuses_a_custom_id_it_does_not_take(serving: Any, name: str) -> None:
    _, _, client = serving()
    with pytest.raises(anthropic.BadRequestError, match="pattern"):
        client.messages.batches.create(requests=[{"custom_id": name, "params": QUESTION}])


DISORDERS = {
    "reversed": (Behaviour(order="reversed"), ["row-2", "row-1", "row-0"]),
    "dropped": (Behaviour(dropped=rows(1)), ["row-0", "row-2"]),
    "duplicated": (Behaviour(duplicated=rows(0)), ["row-0", "row-0", "row-1", "row-2"]),
    "swapped": (Behaviour(swapped=rows(0)), ["row-1", "row-0", "row-2"]),
    "strangers": (Behaviour(strangers=1), ["stranger-0", "row-0", "row-1", "row-2"]),
    "errored": (Behaviour(errored=every(2)), ["row-1"]),
}


@pytest.mark.parametrize("name", DISORDERS)
def test_disorder_is_where_the_script_puts_it(serving: Any, name: str) -> None:
    behaviour, expected = DISORDERS[name]
    server, client, _ = serving(behaviour)
    done = client.batches.retrieve(create(client, openai_rows(3)).id)
    assert [line["custom_id"] for line in lines_of(client, done.output_file_id)] == expected
    assert len(server.ledger.billed) == (1 if name == "errored" else 3)


def test_errored_rows_carry_the_vendors_error(serving: Any) -> None:
    _, client, other = serving(*[Behaviour(errored=rows(0), error="context_exceeded")] * 2)
    done = client.batches.retrieve(create(client, openai_rows(1)).id)
    (line,) = lines_of(client, done.error_file_id)
    assert (line["response"]["status_code"], line["response"]["body"]["error"]["code"]) == (
        400,
        "context_length_exceeded",
    )
    batch = other.messages.batches.create(requests=[{"custom_id": "a", "params": QUESTION}])
    other.messages.batches.retrieve(batch.id)
    (result,) = other.messages.batches.results(batch.id)
    assert (result.result.type, result.result.error.error.type) == ("errored", "invalid_request_error")


def test_a_cut_file_ends_in_the_middle_of_a_line(serving: Any) -> None:
    _, client, _ = serving(Behaviour(cut=True, blank_lines=True))
    done = client.batches.retrieve(create(client, openai_rows(2)).id)
    first, *_, last = client.files.content(done.output_file_id).text.splitlines()
    assert json.loads(first)["custom_id"] == "row-0"
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(last)


def test_a_lost_reply_leaves_a_batch_behind(serving: Any) -> None:
    server, client, _ = serving(troubles=[Trouble(operation="create", kind="reset_after", times=[1])])
    with pytest.raises(openai.APIConnectionError):
        create(client, openai_rows(1))
    (found,) = client.batches.list().data
    assert (found.metadata, len(server.ledger.billed)) == ({"run": "r"}, 1)


def test_control_calls_have_trouble_when_the_script_says(serving: Any) -> None:
    troubles = [
        Trouble(operation="poll", kind="rate_limited", times=[1]),
        Trouble(operation="download", kind="cut", times=[1]),
        Trouble(operation="download", kind="server_error", times=[2]),
    ]
    _, client, _ = serving(troubles=troubles)
    batch = create(client, openai_rows(1))
    with pytest.raises(openai.RateLimitError):
        client.batches.retrieve(batch.id)
    done = client.batches.retrieve(batch.id)
    with pytest.raises(Exception, match=r"Connection error|peer closed"):
        client.files.content(done.output_file_id)
    with pytest.raises(openai.InternalServerError):
        client.files.content(done.output_file_id)
    assert len(lines_of(client, done.output_file_id)) == 1


def test_rows_meet_the_servers_strikes_and_key(serving: Any) -> None:
    strikes = [faults.on_calls(faults.truncated(), [1])]
    _, client, _ = serving(strikes=strikes, api_key="key")
    done = client.batches.retrieve(create(client, openai_rows(2)).id)
    finishes = [
        line["response"]["body"]["choices"][0]["finish_reason"]
        for line in lines_of(client, done.output_file_id)
    ]
    assert finishes == ["length", "stop"]
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="other").batches.list()


def test_lists_go_page_by_page_from_the_newest(serving: Any) -> None:
    _, client, other = serving()
    made = [create(client, openai_rows(1)).id for _ in range(3)]
    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    theirs = [
        other.messages.batches.create(requests=[{"custom_id": "a", "params": QUESTION}]).id for _ in range(3)
    ]
    assert [batch.id for batch in other.messages.batches.list(limit=2)] == theirs[::-1]


def test_a_server_without_batch_endpoints_says_so(serve: Start, openai_sdk: openai.OpenAI) -> None:
    server = serve(batches=BatchScript(served=False))
    with pytest.raises(openai.NotFoundError):
        openai_sdk.with_options(base_url=server.base_url).batches.list()
