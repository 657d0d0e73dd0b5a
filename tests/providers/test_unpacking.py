"""Packed bodies that are unpacked as they come: whole or an error, wherever the pieces end."""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.errors import CallClass, CallError
from evenhand.providers.body import unpacked_pieces

TEXT = b"".join(b"line %d\n" % number for number in range(500))
PACKINGS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "deflate": zlib.compress}
ALL = pytest.mark.parametrize("packing", PACKINGS)


async def unpacked(packed: bytes, packing: str = "gzip", size: int = 64) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(packed), size):
            yield packed[at : at + size]

    return b"".join([piece async for piece in unpacked_pieces(pieces(), packing, "acme")])


@ALL
@given(text=st.binary(max_size=300), size=st.integers(1, 50))
async def test_pieces_of_any_size_unpack_to_what_was_packed(packing: str, text: bytes, size: int) -> None:
    assert await unpacked(PACKINGS[packing](text), packing, size) == text


@ALL
@pytest.mark.parametrize("size", [1, 64, 1_000_000])
async def test_a_body_that_breaks_off_is_to_be_fetched_again(packing: str, size: int) -> None:
    packed = PACKINGS[packing](TEXT)
    for end in (0, 1, 20, len(packed) // 2, len(packed) - 1):
        with pytest.raises(CallError, match="breaks off") as caught:
            await unpacked(packed[:end], packing, size)
        assert caught.value.call_class is CallClass.TRANSIENT


@given(parts=st.lists(st.binary(max_size=50), min_size=1, max_size=5), size=st.integers(1, 200))
async def test_the_parts_of_a_gzip_body_are_read_one_after_the_other(
    parts: Iterable[bytes], size: int
) -> None:
    assert await unpacked(b"".join(map(gzip.compress, parts)), size=size) == b"".join(parts)


async def test_what_follows_and_is_not_packed_is_an_error() -> None:
    with pytest.raises(CallError, match="unpacked"):
        await unpacked(gzip.compress(TEXT) + b"and more")


async def test_pieces_that_unpack_to_much_come_in_bounded_ones() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield gzip.compress(bytes(20_000_000))

    sizes = [len(piece) async for piece in unpacked_pieces(pieces(), "gzip", "acme")]
    assert (sum(sizes), max(sizes)) == (20_000_000, 1 << 20)
