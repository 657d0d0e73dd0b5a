"""The rules of judging: prompts, parsing, opinions, panels, plans, the runner. No disk, no network."""
