"""Who answers for a judge while a run goes on: a change is noticed with the first reply that shows it."""

from dataclasses import dataclass

from evenhand.records.attempt import Served
from evenhand.records.model_name import is_dated_form, is_same_model


@dataclass(slots=True)
class Answering:
    """The model and the fingerprint that answered for one judge first."""

    served_model: str = ""
    """As preflight saw it, or else the first reply; empty until one names a model."""
    fingerprint: str = ""
    """As the first reply had it; empty until one has."""
    told: bool = False
    """Whether a change was told; one line a judge is enough, the ledger has all of them."""

    def note(self, served: Served) -> str:
        """Return what changed with this reply, in words for people; an empty text where nothing did, or it was told."""
        changes = [
            *_change("another model", self.served_model, served.served_model),
            *_change("another fingerprint", self.fingerprint, served.fingerprint),
        ]
        self.served_model = self.served_model or served.served_model
        self.fingerprint = self.fingerprint or served.fingerprint
        if self.told or not changes:
            return ""
        self.told = True
        return " and ".join(changes)


def _change(what: str, before: str, now: str) -> list[str]:
    return [f"{what}, {now!r} after {before!r}"] if before and now and before != now else []


def how_served(asked: str, served: str) -> str:
    """Return how the model that answered relates to the one asked for, in words; an empty text where they are one."""
    if not served or is_same_model(asked, served):
        return ""
    if is_dated_form(served, asked):
        return f"{asked!r} is served by its snapshot {served!r}"
    return f"{asked!r} is answered by {served!r}"
