"""Rules for CI: whether a judge, or what it judges, got worse, and when that can not be known."""
