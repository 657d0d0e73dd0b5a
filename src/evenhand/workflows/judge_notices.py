"""What is said once about the judges of a run: before it asks them, and when it is planned."""

from collections.abc import Iterable, Iterator, Mapping

from evenhand.judging.answerers import how_served
from evenhand.records.own_family import OwnFamily
from evenhand.records.run import Manifest


def judge_notices(aliases: Mapping[str, str], own_family: Iterable[OwnFamily]) -> Iterator[str]:
    """Yield a line for each judge whose model may move, or whose own family wrote what it judges.

    Args:
        aliases: Why the name of a model floats, by judge.
        own_family: Judges whose own model family wrote items they judge.
    """
    for judge, why in aliases.items():
        yield f"judge {judge} asks for a floating alias: {why}; the report names the models that answered"
    for own in own_family:
        names = ", ".join(own.producers)
        yield f"judge {own.judge} judges its own model family: {own.count:,} of {own.of:,} items ({names})"


def answer_notices(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each judge for which a model of another name answers than was asked for."""
    for endpoint in manifest.endpoints:
        if how := how_served(endpoint.model, endpoint.served_model):
            yield f"judge {endpoint.judge}: {how}"


def endpoint_notices(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each judge whose endpoint refuses or silently ignores what was asked of it."""
    for endpoint in manifest.endpoints:
        if endpoint.notes:
            shares = "with" if endpoint.logprobs else "without"
            yield (
                f"judge {endpoint.judge}: {'; '.join(endpoint.notes)}; its answers are asked for by {endpoint.means}, "
                f"{shares} log-probabilities"
            )
