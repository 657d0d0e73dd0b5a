"""The measurements of training data from a constitution."""

from benchmarks.measurement import Measurement

FEEDBACK = (
    Measurement(
        title="Revisions through the engine, against a loop that only asks",
        script="feedback_revise.py",
        quick=("--quick",),
        meaning="A scripted generator criticises and revises each reply once. `bare loop` asks the same server through "
        "the same SDK and keeps nothing, `bare on aiohttp` over the client library that evenhand lets the SDK use. "
        "`engine` is the generation run of `evenhand feedback revise`, in which every text is in the ledger before it "
        "is used; `whole command` also has one judge rate before and after under one principle, which is two more "
        "calls a reply, and measures what changed. USD at made-up prices: more than the bare loops' because a prompt "
        "also says what the marks around data mean.",
    ),
    Measurement(
        title="Preference labels of recorded judges, held against people",
        script="feedback_prefer.py",
        quick=("--quick",),
        meaning="`evenhand feedback prefer` over recorded judges. First table, hard answers in both orders: pairs are "
        "the sum of their outcomes; unmeasured ones are not recorded (GPT-4 and ChatGPT were asked about 419 "
        "of the pairs of llmbar, judges of judgebench about one part each); `right` is the side that people "
        "prefer, in one order for all pairs with a side, and for decided pairs. Second table, recorded "
        "probabilities in one order: Brier score and calibration error of P(first) as a probability that "
        "people prefer the first. A clamp makes labels less sure: right for judges whose probabilities are "
        "saturated, not for these.",
        recorded_data=True,
    ),
    Measurement(
        title="Reading and reporting preference labels",
        script="feedback_prefer.py",
        full=("--speed", "100000"),
        quick=("--speed", "1000"),
        meaning="Made-up pairs with recorded probabilities in both orders; reading and reporting each in a process of "
        "their own, import included.",
    ),
    Measurement(
        title="What an export of training data costs",
        script="feedback_export.py",
        quick=("--quick",),
        meaning="From records of made-up pairs (about 225 words each) to files, with trust, duplicates by digests, "
        "splits, card and manifest. `records alone` makes the same records and drops them, `json.dumps alone` also "
        "writes a plain row of each. Each is a process of its own; reading the ledger is not in it.",
    ),
    Measurement(
        title="What is exported as trusted, held against people",
        script="feedback_trust.py",
        quick=("--quick",),
        meaning="Recorded judges of pairs, with the labels of 40 % of the cases hidden at random in each draw. "
        "`alone` are the decisions at or above the certified threshold on pairs on which people agree, `wrong` the "
        "share that people contradict, `broken` the draws in which it is above alpha (one in ten may be). `exported` "
        "are those of them whose label was hidden: in a set this small a lucky draw of labels leaves more mistakes "
        "among the rest, so their share of wrong ones runs above that of all.",
        recorded_data=True,
    ),
)
