"""A workspace with a review, and what tests of exchange do with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.made_review import MadeReview, make_review

from evenhand.records.review import ReviewLabel
from evenhand.review.exchange.records import Format
from evenhand.workflows.review.export_labels import ExportedReview, Wanted, export_labels, export_tasks
from evenhand.workflows.review.import_labels import ImportedReview, import_labels
from evenhand.workflows.review.read_exchange import Names


@dataclass
class Exchange:
    """A review in a workspace of its own."""

    folder: Path
    review: MadeReview

    def tasks(self, format_: Format, name: str, **options: Any) -> ExportedReview:
        return export_tasks(self.folder, self.folder / name, Wanted(format=format_), **options)

    def labels(self, format_: Format, name: str, **options: Any) -> ExportedReview:
        return export_labels(self.folder, self.folder / name, Wanted(format=format_, **options))

    def take(
        self, format_: Format, name: Path | str, names: Names | None = None, **options: Any
    ) -> ImportedReview:
        return import_labels(self.folder, self.folder / name, format_, names or Names(), **options)

    @property
    def stored(self) -> list[ReviewLabel]:
        with self.review.ledger.read() as reading:
            return list(reading.labels())


def make_exchange(folder: Path, items: int = 4, **options: Any) -> Exchange:
    """Make a workspace with a review of some items."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "evenhand.toml").write_text("", encoding="utf-8")
    return Exchange(folder, make_review(folder / ".evenhand", items, **options))
