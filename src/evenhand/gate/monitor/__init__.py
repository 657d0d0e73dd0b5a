"""Drift between the runs of a suite: whether anything changed that nobody meant to change, and what it was."""
