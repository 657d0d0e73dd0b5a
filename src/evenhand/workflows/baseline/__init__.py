"""Baselines: what the accepted one holds, what a run would change in it, and making a run the accepted one."""
