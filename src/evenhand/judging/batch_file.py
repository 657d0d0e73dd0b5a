"""One batch being written: its rows go to a file at once, so that no more than a chunk of them is in memory."""

from collections.abc import Sequence
from typing import IO

from evenhand.providers.batch_interface import BatchForm
from evenhand.records.attempt import NewAttempt


class BatchFile:
    """The rows of one batch of one account and model."""

    def __init__(
        self, batch: int, *, account: str, model: str, form: BatchForm, most_rows: int, file: IO[bytes]
    ) -> None:
        """Begin the file of the batch with this number."""
        self.batch = batch
        self.account = account
        self.model = model
        self.rows = 0
        self.size = 0
        self.file = file
        self._form = form
        self._most_rows = min(most_rows, form.most_rows)
        self._uncommitted: list[tuple[int, NewAttempt]] = []
        self._write(form.head)

    def fits(self, row: bytes) -> bool:
        """Tell whether one more row may join."""
        form = self._form
        size = self.size + len(form.between) + len(row) + len(form.tail)
        return self.rows < self._most_rows and size <= form.most_bytes

    def add(self, row: bytes, number: int, attempt: NewAttempt) -> None:
        """Write a row; its attempt is still to be committed."""
        self._write(self._form.between + row if self.rows else row)
        self._uncommitted.append((number, attempt))
        self.rows += 1

    def uncommitted(self) -> Sequence[tuple[int, NewAttempt]]:
        """Return the attempts added since the last time."""
        taken, self._uncommitted = self._uncommitted, []
        return taken

    def finish(self) -> None:
        """Write the end of the file."""
        self._write(self._form.tail)
        self.file.flush()

    def close(self) -> None:
        """Give the file up."""
        self.file.close()

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self.size += len(data)
