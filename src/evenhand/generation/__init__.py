"""Asking models to write: prompts of generators, chains of steps, the runner that takes them to the ledger.

A generator writes text and never judges; what it wrote is hostile data like any candidate. No disk, no network.
"""
