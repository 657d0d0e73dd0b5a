"""Which files are suites to collect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.pytest_plugin.state import options_of

GATE = "gate"
"""Name of the test that a suite's gate is."""
_GATE_ALONE = f"::{GATE}"
_SCHEMA = "suite/v1"
_LOOKED_AT = 4_000


def is_wanted_suite(path: Path, parent: pytest.Collector) -> bool:
    """Tell whether a YAML file is a suite that a pattern of `evenhand_suites` or the command line names."""
    if any(_patterns(path, parent.config)):
        return True
    return parent.session.isinitpath(path) and _says_suite(path)


def is_gate_alone(path: Path, config: pytest.Config) -> bool:
    """Tell whether the settings name a suite by its gate alone, as in `suites/anchors.yaml::gate`."""
    found = list(_patterns(path, config))
    return bool(found) and all(pattern.endswith(_GATE_ALONE) for pattern in found)


def _patterns(path: Path, config: pytest.Config) -> Iterator[str]:
    """Yield the patterns of `evenhand_suites` that a file fits, part by part."""
    options = options_of(config)
    if path.is_relative_to(options.root):
        inside = path.relative_to(options.root)
        for written in options.suites:
            pattern = Path(written.removesuffix(_GATE_ALONE))
            if inside.match(str(pattern)) and len(pattern.parts) == len(inside.parts):
                yield written


def _says_suite(path: Path) -> bool:
    """Tell whether a file says that it is a suite: other plugins collect YAML files too."""
    with path.open("rb") as stream:
        head = stream.read(_LOOKED_AT).decode("utf-8", "replace")
    return any(_SCHEMA in line and "schema" in line for line in head.splitlines())
