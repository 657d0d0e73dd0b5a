"""Measurements of constitutions, training data and the tuning of judges."""

from benchmarks.measurement import Measurement

CONSTITUTION = (
    Measurement(
        title="Published constitutions, imported",
        script="constitution_import.py",
        meaning="Principles, descriptors of scales and examples found, against counts by a person and by a rule that "
        "knows nothing of the importer. `words lost` are words of the file that stand nowhere in the constitution, "
        "with repeats: cues such as `Options:` and heads of tables. `--model-spec FILE` adds the public Model Spec.",
        recorded_data=True,
    ),
    Measurement(
        title="Planted faults of made-up constitutions, found by the lint",
        script="-m benchmarks.constitution_lint",
        full=("--constitutions", "60"),
        quick=("--constitutions", "1"),
        meaning="Simulated throughout: constitutions, judges and people are drawn from a model that "
        "`benchmarks/planted_constitutions.py` states. `unsure` are planted faults that were missed and of which the "
        "lint said that there is too little to tell; `follow` are findings that a planted fault brings with it (of a "
        "redundant pair neither is needed). Aims: recall .9 at a false discovery of .1. Cut-offs were set while "
        "looking at other seeds, with the same model of judges and people: what real ones do is another matter. "
        "U009 meets one of two fixed texts here, which shows that it is asked and not how well it reads.",
    ),
    Measurement(
        title="The lint of constitutions on a large run",
        script="-m benchmarks.constitution_lint",
        full=("--speed",),
        quick=("--speed", "--cases", "500"),
        meaning="The arithmetic on arrays; reading ratings and labels from the ledger is that of a calibration.",
    ),
    Measurement(
        title="The lint of constitutions on recorded judges and people",
        script="-m benchmarks.constitution_lint_recorded",
        meaning="What it finds where nobody knows what is wrong. Panel and people are majorities; a score of 4 of 5 "
        "passes for summeval, a score above 0 for humanebench.",
        recorded_data=True,
    ),
)
TUNING = (
    Measurement(
        title="The best of several simulated prompts",
        script="-m benchmarks.tuning",
        full=("curse",),
        quick=("curse", "--quick"),
        meaning="How much the score that chose the best of K prompts promises too much, beside what was printed when "
        "the method was chosen, and what cross-validation says of it without knowing the truth.",
    ),
    Measurement(
        title="Prompts that lose on a slice",
        script="-m benchmarks.tuning",
        full=("slices",),
        quick=("slices", "--quick"),
        meaning="Stated: a prompt that loses exactly the margin, 3 points, on a declared slice is accepted with a "
        "chance of about alpha, 5 %, whatever it gains elsewhere, and one that loses more hardly ever.",
    ),
    Measurement(
        title="Recorded prompts as candidates",
        script="-m benchmarks.tuning",
        full=("recorded",),
        quick=("recorded", "--quick"),
        meaning="The prompts of LLMBar on its 419 items, with no call. The best of a few labels promises two to three "
        "times what it brings; the sealed gain is what it brings.",
        recorded_data=True,
    ),
)

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
        "`exported` pairs were exported as trusted, and their hidden labels had no say in the threshold; `wrong` is "
        "how many of them people contradict, over all draws together. `above` counts draws in which that share is "
        "above alpha, which a risk below alpha also does now and then in some dozen pairs, and `beyond` those in which "
        "a risk of alpha would do it in one of twenty at most. `broken` counts draws, of all of them, in which more "
        "than alpha of all decisions at or above the threshold are wrong, those with labels that certified included; "
        "the limits are exact for independent draws, and these share their pairs, so the truth may lie outside more "
        "often. Second table: the same pairs as a population whose risk above every threshold is known, labels and "
        "pool drawn from it. There `broken` is what the promise is about: something certified, and its risk above "
        "alpha, in at most 0.1 of all draws; `above` is the share of draws in which the drawn pool itself is above "
        "alpha, of which nothing is promised.",
        recorded_data=True,
    ),
)
