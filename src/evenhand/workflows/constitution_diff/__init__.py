"""What a change of a constitution does: what is read, what is stale, and what flips.

Where a step is:

    The two constitutions, from files, runs, revisions   `sides`, `at_revision`, `git_files`
    What changed                                         `compare`
    What is stale in runs, files of labels, the review   `find_stale`
    Judge again what changed, and compare the verdicts   `impact`, of the suite that `derive_suite` writes
"""
