"""The review ledger: what people were given and what they answered.

Where a question is answered:

    How is the file opened, read and changed?        `ledger`: `read`, `change` and `audit`, each one transaction
    What is in it?                                   `reading`, what commands ask; `queue`, what comes next for whom
    How is it changed?                               `change`: every verb leaves an event
    What holds the events together?                  `chain`; what a draw brought, in hashes: `digests`
    Was anything changed behind its back?            `audit`, by what the events alone say: `told`
    What does a row hold?                            `tables`; records to rows and back: `rows`

Events are the truth. The tables beside them are written in the same transaction, and `audit` holds them against the
events: all but leases, drafts, sessions and cursors, which say nothing about what people decided. `row_reader` is the
base of all that reads.
"""
