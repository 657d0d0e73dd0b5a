"""The runs of a suite read as a history: which answers are new evidence, and which labels they are held against."""
