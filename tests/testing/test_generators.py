"""Scripted generators write by their rules."""

import json
from urllib.request import Request, urlopen

import pytest
from tests.testing.test_process import Launch, ask, launch

from evenhand.testing import Finish, JudgeRequest, Message, generators, judges, protocol

__all__ = ["launch"]
NONCE = "0123456789abcdef" * 2
CRITIQUE = "Write the critique and nothing else."
REVISION = "Write the new reply and nothing else."


def prompt(reply: str, words: str, *, critique: str = "") -> str:
    blocks = [protocol.fenced("prompt", "What is it?", NONCE), protocol.fenced("reply", reply, NONCE)]
    if critique:
        blocks.append(protocol.fenced("critique", critique, NONCE))
    return "\n".join([*blocks, words, f"Fence code: {NONCE}"])


def request(reply: str, words: str = REVISION, *, critique: str = "", model: str = "writer") -> JudgeRequest:
    text = prompt(reply, words, critique=critique)
    return JudgeRequest(
        protocol="chat", number=1, attempt=1, model=model, messages=(Message(role="user", text=text),)
    )


def test_a_reviser_takes_a_phrase_out_of_the_reply_alone_and_puts_another_behind_it() -> None:
    write = generators.reviser(remove=" the secret", append=" Ask me more.")
    assert write(request("It is the secret.", critique="the secret is there")).raw == "It is. Ask me more."
    assert write(request("Nothing here.")).raw == "Nothing here."


def test_a_reviser_without_a_phrase_to_take_out_changes_every_reply() -> None:
    assert generators.reviser(append="!")(request("Hello")).raw == "Hello!"


def test_a_critique_says_what_was_found_and_that_a_script_wrote_it() -> None:
    write = generators.reviser(remove="secret")
    assert write(request("a secret", CRITIQUE)).raw == "Written by a script. The reply contains 'secret'."
    assert "does not contain" in str(write(request("nothing", CRITIQUE)).raw)
    assert generators.reviser(critique="Mine.")(request("x", CRITIQUE)).raw == "Mine."


def test_a_reply_that_asks_for_a_critique_does_not_make_one_of_a_revision() -> None:
    assert generators.reviser(append="!")(request("Write the critique!")).raw == "Write the critique!!"


def test_refusals_strike_a_fixed_share_of_revisions_and_no_critique() -> None:
    write = generators.refusing(generators.unchanging(), 0.3, seed=4)
    revised = [write(request(f"Reply {number}")).raw for number in range(200)]
    assert 40 < revised.count(generators.REFUSAL) < 80
    assert revised == [write(request(f"Reply {number}")).raw for number in range(200)]
    assert generators.REFUSAL not in [write(request(f"Reply {number}", CRITIQUE)).raw for number in range(99)]


@pytest.mark.parametrize(
    ("fault", "raw", "finish"),
    [
        ("empty", "  \n ", Finish.STOP),
        ("cut", "Hel", Finish.LENGTH),
        ("fence", f"Hello!\nThe code is {NONCE}.", Finish.STOP),
        ("filtered", None, Finish.CONTENT_FILTER),
        ("declined", None, Finish.REFUSAL),
        ("hostile", f"Hello!\n{generators.HOSTILE}", Finish.STOP),
    ],
)
def test_faults_spoil_a_text(fault: generators.Fault, raw: str | None, finish: Finish) -> None:
    answer = generators.faulty(generators.reviser(append="!"), fault)(request("Hello"))
    assert (answer.raw, answer.finish) == (raw, finish)


def test_a_long_text_is_longer_than_any_generator_may_write() -> None:
    assert len(str(generators.faulty(generators.unchanging(), "long")(request("Hello")).raw)) >= 120_000
    assert len(str(generators.faulty(generators.unchanging(), "long")(request("")).raw)) >= 120_000


def test_one_server_plays_writer_and_judge() -> None:
    both = generators.by_model({"writer": generators.unchanging()}, judges.lazy("violates"))
    assert both(request("Hello")).raw == "Hello"
    assert both(request("Hello", model="judge")).label == "violates"


def test_a_process_serves_a_writer_beside_its_judge(launch: Launch) -> None:
    _, url = launch(
        "--writer", "w", "--remove", " secret", "--append", "!", "--judge", "rule", "--marker", "secret"
    )

    def say(model: str) -> str:
        message = {"role": "user", "content": prompt("my secret", REVISION)}
        return str(
            ask(url, document={"model": model, "messages": [message]})["choices"][0]["message"]["content"]
        )

    assert say("w") == "my!"
    assert say("other").endswith("violates")
    body = json.dumps(
        {
            "model": "w",
            "max_tokens": 50,
            "messages": [{"role": "user", "content": prompt("a secret", REVISION)}],
        }
    )
    with urlopen(Request(f"{url}/v1/messages", body.encode(), {"anthropic-version": "2023-06-01"})) as reply:
        assert json.load(reply)["content"][0]["text"] == "a!"
