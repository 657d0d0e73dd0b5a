"""Figures printed by the authors of the recorded data sets, computed again from their verdicts and labels."""
