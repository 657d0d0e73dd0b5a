"""What is said once about the judges of a run before it asks them."""

from collections.abc import Iterator

from evenhand.cli.output import plural
from evenhand.judging.answerers import how_served
from evenhand.records.run import Manifest


def judge_notices(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each judge whose model may move, or whose own family wrote what it judges."""
    for judge, why in manifest.aliases.items():
        yield f"judge {judge} asks for a floating alias: {why}; the report names the models that answered"
    for own in manifest.own_family:
        names = ", ".join(own.producers)
        yield f"judge {own.judge} judges its own model family: {plural(own.count, 'item')} of {own.of:,} ({names})"


def endpoint_notices(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each judge whose endpoint refuses or silently ignores what was asked of it."""
    for endpoint in manifest.endpoints:
        if endpoint.notes:
            shares = "with" if endpoint.logprobs else "without"
            yield (
                f"judge {endpoint.judge}: {'; '.join(endpoint.notes)}; its answers are asked for by {endpoint.means}, "
                f"{shares} log-probabilities"
            )


def answer_notices(manifest: Manifest) -> Iterator[str]:
    """Yield a line for each judge for which a model of another name answers than was asked for."""
    for endpoint in manifest.endpoints:
        if how := how_served(endpoint.model, endpoint.served_model):
            yield f"judge {endpoint.judge}: {how}"
