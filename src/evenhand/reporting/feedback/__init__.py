"""Reports of feedback: revisions and preference labels, as documents that HTML and Markdown are made of."""
