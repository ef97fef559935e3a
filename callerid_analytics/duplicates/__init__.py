"""The same number twice, the same name twice, almost the same name."""
