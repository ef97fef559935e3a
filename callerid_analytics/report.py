"""The audit bundle: files, manifest, page."""
