"""Everything that is fuzzed survives a short, seeded run; the command runs longer ones."""

import random

import pytest
from benchmarks.fuzz import fuzz
from benchmarks.fuzzing.mutator import Mutator
from benchmarks.fuzzing.targets import TARGETS, Target
from hypothesis import given, settings
from hypothesis import strategies as st

EXECUTIONS = 40


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_what_mutation_makes_of_its_corpus(name: str) -> None:
    target = TARGETS[name]
    corpus = target.corpus()
    assert corpus
    mutator = Mutator(corpus, random.Random(f"suite {name}"))
    for content in [*corpus[:3], *corpus[-3:], *(mutator.next() for _ in range(EXECUTIONS))]:
        target.run(content)


@pytest.mark.parametrize(
    "name", ["replies", "preflight", "errors", "headers", "yaml", "markdown", "toml", "json", "candidates"]
)
@settings(max_examples=50)
@given(content=st.binary(max_size=300))
def test_a_target_reads_any_bytes(name: str, content: bytes) -> None:
    TARGETS[name].run(content)


def test_the_mutator_replays_from_its_seed() -> None:
    one, other = (Mutator([b"abc", b'{"a": 1}'], random.Random("7")) for _ in range(2))
    assert [one.next() for _ in range(200)] == [other.next() for _ in range(200)]


def test_a_crash_is_found_and_its_input_kept() -> None:
    def fails_on_nul(content: bytes) -> None:
        assert b"\x00" not in content

    found = fuzz("nul", Target(run=fails_on_nul, corpus=lambda: [b"abc"]), seconds=60, seed=1)
    assert len(found.crashes) == 10
    assert all(b"\x00" in content for content, _ in found.crashes)
    assert not found.held
