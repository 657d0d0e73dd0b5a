"""Files of recordings: the replies of a run, as another workspace exported them. Nothing in them is trusted."""

from collections.abc import Iterator
from pathlib import Path

from evenhand.catalog.first_seen import FirstSeen
from evenhand.catalog.json_lines import Complaint, JsonLines
from evenhand.catalog.source import whole_file
from evenhand.errors import FileError
from evenhand.records.replay import MAX_BODY_BYTES, RecordingsHead, ReplyRecording, digest_of


class ReplayFile:
    """A file of recordings, read once from the start.

    Attributes:
        count: How many replies were read.
    """

    def __init__(self, path: Path) -> None:
        """Prepare to read; a name that ends in `.gz` means gzip."""
        self._seen = FirstSeen()
        self._lines = JsonLines(path, ReplyRecording, check=self._complaints, head=RecordingsHead)
        self.count = 0

    @property
    def head(self) -> RecordingsHead:
        """The first line, once the reading began."""
        assert isinstance(self._lines.head, RecordingsHead)
        return self._lines.head

    @property
    def sha256(self) -> str:
        """`sha256:` and the digest of the file, once it was read to its end."""
        return self._lines.sha256

    def __iter__(self) -> Iterator[ReplyRecording]:
        """Yield the replies in the order of their lines.

        Raises:
            FileError: Lines are wrong or missing, or the file can not be read.
        """
        self._seen.begin_file(self._lines.shown)
        for line in self._lines:
            self.count += 1
            yield line
        self._refuse_a_part()

    def _refuse_a_part(self) -> None:
        if self._lines.head is None:
            raise FileError([whole_file(self._lines.shown, "R001", "the file is empty")])
        if self.count != self.head.replies:
            message = f"the file should hold {self.head.replies:,} replies and holds {self.count:,}"
            raise FileError([whole_file(self._lines.shown, "R001", message)])

    def _complaints(self, line: ReplyRecording, number: int) -> Iterator[Complaint]:
        field = "reply" if line.reply is not None else "reply_base64"
        try:
            body = line.body()
        except ValueError:
            yield "R002", "the reply is not base64", field
            return
        if len(body) > MAX_BODY_BYTES:
            yield "R003", f"the reply is longer than {MAX_BODY_BYTES:,} bytes", field
        if digest_of(body) != line.sha256:
            yield "R004", "the digest is not that of the reply: one of them was changed", "sha256"
        if before := self._seen.add((line.key, line.nonce, line.sha256), number):
            yield "R005", f"the same reply to the same call stands twice, first in {before}", "key"
