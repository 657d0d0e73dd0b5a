"""Measurements of judges held against people: calibration, intervals, review, gate and drift."""

from benchmarks.measurement import Measurement

CALIBRATION = (
    Measurement(
        title="Agreement coefficients beside other packages",
        script="agreement.py",
        quick=("--quick",),
        meaning="Krippendorff's alpha and the bootstrap of Cohen's kappa on made-up answers, the same values "
        "checked before the times. `times` is to the first line of a task.",
    ),
    Measurement(
        title="Aggregation beside another package",
        script="aggregation.py",
        quick=("--quick",),
        meaning="Dawid-Skene on made-up answers against that of crowd-kit, the posteriors compared; and the "
        "interval of the effective number of judges.",
    ),
    Measurement(
        title="What a million ratings cost to compute",
        script="calibration.py",
        quick=("--quick",),
        meaning="The arithmetic of a calibration alone, from arrays to its record, under a profiler, which itself "
        "costs. A section holds what it calls; `calibrate` is all.",
    ),
    Measurement(
        title="What a million ratings cost to read",
        script="calibration_road.py",
        quick=("--quick",),
        meaning="From the ledger and the label file to arrays.",
    ),
    Measurement(
        title="What a calibration costs from the command to its report",
        script="calibration_report.py",
        quick=("--quick",),
        meaning="`evenhand calibrate` as a process of its own: start-up, reading, computing and writing HTML, "
        "Markdown and JSON. Aims, for a million ratings: 30 s and 1.5 GiB.",
    ),
    Measurement(
        title="Ways to aggregate judges on recorded panels",
        script="aggregation.py",
        full=("--table",),
        quick=("--table", "--quick"),
        meaning="Each line is followed by the one that was printed when the method was chosen. Two sets of the "
        "first table are not among the recorded data; with `--alttest` they are read from the authors' repository.",
        recorded_data=True,
    ),
    Measurement(
        title="What judges are worth on every recorded set",
        script="shared_sets.py",
        quick=("--only", "alttest/wax", "--only", "humanebench", "--draws", "2"),
        meaning="A row for each set with human labels, calibrated by the code people use; what a rule is worth was "
        "counted on labels it had not seen. Below, how often the interval of the pass rate covers the rate of all "
        "labels: nominal 95 %, of 40 draws, so that one miss is 2.5 points.",
        recorded_data=True,
    ),
    Measurement(
        title="Figures that the authors of the recorded data print",
        script="-m benchmarks.published",
        full=("--summary",),
        quick=("--summary",),
        meaning="Computed again from their files, to the digits they print; each difference has its reason.",
        recorded_data=True,
    ),
)

COVERAGE = (
    Measurement(
        title="Intervals of agreement",
        script="-m benchmarks.coverage.agreement",
        full=("--repetitions", "500"),
        quick=("--quick",),
        meaning="Nominal 95 %. `+-` is the Monte-Carlo standard error, 0 where the distribution was enumerated.",
    ),
    Measurement(
        title="Intervals of rates",
        script="-m benchmarks.coverage.rates",
        full=("--data", "../shared/data"),
        quick=("--quick",),
        meaning="Nominal 95 %: the pass rate from labels and judges together, by several methods. `+-` is the "
        "Monte-Carlo standard error at 95 %, `width` is beside that of the labels alone.",
        recorded_data=True,
    ),
    Measurement(
        title="Promises of automation, and intervals of confidence measures",
        script="-m benchmarks.coverage.selective",
        quick=("--quick",),
        meaning="How often a threshold that was certified errs more than was promised, and nominal 95 % intervals "
        "of calibration error, Brier score and AUROC. In brackets the Monte-Carlo standard error.",
    ),
    Measurement(
        title="Tests of a change",
        script="-m benchmarks.coverage.change",
        quick=("--quick",),
        meaning="Gates between two runs: sizes, power and coverage. Heads of tables name the Monte-Carlo standard "
        "error.",
    ),
    Measurement(
        title="Watching a stream",
        script="-m benchmarks.coverage.monitoring",
        full=("--quick",),
        quick=("--quick",),
        meaning="False alarms at a nominal 5 % over a whole stream, delays, coverage at every look and the causes "
        "named.",
    ),
    Measurement(
        title="Changes of recorded judges",
        script="-m benchmarks.coverage.recorded_changes",
        full=("--quick",),
        quick=("--quick",),
        meaning="Gates between two repeats of one judge, and changes replayed from recorded safety judges.",
        recorded_data=True,
    ),
)

REVIEW = (
    Measurement(
        title="The sampling design on simulated panels",
        script="review_sampling.py",
        full=("simulated",),
        quick=("simulated", "--quick"),
        meaning="Nominal 95 %: pass rate and agreement of panel and people, both from the labels of one draw, by what "
        "can be made of them, beside as many labels drawn at random. `+-` is the Monte-Carlo standard error.",
    ),
    Measurement(
        title="The sampling design on recorded panels",
        script="review_sampling.py",
        full=("recorded",),
        quick=("recorded", "--quick"),
        meaning="The same with the judges and people of recorded sets, drawn with replacement as if they were all "
        "there is.",
        recorded_data=True,
    ),
    Measurement(
        title="What a draw costs",
        script="review_sampling.py",
        full=("speed",),
        quick=("speed", "--quick"),
        meaning="`evenhand review sample --items 1000` on a made-up run, each as a process of its own with start-up. "
        "Making the run is not measured.",
    ),
    Measurement(
        title="Questions about reviewers",
        script="review_quality.py",
        full=("--teams", "60"),
        quick=("--quick",),
        meaning="Scripted reviewers: how many gold items it takes until a lead is asked about one who works badly, and "
        "how often a lead is asked about a careful one.",
    ),
    Measurement(
        title="The server of the pages",
        script="review_server.py",
        quick=("--quick",),
        meaning="Over HTTP on loopback: from an answer to the next item with 100,000 items in the queue, memory of "
        "the server, 20 scripted reviewers on 100 items that want two people each, and a server that is killed in the "
        "middle of their work.",
    ),
    Measurement(
        title="People side by side, and kills",
        script="-m benchmarks.review_races",
        quick=("--quick",),
        meaning="The same without a server: every reviewer is a process on the one review ledger.",
    ),
)

GATE = (
    Measurement(
        title="A judge that is broken on one system",
        script="-m benchmarks.gate_recorded broken",
        quick=("--quick",),
        meaning="Recorded verdicts of GPT-4 that are wrong for one of nine systems while their mean looks right. A "
        "gate on means passes every system; floors for each slice fail and name the broken one, and so does "
        "a paired gate with another judge as the baseline. `sees`: smallest drop seen with a chance of 80 % "
        "at alpha over the number of tests; `needs`: cells that exclude 3 points.",
        recorded_data=True,
    ),
    Measurement(
        title="One judge in place of another",
        script="-m benchmarks.gate_recorded swapped",
        quick=("--quick",),
        meaning="Agreement with the preferences of LLMBar. A judge that is silently replaced by a weaker one is "
        "caught. Close prompts of one judge come to what their items can show; where that is undecided, the "
        "last columns say what could be seen and what would decide it.",
        recorded_data=True,
    ),
    Measurement(
        title="One judge asked eight times",
        script="-m benchmarks.gate_recorded repeats",
        quick=("--quick",),
        meaning="Nothing changed but the draw of the replies. Stated: an unchanged judge fails with a chance of at "
        "most about alpha, 5 %.",
        recorded_data=True,
    ),
    Measurement(
        title="Drops of known size",
        script="-m benchmarks.gate_planted drops",
        quick=("--reps", "10"),
        meaning="Right verdicts made wrong. The unpaired test sees less of a drop with the same items, and a gate "
        "that compares two means knows nothing of chance.",
        recorded_data=True,
    ),
    Measurement(
        title="The worst tenth refused",
        script="-m benchmarks.gate_planted refused",
        quick=("--reps", "10"),
        meaning="Verdicts that are missing because they would be wrong (D01). Aim: no false pass.",
        recorded_data=True,
    ),
    Measurement(
        title="A threshold moved",
        script="-m benchmarks.gate_planted threshold",
        full=("--reps", "100"),
        quick=("--reps", "4"),
        meaning="A judge that becomes stricter by a point of its scale (D03) finds more and lets less pass.",
        recorded_data=True,
    ),
    Measurement(
        title="What a gate costs",
        script="gate_speed.py",
        quick=("--quick",),
        meaning="`evenhand gate` as a process of its own, import included, on a made-up run. Aim: 5 s for 100,000 "
        "paired cells.",
    ),
)

MONITOR = (
    Measurement(
        title="Watching a suite on simulated streams",
        script="-m benchmarks.monitor",
        full=("simulated",),
        quick=("simulated", "--quick"),
        meaning="False alarms over 250 daily looks at a nominal 5 %, answers until a drop is seen, and the findings "
        "named. Anchors are alike (each as hard), unlike (most answered the same nearly always) or frozen (always the "
        "same); without a known mean, the days before the drop are the reference.",
    ),
    Measurement(
        title="Watching recorded judges",
        script="-m benchmarks.monitor",
        full=("recorded",),
        quick=("recorded", "--quick"),
        meaning="Repeats of one judge should raise no alarm; a judge that is swapped for another should be named.",
        recorded_data=True,
    ),
)
