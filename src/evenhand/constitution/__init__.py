"""A constitution as a text that lives: composed, compared, tested, linted with evidence. No disk, no network."""
