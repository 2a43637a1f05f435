"""What both apps share: headers, errors, languages and silence.

Nothing here knows a witness or a reviewer. ``App`` is a Flask that reads bodies into memory only
and logs nothing but types; ``guard`` puts the fences around it; ``Refusal`` is how a view says no.
"""

import base64
import ctypes
import hashlib
import logging
import re
import resource
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from flask_babel import Babel, gettext
from typing_extensions import override
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.sansio.response import Response as AnyResponse

from app.bodies import DRAINED, PARSED, BrokenForm, Request, limits

__all__ = ["App", "Refusal", "Request", "Sheet", "guard", "harden", "language", "report"]
__all__ += ["silence", "size_of"]

# The language in an address: the catalogue it stands for, and the `lang` of its pages.
LANGUAGES = {"en": "en", "ko": "ko", "zh": "zh_Hans"}
HTML_LANG = {"en": "en", "ko": "ko", "zh": "zh-Hans"}
CATALOGUES = Path(__file__).resolve().parent.parent / "config" / "catalogues"
PR_SET_DUMPABLE = 4
M_ARENA_MAX, ARENAS = -8, 1  # glibc: all threads share one heap; one at a time runs Python anyway
M_MMAP_THRESHOLD, LARGE = -3, 128 * 1024  # what is larger goes back to the system when it is freed

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Refusal(Exception):
    """A view says no: a status, and one sentence in the language of the page."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status)
        self.status = status
        self.sentence = sentence


_BLANK = re.compile(r" ?([{};]) ?")  # no string of a sheet holds one of these: a test says so
_COLON = re.compile(r"([{;][\w-]+): ")  # of a declaration; in a selector a blank means something


@dataclass(frozen=True)
class Sheet:
    """A style sheet that is inlined in each page, allowed by its hash and by nothing else."""

    css: str

    @classmethod
    def load(cls, path: Path) -> "Sheet":
        """Read a sheet and leave out its comments, indentation and blanks that say nothing."""
        lines = (line.strip() for line in path.read_text("utf-8").splitlines())
        css = "".join(line for line in lines if not line.startswith("/*"))
        css = _BLANK.sub(r"\1", css).replace(";}", "}")
        return cls(_COLON.sub(r"\1:", css))

    @property
    def policy(self) -> str:
        """The Content-Security-Policy that lets this sheet in."""
        digest = base64.b64encode(hashlib.sha256(self.css.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )


class App(Flask):
    """A Flask without static files, cookies of its own, automatic answers or talkative errors."""

    request_class = Request

    def __init__(
        self, name: str, templates: str, max_body: int = PARSED, drain_body: int = DRAINED
    ) -> None:
        super().__init__(name, static_folder=None, template_folder=templates)
        self.config.update(limits(max_body, drain_body), PROVIDE_AUTOMATIC_OPTIONS=False)
        self.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
        self.jinja_env.auto_reload = False

    @override
    def log_exception(
        self,
        exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        """Say which kind of error met which route, and nothing of what was in it."""
        report(exc_info[0], request.endpoint)


def language() -> str:
    """Return the language of this request's page: the address decides, else Accept-Language.

    Asked for none of ours, it is the app's ``DEFAULT_LANGUAGE``.
    """
    first: str = request.path.split("/", 2)[1]
    if first in LANGUAGES:
        return first
    for tag, quality in request.accept_languages:
        wanted: str = tag.split("-")[0].lower()
        if wanted in LANGUAGES and quality > 0:
            return wanted
    return str(current_app.config.get("DEFAULT_LANGUAGE", "en"))


def guard(
    app: App,
    base_url: str,
    policy: str,
    show: Callable[[int, str], Any],
    more: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put the fences around an app. ``more`` adds to the policy of single pages, by endpoint.

    ``show(status, sentence)`` makes the page of a refusal, with the sentence in ``id="error"``.
    Every answer gets the headers; a request for another host is refused; languages are chosen.
    """
    host = urlsplit(base_url).netloc.lower()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    Babel(app, locale_selector=lambda: LANGUAGES[language()])

    @app.before_request
    def refuse_other_hosts() -> None:
        if request.environ.get("HTTP_HOST", "").lower() != host:
            raise Refusal(400, gettext("This address is not known here."))

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = policy + more.get(request.endpoint or "", "")
        return response

    @app.errorhandler(Exception)
    def answer(error: Exception) -> Any:  # noqa: ANN401 - whatever a Flask takes for an answer
        if isinstance(error, RequestRedirect):
            return error
        status, sentence = _explain(error)
        page = show(status, sentence)
        return page if isinstance(page, AnyResponse) else (page, status)


def _explain(error: Exception) -> tuple[int, str]:
    """Turn any error into a status and a sentence; one that nobody foresaw is reported."""
    if isinstance(error, Refusal):
        return error.status, error.sentence
    if isinstance(error, BrokenForm):
        return 400, gettext("The form arrived incomplete. Nothing of it was stored.")
    if not isinstance(error, HTTPException):
        report(type(error), request.endpoint)
        return 500, gettext("Something failed here. It is not known whether this was stored.")
    if error.code == 413:  # noqa: PLR2004 - the status itself
        cast(Request, request).drain(current_app.config["DRAINED"])
    return error.code or 500, _sentence(error.code)


def _sentence(status: int | None) -> str:
    sentences = {
        404: gettext("There is nothing at this address."),
        405: gettext("This address does not take that."),
        413: gettext("This is too large to be taken at once. Nothing of it was stored."),
    }
    return str(sentences.get(status or 0) or gettext("This could not be understood."))


def size_of(count: int) -> str:
    """Say a number of bytes as people do: 813 B, 24 kB, 3.1 MB, 2.0 GB."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:  # noqa: PLR2004 - the step of decimal units
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}" if unit in {"MB", "GB"} else f"{size:.0f} {unit}"


# --- Silence -------------------------------------------------------------------------------------


def report(kind: type | None, where: str | None = None) -> None:
    """Write the type of an error and the route or thread it met: all that is ever logged."""
    name = kind.__name__ if kind else "error"
    print(f"naru: {name} in {where or 'no route'}", file=sys.stderr, flush=True)  # noqa: T201


class _Types(logging.Handler):
    """Let a log record through as its error's type, never as its text."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0]:
            report(record.exc_info[0], record.name.partition(".")[0])


def silence() -> None:
    """Make this process say nothing but types: loggers, dying threads, a dying process."""
    root = logging.getLogger()
    root.handlers[:] = [_Types(logging.ERROR)]
    root.setLevel(logging.ERROR)
    logging.raiseExceptions = False
    threading.excepthook = lambda died: report(died.exc_type, "a thread")
    sys.excepthook = lambda kind, _error, _trace: report(kind, "the process")
    sys.unraisablehook = lambda unraisable: report(unraisable.exc_type, "clean-up")


def harden() -> None:
    """Refuse core dumps and debuggers: memory is where plaintext lives, so keep little of it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_ARENA_MAX, ARENAS)
        libc.mallopt(M_MMAP_THRESHOLD, LARGE)
