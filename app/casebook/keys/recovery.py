"""The recovery identity: on paper, in three shares of which any two are enough (SLIP-39).

It opens every key file, so it can do what a lead does; it is used when no lead can (the last one is
gone), and where a second person is asked for and there is none.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from app.casebook import account, members
from app.casebook.keyring import Keyring
from app.casebook.keys import founding, removal
from app.casebook.shapes import Member, NotFound, Refusal
from app.casebook.store import Store
from crypto.custody import Entry
from crypto.errors import CryptoError
from crypto.identities import PQIdentity, parse_identity

SHARES, ENOUGH = 3, 2
ACTOR = "0" * 32  # who acts by paper: custody tells it from any member


class NotTheRecovery(Refusal):
    """These words are no two shares, or not of this desk's recovery identity."""


class NoSharing(Refusal):
    """The package that makes and joins shares is not installed."""


def shares(identity: PQIdentity) -> list[str]:
    """Return three shares of 59 words or so; any two give the identity. Raises ``NoSharing``."""
    try:
        import shamir_mnemonic  # type: ignore[import-untyped,unused-ignore] # noqa: PLC0415 - optional: whole identities work without it
    except ImportError as error:
        raise NoSharing from error
    made: list[str] = shamir_mnemonic.generate_mnemonics(1, [(ENOUGH, SHARES)], identity.seed)[0]
    return made


def read(typed: str) -> PQIdentity:
    """Return the identity somebody typed: whole, or as two shares, a line each; `#` is a remark.

    Raises ``NotTheRecovery``, ``NoSharing``.
    """
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) != 1:
        return PQIdentity(_joined([line.lower() for line in lines]))
    try:
        found = parse_identity(lines[0])
    except CryptoError as error:
        raise NotTheRecovery from error
    if isinstance(found, PQIdentity):
        return found
    raise NotTheRecovery


def _joined(lines: Sequence[str]) -> bytes:
    try:
        import shamir_mnemonic  # noqa: PLC0415 - optional: whole identities work without it
    except ImportError as error:
        raise NoSharing from error
    try:
        seed: bytes = shamir_mnemonic.combine_mnemonics(list(lines[:ENOUGH]))
    except shamir_mnemonic.MnemonicError as error:
        raise NotTheRecovery from error
    return seed


def prove(connection: Connection, identity: PQIdentity) -> None:
    """Raise ``NotTheRecovery`` unless this is the desk's recovery identity."""
    if str(members.standing(connection)) != str(identity.recipient):
        raise NotTheRecovery


def keyring_of(store: Store, identity: PQIdentity) -> Keyring:
    """Return what the paper opens: all that leads open. Custody says that paper was used."""
    ring = Keyring(Member(ACTOR, "recovery", "lead", triage=True), identity, "")
    with store.casebook.connect() as connection:
        prove(connection, identity)
        ring.load(connection)
    entry = Entry("recovery-used", ACTOR, store.today())
    store.casebook_writer.run(lambda c: account.append(c, ring, [entry]))
    return ring


def recover(store: Store, identity: PQIdentity, name: str, lang: str = "en") -> members.Enrolled:
    """Make ``name`` a lead again: a new key for a member of that name, or a new member.

    Raises ``NotTheRecovery``; ``NotFound`` if somebody of that name is no lead.
    """
    ring = keyring_of(store, identity)
    with store.casebook.connect() as connection:
        handle = store.secret.handle(name)
        known = [
            e.member
            for e in members.directory(connection, ring)
            if store.secret.handle(e.member.name) == handle
        ]
    if not known:
        return founding.add_member(store, ring, name, "lead", triage=True, lang=lang)
    if known[0].role != "lead":
        raise NotFound
    return removal.renew(store, ring, name, lang)
