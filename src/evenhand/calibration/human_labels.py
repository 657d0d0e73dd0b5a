"""Labels of persons as arrays: each beside what the others said of the same item."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evenhand.calibration.sample import Ints, ScaleFacts, scale_facts, with_panel
from evenhand.calibration.table import NONE, Flags, Floats, PrincipleAnswers
from evenhand.records.scale import Reading


@dataclass(frozen=True, kw_only=True)
class HumanLabels:
    """m labels of persons that are on the scale; every array has shape (m,) unless it says otherwise."""

    item: Ints
    """A number for each labelled item."""
    cluster: Ints
    person: Ints
    """Place of who gave it among the names of all persons."""
    label: Ints
    others: Ints
    """What most of the others said of the item; -1 where they tie or there are none."""
    same: Floats
    """Share of the others on the item who gave the same label; 0 where there are none."""
    persons: Ints
    """Persons who labelled the item."""
    contested: Flags
    """Whether people differ on the item."""
    first: Flags
    """Whether it is the first label of its item, so that each item is counted once."""
    abstains: Flags
    defensible: Ints
    """Whether the person said that more than one answer is defensible: 1, 0, or -1 not recorded."""
    inclusion: Floats
    seconds: Floats
    judged: Ints
    """Answers of judges and panel on the item, shape (m, J + 1)."""
    certifies: Flags
    """Whether the item is in a split to certify with."""
    unable_item: Ints
    """Items of the labels of persons who could not tell, where the scale has no answer for that, shape (u,)."""
    unable_cluster: Ints
    """Their clusters, shape (u,)."""
    unable_inclusion: Floats
    """Their probabilities of being labelled, shape (u,)."""
    scale: ScaleFacts | None
    """None where principles with different scales are together."""
    may_abstain: bool
    """Whether every scale has an abstention."""

    @property
    def doubly(self) -> Flags:
        """Where another person labelled the item too."""
        return np.asarray(self.persons > 1)

    @property
    def comparable(self) -> Flags:
        """Where the others have a majority."""
        return np.asarray(self.others != NONE)

    @cached_property
    def weights(self) -> Floats:
        """One over the probability of being labelled; ones where that is not known of all."""
        return 1 / self.inclusion if np.isfinite(self.inclusion).all() else np.ones(len(self.item))

    def by_item(self) -> Ints:
        """Return the labels of each item side by side, shape (items, most labels of one), -1 where there are fewer."""
        names, row = np.unique(self.item, return_inverse=True)
        order = np.argsort(row, kind="stable")
        sizes = np.bincount(row, minlength=len(names))
        column = np.arange(len(row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        table = np.full((len(names), int(sizes.max(initial=0))), NONE, dtype=np.int64)
        table[row[order], column] = self.label[order]
        return table


def gather_labels(
    answers: PrincipleAnswers, names: Sequence[str], *, certify: Sequence[int], first_item: int = 0
) -> HumanLabels:
    """Return the labels of persons on one principle; `names` are all persons, `first_item` numbers its first item."""
    people = answers.people
    kept = np.flatnonzero(people.label != NONE)
    item, label = people.item[kept], people.label[kept].astype(np.int64)
    places = {name: place for place, name in enumerate(names)}
    known = np.array([places.get(name, NONE) for name in people.annotators], dtype=np.int64)
    row, counts = _label_counts(item, label, len(answers.categories))
    unable = people.cannot_tell
    abstention = np.array([reading is Reading.ABSTAIN for reading in answers.readings], dtype=np.bool_)
    return HumanLabels(
        item=item + first_item,
        cluster=answers.clusters[item].astype(np.int64),
        person=known[people.annotator[kept]],
        label=label,
        others=_majority_of_others(counts[row], label),
        same=_share_of_others(counts[row], label),
        persons=counts.sum(axis=1)[row],
        contested=((counts > 0).sum(axis=1) > 1)[row],
        first=_is_first(row),
        abstains=abstention[label],
        defensible=people.several_defensible[kept].astype(np.int64),
        inclusion=answers.reference.inclusion[item],
        seconds=people.seconds[kept],
        judged=with_panel(answers)[item],
        certifies=np.isin(answers.split[item], list(certify)),
        unable_item=unable.item + first_item,
        unable_cluster=answers.clusters[unable.item].astype(np.int64),
        unable_inclusion=unable.inclusion,
        scale=scale_facts(answers),
        may_abstain=bool(abstention.any()),
    )


def pool_labels(parts: Sequence[HumanLabels]) -> HumanLabels:
    """Return the labels on several principles as one; at least one is needed."""
    scales = {part.scale for part in parts}
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS}
    return HumanLabels(
        **arrays,
        scale=scales.pop() if len(scales) == 1 else None,
        may_abstain=all(part.may_abstain for part in parts),
    )


def no_labels(judges: int) -> HumanLabels:
    """Return the labels of a table without principles."""
    none, flags, floats = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_), np.zeros(0)
    return HumanLabels(
        item=none,
        cluster=none,
        person=none,
        label=none,
        others=none,
        same=floats,
        persons=none,
        contested=flags,
        first=flags,
        abstains=flags,
        defensible=none,
        inclusion=floats,
        seconds=floats,
        judged=np.zeros((0, judges + 1), dtype=np.int64),
        certifies=flags,
        unable_item=none,
        unable_cluster=none,
        unable_inclusion=floats,
        scale=None,
        may_abstain=False,
    )


_ARRAYS = (
    "item",
    "cluster",
    "person",
    "label",
    "others",
    "same",
    "persons",
    "contested",
    "first",
    "abstains",
    "defensible",
    "inclusion",
    "seconds",
    "judged",
    "certifies",
    "unable_item",
    "unable_cluster",
    "unable_inclusion",
)


def _label_counts(item: Ints, label: Ints, categories: int) -> tuple[Ints, Ints]:
    """Return the row of each label, and how often each category was given in each row."""
    names, row = np.unique(item, return_inverse=True)
    counts = np.bincount(row * categories + label, minlength=len(names) * categories)
    return row, counts.reshape(len(names), categories)


def _majority_of_others(counts: Ints, label: Ints) -> Ints:
    others = counts.copy()
    others[np.arange(len(label)), label] -= 1
    most = others.max(axis=1, initial=0)
    clear = (most > 0) & ((others == most[:, np.newaxis]).sum(axis=1) == 1)
    return np.where(clear, others.argmax(axis=1), NONE) if len(label) else label


def _share_of_others(counts: Ints, label: Ints) -> Floats:
    same = counts[np.arange(len(label)), label] - 1
    others = counts.sum(axis=1) - 1
    return np.where(others > 0, same / np.maximum(others, 1), 0.0)


def _is_first(row: Ints) -> Flags:
    first = np.zeros(len(row), dtype=np.bool_)
    first[np.unique(row, return_index=True)[1]] = True
    return first
