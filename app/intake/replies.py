"""Reading what the desk left for a witness: the one thing the intake ever opens.

The identity comes from the ten words typed in this request and is forgotten with it. Nothing else
in the intake may open anything; without this file all but the text of replies still works.
"""

from crypto import opening
from crypto.documents import Document
from crypto.errors import MalformedDocument
from crypto.identities import PQIdentity
from crypto.receipts import Root


def read(root: Root, slot: str, header: bytes, payload: bytes) -> Document:
    """Open one reply. Raises `CryptoError`, also when it names another slot than its own."""
    identity = PQIdentity(root.identity_seed)
    document = Document.from_bytes(opening.open_envelope(header, payload, [identity]))
    if document.id != slot:
        raise MalformedDocument("This reply lies in another slot than its own.")
    return document
