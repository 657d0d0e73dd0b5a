"""Whether the log of a ledger that was left in the middle is whole.

SQLite takes a frame whose checksum is wrong for the end of the log, as after a power cut, and forgets without a word
what follows. A power cut can only tear the last commit, for each is synced before the next begins; so commits beyond
the one after the first bad frame mean that the log was damaged later.
"""

import struct
from array import array
from pathlib import Path
from typing import Final

_HEADER: Final = struct.Struct(">8I")
_FRAME: Final = struct.Struct(">6I")
_BIG_ENDIAN: Final = 0x377F0683
_MAGICS: Final = (0x377F0682, _BIG_ENDIAN)
_MASK: Final = 0xFFFFFFFF
_LONGEST: Final = 256 * 1024 * 1024
"""A longer log would take minutes to sum up."""


def lost_commits(log: Path) -> int:
    """Return how many commits SQLite would not find any more though they were synced; 0 for a log that is whole."""
    if not log.exists() or not _HEADER.size < log.stat().st_size <= _LONGEST:
        return 0
    content = log.read_bytes()
    magic, _, page, _, *salts, first, second = _HEADER.unpack_from(content)
    if magic not in _MAGICS or not 512 <= page <= 65536:
        return _commits(content, 0, _likely_page(content), None)
    swap = magic == _BIG_ENDIAN
    sums = _sum(content[:24], (0, 0), big_endian=swap)
    if sums != (first, second):
        return _commits(content, 0, page, None)
    step, place = _FRAME.size + page, _HEADER.size
    while place + step <= len(content):
        frame = _FRAME.unpack_from(content, place)
        if list(frame[2:4]) != salts:
            return 0  # of an earlier use of the file: the log ends here
        sums = _sum(content[place : place + 8], sums, big_endian=swap)
        sums = _sum(content[place + _FRAME.size : place + step], sums, big_endian=swap)
        if sums != frame[4:6]:
            return max(0, _commits(content, place, page, salts) - 1)
        place += step
    return 0


def _commits(content: bytes, place: int, page: int, salts: list[int] | None) -> int:
    """Count frames from `place` that end a commit and belong to this use of the log."""
    step = _FRAME.size + page
    place = place or _HEADER.size
    count = 0
    while place + step <= len(content):
        _, size, *mark = _FRAME.unpack_from(content, place)[:4]
        salts = salts or mark
        count += size > 0 and mark == salts
        place += step
    return count


def _likely_page(content: bytes) -> int:
    """Return the page size of a log whose header is damaged: ours."""
    return 4096 if len(content) > 4096 else 512


def _sum(data: bytes, sums: tuple[int, int], *, big_endian: bool) -> tuple[int, int]:
    """Go on with SQLite's running sum over pairs of words."""
    words = array("I", data)
    if big_endian != _IS_BIG:
        words.byteswap()
    one, two = sums
    for index in range(0, len(words), 2):
        one = (one + words[index] + two) & _MASK
        two = (two + words[index + 1] + one) & _MASK
    return one, two


_IS_BIG: Final = array("I", b"\0\0\0\1")[0] == 1
