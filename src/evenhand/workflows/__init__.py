"""One verb per module; the only place where parts meet."""
