"""Constitutions in the forms that others write, read into a draft and settled into one of ours; and two forms out.

- `formats`: which forms there are, and what each is called
- `draft`: what a reader finds, before ids, scales and defaults are settled; and what was guessed
- `settle`: from a draft to a constitution; `naming` makes its ids
- one module for each form in: `model_spec` (with `model_spec_parts` and `model_spec_chats`), `prose`, `json_list`,
  `promptfoo`, `geval`, `prometheus`, `humanebench` (with `humanebench_scale`), `mlflow`
- `headings` and `shaped` are what they read Markdown, and JSON or YAML, with
- `forms_out`: the forms out (`write_list`, `write_plain`); `written` says what they have no place for

What is imported was written by strangers: it is data here and nowhere a path, a template or code.
"""
