"""Summaries every rendering is tested on."""

import pytest

from evenhand.reporting.summarise import summarise
from evenhand.reporting.summary import RunSummary

from .builders import find_texts, make_account, make_manifest, make_run, stream_items
from .hostile_run import hostile_summary


@pytest.fixture(scope="session")
def summary() -> RunSummary:
    """A synthetic run of 400 items, three judges and two people."""
    manifest = make_manifest(items=400)
    account = make_account(manifest, stream_items(manifest))
    return summarise(make_run(manifest), account, stream_items(manifest), find_texts=find_texts)


@pytest.fixture(scope="session")
def hostile() -> RunSummary:
    """A synthetic run with hostile text in every place that text can come from."""
    return hostile_summary()
