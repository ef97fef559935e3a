"""What is wrong with an estate of caller IDs: rules evaluated on whole columns, and their findings."""
