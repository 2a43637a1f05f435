"""A time stamp (RFC 3161) over a bundle's tag manifest, where an authority is configured.

The authority learns a digest and that this host made a bundle now; nothing else. It is asked only
where the settings name one. What it answers is held against the question before it is kept.
"""

import urllib.request
from collections.abc import Callable
from contextlib import closing

from app.casebook.shapes import CasebookError

TYPE = "application/timestamp-query"
SECONDS = 30
LARGEST = 1 << 20


class NoStamp(CasebookError):
    """The authority did not answer, or not what it was asked: nothing was exported."""


def stamper(url: str) -> Callable[[bytes], bytes] | None:
    """Return what asks the authority at ``url`` for a token over some bytes; None without one."""
    return (lambda data: stamp(url, data)) if url else None


def stamp(url: str, data: bytes) -> bytes:
    """Return the authority's answer (DER), which is about these bytes. Raises ``NoStamp``."""
    try:
        import rfc3161_client as tsp  # noqa: PLC0415 - optional
    except ImportError as error:
        raise NoStamp("rfc3161-client is not installed") from error
    question = tsp.TimestampRequestBuilder().data(data).nonce(nonce=True).build()
    request = urllib.request.Request(  # noqa: S310 - the settings allow http and https only
        url, question.as_bytes(), {"Content-Type": TYPE}, method="POST"
    )
    try:
        with closing(urllib.request.urlopen(request, timeout=SECONDS)) as answer:  # noqa: S310
            told: bytes = answer.read(LARGEST)
        response = tsp.decode_timestamp_response(told)
        info = response.tst_info
        same = info.message_imprint.message == question.message_imprint.message
        if response.status not in (0, 1) or info.nonce != question.nonce or not same:
            raise NoStamp("the authority answered another question")
    except (OSError, ValueError) as error:
        raise NoStamp("the authority did not answer") from error
    return told
