"""What is measured alike for every judge and for the panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evenhand.calibration.human_labels import HumanLabels
from evenhand.calibration.measuring import Measuring
from evenhand.calibration.people import compare_with_people
from evenhand.calibration.quality import count_confusions, measure_agreement, measure_qualities
from evenhand.calibration.rates import empty_population, measure_rate, pool_populations, population_of
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


def measure_raters(
    table: CalibrationTable, study: Study, labels: HumanLabels, measuring: Measuring
) -> tuple[RaterMeasures, ...]:
    """Return the measures of each judge in the order of the table, and last those of the panel."""
    names = [*(judge.id for judge in table.judges), PANEL]
    ids = [each.principle for each in table.principles]
    whole = measure_qualities(study.whole, measuring, "all")
    by_principle = _by_name(ids, study.certify, measuring, "principle")
    severities = _pooled_by([each.severity for each in table.principles], study.certify)
    by_severity = _by_name(list(severities), list(severities.values()), measuring, "severity")
    confusions = {id_: count_confusions(sample) for id_, sample in zip(ids, study.certify, strict=True)}
    populations = [population_of(each, study.purpose.certify) for each in table.principles]
    pooled = pool_populations(populations or [empty_population(len(table.judges))])
    against_people = compare_with_people(labels, measuring)
    return tuple(
        RaterMeasures(
            name=name,
            quality=whole[place],
            tuned=measure_agreement(study.tuned, place, measuring),
            principles={id_: found[place] for id_, found in by_principle.items()},
            severities={severity: found[place] for severity, found in by_severity.items()},
            confusions={id_: found[place] for id_, found in confusions.items()},
            against_people=against_people[place],
            rate=measure_rate(pooled, place, name=name, principle="", measuring=measuring),
            rates={
                id_: measure_rate(population, place, name=name, principle=id_, measuring=measuring)
                for id_, population in zip(ids, populations, strict=True)
            },
        )
        for place, name in enumerate(names)
    )


def _by_name(
    names: Sequence[str], samples: Sequence[Sample], measuring: Measuring, kind: str
) -> Mapping[str, tuple[Quality, ...]]:
    return {
        name: measure_qualities(sample, measuring, kind, name)
        for name, sample in zip(names, samples, strict=True)
    }


def _pooled_by(keys: Sequence[str], samples: Sequence[Sample]) -> Mapping[str, Sample]:
    """Return the samples of each key as one, in the order of first sight."""
    return {
        key: pool_samples([sample for own, sample in zip(keys, samples, strict=True) if own == key])
        for key in dict.fromkeys(keys)
    }
