"""The lines of a large file, plain or gzipped, as bytes: streamed, capped, and hashed on the way."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from evenhand.catalog.files import shown_path, unreadable
from evenhand.catalog.source import whole_file
from evenhand.errors import FileError, Finding

MAX_LINE_BYTES = 10_000_000
MAX_RATIO = 200
"""Most bytes a gzipped file may hold for each byte on disk, beyond the free ones."""
FREE_BYTES = 64_000_000
"""Bytes that are read from a gzipped file before the ratio is looked at."""

_BUFFER = 1 << 18
_BOM = b"\xef\xbb\xbf"


class LineFile:
    """A file of lines, read once from the start.

    Attributes:
        shown: File as the reader named it.
        sha256: `sha256:` and the digest of the bytes on disk, once all lines were read.
    """

    def __init__(self, path: Path) -> None:
        """Prepare to read; a name that ends in `.gz` means gzip."""
        self.shown = shown_path(path)
        self.sha256 = ""
        self._path = path

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        """Yield the number and the bytes of each line that is not blank.

        Raises:
            FileError: The file can not be read, is no gzip, a line is too long, or it inflates too much.
        """
        try:
            with self._path.open("rb", buffering=0) as raw:
                tally = _Tally(cast("BinaryIO", raw))
                plain = cast("BinaryIO", io.BufferedReader(tally, _BUFFER))
                yield from self._lines(plain, tally)
                while plain.read(_BUFFER):
                    pass
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise FileError([self._refusal("D008", f"not a whole gzip file: {error}")]) from error
        except (OSError, ValueError) as error:
            raise FileError([unreadable(self._path, error)]) from error
        self.sha256 = f"sha256:{tally.digest.hexdigest()}"

    def _lines(self, plain: BinaryIO, tally: "_Tally") -> Iterator[tuple[int, bytes]]:
        is_gzip = self._path.name.endswith(".gz")
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=plain)) if is_gzip else plain
        number = inflated = 0
        while line := stream.readline(MAX_LINE_BYTES + 1):
            number += 1
            inflated += len(line)
            if len(line) > MAX_LINE_BYTES:
                raise FileError(
                    [self._refusal("D001", f"the line is longer than {MAX_LINE_BYTES:,} bytes", number)]
                )
            if is_gzip and inflated > FREE_BYTES + MAX_RATIO * tally.count:
                raise FileError(
                    [self._refusal("D009", f"it inflates to more than {MAX_RATIO} times its size")]
                )
            content = (line.removeprefix(_BOM) if number == 1 else line).strip(b" \t\r\n")
            if content:
                yield number, content

    def _refusal(self, code: str, message: str, line: int = 0) -> Finding:
        if not line:
            return whole_file(self.shown, code, message)
        return Finding(path=self.shown, line=line, column=1, code=code, message=message)


class _Tally(io.RawIOBase):
    """Counts and hashes the bytes that pass."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__()
        self.count = 0
        self.digest = hashlib.sha256()
        self._raw = raw

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # the stub's Buffer has no length
        content = self._raw.read(len(buffer))
        self.digest.update(content)
        self.count += len(content)
        buffer[: len(content)] = content
        return len(content)
