"""The pages of `evenhand review serve`."""
