"""A constitution as a text that lives: composed, compared, tested, linted with evidence. No disk, no network.

- which principle wins where two collide: `conflicts`
- a constitution as people look at it: `shown`
"""
