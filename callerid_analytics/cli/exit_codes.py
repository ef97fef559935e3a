"""What the command's exit code says; every command keeps to these."""

DONE = 0
FINDINGS = 1
WRONG_USE = 2
FAILED = 3
