"""What is said about constitutions, on paper. Hostile texts stay inert.

- comparisons, with what changed, what is stale, what flips
- a test by their own examples: `tested`
"""
