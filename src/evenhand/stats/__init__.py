"""Pure mathematics on counts and arrays: estimates with their intervals."""
