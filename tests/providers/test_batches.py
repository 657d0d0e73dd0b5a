"""Batch APIs of both vendors: what goes up, what comes down, and what is told when it does not."""

import time
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import Any

import pytest
from pydantic import SecretStr
from tests.providers.batch_kit import BATCH_PROTOCOLS, RUN, batch_api, label_of
from tests.providers.kit import TRANSPORTS, Clock, Transport, timing

from evenhand.errors import CallClass, CallError
from evenhand.providers.batch_calls import BatchCalls, checked_id
from evenhand.providers.batch_interface import BatchPhase, BatchStatus, Lookup
from evenhand.providers.connection import Connection
from evenhand.providers.openai_sdk import open_openai_sdk
from evenhand.providers.read_reply import read_reply
from evenhand.records.attempt import RawReply
from evenhand.testing import faults
from evenhand.testing.batches import Behaviour, Trouble, every, rows

ALL = pytest.mark.parametrize("protocol", BATCH_PROTOCOLS)
OPENAI = pytest.mark.parametrize("protocol", ["openai-chat", "openai-responses"])


def names(*places: int, number: int = 1) -> list[str]:
    return [f"{RUN}_{number}_{place}" for place in places]


@ALL
@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_batch_goes_up_and_every_reply_comes_down_as_a_live_one(
    protocol: str, transport: Transport
) -> None:
    async with batch_api(protocol, Behaviour(polls=1), transport=transport) as api:
        status = await api.submit(3)
        assert status.phase is BatchPhase.RUNNING
        found = await api.read(status.id)
        assert ([name for name, _ in found.replies], found.errors, found.broken) == (names(0, 1, 2), [], [])
        assert {read_reply(protocol, body).text.splitlines()[-1] for _, body in found.replies} == {"complies"}
        assert [call.batch for call in api.server.ledger.billed] == [status.id] * 3


@ALL
async def test_counts_and_words_are_told_in_one_way(protocol: str) -> None:
    async with batch_api(protocol, Behaviour(errored=rows(0))) as api:
        status = await api.provider.poll((await api.submit(3)).id)
        assert (status.phase, status.done, status.total) == (BatchPhase.ENDED, 3, 3)
        assert status.word in {"completed", "ended"}


@ALL
async def test_an_expired_batch_has_replies_and_rows_that_were_never_asked(protocol: str) -> None:
    async with batch_api(protocol, Behaviour(ends="expired", executed=0.5)) as api:
        found = await api.read((await api.submit(4)).id)
        assert [name for name, _ in found.replies] == names(0, 1)
        assert [name for name, _ in found.errors] == names(2, 3)
        assert {(error.call_class, error.maybe_billed) for _, error in found.errors} == {
            (CallClass.TRANSIENT, False)
        }
        assert "expired" in str(found.errors[0][1])


@ALL
async def test_a_cancelled_batch_keeps_what_was_answered(protocol: str) -> None:
    async with batch_api(protocol, Behaviour(polls=5, executed=0.5)) as api:
        status = await api.provider.cancel((await api.submit(2)).id)
        assert status.phase is BatchPhase.RUNNING
        found = await api.read(status.id)
        assert ([name for name, _ in found.replies], [name for name, _ in found.errors]) == (
            names(0),
            names(1),
        )


ROW_ERRORS = {
    "context_exceeded": CallClass.TOO_LONG,
    "server_error": CallClass.TRANSIENT,
    "overloaded": CallClass.TRANSIENT,
    "rate_limited": CallClass.RATE,
    "unauthorized": CallClass.AUTH,
    "payment_required": CallClass.MONEY,
    "unsupported_parameter": CallClass.UNSUPPORTED,
}


@ALL
@pytest.mark.parametrize("kind", ROW_ERRORS)
async def test_a_rows_error_goes_through_the_one_classifier_and_cost_nothing(
    protocol: str, kind: str
) -> None:
    async with batch_api(protocol, Behaviour(errored=rows(0), error=kind)) as api:
        found = await api.read((await api.submit(2)).id)
        ((name, error),) = found.errors
        assert (name, error.call_class, error.maybe_billed) == (names(0)[0], ROW_ERRORS[kind], False)


@ALL
async def test_lines_that_are_no_results_are_told_and_left_out(protocol: str) -> None:
    async with batch_api(protocol, Behaviour(cut=True, blank_lines=True)) as api:
        found = await api.read((await api.submit(3)).id)
        assert [name for name, _ in found.replies] == names(0, 1)
        assert len(found.broken) == 1
        assert "not one JSON object" in found.broken[0]


@ALL
async def test_a_reply_that_never_closes_its_json_stays_broken(protocol: str) -> None:
    strikes = [faults.on_calls(faults.broken_json(), [2])]
    async with batch_api(protocol, strikes=strikes) as api:
        found = await api.read((await api.submit(3)).id)
        assert [name for name, _ in found.replies] == names(0, 2)
        assert len(found.broken) == 1


@ALL
@pytest.mark.parametrize("kind", ["reset_after", "cut"])
@pytest.mark.parametrize("unlisted", [0, 2])
async def test_a_batch_whose_reply_was_lost_is_found_in_the_list_even_if_that_lags(
    protocol: str, kind: str, unlisted: int
) -> None:
    lost = Trouble(operation="create", kind=kind, times=[1])
    async with batch_api(protocol, Behaviour(unlisted=unlisted), troubles=[lost]) as api:
        status = await api.submit(3)
        assert len(api.server.ledger.billed) == 3
        assert len((await api.read(status.id)).replies) == 3


@ALL
@pytest.mark.parametrize(
    "kind", ["reset_after", "cut", "reset_before", "server_error", "overloaded", "timeout"]
)
async def test_a_batch_that_may_have_arrived_and_is_not_listed_is_never_created_again(
    protocol: str, kind: str
) -> None:
    lost = Trouble(operation="create", kind=kind, times=[1])
    async with batch_api(protocol, Behaviour(unlisted=99), troubles=[lost]) as api:
        with pytest.raises(CallError) as caught:
            await api.submit(3)
        assert caught.value.maybe_billed
        assert len(api.server.ledger.billed) == (3 if kind in {"reset_after", "cut"} else 0)


async def test_a_batch_that_can_not_be_told_from_another_is_not_created_again() -> None:
    lost = Trouble(operation="create", kind="reset_after", times=[2])
    async with batch_api("anthropic", *[Behaviour(polls=9)] * 2, troubles=[lost]) as api:
        await api.submit(3)
        with pytest.raises(CallError) as caught:
            await api.submit(3, number=2)
        assert (caught.value.maybe_billed, len(api.server.ledger.billed)) == (True, 6)


@pytest.mark.parametrize("answer", [b"<html>Sign in</html>", b"{}", b'{"id": "a/../b"}'])
async def test_an_answer_to_the_creation_that_can_not_be_read_leaves_it_in_doubt(answer: bytes) -> None:
    sent = []

    async def send(seconds: float) -> RawReply:
        sent.append(seconds)
        return RawReply(body=answer)

    async def find() -> Lookup:
        return Lookup()

    def read(document: Mapping[str, Any]) -> BatchStatus:
        name = checked_id(document.get("id"), "the batch")
        return BatchStatus(id=name, phase=BatchPhase.RUNNING, word="")

    connection = Connection(account="acme", base_url="http://127.0.0.1:9", api_key=SecretStr("none"))
    client, _ = open_openai_sdk(connection)
    calls = BatchCalls(client, "acme", connection.mask(), timing=timing(Clock()))
    with pytest.raises(CallError) as caught:
        await calls.create(send, find, read, seconds=1.0)
    await client.close()
    assert (caught.value.maybe_billed, len(sent)) == (True, 1)


@OPENAI
async def test_a_file_whose_upload_was_lost_is_no_batch_in_doubt(protocol: str) -> None:
    async with batch_api(protocol, troubles=[Trouble(operation="upload", kind="reset_after")]) as api:
        with pytest.raises(CallError) as caught:
            await api.submit(1)
        assert not caught.value.maybe_billed


@ALL
async def test_a_creation_that_is_lost_for_good_says_that_it_may_have_arrived(protocol: str) -> None:
    troubles = [
        Trouble(operation="create", kind="reset_before"),
        Trouble(operation="list", kind="server_error", times=range(5, 100)),
    ]
    async with batch_api(protocol, troubles=troubles) as api:
        with pytest.raises(CallError) as caught:
            await api.submit(3)
        assert caught.value.maybe_billed
        assert api.server.ledger.calls == ()


@ALL
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("quota_exhausted", CallClass.MONEY),
        ("unauthorized", CallClass.AUTH),
        ("not_found", CallClass.CONFIG),
    ],
)
async def test_what_no_second_try_mends_is_told_after_the_first(
    protocol: str, kind: str, expected: CallClass
) -> None:
    async with batch_api(protocol, troubles=[Trouble(operation="create", kind=kind)]) as api:
        with pytest.raises(CallError) as caught:
            await api.submit(1)
        assert (caught.value.call_class, caught.value.maybe_billed) == (expected, False)


@ALL
async def test_polls_and_downloads_outlive_errors_rate_limits_and_broken_transfers(protocol: str) -> None:
    troubles = [
        Trouble(operation="poll", kind="rate_limited", times=[1]),
        Trouble(operation="poll", kind="reset_before", times=[2]),
        Trouble(operation="download", kind="server_error", times=[1]),
        Trouble(operation="download", kind="cut", times=[2, 3]),
    ]
    async with batch_api(protocol, troubles=troubles) as api:
        found = await api.read((await api.submit(40)).id)
        assert [name for name, _ in found.replies] == names(*range(40))
        assert found.broken == []


@ALL
async def test_a_download_that_never_works_is_an_error(protocol: str) -> None:
    async with batch_api(protocol, troubles=[Trouble(operation="download", kind="server_error")]) as api:
        with pytest.raises(CallError):
            await api.read((await api.submit(2)).id)


@OPENAI
async def test_a_failed_validation_is_told_in_the_vendors_words(protocol: str) -> None:
    problem = "Enqueued token limit reached for gpt-x.\x1b[31m"
    async with batch_api(protocol, Behaviour(ends="failed", problem=problem)) as api:
        status = await api.provider.poll((await api.submit(1)).id)
        assert (status.phase, status.word) == (BatchPhase.REFUSED, "failed")
        assert "Enqueued token limit reached" in status.complaint
        assert "\x1b" not in status.complaint


@OPENAI
async def test_openai_finds_a_batch_by_the_names_it_carries(protocol: str) -> None:
    async with batch_api(protocol, *[Behaviour(polls=9)] * 3) as api:
        made = [await api.submit(2, number) for number in (1, 2, 3)]
        found = await api.provider.find(label_of(2, 2))
        assert found.status is not None
        assert found.status.id == made[1].id
        assert await api.provider.find(label_of(4, 2)) == await api.provider.find(label_of(5, 2))
        nothing = await api.provider.find(label_of(4, 2))
        assert (nothing.status, nothing.certain) == (None, True)


async def test_anthropic_finds_a_batch_by_its_rows_when_it_has_ended() -> None:
    async with batch_api("anthropic") as api:
        made = [await api.submit(2, number) for number in (1, 2, 3)]
        for status in made:
            await api.provider.poll(status.id)
        found = await api.provider.find(label_of(2, 2))
        assert found.status is not None
        assert found.status.id == made[1].id
        assert (await api.provider.find(label_of(4, 2))).status is None


async def test_anthropic_takes_the_only_running_batch_of_that_size_and_time() -> None:
    async with batch_api("anthropic", *[Behaviour(polls=9)] * 3) as api:
        mine, _other = await api.submit(2), await api.submit(3, number=2)
        found = await api.provider.find(label_of(1, 2))
        assert found.status is not None
        assert found.status.id == mine.id
        assert (await api.provider.find(label_of(1, 2, taken=frozenset({mine.id})))).status is None
        later = await api.provider.find(label_of(1, 2, created=time.time() + 1000))
        assert (later.status, later.certain) == (None, True)


async def test_anthropic_says_when_it_can_not_tell_two_batches_apart() -> None:
    async with batch_api("anthropic", *[Behaviour(polls=9)] * 2) as api:
        await api.submit(2)
        await api.submit(2, number=2)
        found = await api.provider.find(label_of(1, 2))
        assert (found.status, found.certain) == (None, False)


@ALL
async def test_a_long_list_is_walked_to_the_batch_that_is_sought(protocol: str) -> None:
    async with batch_api(protocol) as api:
        first = await api.submit(1, number=1)
        await api.provider.poll(first.id)
        with TemporaryFile() as file:
            upload = api.upload(file, 1, number=2)
            for _ in range(105):
                other = await api.provider.submit(upload)
                await api.provider.poll(other.id)
        found = await api.provider.find(label_of(1, 1))
        assert found.status is not None
        assert found.status.id == first.id


@ALL
@pytest.mark.parametrize("evil", ["../files", "a/b", "", "x" * 201, "é"])
async def test_an_id_that_would_change_the_address_is_never_sent(protocol: str, evil: str) -> None:
    async with batch_api(protocol) as api:
        with pytest.raises(CallError, match="no usable id"):
            await api.provider.poll(evil)


@ALL
async def test_the_key_shows_in_no_error(protocol: str) -> None:
    async with batch_api(protocol, key="sk-secret-0123456789", api_key="other") as api:
        with pytest.raises(CallError) as caught:
            await api.submit(1)
        assert "sk-secret" not in f"{caught.value!r} {caught.value.hint}"
        assert caught.value.__cause__ is None


@ALL
async def test_reordered_repeated_and_strange_rows_are_passed_on_as_they_stand(protocol: str) -> None:
    behaviour = Behaviour(order="reversed", duplicated=rows(0), strangers=1, dropped=every(2, start=1))
    async with batch_api(protocol, behaviour) as api:
        found = await api.read((await api.submit(3)).id)
        assert [name for name, _ in found.replies] == [*names(2, 0, 0), "stranger-0"]
