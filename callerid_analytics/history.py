"""Dated snapshots of caller IDs, and the difference of two."""
