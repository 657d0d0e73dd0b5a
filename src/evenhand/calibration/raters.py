"""What is measured alike for every judge and for the panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evenhand.calibration.human_labels import HumanLabels
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.people import compare_with_people
from evenhand.calibration.quality import count_confusions, measure_agreement, measure_qualities
from evenhand.calibration.rates import (
    Population,
    empty_population,
    measure_rate,
    pool_populations,
    population_of,
    share_to_certify,
)
from evenhand.calibration.results import PANEL, Confusion, Quality, RateResult
from evenhand.calibration.sample import Sample, pool_samples
from evenhand.calibration.study import Study
from evenhand.calibration.table import CalibrationTable
from evenhand.stats.estimate import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class RaterMeasures:
    """One judge, or the panel."""

    name: str
    quality: Quality
    tuned: Measured
    """Agreement on the labels of the optimise split."""
    principles: Mapping[str, Quality]
    severities: Mapping[str, Quality]
    confusions: Mapping[str, Confusion]
    against_people: Measured
    rate: RateResult
    rates: Mapping[str, RateResult]
    """By principle."""
    beside_person: Mapping[str, Measured]
    """Agreement with people, less that of one person, by principle."""


def measure_raters(
    table: CalibrationTable,
    study: Study,
    labels: Sequence[HumanLabels],
    everyone: HumanLabels,
    measuring: Measuring,
) -> tuple[RaterMeasures, ...]:
    """Return the measures of each judge in the order of the table, and last those of the panel.

    Random numbers are named by the principles a figure rests on, so that a figure that stands in two places, because
    all principles are one, or have one severity, is the same figure. `labels` are those of persons by principle, and
    `everyone` all of them.
    """
    names = [*(judge.id for judge in table.judges), PANEL]
    samples = {each.principle: own for each, own in zip(table.principles, study.certify, strict=True)}
    measured = {id_: measure_qualities(sample, measuring, id_) for id_, sample in samples.items()}
    whole = _pooled(tuple(samples), samples, measured, study, measuring)
    severities = {
        severity: _pooled(ids, samples, measured, study, measuring)
        for severity, ids in _ids_by_severity(table).items()
    }
    confusions = {id_: count_confusions(sample) for id_, sample in samples.items()}
    certify = study.purpose.certify
    share = share_to_certify(table.principles, certify)
    populations = {each.principle: population_of(each, certify, share) for each in table.principles}
    against_people = compare_with_people(everyone, measuring)
    beside = {id_: compare_with_people(own, measuring, id_) for id_, own in zip(samples, labels, strict=True)}
    rates = [_rates(populations, place, name, measuring) for place, name in enumerate(names)]
    return tuple(
        RaterMeasures(
            name=name,
            quality=whole[place],
            tuned=measure_agreement(study.tuned, place, measuring),
            principles={id_: found[place] for id_, found in measured.items()},
            severities={severity: found[place] for severity, found in severities.items()},
            confusions={id_: found[place] for id_, found in confusions.items()},
            against_people=against_people[place].ratio,
            rate=_rate_of_all(populations, place, rates[place], table, measuring),
            rates=rates[place],
            beside_person={id_: found[place].difference for id_, found in beside.items()},
        )
        for place, name in enumerate(names)
    )


def _ids_by_severity(table: CalibrationTable) -> Mapping[str, tuple[str, ...]]:
    """Return the principles of each severity, in the order of first sight."""
    return {
        severity: tuple(each.principle for each in table.principles if each.severity == severity)
        for severity in dict.fromkeys(each.severity for each in table.principles)
    }


def _pooled(
    ids: tuple[str, ...],
    samples: Mapping[str, Sample],
    measured: Mapping[str, tuple[Quality, ...]],
    study: Study,
    measuring: Measuring,
) -> tuple[Quality, ...]:
    """Return the quality of each rater on several principles together; on one it is measured already."""
    if len(ids) == 1:
        return measured[ids[0]]
    sample = pool_samples([samples[id_] for id_ in ids]) if ids else study.whole
    return measure_qualities(sample, measuring, *ids)


def _rates(
    populations: Mapping[str, Population], place: int, name: str, measuring: Measuring
) -> Mapping[str, RateResult]:
    return {
        id_: measure_rate(population, place, name=name, principle=id_, measuring=measuring)
        for id_, population in populations.items()
    }


def _rate_of_all(
    populations: Mapping[str, Population],
    place: int,
    rates: Mapping[str, RateResult],
    table: CalibrationTable,
    measuring: Measuring,
) -> RateResult:
    if len(rates) == 1:
        return replace(next(iter(rates.values())), principle="")
    pooled = pool_populations([*populations.values()] or [empty_population(len(table.judges))])
    name = table.judges[place].id if place < len(table.judges) else PANEL
    return measure_rate(pooled, place, name=name, principle="", measuring=measuring)
