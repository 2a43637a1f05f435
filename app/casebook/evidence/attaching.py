"""Attachments that leave: a cleaned copy for one partner, and commitments to all originals.

A copy is made anew of pixels (``cleaning``) when it is released, once, so that every bundle of
one decision holds the same bytes. It lies in a folder of its own, sealed under a key of two halves:
one is in the partner's copy of the testimony, the other is the share of the attachment's record.
Erasing either record makes it unreadable. The original stays sealed, whatever leaves.
"""

import contextlib
import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from app.casebook import cleaning, ledger
from app.casebook.cleaning import Box
from app.casebook.keyring import Keyring
from app.casebook.shapes import Altered, CasebookError
from app.casebook.store import Store
from app.casebook.viewing import Attached, NotShown, Viewing
from app.mailbox.blobs import NotKept, Upload, part
from crypto import copies
from crypto.errors import CryptoError
from crypto.parts import File
from crypto.sealing import new_file_key

SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
SALT = 1  # an attachment has one commitment, to the whole file

Wanted = tuple[str, tuple[Box, ...]]
"""An attachment to be handed over cleaned, and what is painted black on it."""


class NotCleaned(CasebookError):
    """No copy without hidden data can be made of a file."""


class BadBox(CasebookError):
    """What shall be painted black is not said in five numbers."""


class NoPlace(CasebookError):
    """The disk took no copy. Nothing was released."""


def committed(
    connection: Connection, keyring: Keyring, attached: Sequence[Attached]
) -> list[dict[str, Any]]:
    """Return a salted commitment to each original, by its digest, in the order of their ids."""
    found = []
    for one in sorted(attached, key=lambda each: each.id):
        salt = ledger.unlock(connection, keyring, bytes.fromhex(one.id)).salt(SALT)
        digest = hashlib.sha256(salt + bytes.fromhex(one.sha256)).hexdigest()
        found.append({"item": one.id, "commitment": digest})
    return found


def chosen(listed: Sequence[Mapping[str, Any]], wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    """Return what an event says of every attachment: the commitment, and what was chosen."""
    asked = dict(wanted)
    return [
        {**one, "boxes": [list(box) for box in asked[one["item"]]]}
        if one["item"] in asked
        else dict(one)
        for one in listed
    ]


def sealed_list(listed: Sequence[Mapping[str, Any]]) -> str:
    """Return the digest of all commitments in order: what custody keeps of them, hex."""
    digests = b"".join(bytes.fromhex(one["commitment"]) for one in listed)
    return hashlib.sha256(digests).hexdigest()


class Copies:
    """The cleaned copies of one release: sealed to the disk, and put in place with its commit."""

    def __init__(self, store: Store) -> None:
        self._store, self._sealed = store, list[Upload]()

    def make(
        self,
        viewing: Viewing,
        attached: Sequence[Attached],
        listed: Sequence[Mapping[str, Any]],
    ) -> list[dict[str, Any]]:
        """Clean and seal what was chosen; return ``listed`` with what each copy is.

        Raises ``NotCleaned``, ``NoPlace``; then `drop` leaves nothing.
        """
        by_id = {one.id: one for one in attached}
        if self._store.handed is not None:
            self._store.handed.sweep_parts()
        return [
            {**one, "file": self._seal(viewing, by_id[one["item"]], one["boxes"])}
            if "boxes" in one
            else dict(one)
            for one in listed
        ]

    def _seal(
        self, viewing: Viewing, one: Attached, boxes: Sequence[Sequence[int]]
    ) -> dict[str, Any]:
        try:
            clean = cleaning.clean(viewing, one, [_box(box) for box in boxes])
        except NotShown as error:
            raise NotCleaned from error
        record, half = bytes.fromhex(one.id), new_file_key()
        with self._store.casebook.connect() as connection:
            key = _key(connection, record, half)
        if key is None or self._store.handed is None:
            raise NoPlace
        today = dt.date.fromisoformat(self._store.today())
        try:
            upload = self._store.handed.begin(len(clean.data), today, key)
            self._sealed.append(upload)
            upload.write(clean.data)
            kept = upload.seal()
        except NotKept as error:
            raise NoPlace from error
        return {
            "type": clean.type,
            "size": kept.size,
            "sha256": kept.sha256,
            "half": half.hex(),
            "hidden": len(clean.hidden),
        }

    def put(self, shelf: bytes, slot: bytes) -> None:
        """Put them where the copy in this slot looks for them."""
        for number, upload in enumerate(self._sealed):
            upload.put(place(shelf, slot, number))

    def drop(self) -> None:
        """Leave nothing of them."""
        for upload in self._sealed:
            upload.drop()


def _box(said: Sequence[int]) -> Box:
    page, left, top, width, height = said
    return page, left, top, width, height


def place(shelf: bytes, slot: bytes, number: int) -> str:
    """Return the name of a release's file; from 0 on."""
    name = b"naru/v1/release-file" + slot + number.to_bytes(4, "big")
    return hmac.digest(shelf, name, hashlib.sha256)[:16].hex()


def destroy(store: Store, shelf: bytes, slot: bytes) -> None:
    """Destroy the files that lie beside the copy in a slot."""
    number = 0
    with contextlib.suppress(FileNotFoundError):
        while store.handed is not None:
            name = place(shelf, slot, number)
            store.handed.open(name).close()
            store.handed.destroy([name])
            number += 1


def told(listed: Sequence[Mapping[str, Any]], shelf: bytes, slot: bytes) -> list[dict[str, Any]]:
    """Return what a partner's copy says of the attachments: where each lies, and the half key."""
    out, number = [], 0
    for one in listed:
        said = {"commitment": one["commitment"]}
        if "file" in one:
            lies = place(shelf, slot, number)
            said |= {"file": {**one["file"], "record": one["item"], "place": lies}}
            number += 1
        out.append(said)
    return out


class Reader:
    """Opens the cleaned copies that partners' copies name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, file: Mapping[str, Any]) -> Iterator[bytes] | None:
        """Return a copy's bytes; None where the attachment was withdrawn since."""
        record = bytes.fromhex(file["record"])
        with self._store.casebook.connect() as connection:
            key = _key(connection, record, bytes.fromhex(file["half"]))
        if key is None or self._store.handed is None:
            return None
        return self._bytes(file, File("", file["type"], file["size"], file["sha256"], key))

    def stands(self, record: str) -> bool:
        """Tell whether an attachment was not withdrawn since."""
        with self._store.casebook.connect() as connection:
            return ledger.share_of(connection, bytes.fromhex(record)) is not None

    def _bytes(self, file: Mapping[str, Any], about: File) -> Iterator[bytes]:
        if self._store.handed is None:
            raise Altered
        try:
            with self._store.handed.open(file["place"]) as sealed:
                yield from part(sealed, about, 0, about.size - 1)  # the bag's manifests digest it
        except (CryptoError, FileNotFoundError) as error:
            raise Altered from error


def _key(connection: Connection, record: bytes, half: bytes) -> bytes | None:
    share = ledger.share_of(connection, record)
    return None if share is None else copies.file_key(half, record, share)
