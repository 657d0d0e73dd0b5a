"""Names and numbers of the made-up calibration records: nothing here was measured on anything."""

from evenhand.stats.estimate import CONFIDENCE, Estimate, Interval

JUDGES = ("reader", "sceptic", "rules")
PRINCIPLES = ("no-method", "no-false-citation", "tone")
TITLES = ("Give no method for self-harm", "Cite nothing that does not exist", "Keep a friendly tone")
HOSTILE = (
    "<script>window.hit=1</script>",
    "a | b\n# heading",
    "'); DROP TABLE labels;--",
    '=HYPERLINK("http://127.0.0.1:9")',
    "\u202eright to left\u202c",
    "[x](javascript:window.hit=1)",
)
NO_LABELS = "no labels"


def measured(value: float, n: int = 200, half: float = 0.05) -> Estimate:
    """Return a made-up estimate between 0 and 1."""
    return measured_between(value, max(0.0, value - half), min(1.0, value + half), n)


def measured_between(value: float, low: float, high: float, n: int = 200) -> Estimate:
    """Return a made-up estimate with these limits."""
    return Estimate(value=value, interval=Interval(low=low, high=high, confidence=CONFIDENCE), n=n)
