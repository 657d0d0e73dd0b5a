"""Whether something got worse: paired tests, margins, power and many tests at once."""
