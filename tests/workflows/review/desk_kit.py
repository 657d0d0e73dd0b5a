"""What tests of the desk ask again and again."""

from tests.made_review import MadeReview

from evenhand.records.review import OpenItem, ReviewLabel


def opened_by(review: MadeReview, person: str, design: str | None = None) -> OpenItem:
    opened = review.desk.next_item(person, design)
    assert opened is not None
    return opened


def labels_of(review: MadeReview) -> list[ReviewLabel]:
    with review.ledger.read() as reading:
        return [each for each in reading.labels() if not each.withdrawn]
