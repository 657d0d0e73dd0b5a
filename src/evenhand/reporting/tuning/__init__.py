"""The report of a tuning: `sections` makes the document, `render` writes it as a page, Markdown or JSON."""
