"""Judges that need no call: patterns, nearest examples, and ratings obtained elsewhere."""
