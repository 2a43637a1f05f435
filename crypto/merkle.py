"""RFC 6962 Merkle tree: root, inclusion and consistency proofs, and their verification.

FORMAT.md section 9. Vectors: ``tests/vectors/rfc6962/``. Verification follows RFC 9162, 2.1.3.2
and 2.1.4.2, which spell out what RFC 6962 left to the reader; the hashes are the same.
"""

import hashlib
from collections.abc import Iterable, Sequence

from crypto.errors import WrongProof

HASH = 32

EMPTY_ROOT = hashlib.sha256().digest()
"""The root of the tree without leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """``SHA-256(0x00 ‖ leaf)``."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """``SHA-256(0x01 ‖ left ‖ right)``."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows by appending and proves things about any of its earlier sizes.

    Keeps the hash of every complete subtree, 64 bytes a leaf: an append costs two hashes in the
    mean, a proof about twice its own length.
    """

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels: list[bytearray] = [bytearray()]
        for leaf in leaves:
            self.append(leaf)

    def __len__(self) -> int:
        return len(self._levels[0]) // HASH

    def append(self, leaf: bytes) -> int:
        """Add a leaf (its bytes, not its hash) and return its index."""
        index = position = len(self)
        complete = [leaf_hash(leaf)]
        while position & 1:  # the newest node completes a pair: its parent is complete too
            left = bytes(self._levels[len(complete) - 1][-HASH:])
            complete.append(node_hash(left, complete[-1]))
            position >>= 1
        if len(complete) > len(self._levels):
            self._levels.append(bytearray())
        for level in reversed(range(len(complete))):  # leaves last: a reader sees no half append
            self._levels[level] += complete[level]
        return index

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first `size` leaves, of all of them by default."""
        size = self._checked(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """PATH(index, first `size` leaves), from the leaf upwards; at most 64 hashes.

        Raises ValueError when there is no such leaf.
        """
        size = self._checked(size)
        if not 0 <= index < size:
            raise ValueError("no such leaf")
        low, high, path = 0, size, list[bytes]()
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """PROOF(old, first `size` leaves): that the tree of `old` leaves is its beginning.

        Raises ValueError when `old` is larger than `size`.
        """
        size = self._checked(size)
        if not 0 <= old <= size:
            raise ValueError("no such earlier tree")
        if old in (0, size):
            return []
        low, high, path = 0, size, list[bytes]()
        while high != old:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        if low:  # a verifier knows the old root, but no other part of the old tree
            path.append(self._range(low, high))
        return path[::-1]

    def _checked(self, size: int | None) -> int:
        if size is None:
            return len(self)
        if not 0 <= size <= len(self):
            raise ValueError("the tree is not that large")
        return size

    def _range(self, low: int, high: int) -> bytes:
        """MTH of leaves low to high; `low` is a multiple of the largest power of two inside."""
        width = high - low
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            at = (low >> level) * HASH
            return bytes(self._levels[level][at : at + HASH])
        middle = low + _split(width)
        return node_hash(self._range(low, middle), self._range(middle, high))


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that the leaf with hash `leaf` stands at `index` in the tree of `size` with `root`.

    RFC 9162, 2.1.3.2; the numbers are its steps. Raises `WrongProof`.
    """
    _require_hashes((leaf, root, *proof))
    if not 0 <= index < size:  # 1
        raise WrongProof("The leaf lies outside the tree.")
    fn, sn, r = index, size - 1, leaf  # 2, 3
    for p in proof:  # 4
        if sn == 0:
            raise WrongProof("The proof is too long.")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            fn, sn = _climb(fn, sn)
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:  # 5
        raise WrongProof("The proof is too short.")
    _require_equal(r, root, "The proof does not lead to this root.")


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of `old` leaves with `old_root` is the beginning of the other.

    RFC 9162, 2.1.4.2; the numbers are its steps. Its precondition 0 < old < new is widened: the
    empty tree begins every tree, and a tree begins itself. Raises `WrongProof`.
    """
    _require_hashes((old_root, new_root, *proof))
    if not 0 <= old <= new:
        raise WrongProof("The tree has shrunk.")
    if old == 0:
        _require_equal(old_root, EMPTY_ROOT, "This is not the root of the empty tree.")
    if old == new:
        _require_equal(old_root, new_root, "Two roots for one size.")
    if old in (0, new):
        if proof:
            raise WrongProof("The proof is too long.")
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]  # 2
    if not path:  # 1
        raise WrongProof("The proof is too short.")
    _walk_consistency(old, new, path, (old_root, new_root))


def _walk_consistency(
    old: int, new: int, path: Sequence[bytes], roots: tuple[bytes, bytes]
) -> None:
    fn, sn = old - 1, new - 1  # 3
    while fn & 1:  # 4
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]  # 5
    for c in path[1:]:  # 6
        if sn == 0:
            raise WrongProof("The proof is too long.")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            fn, sn = _climb(fn, sn)
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:  # 7
        raise WrongProof("The proof is too short.")
    _require_equal(fr, roots[0], "The proof does not lead to the old root.")
    _require_equal(sr, roots[1], "The proof does not lead to the new root.")


def _climb(fn: int, sn: int) -> tuple[int, int]:
    """Pass the levels at which the last node of the tree has no sibling."""
    while fn and not fn & 1:
        fn, sn = fn >> 1, sn >> 1
    return fn, sn


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`, which is at least 2."""
    return 1 << ((width - 1).bit_length() - 1)


def _require_hashes(values: Iterable[bytes]) -> None:
    if any(len(value) != HASH for value in values):
        raise WrongProof("A hash has another length than 32 bytes.")


def _require_equal(found: bytes, expected: bytes, message: str) -> None:
    if found != expected:
        raise WrongProof(message)
