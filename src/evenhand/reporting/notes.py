"""What a reader must know: the warnings of one run, and how every number was made."""

from collections.abc import Iterator

from evenhand.records.instrument import JudgeIdentity
from evenhand.records.rated import RunAccount
from evenhand.records.run import Manifest, Run, RunState
from evenhand.reporting.display import usd
from evenhand.reporting.measuring import TOO_FEW
from evenhand.reporting.summary import Conservation
from evenhand.reporting.tally import Tally
from evenhand.stats.agreement import DRAWS

NOTES = (
    (
        "The judges' pass rate is what the panel says, not corrected for judge error. How often the judges are wrong "
        "can only be told from human labels drawn with known probability."
    ),
    (
        "Intervals have 95 % confidence and treat the items as an independent draw from the situations they stand for. "
        "Items that share a prompt or a source are not independent, and their intervals are too narrow."
    ),
    (
        "Intervals of shares are Wilson's. Intervals of kappa are a smoothed Bayesian bootstrap over items with "
        f"{DRAWS:,} draws from the run's seed: two further items, one of agreement and one of dissent, keep it from "
        "collapsing where two raters agree on every item."
    ),
    f"Groups with fewer than {TOO_FEW} units get no estimate.",
    (
        "Worst and best case count every undecided and open item as failing, or as passing; the limits behind them are "
        "the lower limit of the worst and the upper limit of the best case."
    ),
    (
        "Judge by judge agreement counts the items on which both have an answer; a judge's repeats and orders are "
        "pooled first. Agreement is not correctness."
    ),
    (
        "Agreement with labels counts a judge without an answer as not matching, and stands beside the agreement among "
        "the items it answered."
    ),
    "Kappa falls when one label becomes more common, at unchanged error rates; read it beside the confusion table.",
    "Human labels are counted here as they stand; rates that follow from them are in a calibration of the run.",
    "The best single judge is picked on the same labels it is measured on, which flatters it.",
    (
        "Disagreement is the entropy of the judges' labels over the logarithm of their number: 0 is one voice, 1 "
        "means that no two agree. For numbers it is their standard deviation over half the range."
    ),
    "Numbers on a numeric scale are compared by the side of the pass mark they lie on, or by quarters of the range.",
)


def warnings(run: Run, account: RunAccount, conservation: Conservation, tally: Tally) -> Iterator[str]:
    """Yield what a reader must know before any number. No text from outside is in it."""
    if run.state is not RunState.FINISHED and conservation.open:
        yield (
            f"The run is not finished ({run.state.value}): {conservation.open:,} of {conservation.planned:,} ratings "
            f"are open. Go on with: evenhand resume {run.id}"
        )
    limit = run.manifest.suite.limits.failed_share
    if account.failed_share > limit:
        asked = account.planned - account.spared
        yield (
            f"{account.failed:,} of {asked:,} ratings failed, above the suite's limit of {limit:.3g}: "
            "the run could not measure."
        )
    yield from _identity_warnings(run, account)
    yield from _endpoint_warnings(run.manifest)
    yield from _call_warnings(account)
    if passed := tally.flagged.result().trivial_passed:
        word = "candidate" if passed == 1 else "candidates"
        yield (
            f"{passed:,} trivial {word} passed or were preferred (empty, punctuation, only a beginning): "
            "see the flagged candidates."
        )
    yield from _price_warnings(account)
    yield from _label_warnings(tally)


def _identity_warnings(run: Run, account: RunAccount) -> Iterator[str]:
    """Yield what makes a judge less than one well-known instrument; models are named in the stamp, as foreign text."""
    for each in account.identities(run.manifest):
        if each.mixture:
            yield (
                f"The judge {each.judge} is a mixed instrument: {each.mixture.words}. "
                f"{_mixture(each)} The stamp names them."
            )
        if len({(made.sdk, made.transport) for made in each.instruments}) > 1:
            yield f"The judge {each.judge} was asked with different versions of its software; the stamp names them."
    for judge in run.manifest.aliases:
        yield (
            f"The judge {judge} was asked for by a floating alias: the same file may mean another model tomorrow. "
            "The stamp names the models that answered."
        )
    for own in run.manifest.own_family:
        yield (
            f"The judge {own.judge} judged its own model family in {own.count:,} of {own.of:,} items; "
            "judges are known to favour the work of their own family."
        )


def _mixture(each: JudgeIdentity) -> str:
    models, fingerprints = len(each.models), len(each.fingerprints)
    parts = ", ".join(f"{one.ratings:,} from unit {one.first_unit}" for one in each.answerers if one.ratings)
    counted = sum(one.ratings for one in each.answerers)
    seen = f"Models seen, preflight included: {models}; fingerprints: {fingerprints}"
    return f"{seen}; of {counted:,} ratings, by who answered: {parts}."


def _endpoint_warnings(manifest: Manifest) -> Iterator[str]:
    for endpoint in manifest.endpoints:
        if endpoint.ignored:
            yield (
                f"The endpoint of the judge {endpoint.judge} silently ignores {', '.join(endpoint.ignored)}: "
                f"its answers were asked for by {endpoint.means}, and read as strictly as any."
            )


def _call_warnings(account: RunAccount) -> Iterator[str]:
    duplicates = sum(counts.possible_duplicates for counts in account.calls.values())
    at_risk = sum(counts.at_risk_nanousd for counts in account.calls.values())
    if duplicates or at_risk:
        yield (
            "Calls whose reply never reached the ledger may have been billed: "
            f"{duplicates:,} were in flight at a crash, and at most {usd(at_risk)} is at risk."
        )


def _price_warnings(account: RunAccount) -> Iterator[str]:
    estimated = sum(each.estimated for each in account.shares)
    if estimated:
        unsure = sum(each.unsure_nanousd for each in account.shares)
        yield (
            f"{estimated:,} replies did not say what they used: their price is an estimate, and they may have cost "
            f"up to {usd(unsure)} more."
        )


def _label_warnings(tally: Tally) -> Iterator[str]:
    if not tally.labels:
        yield "There are no human labels: nothing here says whether the judges are right."
    off_scale = sum(counts.off_scale for (_, rater, _), counts in tally.comparisons.items() if rater is None)
    if off_scale:
        yield f"{off_scale:,} human labels are not on the scale of their principle and are left out of comparisons."
