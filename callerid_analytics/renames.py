"""Applying a plan, resuming it, and taking it back."""
