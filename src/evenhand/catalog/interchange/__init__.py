"""Constitutions in the formats that others write, read into a draft and settled into one of ours; and two formats out.

- `formats`: which formats there are, and what each is called
- `draft`: what a reader finds, before ids, scales and defaults are settled; and what was guessed
- `settle`: from a draft to a constitution; `naming` makes its ids
- one module for each format in: `model_spec` (with `model_spec_parts` and `model_spec_chats`), `prose` (with
  `prose_list`), `json_list`, `promptfoo`, `geval`, `prometheus`, `humanebench` (with `humanebench_scale`), `mlflow`
- `wording`: what the words of a principle show; `headings` and `shaped`: what they read Markdown, and JSON or YAML, by
- `formats_out`: the formats out (`write_list`, `write_plain`); `written` says what they have no place for

What is imported was written by strangers: it is data here and nowhere a path, a template or code.
"""
