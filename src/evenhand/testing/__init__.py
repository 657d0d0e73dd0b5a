"""A loopback server that speaks the vendors' protocols, with scripted judges, generators and faults, to test against.

It is public: test your own judge prompts, parsers and panels with it. It opens nothing on import, talks to nobody, and
its scripted judges are pure functions whose right answer is known::

    from evenhand.testing import LoopbackServer, faults, judges

    async with LoopbackServer(judges.rule("password"), strikes=[faults.on_calls(faults.rate_limited(), [1])]) as server:
        ...  # point any OpenAI or Anthropic client at server.base_url
        assert len(server.ledger.billed) == 1
"""

from evenhand.testing import batches, faults, generators, judges, protocol
from evenhand.testing import dialect as dialects
from evenhand.testing.batches import BatchScript
from evenhand.testing.dialect import Dialect, Support
from evenhand.testing.exchange import Finish, Judge, JudgeAnswer, JudgeRequest, Message, ScriptError
from evenhand.testing.ledger import Call, Ledger, count_tokens, request_hash
from evenhand.testing.server import LoopbackServer, serve_in_thread

__all__ = [
    "BatchScript",
    "Call",
    "Dialect",
    "Finish",
    "Judge",
    "JudgeAnswer",
    "JudgeRequest",
    "Ledger",
    "LoopbackServer",
    "Message",
    "ScriptError",
    "Support",
    "batches",
    "count_tokens",
    "dialects",
    "faults",
    "generators",
    "judges",
    "protocol",
    "request_hash",
    "serve_in_thread",
]
