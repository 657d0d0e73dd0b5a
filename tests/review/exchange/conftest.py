"""Tasks that several tests of exchange look at."""

from dataclasses import replace

import pytest
from tests.review.exchange.made_labels import BASE

from evenhand.records.message import Message
from evenhand.review.exchange.records import ExchangeTask


@pytest.fixture
def task() -> ExchangeTask:
    """One candidate, one principle, the usual scale."""
    return BASE.task


@pytest.fixture
def conversation() -> ExchangeTask:
    """A prompt of two turns."""
    turns = (Message(role="user", content="hi 😀"), Message(role="assistant", content="yes"))
    return replace(BASE.task, case=replace(BASE.task.case, prompt=turns))
