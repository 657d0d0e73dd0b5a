"""The ledger: the append-only record of runs, attempts, replies, ratings, verdicts and human labels."""
