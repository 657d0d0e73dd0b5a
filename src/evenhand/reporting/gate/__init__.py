"""What a gate says outside the terminal: pages, the comment, and what CI hosts read."""
