"""Measurements of the engine: what a rating costs, and what a run survives."""

from benchmarks.measurement import Measurement

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
