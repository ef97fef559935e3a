"""Files that a spreadsheet program opens without spoiling or evaluating anything."""
