"""Which names were seen before, and where: exact enough to refuse duplicates, small enough for millions."""

from array import array
from bisect import bisect_right
from collections.abc import Hashable

_WORD = (1 << 64) - 1


class FirstSeen:
    """Names of a set of files, kept as 64-bit hashes: 24 to 48 bytes a name, however long the names are.

    Two different names count as one with a chance of one in 10^7 for a million names; the hash is salted in each
    process, so nobody can write a file that makes it happen.
    """

    def __init__(self) -> None:
        self._hashes = array("Q", bytes(8 * 1024))
        self._lines = array("L" if array("L").itemsize == 4 else "I", bytes(4 * 1024))
        self._count = 0
        self._files: list[str] = []
        self._starts: list[int] = []
        self._last = 0

    def begin_file(self, shown: str) -> None:
        """Say that the lines that follow stand in another file."""
        self._files.append(shown)
        self._starts.append(self._last)

    def add(self, name: Hashable, line: int) -> str:
        """Note a name; return FILE:LINE of where it stood before, or an empty string if it is new."""
        self._last = self._starts[-1] + line
        word = hash(name) & _WORD or 1
        slot, found = self._find(word)
        if found:
            return self._where(self._lines[slot])
        self._hashes[slot] = word
        self._lines[slot] = self._last
        self._count += 1
        if 3 * self._count > 2 * len(self._hashes):
            self._grow()
        return ""

    def _find(self, word: int) -> tuple[int, bool]:
        hashes = self._hashes
        mask = len(hashes) - 1
        slot = word & mask
        while other := hashes[slot]:
            if other == word:
                return slot, True
            slot = (slot + 1) & mask
        return slot, False

    def _grow(self) -> None:
        hashes, lines = self._hashes, self._lines
        self._hashes = array("Q", bytes(16 * len(hashes)))
        self._lines = array(lines.typecode, bytes(2 * lines.itemsize * len(lines)))
        for word, line in zip(hashes, lines, strict=True):
            if word:
                slot, _ = self._find(word)
                self._hashes[slot] = word
                self._lines[slot] = line

    def _where(self, ordinal: int) -> str:
        index = bisect_right(self._starts, ordinal - 1) - 1
        return f"{self._files[index]}:{ordinal - self._starts[index]}"
