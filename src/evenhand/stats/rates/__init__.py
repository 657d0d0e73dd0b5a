"""The true rate of something from many judge verdicts and few human labels (methods.md 3)."""
