"""Load, explore, audit, clean and verify Twilio verified outgoing caller IDs."""
