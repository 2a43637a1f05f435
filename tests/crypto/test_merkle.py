"""RFC 6962 trees against published vectors, a naive tree and every small alteration."""

import json
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import merkle
from crypto.errors import WrongProof
from crypto.merkle import EMPTY_ROOT, Tree, leaf_hash, verify_consistency, verify_inclusion

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors/rfc6962/vectors.json").read_text(encoding="utf-8")
)
LEAVES = [bytes.fromhex(leaf) for leaf in VECTORS["leaves"]]
ROOTS = [bytes.fromhex(root) for root in VECTORS["roots"]]
SOME_HASH = bytes.fromhex("abacaba000000000000000000000000000000000000000000060061e00123456")


def proof_of(vector):
    return [bytes.fromhex(node) for node in vector["proof"]]


def mth(leaves):
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m, leaves):
    """RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def subproof(m, leaves, b):
    """RFC 6962, 2.1.2."""
    if m == len(leaves):
        return [] if b else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*subproof(m, leaves[:k], b), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], b=False), mth(leaves[:k])]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size):
    assert Tree(LEAVES[:size]).root() == ROOTS[size]
    assert Tree(LEAVES).root(size) == ROOTS[size]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=str)
def test_published_inclusion_proofs(vector):
    index, size, proof = vector["index"], vector["size"], proof_of(vector)
    assert Tree(LEAVES).inclusion(index, size) == proof
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, ROOTS[size])


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=str)
def test_published_consistency_proofs(vector):
    old, new, proof = vector["old"], vector["new"], proof_of(vector)
    assert Tree(LEAVES).consistency(old, new) == proof
    verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def flipped(proof):
    for at, node in enumerate(proof):
        for bit in range(256):
            altered = (int.from_bytes(node, "big") ^ 1 << bit).to_bytes(32, "big")
            yield [*proof[:at], altered, *proof[at + 1 :]]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=str)
def test_altered_inclusion_proofs_are_refused(vector):
    index, size, proof = vector["index"], vector["size"], proof_of(vector)
    leaf, root = leaf_hash(LEAVES[index]), ROOTS[size]
    probes = [
        (leaf, index - 1, size, proof, root),
        (leaf, index + 1, size, proof, root),
        (leaf, index ^ 2, size, proof, root),
        (leaf, index, size * 2, proof, root),
        (leaf, index, size // 2, proof, root),
        (b"WrongLeaf", index, size, proof, root),
        (SOME_HASH, index, size, proof, root),
        (leaf, index, size, proof, EMPTY_ROOT),
        (leaf, index, size, proof, SOME_HASH),
        (leaf, index, size, proof, b""),
        (leaf, index, size, [*proof, b""], root),
        (leaf, index, size, [*proof, root], root),
        (leaf, index, size, [b"", *proof], root),
        (leaf, index, size, [root, *proof], root),
        *((leaf, index, size, altered, root) for altered in flipped(proof)),
    ]
    if proof:
        probes.append((leaf, index, size, proof[:-1], root))
        probes.append((leaf, index, size, [proof[0], SOME_HASH, *proof[1:]], root))
    for probe in probes:
        with pytest.raises(WrongProof):
            verify_inclusion(*probe)


@pytest.mark.parametrize("vector", VECTORS["consistency"][1:], ids=str)
def test_altered_consistency_proofs_are_refused(vector):
    old, new, proof = vector["old"], vector["new"], proof_of(vector)
    first, second = ROOTS[old], ROOTS[new]
    probes = [
        (old - 1, new, first, second, proof),
        (old + 1, new, first, second, proof),
        (old ^ 2, new, first, second, proof),
        (old, new * 2, first, second, proof),
        (old, new // 2, first, second, proof),
        (old, new, b"WrongRoot", second, proof),
        (old, new, first, b"WrongRoot", proof),
        (old, new, second, first, proof),
        (old, new, first, second, []),
        (old, new, first, second, proof[:-1]),
        *((old, new, first, second, [*proof, end]) for end in (b"", first, second)),
        *((old, new, first, second, [head, *proof]) for head in (b"", first, second, proof[0])),
        *((old, new, first, second, altered) for altered in flipped(proof)),
    ]
    for probe in probes:
        with pytest.raises(WrongProof):
            verify_consistency(*probe)


@pytest.mark.parametrize(
    "probe",
    [
        (0, 0, ROOTS[0], SOME_HASH, []),
        (0, 1, SOME_HASH, ROOTS[1], []),
        (1, 1, ROOTS[1], SOME_HASH, []),
        (1, 0, ROOTS[1], ROOTS[0], []),
        (2, 1, ROOTS[2], ROOTS[1], []),
        (1, 2, ROOTS[1], ROOTS[2], []),
        (3, 4, ROOTS[3], ROOTS[4], []),
        (0, 0, ROOTS[0], ROOTS[0], [EMPTY_ROOT]),
        (0, 1, ROOTS[0], ROOTS[1], [EMPTY_ROOT]),
        (1, 1, ROOTS[1], ROOTS[1], [EMPTY_ROOT]),
        (-1, 1, ROOTS[1], ROOTS[1], []),
    ],
)
def test_trees_that_do_not_continue_are_refused(probe):
    with pytest.raises(WrongProof):
        verify_consistency(*probe)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (5, 5)])
def test_the_empty_tree_begins_every_tree_and_each_begins_itself(old, new):
    verify_consistency(old, new, ROOTS[old], ROOTS[new], Tree(LEAVES).consistency(old, new))


@pytest.mark.parametrize("size", range(1, 34))
def test_every_proof_of_every_small_tree_is_the_naive_one(size):
    leaves = [bytes([n]) * 32 for n in range(size)]
    tree = Tree(leaves)
    root = tree.root()
    assert root == mth(leaves)
    for index in range(size):
        proof = tree.inclusion(index)
        assert proof == path(index, leaves)
        verify_inclusion(leaf_hash(leaves[index]), index, size, proof, root)
    for old in range(1, size + 1):
        proof = tree.consistency(old)
        assert proof == subproof(old, leaves, b=True)
        verify_consistency(old, size, mth(leaves[:old]), root, proof)


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=90), st.data())
def test_proofs_about_earlier_sizes_hold_and_only_there(leaves, data):
    tree = Tree(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof = tree.inclusion(index, size)
    assert proof == path(index, leaves[:size])
    verify_inclusion(leaf_hash(leaves[index]), index, size, proof, tree.root(size))
    old = data.draw(st.integers(0, size))
    verify_consistency(old, size, tree.root(old), tree.root(size), tree.consistency(old, size))
    with pytest.raises(WrongProof):
        verify_inclusion(leaf_hash(leaves[index] + b"!"), index, size, proof, tree.root(size))


def test_a_leaf_is_no_node():
    left, right = leaf_hash(LEAVES[0]), leaf_hash(LEAVES[1])
    assert leaf_hash(left + right) != merkle.node_hash(left, right)


def test_appending_returns_the_index_and_changes_no_earlier_root():
    tree = Tree()
    assert (len(tree), tree.root()) == (0, EMPTY_ROOT)
    for index, leaf in enumerate(LEAVES):
        assert tree.append(leaf) == index
        assert [tree.root(size) for size in range(index + 2)] == ROOTS[: index + 2]


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        ("root", (9,)),
        ("root", (-1,)),
        ("inclusion", (8,)),
        ("inclusion", (-1,)),
        ("inclusion", (4, 4)),
        ("consistency", (5, 4)),
        ("consistency", (-1,)),
    ],
)
def test_asking_beyond_the_tree_is_an_error(method, asked):
    with pytest.raises(ValueError, match=r"leaf|tree"):
        getattr(Tree(LEAVES), method)(*asked)


def test_a_hundred_thousand_leaves():
    size = 100_000
    tree = Tree(n.to_bytes(32, "big") for n in range(size))
    assert tree.root() == mth([n.to_bytes(32, "big") for n in range(size)])
    root = tree.root()
    for index in range(0, size, 997):
        proof = tree.inclusion(index)
        assert len(proof) <= 17
        verify_inclusion(leaf_hash(index.to_bytes(32, "big")), index, size, proof, root)
        verify_consistency(index, size, tree.root(index), root, tree.consistency(index))


PATH5, PROOF35 = Tree(LEAVES).inclusion(0, 5), Tree(LEAVES).consistency(3, 5)
SAID = [
    ("The leaf lies outside the tree.", verify_inclusion, (0, 5, 5, PATH5, ROOTS[5])),
    ("The proof is too long.", verify_inclusion, (0, 0, 5, [*PATH5, ROOTS[5]], ROOTS[5])),
    ("The proof is too short.", verify_inclusion, (0, 0, 5, PATH5[:-1], ROOTS[5])),
    ("The proof does not lead to this root.", verify_inclusion, (0, 0, 5, PATH5, ROOTS[4])),
    ("A hash has another length than 32 bytes.", verify_inclusion, (0, 0, 5, [b""], ROOTS[5])),
    ("The tree has shrunk.", verify_consistency, (5, 4, ROOTS[5], ROOTS[4], [])),
    (
        "This is not the root of the empty tree.",
        verify_consistency,
        (0, 5, ROOTS[5], ROOTS[5], []),
    ),
    ("Two roots for one size.", verify_consistency, (5, 5, ROOTS[5], ROOTS[4], [])),
    ("The proof is too long.", verify_consistency, (5, 5, ROOTS[5], ROOTS[5], PROOF35)),
    ("The proof is too short.", verify_consistency, (3, 5, ROOTS[3], ROOTS[5], [])),
    (
        "The proof is too long.",
        verify_consistency,
        (3, 5, ROOTS[3], ROOTS[5], [*PROOF35, SOME_HASH]),
    ),
    ("The proof is too short.", verify_consistency, (3, 5, ROOTS[3], ROOTS[5], PROOF35[:-1])),
    (
        "The proof does not lead to the old root.",
        verify_consistency,
        (3, 5, ROOTS[2], ROOTS[5], PROOF35),
    ),
    (
        "The proof does not lead to the new root.",
        verify_consistency,
        (3, 5, ROOTS[3], ROOTS[4], PROOF35),
    ),
]


@pytest.mark.parametrize(
    ("said", "check", "probe"), SAID, ids=[f"{n} {said}" for n, (said, *_) in enumerate(SAID)]
)
def test_a_refusal_says_what_does_not_hold(said, check, probe):
    _, *rest = probe
    probe = (leaf_hash(LEAVES[0]), *rest) if check is verify_inclusion else probe
    with pytest.raises(WrongProof) as refused:
        check(*probe)
    assert str(refused.value) == said
