"""A run as people read it: one summary record, and the HTML, Markdown and JSON made of it."""
