"""Parquet through pyarrow, an extra that is loaded only where a Parquet file is read or written."""

import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from evenhand.catalog.files import read_bytes, shown_path
from evenhand.catalog.raw_records import MAX_BYTES, RawRecord
from evenhand.catalog.source import Place, Source, Span, whole_file
from evenhand.errors import FileError, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS: Final = 5_000_000
"""Rows of a file that is read."""
_MOST_UNPACKED: Final = 2_000_000_000
_ROWS_AT_ONCE: Final = 2_000
_MOST_AT_ONCE: Final = 256_000_000
"""Bytes of the rows that are unpacked at once, even where every cell is as long as all of its column."""

Column = Literal["text", "truth", "whole", "number", "texts", "passages"]
"""What a column holds: passages are lists of block, start, end and quote."""


def parquet_bytes(columns: Mapping[str, Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as a Parquet file.

    Raises:
        UsageError: pyarrow is not installed.
    """
    pa = _pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, loaded on use

    types = _types(pa)
    schema = pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])
    arrays = [pa.array([row.get(name) for row in rows], type=types[kind]) for name, kind in columns.items()]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), stream, compression="zstd")
    return stream.getvalue()


def parquet_records(path: Path) -> Iterator[RawRecord]:
    """Yield the rows of a Parquet file.

    Raises:
        FileError: It can not be read, is no Parquet file, or is too large.
        UsageError: pyarrow is not installed.
    """
    pa = _pyarrow()
    import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, loaded on use

    shown, content = shown_path(path), read_bytes(path, limit=MAX_BYTES)
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        largest = _require_size(shown, file.metadata)
        number = 0
        for batch in file.iter_batches(batch_size=min(_ROWS_AT_ONCE, 1 + _MOST_AT_ONCE // largest)):
            for row in batch.to_pylist():
                number += 1
                yield RawRecord(value=row, number=number, locate=_in_row(shown, number, list(row)))
    except (pa.ArrowException, OSError, ValueError) as error:
        message = f"not a Parquet file that can be read: {str(error)[:200]}"
        raise FileError([whole_file(shown, "E001", message)]) from error


def _require_size(shown: str, metadata: Any) -> int:
    """Return how many bytes the largest group of rows has; a text that is stored once may stand in all its rows."""
    groups = [int(metadata.row_group(at).total_byte_size) for at in range(metadata.num_row_groups)]
    unpacked = sum(groups)
    if metadata.num_rows > MAX_ROWS or unpacked > _MOST_UNPACKED:
        message = f"it holds {metadata.num_rows:,} rows and {unpacked / 1e6:,.0f} MB"
        raise FileError([whole_file(shown, "F003", message, suggestion="split it")])
    return max([1, *groups])


def _in_row(shown: str, number: int, names: Sequence[str]) -> Any:
    def locate(place: Place) -> tuple[Source, Span]:
        column = names.index(str(place[0])) + 1 if place and place[0] in names else 1
        return Source(path=shown, lines=(), first_line=number), Span(line=number, column=column)

    return locate


def _types(pa: Any) -> Mapping[Column, "pa.DataType"]:
    passage = pa.struct(
        [("block", pa.string()), ("start", pa.int64()), ("end", pa.int64()), ("quote", pa.string())]
    )
    return {
        "text": pa.string(),
        "truth": pa.bool_(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "texts": pa.list_(pa.string()),
        "passages": pa.list_(passage),
    }


def _pyarrow() -> Any:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra, loaded on use
    except ImportError as error:
        raise UsageError(
            "Parquet files need pyarrow, which is not installed",
            hint="pip install 'evenhand[parquet]', or use --format jsonl, which loses nothing either",
        ) from error
    return pa
