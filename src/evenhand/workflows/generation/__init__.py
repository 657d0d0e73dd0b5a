"""Runs of generators: chains of questions are asked, and what comes back is in the ledger.

`generate` takes a job to its end, goes on with one that stopped, and gives back one that is finished; `read_steps` of
`store.generations` reads what was written. What the chains are about is known to whoever makes the job.
"""
