"""Comparisons of constitutions on paper: what changed, what is stale, what flips. Hostile texts stay inert."""
