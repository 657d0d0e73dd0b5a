"""Replies of a run as a file holds them, so that the run can be replayed elsewhere without a call."""

import base64
import binascii
import hashlib
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from evenhand.records.canonical import FileRecord, Identifier, canonical_json
from evenhand.records.judge import ModelJudge
from evenhand.records.rating import Order
from evenhand.records.run import Endpoint

MAX_BODY_BYTES = 4_900_000
"""Most bytes of one reply in a file of recordings; larger ones are not exported."""

_LONGER = 1_000
"""So much longer than in base64 a body may be as text before base64 is chosen."""

_MOST_LOGPROBS, _MOST_NOTES, _LONGEST_NOTE = 20, 50, 1_000

Name = Annotated[str, StringConstraints(max_length=1000)]
"""Something a provider or a suite calls a thing."""


class RecordingsHead(FileRecord):
    """The first line of a file of recordings: what the keys of its replies rest on."""

    schema_: Literal["recordings/v1"] = Field(alias="schema")
    """Kind and version of this file."""
    suite: Identifier
    """The suite whose run was recorded."""
    replies: int = Field(ge=0)
    """How many lines follow; fewer means that the file was cut off."""
    judges: tuple[ModelJudge, ...] = ()
    """The model judges as they were."""
    endpoints: tuple[Endpoint, ...] = ()
    """What preflight found out about the endpoint of each."""

    @model_validator(mode="after")
    def _endpoints_are_of_the_judges(self) -> Self:
        models = {judge.id: judge.model.partition("/")[2] for judge in self.judges}
        for endpoint in self.endpoints:
            if models.get(endpoint.judge) != endpoint.model:
                raise ValueError(f"endpoints asks another model for {endpoint.judge!r} than its judge does")
            if not 0 <= endpoint.logprobs <= _MOST_LOGPROBS:
                raise ValueError(
                    f"endpoints holds {endpoint.logprobs} logprobs; there are at most {_MOST_LOGPROBS}"
                )
            if len(endpoint.notes) > _MOST_NOTES or any(len(note) > _LONGEST_NOTE for note in endpoint.notes):
                raise ValueError("endpoints holds more notes, or longer ones, than preflight writes")
        return self


class ReplyUsage(FileRecord):
    """Tokens the provider counted."""

    input: int = Field(ge=0, le=1_000_000_000)
    """Tokens read."""
    output: int = Field(ge=0, le=1_000_000_000)
    """Tokens written."""
    cached: int = Field(default=0, ge=0, le=1_000_000_000)
    """Tokens read from the provider's cache."""


class ReplyRecording(FileRecord):
    """One line of a file of recordings: a reply, and the key of the unit it answers."""

    key: str = Field(pattern="^[0-9a-f]{64}$")
    """The key of the unit: a digest of everything that could change the answer."""
    judge: Identifier
    """The judge that was asked."""
    case: str
    """The case."""
    candidate: str = ""
    """The candidate, or both of a pair with a bar between them."""
    principle: Identifier
    """The principle."""
    order: Order = Order.GIVEN
    """In which order a pair was shown."""
    repeat: int = Field(default=0, ge=0, le=1_000_000)
    """Which repeat of the same question, from 0."""
    nonce: str = Field(default="", pattern="^(?:[0-9a-f]{32})?$")
    """The code of this one call, which an answer has to echo; empty where the protocol needs none."""
    protocol: Name
    """The protocol the reply is written in."""
    model: Name
    """Model asked for."""
    served_model: Name = ""
    """Model that answered, where it said so."""
    fingerprint: Name = ""
    """The provider's fingerprint of the system that answered."""
    request_id: Name = ""
    """The provider's id of the request."""
    usage: ReplyUsage | None = None
    """Tokens, where the provider reported them."""
    state: Name = "rated"
    """What the reply was read as when it was recorded; it is read again before it is used."""
    sha256: str = Field(pattern="^sha256:[0-9a-f]{64}$")
    """Digest of the reply's bytes."""
    reply: str | None = None
    """The body of the reply, where it is text."""
    reply_base64: str | None = None
    """The body of the reply in base64, where it is not."""

    @model_validator(mode="after")
    def _holds_one_body(self) -> Self:
        if (self.reply is None) == (self.reply_base64 is None):
            raise ValueError("a line holds either reply or reply_base64")
        return self

    def body(self) -> bytes:
        """Return the reply's bytes.

        Raises:
            ValueError: They are not base64, or hold half a character.
        """
        if self.reply is not None:
            return self.reply.encode()
        try:
            return base64.b64decode(self.reply_base64 or "", validate=True)
        except binascii.Error as error:
            raise ValueError(str(error)) from error


def body_texts(body: bytes) -> tuple[str | None, str | None]:
    """Return a body as `reply` and `reply_base64`, one of them None: as text where that is safe and not long."""
    packed = base64.b64encode(body).decode()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None, packed
    return (text, None) if len(canonical_json(text)) <= len(packed) + _LONGER else (None, packed)


def digest_of(body: bytes) -> str:
    """Return `sha256:` and the digest of a body."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
