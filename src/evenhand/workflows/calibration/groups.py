"""What items of a run have in common: the source of their case, a slice, a principle."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evenhand.calibration.table import NONE, Slicing
from evenhand.catalog.cases import read_cases
from evenhand.store.columns import ItemColumns
from evenhand.workflows.read_run import StoredRun

MOST_DIMENSIONS = 8
"""Slice dimensions that are read."""
MOST_VALUES = 40
"""Values of a slice dimension; one with more is left out."""


def cluster_names(stored: StoredRun, items: ItemColumns) -> tuple[list[str], tuple[str, ...]]:
    """Return the cluster of each item: the source of its case, or else the case; and what could not be known of it."""
    sources: Mapping[str, str] = {}
    notes: tuple[str, ...] = ()
    if None in items.source:
        sources, whole = _sources_from_files(stored)
        notes = () if whole else (_NO_SOURCES,)
    return [
        (sources.get(case, "") if source is None else source) or case
        for case, source in zip(items.case_id, items.source, strict=True)
    ], notes


_NO_SOURCES = (
    "The run is of an earlier version, and its case files have changed since: which cases share a source is not known, "
    "and each is taken as independent."
)


def _sources_from_files(stored: StoredRun) -> tuple[Mapping[str, str], bool]:
    paths, whole = stored.unchanged_case_files()
    return {case.id: case.source for case in read_cases(paths) if case.source}, whole


def read_slices(items: ItemColumns) -> tuple[Mapping[str, Slicing], tuple[str, ...]]:
    """Return the groups of all items by dimension, and the dimensions with too many groups or beyond the most."""
    groups = {text: dict[str, str](json.loads(text)) for text in dict.fromkeys(items.slice)}
    names = dict.fromkeys(name for each in groups.values() for name in each)
    values = {name: dict.fromkeys(each[name] for each in groups.values() if name in each) for name in names}
    few = [name for name in names if len(values[name]) <= MOST_VALUES][:MOST_DIMENSIONS]
    found = {}
    for name in few:
        codes = {value: code for code, value in enumerate(values[name])}
        of_text = {text: codes.get(each.get(name, ""), NONE) for text, each in groups.items()}
        found[name] = Slicing(
            values=tuple(codes), codes=np.array([of_text[text] for text in items.slice], dtype=np.int16)
        )
    return found, tuple(name for name in names if name not in found)


def rows_by_text(texts: Sequence[str]) -> Mapping[str, NDArray[np.int64]]:
    """Return the positions at which each text stands."""
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.fromiter((numbers[text] for text in texts), np.int64, len(texts))
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes, minlength=len(numbers)))[:-1])
    return dict(zip(numbers, parts, strict=True))
