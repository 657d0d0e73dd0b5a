"""The review ledger: what people were given and what they answered."""
