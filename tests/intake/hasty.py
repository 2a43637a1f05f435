"""`python hasty.py CONFIG`: the served intake, its limits for the slow in seconds, not minutes."""

import sys
from pathlib import Path

from app import serve, watch
from config.settings import load_settings

if __name__ == "__main__":
    watch.HEADERS = watch.BODY = 1.5
    serve.serve("intake", load_settings(Path(sys.argv[1]), only="intake").intake)
