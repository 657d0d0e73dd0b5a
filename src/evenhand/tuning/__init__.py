"""Better judge prompts without fooling oneself: who may learn from what, and what was luck. No disk, no network."""
