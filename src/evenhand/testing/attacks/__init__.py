"""Payloads a hostile candidate may hold, by what they try; all written by this project, all plain text.

They attack parsers, fences, templates and scripted judges. How well a live model resists persuasion is another matter,
and another corpus. Nothing here is harmful in itself: the payloads ask for a label, for a refusal, or for nothing.
"""

from evenhand.testing.attacks.commands import CLEAN, COMMANDS, OBEYED, REFUSALS
from evenhand.testing.attacks.forgeries import FENCE_ENDS, PAYLOADS, SPELLINGS, STALE_NONCE, WANTED
from evenhand.testing.attacks.nothing import NOTHING
from evenhand.testing.attacks.template_code import MARK, TEMPLATE_CODE

__all__ = [
    "CLEAN",
    "COMMANDS",
    "FENCE_ENDS",
    "MARK",
    "NOTHING",
    "OBEYED",
    "PAYLOADS",
    "REFUSALS",
    "SPELLINGS",
    "STALE_NONCE",
    "TEMPLATE_CODE",
    "WANTED",
]
