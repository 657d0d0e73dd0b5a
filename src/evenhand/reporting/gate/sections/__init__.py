"""What a gate says, as blocks; comment, summary, Markdown report and HTML page are different choices of them."""
