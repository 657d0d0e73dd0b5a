"""The verbs of review: sample, label, adjudicate, exchange."""
