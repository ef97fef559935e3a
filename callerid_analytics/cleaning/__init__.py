"""Rename rules and recipes: names to names, and nothing else happens."""
