"""Padding: a length tells no more than its bucket.

FORMAT.md section 3. Vectors: ``tests/vectors/naru/padding.json``.
"""

KIB = 1024
DOCUMENT_FLOOR = 32 * KIB
"""No envelope is smaller: every testimony of ordinary length looks like every other."""

BODY_FLOOR = KIB
"""The floor of record bodies: there are many, and each says little."""

_POWERS_UP_TO = 4 * KIB * KIB
_LEADING_ONES = 3


def bucket(n: int, floor: int = DOCUMENT_FLOOR) -> int:
    """Return the padded length of `n` bytes. Raises ValueError for a negative one.

    `floor` up to `floor`; then the next power of two up to 4 MiB; then the next number whose binary
    form has its ones in the three leading places only, at most a quarter more than `n`.
    """
    if n < 0:
        raise ValueError("No length is negative.")
    if n <= floor:
        return floor
    if n <= _POWERS_UP_TO:
        return 1 << (n - 1).bit_length()
    step = 1 << (n.bit_length() - _LEADING_ONES)
    return -(-n // step) * step


def pad(data: bytes, floor: int) -> bytes:
    """Return `data` followed by blanks up to its bucket."""
    return data.ljust(bucket(len(data), floor), b" ")


def pad_document(data: bytes) -> bytes:
    """Return a document's JSON followed by blanks up to its bucket."""
    return pad(data, DOCUMENT_FLOOR)


def unpad(padded: bytes) -> bytes:
    """Return `padded` without the blanks at its end. JSON never ends with one of its own."""
    return padded.rstrip(b" ")


def shortfall(n: int) -> int:
    """Return how many zero bytes follow an attachment of `n` bytes."""
    return bucket(n) - n
