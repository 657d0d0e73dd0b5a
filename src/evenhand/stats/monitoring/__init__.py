"""Whether something drifts: tests that may be looked at after every label, and what changed."""
