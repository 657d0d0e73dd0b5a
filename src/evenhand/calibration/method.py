"""What has to be known to do a calibration again."""

from collections.abc import Mapping
from dataclasses import asdict

from evenhand.calibration.choices import Choices
from evenhand.calibration.results import Method
from evenhand.calibration.study import Study

_SPLIT = """What is learnt (which judge is best, weights, the stack, maps of confidence) is learnt from labels of the
optimise split, and measured on those of the gate split."""
_CROSS_FIT = """There are too few labels in the optimise split to learn from, so what is learnt is cross-fitted on the
labels to certify with: measured on each fifth of them, learnt from the others."""
_ALWAYS = """
Every other figure is measured on the labels of the gate split, and of the sealed split once it was opened; those of the
optimise split certify nothing. What people say among themselves is from all labels that are not sealed.

The split is drawn at random by cluster, so the probability that an item is labelled and may certify is the probability
of being labelled times the share of items in the splits to certify with. Rates of all items are estimated with it.

Labels are weighted by one over the probability that their item was labelled, where these differ and are known of all;
otherwise figures describe the labelled items, and no rate is given.

Items of one cluster are not independent: bootstraps draw clusters, and shares count the independent labels they are
worth.

An undecided item counts as wrong where rules are compared, and is left out of the panel's agreement. Where a judge is
dropped a tie counts for its share.

Sensitivity is the share of failing items that are failed, specificity that of passing items that are passed; an answer
that does neither adds to none of them.

The recommended rule has the largest gain of those whose whole interval is above 0. The luckiest of several is seen
first, so its gain is to be checked on labels to come.

For the promise of automation labels drawn with unequal probabilities are thinned until all were equally likely, and one
of each cluster is kept.

Every bootstrap has its own stream of random numbers, from the seed and the name of the figure.
"""


def describe_method(study: Study, choices: Choices, *, versions: Mapping[str, str], command: str) -> Method:
    """Return the choices and the procedure of a calibration."""
    learning = _CROSS_FIT if study.purpose.cross_fit else _SPLIT
    return Method(
        choices={name: _shown(value) for name, value in asdict(choices).items()},
        procedure=tuple(_one_line(text) for text in (learning, *_ALWAYS.strip().split("\n\n"))),
        seed=choices.seed,
        versions=dict(versions),
        command=command,
    )


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
