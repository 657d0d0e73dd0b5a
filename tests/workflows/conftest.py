"""Tidy folders, written from little."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

WriteTidy = Callable[..., Path]
HEADERS = {"verdicts": ["item_id", "judge"], "humans": ["item_id", "annotator"]}


@pytest.fixture
def write_tidy(tmp_path: Path) -> WriteTidy:
    """Writes a folder of the tidy layout: items as objects, rows as `(item, who, criterion, label, score, ...)`."""

    def write(
        name: str = "my-set",
        *,
        items: Sequence[dict[str, Any]] = (),
        verdicts: Sequence[Sequence[Any]] = (),
        humans: Sequence[Sequence[Any]] = (),
        replies: Sequence[dict[str, Any]] = (),
        columns: Sequence[str] = (),
    ) -> Path:
        folder = tmp_path / "tidy" / name
        folder.mkdir(parents=True)
        _write(folder / "items.jsonl.gz", "".join(f"{json.dumps(item)}\n" for item in items))
        for table, rows in (("verdicts", verdicts), ("humans", humans)):
            if rows:
                more = columns if table == "verdicts" else ()
                header = [*HEADERS[table], "criterion", "label", "score", *more]
                text = io.StringIO(newline="")
                csv.writer(text, lineterminator="\n").writerows([header, *rows])
                _write(folder / f"{table}.csv.gz", text.getvalue())
        if replies:
            _write(folder / "raw_responses.jsonl.gz", "".join(f"{json.dumps(each)}\n" for each in replies))
        return folder

    return write


def _write(path: Path, text: str) -> None:
    path.write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace."""
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"
