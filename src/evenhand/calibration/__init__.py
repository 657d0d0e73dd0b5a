"""Calibration: how judges and panel relate to reference labels, computed from arrays; no disk, no network."""
