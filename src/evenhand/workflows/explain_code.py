"""Explain the code of a finding."""

from collections.abc import Mapping

from evenhand.catalog.codes import Code, CodeText, all_codes, explain_code


def every_code() -> Mapping[str, CodeText]:
    """Return the meaning of every code, for the reference."""
    return all_codes()


__all__ = ["Code", "CodeText", "every_code", "explain_code"]
