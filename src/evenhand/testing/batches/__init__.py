"""Both vendors' batch endpoints, in memory, with scripted disorder.

A script says how each batch behaves, in the order of their creation, and which control calls fail::

    script = BatchScript(
        behaviours=[Behaviour(ends="expired", executed=0.5), Behaviour(order="reversed", dropped=every(7))],
        troubles=[Trouble(operation="create", kind="reset_after", times=[1])],
    )
    LoopbackServer(judge, batches=script)

Every row is answered by the server's judge through the same path as a live call, meets the same strikes, and stands in
the ledger with the id of its batch: a vendor bills it at half the price.
"""

from evenhand.testing.batches.script import (
    BatchScript,
    Behaviour,
    Ends,
    Operation,
    Pick,
    Trouble,
    TroubleKind,
    every,
    never,
    rows,
)

__all__ = [
    "BatchScript",
    "Behaviour",
    "Ends",
    "Operation",
    "Pick",
    "Trouble",
    "TroubleKind",
    "every",
    "never",
    "rows",
]
