"""Files people write, turned into records; what is wrong in them is found all at once, with line and column."""
