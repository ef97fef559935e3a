"""Files that a spreadsheet program opens without spoiling or evaluating anything: CSV and Excel workbooks."""

from callerid_analytics.spreadsheets.delimited import read_spreadsheet_csv, write_spreadsheet_csv
from callerid_analytics.spreadsheets.protection import protect, unprotect
from callerid_analytics.spreadsheets.workbooks import MOST_ROWS, write_xlsx

__all__ = ["MOST_ROWS", "protect", "read_spreadsheet_csv", "unprotect", "write_spreadsheet_csv", "write_xlsx"]
