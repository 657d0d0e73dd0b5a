"""Tune a judge: derive suites of parts of the labels, judge candidates, gate the best, open the seal once."""
