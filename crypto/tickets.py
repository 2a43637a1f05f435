"""The ticket: what a form carries once, from which the receipt comes.

FORMAT.md section 4. Vectors: ``tests/vectors/naru/tickets.json``. Nothing is stored: a ticket is
ours if its MAC is.
"""

import hashlib
import hmac
import math
import secrets

from crypto.encoding import decode_url, encode_url
from crypto.errors import ExpiredTicket, ForeignTicket

HOURS = 48
KEY = SEED = 32

_EXPIRY, _MAC = 4, 16
_LABEL = b"naru/v1/ticket"


def issue(key: bytes, now_hours: float) -> str:
    """Return a new ticket (70 characters) that expires in 48 hours, rounded up to a whole one.

    `key` is the ticket key (32 bytes); `now_hours` counts from 1970-01-01T00Z.
    """
    # From the seed follows the receipt: it is as random and as secret as that.
    seed = secrets.token_bytes(SEED)
    expiry = (math.ceil(now_hours) + HOURS).to_bytes(_EXPIRY, "big")
    return encode_url(seed + expiry + _mac(key, seed + expiry))


def accept(key: bytes, untrusted: str, now_hours: float) -> bytes:
    """Return the seed (32 bytes) of a ticket of ours, good for any number of uses until it expires.

    Raises `ForeignTicket` for whatever `key` did not issue, `ExpiredTicket` from its hour on.
    """
    try:
        data = decode_url(untrusted, SEED + _EXPIRY + _MAC)
    except ValueError as error:
        raise ForeignTicket("This is no ticket.") from error
    body, mac = data[:-_MAC], data[-_MAC:]
    if not hmac.compare_digest(mac, _mac(key, body)):
        raise ForeignTicket("This ticket is not ours.")
    if now_hours >= int.from_bytes(body[SEED:], "big"):
        raise ExpiredTicket("This ticket has expired.")
    return body[:SEED]


def _mac(key: bytes, body: bytes) -> bytes:
    if len(key) != KEY:
        raise ValueError("The ticket key has 32 bytes.")
    return hmac.digest(key, _LABEL + body, hashlib.sha256)[:_MAC]
