"""Words of a tuning that terminal and report share."""

from collections.abc import Iterator

from evenhand.reporting.calibration.wording import points_parts
from evenhand.reporting.display import count, percent
from evenhand.tuning.accept import Outcome
from evenhand.tuning.results import TuningResult

HEADLINES = {
    Outcome.ACCEPTED: "The gate accepts the candidate",
    Outcome.REFUSED: "The gate refuses the candidate",
    Outcome.UNDECIDED: "Not decided: the labels do not tell",
    Outcome.NOT_MEASURED: "Could not measure",
    Outcome.NOTHING: "No candidate is better",
}


def gain_words(result: TuningResult) -> Iterator[str]:
    """Yield what is known of the gain, the most believable first."""
    chosen = result.chosen
    if result.sealed:
        value, detail = points_parts(result.sealed.gain.difference)
        yield f"sealed gain: {value or 'no estimate'} ({detail})"
        yield (
            f"optimism: {100 * result.sealed.optimism:+.1f} points: {percent(chosen.score)} where it was chosen, "
            f"{percent(result.sealed.gain.new)} on the sealed labels"
        )
        if result.sealed.opened_before:
            yield (
                f"the sealed labels were opened {count(result.sealed.opened_before)} times before for something else, "
                "so that they are not untouched"
            )
    elif chosen.optimism is not None:
        yield (
            f"cross-validated: the best of these is worth {percent(chosen.cross_validated or 0)}, where "
            f"{percent(chosen.score)} is seen ({100 * chosen.optimism:+.1f} points of luck)"
        )
    yield tried_words(result)


def tried_words(result: TuningResult) -> str:
    """Return how many candidates the best was taken of."""
    before = f", {count(result.tried_ever)} in all" if result.tried_ever > result.tried_now else ""
    return f"candidates tried on these labels: {count(result.tried_now)} now{before}"
