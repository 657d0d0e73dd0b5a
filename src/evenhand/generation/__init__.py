"""Asking models to write: prompts of generators, chains of steps, the runner that takes them to the ledger.

A generator writes text and never judges; what it wrote is hostile data like any candidate. No disk, no network.

| question | module |
|---|---|
| what is asked next | `chain`; `revising` for replies, `rewording` for prompts, `inference` for principles |
| whether a reworded prompt still says what it must | `wording_check` |
| what a call sends, what its key is, and what its reply says | `prompt` |
| whether the ledger has the text, or how it is asked for | `calling` |
| in which order, how many at once, and what an outage means | `runner`, shown by `progress` |
| what of the outside it needs | `ports` |
"""
