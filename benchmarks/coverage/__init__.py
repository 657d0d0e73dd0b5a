"""Simulated coverage: how often each interval and each promise of the statistics holds."""
