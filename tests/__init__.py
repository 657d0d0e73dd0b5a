"""The tests; a package, because one that we test against installs a `tests` of its own, which would be found first."""
