"""One answer from several judges: votes, Dawid-Skene, stacks and rankings from pairs (methods.md 1)."""
