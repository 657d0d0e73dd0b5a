"""Rules for CI: whether a judge, or what it judges, got worse, and when that can not be known.

- what verdicts rest on, as hashes, and what of it changed: `instrument`; which rules changed: `rules`
- baseline and run side by side, cell by cell: `pairing`, made of `cells` and `patterns`
- what a cell is worth: `scores`; one comparison in numbers: `compare`, all of them: `asked`
- adjusted for each other and decided: `paired_tests`; floors, zero tolerance: `floors`, `zero_tolerance`
- what flips do to a comparison: `flip_noise`; how often readings differ: `flips`
- the change as people would see it: `corrected`
- whether enough could be compared: `comparable`
- one outcome out of all: `decide`; the record: `results`; what is told beside it: `told`, `cells_told`, `words`
- a baseline beside a run, before it is accepted: `baseline_diff`
- drift between runs: `monitor`
"""
