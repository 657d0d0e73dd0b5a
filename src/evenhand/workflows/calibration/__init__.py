"""The road of the data of a calibration: from the ledger and label files to arrays."""
