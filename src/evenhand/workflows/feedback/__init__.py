"""Training data from a constitution: replies revised, pairs labelled, both written for training."""
