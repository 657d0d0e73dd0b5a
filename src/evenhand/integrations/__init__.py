"""CI hosts: the one comment of a gate on a pull or merge request, and what a job leaves behind on its host; and DSPy.

- `tell`: the one entry: comment, summary, outputs and annotations of a gate, told to the host of its job
- `publish`: creates or updates the comment, and says in words what became of it; never fails the gate
- `comments`: the comment, when it is worth writing, and whose it is
- `github`, `gitlab`: what their jobs tell by environment variables, and their addresses
- `api`: requests to one host with one token
- `job_files`: the summary and the outputs of a job on GitHub

- `dspy_optimisers`: optimisers of DSPy as proposers of a tuning

Settings come as a mapping of environment variables. Nothing here reads the process's own.
"""
