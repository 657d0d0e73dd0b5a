"""One line of a file of test cases that is tied to a principle: a case, and the answer a good judge gives."""

from evenhand.records.canonical import Prose
from evenhand.records.scale import Label
from evenhand.records.suite import Case


class ExampleCase(Case):
    """A test of the judges under one principle: one output, and the answer to expect."""

    expect: Label
    """The label a good judge gives."""
    why: Prose = ""
    """The reason, in one sentence."""
