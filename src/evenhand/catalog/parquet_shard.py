"""A Parquet file that is written row group by row group, so that no more of it is held than one of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from evenhand.errors import UsageError

Cell = Literal["text", "truth", "number", "texts"]
"""What a column holds."""
_COMPRESSION: Final = "zstd"


class ParquetShard:
    """One file. The same rows in the same groups give the same bytes with the same version of pyarrow."""

    def __init__(self, path: Path, columns: Mapping[str, Cell]) -> None:
        """Open a new file.

        Raises:
            UsageError: pyarrow is not installed.
        """
        try:
            import pyarrow as pa  # noqa: PLC0415 - an extra, loaded on use
            import pyarrow.parquet as pq  # noqa: PLC0415 - an extra, loaded on use
        except ImportError as error:
            raise UsageError(
                "Parquet files need pyarrow, which is not installed",
                hint="pip install 'evenhand[parquet]', or export JSON lines with another --format",
            ) from error
        types = {
            "text": pa.string(),
            "truth": pa.bool_(),
            "number": pa.float64(),
            "texts": pa.list_(pa.string()),
        }
        self._pa = pa
        self._schema = pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])
        self._file = pq.ParquetWriter(path, self._schema, compression=_COMPRESSION)

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add a group of rows."""
        arrays = [
            self._pa.array([row.get(field.name) for row in rows], type=field.type) for field in self._schema
        ]
        self._file.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))

    def close(self) -> None:
        """Write the end of the file."""
        self._file.close()


__all__ = ["Cell", "ParquetShard"]
