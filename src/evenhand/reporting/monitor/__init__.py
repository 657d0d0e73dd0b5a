"""The report of a monitor: a control chart of each stream, the evidence for a drop, and the runs."""
