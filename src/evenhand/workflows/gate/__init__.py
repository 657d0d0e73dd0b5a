"""The road of the data of a gate: from the ledger and files to the record that is compared."""
