"""Lint a constitution with what a run said under it: statistics of verdicts and labels, no disk and no network.

    What is read of a run?                         `evidence`
    Which cut-offs hold?                           `choices`
    Do readers differ on a principle?              `ambiguous`
    Does it never fire, or always?                 `firing`
    Do two principles say the same?                `redundant`
    Can two principles not both be kept to?        `conflict`
    Would people and panel agree without it?       `dead_weight`
    Do people agree among themselves?              `checkable`
    What do people fail that no principle sees?    `gaps`
    Does a text ask for several things?            `compound`
    All of it                                      `check`, which returns the record of `results`

`counting` has shares with exact limits, and adjusts p-values.
"""
