"""The second factor: a time-based code (RFC 6238), and recovery codes for a lost phone.

All of it lies in the member's own card, sealed to them: the disk does not tell who has one. It is
asked only after the passphrase opened the card, so a wrong code is the work of somebody who knows
the passphrase; each is counted, told to the member at their next log-in, and five in a row leave
one try for each half minute. Recovery codes are never slowed: nobody is locked out by another.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

STEP = 30
DIGITS = 6
AROUND = 1  # steps a clock may be wrong
PATIENCE = 5
CODES = 8
CODE = 10  # octets of a recovery code: 80 bits need no slow hash
SECRET = 20

Card = dict[str, Any]


@dataclass(frozen=True)
class Begun:
    """What a member is shown once: the secret for their phone, and where it is written."""

    secret: str  # base32
    uri: str


def begin(name: str) -> Begun:
    """Draw a new secret. It counts only once ``enable`` has seen a code made with it."""
    return of_secret(base64.b32encode(secrets.token_bytes(SECRET)).decode(), name)


def of_secret(secret: str, name: str) -> Begun:
    """Return a secret with the address that programs for codes read."""
    from urllib.parse import quote  # noqa: PLC0415 - one name, used here

    query = f"secret={secret}&issuer=Naru&digits={DIGITS}&period={STEP}"
    return Begun(secret, f"otpauth://totp/Naru:{quote(name)}?{query}")


def enable(card: Card, secret: str, code: str, now: float) -> list[str] | None:
    """Write the secret into the card if the code is right; return fresh recovery codes."""
    step = _matching(secret, _plain(code), int(now) // STEP, -1)
    if step is None:
        return None
    codes = [base64.b32encode(secrets.token_bytes(CODE)).decode().lower() for _ in range(CODES)]
    kept = [_digest(one) for one in codes]
    card["second"] = {"secret": secret, "step": step, "codes": kept, "wrong": 0, "tried": 0}
    return ["-".join(one[at : at + 4] for at in range(0, len(one), 4)) for one in codes]


def disable(card: Card) -> None:
    """Take the second factor away."""
    card.pop("second", None)


def check(card: Card, code: str, now: float) -> bool:
    """Tell whether the code opens; the card remembers it, so that it never opens twice.

    The caller writes the card back whatever the answer: wrong codes are counted in it.
    """
    held = card.get("second")
    if held is None:
        return True
    typed, current = _plain(code), int(now) // STEP
    if _spend(held, typed) or _take(held, typed, current):
        held["told"], held["wrong"] = held["wrong"], 0
        return True
    held["wrong"] += 1
    held["tried"] = current
    return False


def _take(held: Card, typed: str, current: int) -> bool:
    if held["wrong"] >= PATIENCE and held["tried"] == current:
        return False
    step = _matching(held["secret"], typed, current, held["step"])
    if step is None:
        return False
    held["step"] = step
    return True


def _spend(held: Card, typed: str) -> bool:
    digest = _digest(typed)
    for one in held["codes"]:
        if hmac.compare_digest(one, digest):
            held["codes"].remove(one)
            return True
    return False


def _matching(secret: str, typed: str, current: int, last: int) -> int | None:
    """Return the step whose code this is, if it is later than the last one used."""
    for step in range(current - AROUND, current + AROUND + 1):
        if step > last and hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            return step
    return None


def code_at(secret: str, step: int) -> str:
    """Return the code of one time step (RFC 6238: HMAC-SHA-1, dynamic truncation)."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()[:64]


def _digest(code: str) -> str:
    return hashlib.sha256(b"naru/v1/recovery-code" + code.encode()).hexdigest()


def picture(uri: str) -> bytes | None:
    """Return the QR code as PNG, or None where segno is not installed: the text does as well."""
    try:
        import segno  # noqa: PLC0415 - optional, for this one picture
    except ImportError:
        return None
    import io  # noqa: PLC0415

    sink = io.BytesIO()
    segno.make(uri, error="m").save(sink, kind="png", scale=5, border=4)
    return sink.getvalue()
