"""What can go wrong, by type: the type says what happened, the words say nothing secret.

A leaf that all of `crypto/` imports. Whoever calls catches `CryptoError` or one of its kinds.
"""


class CryptoError(Exception):
    """Base of all errors here; never raised itself."""


# Envelopes: one for each outcome (FORMAT.md section 1)


class MalformedHeader(CryptoError):
    """Not an age v1 header, or a stanza of a known type that is not one."""


class MalformedArmor(CryptoError):
    """Not the ASCII armor of an age file."""


class WrongIdentity(CryptoError):
    """No identity, or passphrase, opens any stanza of the header."""


class TamperedHeader(CryptoError):
    """The header's MAC does not hold: it was altered after it was written."""


class TamperedPayload(CryptoError):
    """A chunk does not verify, or the payload ends too early or too late."""


class MixedRecipients(CryptoError):
    """Recipients that must not share a file: post-quantum with classic, a passphrase with any."""


class UnsupportedPlatform(CryptoError):
    """The `cryptography` installed here lacks ML-KEM-768: nothing can be sealed or opened."""


# Documents, receipts, tickets, tokens, records, locks, sessions (FORMAT.md sections 2 to 8)


class MalformedDocument(CryptoError):
    """Not a document of section 2: no JSON, an unknown key, a wrong type, another version."""


class WrongWordCount(CryptoError):
    """What was typed has `found` words where `expected` make a receipt."""

    def __init__(self, found: int, expected: int) -> None:
        super().__init__(f"There are {found} words, not {expected}.")
        self.found = found
        self.expected = expected


class NotAWord(CryptoError):
    """`word`, typed as number `position` from 1, stands in no list; `near` are up to three that do.

    `word` is untrusted text. The message has none of it: a receipt belongs in no log.
    """

    def __init__(self, word: str, position: int, near: list[str]) -> None:
        super().__init__(f"Word {position} stands in no list.")
        self.word = word
        self.position = position
        self.near = near


class ForeignTicket(CryptoError):
    """Not a ticket of ours."""


class ExpiredTicket(CryptoError):
    """A ticket of ours, 48 hours old or older."""


class ForeignToken(CryptoError):
    """Not a token of ours, or one for another purpose."""


class ExpiredToken(CryptoError):
    """A token of ours, 24 hours old or older."""


class WrongKey(CryptoError):
    """The key, with these ids, did not wrap what is to be unwrapped."""


class TamperedRecord(CryptoError):
    """A sealed body is altered, or does not belong at this place."""


class WrongPassphrase(CryptoError):
    """The passphrase does not open the lock; an altered lock looks the same."""


class MalformedLock(CryptoError):
    """The bytes of a locked identity are of another length, or name absurd parameters."""


class WrongSession(CryptoError):
    """The cookie is not ours, or opens no session's row."""


# Custody, signatures, bundles (FORMAT.md, sections 9 to 11)


class NotCanonical(CryptoError):
    """JSON that is not exactly what its format says."""


class WrongProof(CryptoError):
    """A Merkle proof that does not lead to the root it was given for."""


class MalformedCustody(CryptoError):
    """A custody entry, opening or checkpoint that is not one."""


class MalformedKey(CryptoError):
    """A recipient, an identity, a public signing key, or a file of them, that cannot be read."""


class MalformedSignature(CryptoError):
    """A signature that cannot be read."""


class WrongSignature(CryptoError):
    """A signature by another key, for another purpose or over something else."""


class BundleError(CryptoError):
    """A bundle that is not verified; the type is the outcome."""


class MalformedBundle(BundleError):
    """Something that is not a bundle at all, or not one that may be read."""


class UnfitName(BundleError):
    """A file name that does not belong into a bundle."""


class IncompleteBundle(BundleError):
    """A bundle that lacks a file."""


class AlteredBundle(BundleError):
    """A bundle in which something was changed or added after it was signed."""


class UnsignedBundle(BundleError):
    """A bundle without its signatures."""


class UnknownSigner(BundleError):
    """A whole bundle, signed by another key than the reader trusts."""
