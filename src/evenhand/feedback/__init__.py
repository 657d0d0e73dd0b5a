"""Training data from a constitution: principles drawn, revisions measured, pairs labelled. No disk, no network."""
