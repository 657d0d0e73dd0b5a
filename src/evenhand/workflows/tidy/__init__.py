"""The steps of importing tidy folders: survey them, name things, infer scales, write files."""
