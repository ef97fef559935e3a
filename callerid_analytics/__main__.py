"""``python -m callerid_analytics``: the command ``callerids``."""

from callerid_analytics.cli import main

if __name__ == "__main__":
    main()
