"""Every command of evenhand: its name, where it lives, and one line about it. Nothing here loads a command."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A command that can be loaded."""

    path: str
    """What is typed after `evenhand`, such as "import tidy"."""
    help: str
    """One line about it."""

    @property
    def module(self) -> str:
        """The module of the command; its function has the same name."""
        return self.path.replace(" ", "_").replace("-", "_")


SECTIONS: Final[Mapping[str, tuple[Entry, ...]]] = {
    "Start": (
        Entry(path="demo", help="Judge the example suite offline and write its report."),
        Entry(path="init", help="Make a workspace from the example files."),
        Entry(path="doctor", help="Show the settings in force and whether everything is in place."),
    ),
    "Write": (
        Entry(path="lint", help="Check constitutions, judges, panels and suites."),
        Entry(path="schema", help="Print the JSON Schema of a kind of file, for editors."),
    ),
    "Constitution": (
        Entry(
            path="constitution show",
            help="Show a constitution: who wins a conflict, where each part is from.",
        ),
        Entry(
            path="constitution diff", help="Show what changed between two constitutions, and what that does."
        ),
        Entry(path="constitution test", help="Test judges on the constitution's own examples."),
        Entry(path="constitution amend", help="Write proposals for what people find and no principle sees."),
        Entry(
            path="constitution infer",
            help="Propose principles that people seem to follow where they overrule the panel.",
        ),
        Entry(path="constitution import", help="Bring a constitution from the format of another tool."),
        Entry(path="constitution export", help="Write a constitution in a format that others read."),
    ),
    "Judge": (
        Entry(path="plan", help="Say what a run would take: calls, tokens, cost and time. Calls nobody."),
        Entry(path="run", help="Judge a suite."),
        Entry(path="resume", help="Go on with a run that stopped."),
    ),
    "Read": (
        Entry(path="runs", help="List the runs of the workspace."),
        Entry(path="report", help="Write the report of a run: HTML, Markdown and JSON."),
        Entry(path="calibrate", help="Hold judges and panel against human labels: whom to trust for what."),
        Entry(
            path="explain", help="Explain a verdict (ITEM@RUN), a gate (gate@RUN) or the code of a finding."
        ),
    ),
    "Gate": (Entry(path="gate", help="Decide whether a judge, or what it judges, got worse; for CI."),),
    "Feedback": (
        Entry(path="feedback revise", help="Revise replies by the constitution, judged before and after."),
        Entry(path="feedback show", help="Show what a revision run wrote: critiques and revisions."),
        Entry(path="feedback prefer", help="Label pairs by the constitution: soft AI preferences."),
        Entry(path="feedback export", help="Write training data that others read: TRL, messages, Parquet."),
    ),
    "Review": (
        Entry(path="review sample", help="Draw items of a run for people, so that their labels give rates."),
        Entry(path="review serve", help="Serve the pages on which people label, blind, on this machine."),
        Entry(path="review terminal", help="Review in this terminal: the same rules, also over ssh."),
        Entry(path="review people", help="Say who may review: add, invite, change, dismiss."),
        Entry(path="review status", help="Show how a review stands, and how many labels are still worth it."),
        Entry(path="review adjudicate", help="Settle the items on which people differ."),
        Entry(path="review export", help="Write items for people to label elsewhere, or the labels given."),
        Entry(path="review import", help="Add labels that people gave in another tool."),
    ),
    "Calibrate": (
        Entry(path="judge tune", help="Look for a better prompt of a judge; labels that nobody saw decide."),
        Entry(path="judge select", help="Propose the few judges of a run that are worth keeping."),
        Entry(path="monitor", help="Say whether judge or system drifted between the runs of a suite."),
    ),
    "Baselines": (
        Entry(path="baseline show", help="Show the accepted baseline of a suite: what, by whom and why."),
        Entry(path="baseline diff", help="Show what a run would change in the accepted baseline."),
        Entry(path="baseline review", help="Walk the changed cells one by one: accept, reject, skip."),
        Entry(path="baseline accept", help="Make a run the baseline of its suite, to be committed."),
        Entry(path="quarantine list", help="List the cases that decide nothing in a gate for a while."),
        Entry(path="quarantine suggest", help="Name the cells on which the judges contradict themselves."),
        Entry(path="quarantine add", help="Hold a case back from a gate, with reason, owner and last day."),
        Entry(path="quarantine expire", help="Take the entries out that have ended."),
    ),
    "Exchange": (
        Entry(path="import tidy", help="Import cases, recorded verdicts and human labels from tables."),
        Entry(path="import recordings", help="Import recorded replies, to replay a run without a call."),
        Entry(path="export recordings", help="Write the replies of a run, to replay it elsewhere."),
        Entry(path="export ratings", help="Write every rating and verdict of a run as JSON lines."),
    ),
}
"""Commands in the order and under the headings in which help shows them."""

GROUPS: Final[Mapping[str, str]] = {
    "baseline": "Keep what a suite is compared with in CI.",
    "constitution": "Show, test, compare and improve a constitution.",
    "feedback": "Make training data from the constitution.",
    "judge": "Look at judges as raters.",
    "quarantine": "Hold cases back from a gate for a while.",
    "review": "Let people label what the judges rated, blind.",
    "import": "Bring in what was made elsewhere.",
    "export": "Take out what others need.",
}
"""One line about each word that stands before further words."""


def entries() -> Iterator[Entry]:
    """Yield every command in the order of help."""
    for section in SECTIONS.values():
        yield from section
