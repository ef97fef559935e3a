"""The audit bundle: a folder of files to hand to somebody else, and the page that they read first."""

from callerid_analytics.report.bundle import FILES, read_findings, write_bundle

__all__ = ["FILES", "read_findings", "write_bundle"]
