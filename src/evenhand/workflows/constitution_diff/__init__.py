"""What a change of a constitution does: what is read, what is stale, and what flips.

Where a step is: the two constitutions, from files, runs and revisions (`sides`, `git_files`).
"""
