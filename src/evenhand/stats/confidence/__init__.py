"""What a confidence is worth: how well it tells right from wrong, and maps that make it say so."""
