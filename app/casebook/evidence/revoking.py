"""Withdrawal reaches those who hold a copy: a signed list of what was withdrawn.

FORMAT.md section 13. The list names records and nothing else. It is signed by the key that signs
bundles, so that whoever can verify a bundle can verify it, and it is fetched, never sent: a
partner meets it at its next log-in, or a lead hands it over.
"""

import io
import zipfile
from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.casebook import account, tables
from app.casebook.evidence.recalling import ACT
from app.casebook.keyring import Keyring
from app.casebook.store import Store
from crypto import bag, signing
from crypto.canonical import canonical
from crypto.signing import PublicSigner, Signer

LIST = "revocations.json"


def archive(store: Store, signer: Signer, partner: str, records: Iterable[str]) -> bytes:
    """Return the list with its signatures as a small ZIP. ``partner`` is a member's id."""
    body = canonical(
        {
            "day": store.today(),
            "naru": 1,
            "partner": partner,
            "site": store.site_id.hex(),
            "withdrawn": sorted(records),
        }
    )
    signed = signer.sign(signing.REVOCATION, body)
    files = {
        LIST: body,
        f"{LIST}.sig": signed.sshsig,
        f"{LIST}.mldsa65": signed.mldsa65,
        "signer.pub": bytes(signer.public),
        "allowed_signers": allowed(signer.public).encode(),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as zipped:
        for name, data in files.items():
            zipped.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def allowed(public: PublicSigner) -> str:
    """Return the line of ``allowed_signers`` for bundles and lists of what was withdrawn."""
    return public.allowed_signers(bag.IDENTITY, [signing.BUNDLE, signing.REVOCATION])


def released_and_gone(connection: Connection, keyring: Keyring, partner: str) -> tuple[str, ...]:
    """Return what a partner got and is erased or called back, as the account of custody tells."""
    query = select(tables.record.c.id).where(tables.record.c.erased_on.is_not(None))
    erased = {row.hex() for row in connection.execute(query).scalars()}
    told, recalled = set[str](), set[str]()
    for _, opened in account.openings(connection, keyring):
        one = opened.entry
        if one.more.get("partner") == partner and one.act == "released":
            told.add(one.record)
            recalled.discard(one.record)
        elif one.more.get("partner") == partner and one.act == ACT:
            recalled.add(one.record)
    return tuple(sorted((told & erased) | recalled))


def published(connection: Connection) -> dict[str, PublicSigner]:
    """Return the desk's public signing keys by name."""
    rows = connection.execute(select(tables.signing_key.c.name, tables.signing_key.c.public))
    return {row.name: PublicSigner.parse(row.public) for row in rows}
