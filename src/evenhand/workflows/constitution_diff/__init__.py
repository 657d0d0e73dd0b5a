"""What a change of a constitution does: what is read, what is stale, and what flips.

Where a step is: the two constitutions, from files, runs and revisions (`sides`, `at_revision`, `git_files`); what
changed (`compare`); what is stale in runs, files of labels and the review (`find_stale`).
"""
