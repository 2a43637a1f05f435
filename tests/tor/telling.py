"""`python telling.py CONFIG SOCKET`: the served intake, whose answers also say who asked.

Our own server with our own app; around it, one header more: the circuit as the app is told it.
"""

import sys
from pathlib import Path

import msgspec

from app import web
from app.serve import Server
from config.settings import load_settings


class Telling(Server):
    """A server that tells."""

    def load(self):
        app = super().load()

        def around(environ, start_response):
            def start(status, headers, *more):
                told = ("X-Circuit", environ.get("REMOTE_ADDR", ""))
                return start_response(status, [*headers, told], *more)

            return app(environ, start)

        return around


if __name__ == "__main__":
    settings = load_settings(Path(sys.argv[1]), only="intake").intake
    web.silence()
    Telling("intake", msgspec.structs.replace(settings, listen=f"unix:{sys.argv[2]}")).run()
