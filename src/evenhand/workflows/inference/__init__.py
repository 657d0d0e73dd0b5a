"""Infer principles from decisions of people: decisions read from a run, texts asked of a generator, proposals made.

`infer_principles` is the verb; `read_decisions` turns a run and its labels into decisions by split.
"""
