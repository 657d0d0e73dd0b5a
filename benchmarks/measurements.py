"""The measurements behind the reports that `figures.py` writes: each a command, and what its table means."""

from collections.abc import Mapping, Sequence

from benchmarks.measurement import Measurement
from benchmarks.measurements_feedback import FEEDBACK

FIGURES = (
    Measurement(
        title="Start-up",
        script="startup.py",
        quick=("--runs", "3"),
        meaning="CPU seconds of whole processes, byte-compiled. Aims: import 0.15, help 0.25.",
    ),
    Measurement(
        title="Memory over recorded ratings",
        script="memory.py",
        quick=("--ratings", "2000"),
        meaning="A run over recorded ratings (made up, four judges) and its report, each size a process of its own.",
    ),
    Measurement(
        title="The loopback server",
        script="testing_server.py",
        meaning="What the server itself costs, so that it is known not to be the bottleneck of the others.",
    ),
    Measurement(
        title="Calls of the providers",
        script="provider_calls.py",
        quick=("--calls", "100", "--rounds", "1", "--concurrency", "64"),
        meaning="CPU of one call through each provider against the bare `create` of its SDK, parsed, and against bare "
        "aiohttp, on the same server.",
    ),
    Measurement(
        title="XSTest: real replies, recorded judges and a pattern judge",
        script="xstest.py",
        meaning="Import, run and report of 2,250 real replies. The held-out half is the half of the prompts that the "
        "patterns were written without.",
        recorded_data=True,
    ),
    Measurement(
        title="Raw replies of recorded judges, read by declared formats",
        script="recorded_replies.py",
        meaning="Labels read from raw replies beside the labels their authors recorded; every difference is listed.",
        recorded_data=True,
    ),
    Measurement(
        title="Cascades of recorded judges beside human labels",
        script="cascade.py",
        meaning="Thresholds, calibration maps and first judges are chosen on one half of the cases; what stands here "
        "was counted on the other half. The intervals treat the cases as independent.",
        recorded_data=True,
    ),
)
ENGINE = (
    Measurement(
        title="The whole road of a rating",
        script="-m benchmarks.engine.run",
        quick=("--calls", "200", "--repeats", "1", "--concurrency", "64"),
        meaning="Files, plan, prompt, call, ledger, parse and stored verdict, against loops that only ask and read, on "
        "the same server. `ms` is the server's latency, `most` the account's concurrency, `reached` the most calls the "
        "server saw at once, `ideal` the wall time of judging over calls x latency / concurrency. Aims: native 2.0 of "
        "the aiohttp loop, sdk 1.3 of the SDK's loop on aiohttp, three judges 1.1 of one, ideal 1.6 at 200 ms and 256.",
    ),
    Measurement(
        title="Where the processor time of a rating goes",
        script="-m benchmarks.engine.steps",
        quick=("--units", "200"),
        meaning="Each step over the same units by itself, 64 in flight. What the sum leaves of the whole is the event "
        "loop, the workers' tasks, opening the ledger and the collector.",
    ),
    Measurement(
        title="Replay",
        script="replay.py",
        quick=("--calls", "200", "--repeats", "1"),
        meaning="A recorded suite judged again from the ledger alone. Aims: no request, 0.15 CPU s per 1,000 ratings.",
    ),
    Measurement(
        title="The ledger",
        script="ledger.py",
        quick=("--units", "500"),
        meaning="Rows on disk with full sync, each unit waiting for its own commits: attempt, reply, rating. Aims: "
        "15 us of CPU a row, at most 50 ms added, three times the request rate of `native`.",
    ),
    Measurement(
        title="Memory by size",
        script="-m benchmarks.engine.scale",
        quick=("--ratings", "500", "1000", "--planned", "5000", "--seconds", "1"),
        meaning="Model judges over HTTP. Aims: 120 MiB at 2,000, 30 MiB more at 100,000, below 300 MiB at 1,000,000 "
        "planned.",
    ),
    Measurement(
        title="Resuming a large run",
        script="-m benchmarks.resume",
        full=("--units", "1000000"),
        quick=("--units", "5000"),
        meaning="Half of the units are done. Aim: seconds until it asks again.",
    ),
    Measurement(
        title="A long run with faults",
        script="-m benchmarks.engine.soak",
        quick=("--ratings", "3000"),
        meaning="100,000 ratings, three judges, one per cent of mixed faults (H01).",
    ),
    Measurement(
        title="A storm of rate limits and overloads",
        script="storm.py",
        quick=("--seconds", "3", "--before", "1", "--units", "600"),
        meaning="A minute of 429 and 529 with 100 workers (B02).",
    ),
    Measurement(
        title="Schedules of the pacing",
        script="schedules.py",
        quick=("--count", "100"),
        meaning="Seeded interleavings on virtual time, and what must hold in each (H02).",
    ),
    Measurement(
        title="Kills",
        script="-m benchmarks.crash",
        quick=("--short",),
        meaning="Real processes killed at seeded moments, at each commit boundary and inside resume, held against the "
        "server's own ledger (A01, A02, A04, A05).",
    ),
    Measurement(
        title="Power cuts",
        script="-m benchmarks.crash.power",
        full=("--seed", "1"),
        quick=("--seed", "1"),
        meaning="The writes and syncs of a recorded run, cut at every sync with what was not synced dropped or kept in "
        "part (A08).",
    ),
    Measurement(
        title="Budgets",
        script="budget.py",
        quick=("--units", "40"),
        meaning="Scripted price faults, with the server's own account as the bill (B14, B15).",
    ),
    Measurement(
        title="Batches",
        script="batch.py",
        full=("--rows", "60", "--large", "1000"),
        quick=("--rows", "20", "--large", "200"),
        meaning="Every scripted disorder of both vendors' batch endpoints (A12).",
    ),
)
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
REPORTS: Mapping[str, Sequence[Measurement]] = {
    "figures": FIGURES,
    "engine": ENGINE,
    "calibration": CALIBRATION,
    "coverage": COVERAGE,
    "review": REVIEW,
    "feedback": FEEDBACK,
    "gate": GATE,
    "monitor": MONITOR,
    "tuning": TUNING,
    "constitution": CONSTITUTION,
}
"""Measurements by the report they stand in."""
UNTIMED = frozenset({"coverage", "monitor", "tuning"})
"""Reports without times, whose measurements may run side by side."""
