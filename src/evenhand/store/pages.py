"""Rows read straight from the pages of a SQLite file and of its log, past damage that stops SQLite itself.

Every page is looked at on its own, whether or not anything still points to it. What is read this way may be stale or
damaged: whoever uses it checks it against what it must be.
"""

import mmap
import struct
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

Value = int | float | str | bytes | None
Buffer = bytes | mmap.mmap
_MAGIC: Final = b"SQLite format 3\x00"
_USUAL_PAGE: Final = 4096
_FILE_HEADER: Final = 100
_TABLE_LEAF: Final = 0x0D
_LOG_HEADER: Final = 32
_FRAME_HEADER: Final = 24
_LARGEST: Final = 32 * 1024 * 1024
"""No row of ours is larger; a length beyond it is damage."""
_INTEGER_SIZES: Final[Mapping[int, int]] = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class DamagedError(ValueError):
    """Bytes that are no row."""


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row on some page."""

    id: int
    values: tuple[Value, ...]


@dataclass(kw_only=True)
class Pages:
    """A file and its log, page by page."""

    main: Buffer
    log: Buffer
    size: int
    """Bytes of a page."""
    newest: dict[int, int] = field(default_factory=dict)
    """Where in the log the newest image of a page is."""

    def images(self) -> Iterator[tuple[Buffer, int]]:
        """Yield where each page image begins: the file's pages, then those of the log from old to new."""
        for start in range(0, len(self.main) - self.size + 1, self.size):
            yield self.main, start
        for start in self._frames():
            yield self.log, start + _FRAME_HEADER

    def index_log(self) -> None:
        """Find the newest image of each page in the log."""
        for start in self._frames():
            (number,) = struct.unpack_from(">I", self.log, start)
            self.newest[number] = start + _FRAME_HEADER

    def _frames(self) -> range:
        step = _FRAME_HEADER + self.size
        return range(_LOG_HEADER, len(self.log) - step + 1, step)

    def at(self, number: int) -> bytes:
        """Return a page by its number, as new as it is known.

        Raises:
            DamagedError: There is no such page.
        """
        start = self.newest.get(number)
        if start is not None:
            return self.log[start : start + self.size]
        start = (number - 1) * self.size
        if number < 1 or start + self.size > len(self.main):
            raise DamagedError(f"there is no page {number}")
        return self.main[start : start + self.size]


def read_rows(path: Path) -> Iterator[FoundRow]:
    """Yield every row that can be read from a file and the log beside it, in no order and some of them more than once.

    Raises:
        OSError: The file can not be read at all.
    """
    with ExitStack() as stack:
        main = _open(path, stack)
        log = _open(path.with_name(path.name + "-wal"), stack)
        pages = Pages(main=main, log=log, size=_page_size(main, log))
        pages.index_log()
        for image, start in pages.images():
            yield from _rows_of_page(image, start, pages)


def _open(path: Path, stack: ExitStack) -> Buffer:
    if not path.exists() and path.name.endswith("-wal"):
        return b""
    file = stack.enter_context(path.open("rb"))
    if not path.stat().st_size:
        return b""
    return stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _page_size(main: Buffer, log: Buffer) -> int:
    sizes = []
    if main[:16] == _MAGIC:
        (stored,) = struct.unpack_from(">H", main, 16)
        sizes.append(65536 if stored == 1 else stored)
    if len(log) >= _LOG_HEADER:
        sizes.append(struct.unpack_from(">I", log, 8)[0])
    return next((size for size in sizes if 512 <= size <= 65536 and size & (size - 1) == 0), _USUAL_PAGE)


def _rows_of_page(image: Buffer, start: int, pages: Pages) -> Iterator[FoundRow]:
    page = image[start : start + pages.size]
    head = _FILE_HEADER if page[:16] == _MAGIC else 0
    if page[head] != _TABLE_LEAF:
        return
    (count,) = struct.unpack_from(">H", page, head + 3)
    for index in range(min(count, pages.size // 4)):
        place = head + 8 + 2 * index
        if place + 2 > pages.size:
            return
        (cell,) = struct.unpack_from(">H", page, place)
        try:
            yield _row(page, cell, pages)
        except (DamagedError, IndexError, struct.error, UnicodeDecodeError):
            continue


def _row(page: bytes, cell: int, pages: Pages) -> FoundRow:
    length, cell = _varint(page, cell)
    row, cell = _varint(page, cell)
    if not 2 <= length <= _LARGEST:
        raise DamagedError("no length of a row")
    return FoundRow(row, _values(_payload(page, cell, length, pages)))


def _payload(page: bytes, start: int, length: int, pages: Pages) -> bytes:
    """Return a row's bytes, from its page and from the pages it flows over to."""
    most, least = pages.size - 35, (pages.size - 12) * 32 // 255 - 23
    here = length
    if length > most:
        fits = least + (length - least) % (pages.size - 4)
        here = fits if fits <= most else least
    parts, left = [page[start : start + here]], length - here
    following = struct.unpack_from(">I", page, start + here)[0] if left else 0
    while left > 0:
        over = pages.at(following)
        parts.append(over[4 : 4 + left])
        left -= len(parts[-1])
        (following,) = struct.unpack_from(">I", over, 0)
    payload = b"".join(parts)
    if len(payload) != length:
        raise DamagedError("the row is cut off")
    return payload


def _values(payload: bytes) -> tuple[Value, ...]:
    end, place = _varint(payload, 0)
    types = []
    while place < end:
        kind, place = _varint(payload, place)
        types.append(kind)
    values, place = [], end
    for kind in types:
        value, place = _value(payload, place, kind)
        values.append(value)
    if place != len(payload):
        raise DamagedError("the row has another length than its values")
    return tuple(values)


def _value(payload: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind in {0, 8, 9}:
        return (None, 0, 1)[kind and kind - 7], place
    if kind in _INTEGER_SIZES:
        end = place + _INTEGER_SIZES[kind]
        return int.from_bytes(payload[place:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack_from(">d", payload, place)[0], place + 8
    if kind < 12:
        raise DamagedError("no kind of value")
    end = place + (kind - 12) // 2
    if end > len(payload):
        raise DamagedError("the value is cut off")
    content = payload[place:end]
    return (content.decode() if kind % 2 else content), end


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count in range(9):
        byte = data[place + count]
        if count == 8:
            return value << 8 | byte, place + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + count + 1
    raise DamagedError("no number")
