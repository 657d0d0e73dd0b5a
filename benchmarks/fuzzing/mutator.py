"""A plain mutator: seeded, so that a run replays."""

import random
from collections.abc import Callable, Sequence

_MOST_BYTES = 20_000
_WORDS = (
    b"{{}}",
    b"[[[[[[[[",
    b"}]",
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"-0",
    b"null",
    b"true",
    b"9" * 400,
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"\xf3\xa0\x81\xa1",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\r",
    b"\n---\n",
    b"\n...\n",
    b"&a *a ",
    b"<<: ",
    b"!!python/object ",
    b"? ",
    b"- ",
    b": ",
    b"\t",
    b"# {#x tier=safety}",
    b"!!! exception",
    b"[table]",
    b"a.b.c = 1",
    b'"""',
    b"'''",
    b"1979-05-27T07:32:00Z",
    b",",
    b'""',
    b"label",
    b"nonce",
)


class Mutator:
    """Makes inputs from a corpus, a few small changes at a time; inputs it liked are kept for a while."""

    def __init__(self, corpus: Sequence[bytes], source: random.Random) -> None:
        """Start from `corpus`."""
        self._corpus = [content[:_MOST_BYTES] for content in corpus] or [b""]
        self._kept = list(self._corpus)
        self._random = source
        self._changes: tuple[Callable[[bytes], bytes], ...] = (
            self._flip,
            self._cut,
            self._insert,
            self._repeat,
            self._swap,
            self._splice,
            self._truncate,
        )

    def next(self) -> bytes:
        """Return another input."""
        content = self._random.choice(self._kept)
        for _ in range(self._random.randint(1, 6)):
            content = self._random.choice(self._changes)(content)[:_MOST_BYTES]
        self._keep(content)
        return content

    def _keep(self, content: bytes) -> None:
        if self._random.random() < 0.05:
            self._kept.append(content)
        if len(self._kept) > 500:
            self._kept = [*self._corpus, *self._kept[-200:]]

    def _place(self, content: bytes) -> int:
        return self._random.randint(0, len(content))

    def _span(self, content: bytes) -> tuple[int, int]:
        start = self._place(content)
        return start, min(len(content), start + self._random.choice((1, 2, 4, 16, 64, 400)))

    def _flip(self, content: bytes) -> bytes:
        if not content:
            return bytes([self._random.randrange(256)])
        place = self._random.randrange(len(content))
        return content[:place] + bytes([self._random.randrange(256)]) + content[place + 1 :]

    def _cut(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + content[end:]

    def _insert(self, content: bytes) -> bytes:
        place = self._place(content)
        return content[:place] + self._random.choice(_WORDS) + content[place:]

    def _repeat(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:end] + content[start:end] * self._random.choice((1, 2, 10, 200)) + content[end:]

    def _swap(self, content: bytes) -> bytes:
        start, end = self._span(content)
        return content[:start] + self._random.choice(_WORDS) + content[end:]

    def _splice(self, content: bytes) -> bytes:
        other = self._random.choice(self._kept)
        return content[: self._place(content)] + other[self._place(other) :]

    def _truncate(self, content: bytes) -> bytes:
        return content[: self._place(content)]
