"""Frozen nouns: pydantic where people or files write them, slotted dataclasses in the hot path."""
