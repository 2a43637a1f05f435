"""A partner's copy of a testimony, bound to the testimony's own share.

FORMAT.md section 7. Vectors: ``tests/vectors/naru/copies.json``. The header gives the partner half
a key; the other half is the record's share, deleted with the record key. So the copy cannot be
read once the record is erased, and nothing on the disk tells which copy is of which record.
"""

from collections.abc import Sequence

from crypto.derivation import hkdf
from crypto.errors import TamperedRecord
from crypto.header import FILE_KEY
from crypto.recipients import Recipient
from crypto.sealing import header_for, new_file_key, seal_payload

PLACE = 16
SHARE = 32

_PLACE = b"naru/v1/copy-place"
_KEY = b"naru/v1/copy-key"


def seal(
    plaintext: bytes, recipients: Sequence[Recipient], record_id: bytes, share: bytes
) -> tuple[bytes, bytes]:
    """Return header and payload of a copy of this record (id of 16 bytes, share of 32)."""
    half = new_file_key()
    sealed = seal_payload(plaintext, file_key(half, record_id, share))
    return header_for(half, recipients), _mask(half, record_id) + sealed


def record_of(half: bytes, payload: bytes) -> bytes:
    """Return the id of the record this copy is of. Raises `TamperedRecord` if it is cut."""
    if len(payload) < PLACE:
        raise TamperedRecord("This copy is cut.")
    return _mask(half, payload[:PLACE])


def file_key(half: bytes, record_id: bytes, share: bytes) -> bytes:
    """Return the file key (16 bytes) of what follows the first 16 bytes of the payload."""
    if len(record_id) != PLACE or len(share) != SHARE:
        raise ValueError("A record's id has 16 bytes, its share 32.")
    return hkdf(half + share, record_id, _KEY, FILE_KEY)


def _mask(half: bytes, place: bytes) -> bytes:
    if len(place) != PLACE:
        raise ValueError("A record's id has 16 bytes.")
    mask = hkdf(half, b"", _PLACE, PLACE)
    return bytes(a ^ b for a, b in zip(mask, place, strict=True))
