"""`python forgetful.py CONFIG SOCKET ADDRESS`: the intake, its receipts from chance.

What is taken out is why the same form sent twice is one testimony: its test must fail here.
"""

import secrets
import sys
from pathlib import Path

import msgspec

from app import web
from app.serve import Server
from config.settings import load_settings
from crypto.receipts import Receipt

if __name__ == "__main__":
    derive = Receipt.from_seed
    Receipt.from_seed = staticmethod(lambda _: derive(secrets.token_bytes(32)))
    settings = load_settings(Path(sys.argv[1]), only="intake").intake
    web.silence()
    listen, base_url = f"unix:{sys.argv[2]}", f"http://{sys.argv[3]}"
    Server("intake", msgspec.structs.replace(settings, listen=listen, base_url=base_url)).run()
