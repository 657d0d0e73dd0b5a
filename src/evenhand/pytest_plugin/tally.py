"""Counts the verdicts that tests report, in the process that talks to people."""

from collections import Counter

import pytest

from evenhand.pytest_plugin.state import has_notes


class Tally:
    """Counts the verdicts that tests report, in the process that talks to people."""

    def __init__(self, config: pytest.Config) -> None:
        """Count for the session of `config`."""
        self._config = config
        self._verdicts: dict[tuple[str, str], str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a test says of its verdicts, wherever it ran."""
        for suite, name, said in getattr(report, "evenhand", ()):
            self._verdicts[suite, name] = said

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the section, where anything was judged."""
        if not has_notes(self._config):
            return
        from evenhand.pytest_plugin.summary import section_lines  # noqa: PLC0415 - only where something was judged

        lines = list(section_lines(self._config, Counter(self._verdicts.values())))
        if lines:
            terminalreporter.section("evenhand")
            for line in lines:
                terminalreporter.write_line(line)
