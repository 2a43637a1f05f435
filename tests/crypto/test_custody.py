"""Custody entries, leaves and checkpoints against their vectors."""

import json
from pathlib import Path

import pytest

from crypto import custody
from crypto.custody import Entry, Opening, Proven, checkpoint, parse_checkpoint, parse_entries
from crypto.errors import MalformedCustody, WrongProof
from crypto.merkle import Tree

VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors/naru/custody.json").read_text(encoding="utf-8")
)
SITE = bytes.fromhex(VECTORS["site"])
ROOT = bytes.fromhex(VECTORS["root"])


@pytest.mark.parametrize("vector", VECTORS["leaves"], ids=lambda v: v["fields"]["act"])
def test_leaves(vector):
    entry = Entry.of(vector["fields"])
    salt = bytes.fromhex(vector["salt"])
    assert bytes(entry) == vector["entry"].encode()
    assert custody.leaf(salt, bytes(entry)).hex() == vector["leaf"]
    assert Opening(salt, entry).leaf.hex() == vector["leaf"]
    assert entry.fields() == vector["fields"]


def test_the_tree_of_the_leaves():
    tree = Tree(bytes.fromhex(vector["leaf"]) for vector in VECTORS["leaves"])
    assert (len(tree), tree.root()) == (VECTORS["size"], ROOT)
    proofs = [[node.hex() for node in tree.inclusion(n)] for n in range(len(tree))]
    assert proofs == VECTORS["proofs"]


@pytest.mark.parametrize(
    "fields", VECTORS["malformed_entries"].values(), ids=VECTORS["malformed_entries"].keys()
)
def test_malformed_entries_are_refused(fields):
    with pytest.raises(MalformedCustody):
        Entry.of(fields)


def test_an_entry_says_nothing_twice():
    with pytest.raises(MalformedCustody):
        Entry("received", "desk", "2026-11-16", more={"act": "opened"})


def test_an_entry_holds_strings_only():
    with pytest.raises(MalformedCustody):
        Entry("received", "desk", "2026-11-16", more={"count": 1})


def test_a_salt_has_32_bytes():
    with pytest.raises(MalformedCustody):
        custody.leaf(b"short", b"{}")


def test_every_opening_has_its_own_salt():
    entry = Entry.of(VECTORS["leaves"][0]["fields"])
    first, second = Opening.fresh(entry), Opening.fresh(entry)
    assert first.leaf != second.leaf


def test_checkpoint():
    written = VECTORS["checkpoint"].encode()
    assert checkpoint(SITE, VECTORS["size"], ROOT) == written
    read = parse_checkpoint(written)
    assert (read.site_id, read.size, read.root) == (SITE, VECTORS["size"], ROOT)


@pytest.mark.parametrize("name", VECTORS["malformed_checkpoints"])
def test_malformed_checkpoints_are_refused(name):
    with pytest.raises(MalformedCustody):
        parse_checkpoint(VECTORS["malformed_checkpoints"][name].encode())


@pytest.mark.parametrize("wrong", [(b"short", 1, ROOT), (SITE, -1, ROOT), (SITE, 1, b"short")])
def test_no_checkpoint_of_something_else(wrong):
    with pytest.raises(MalformedCustody):
        checkpoint(*wrong)


def test_entries_are_read_as_written_and_prove_themselves():
    written = VECTORS["entries"].encode()
    found = parse_entries(written)
    assert b"".join(custody.entries(found)) == written
    for wrong in (found[::-1], found[:1] * 2):
        with pytest.raises(ValueError, match="order"):
            b"".join(custody.entries(wrong))
    assert [one.opening.entry.fields() for one in found] == [v["fields"] for v in VECTORS["leaves"]]
    for one in found:
        one.verify(VECTORS["size"], ROOT)


def test_no_act_is_an_account_too():
    assert parse_entries(b"".join(custody.entries([]))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"salt": bytes(32)},
        {"index": 4},
        {"index": 10**30},
        {"proof": ()},
        {"entry": {"act": "read"}},
        {"entry": {"day": "2026-11-15"}},
        {"entry": {"record": "00" * 16}},
    ],
    ids=["salt", "index", "far index", "proof", "act", "day", "record"],
)
def test_an_act_told_otherwise_is_not_proven(change):
    good = parse_entries(VECTORS["entries"].encode())[0]
    entry = Entry.of({**good.opening.entry.fields(), **change.get("entry", {})})
    told = Proven(
        Opening(change.get("salt", good.opening.salt), entry),
        change.get("index", good.index),
        change.get("proof", good.proof),
    )
    with pytest.raises(WrongProof):
        told.verify(VECTORS["size"], ROOT)


def rewritten(change):
    read = json.loads(VECTORS["entries"])
    change(read)
    return json.dumps(read, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("another version", lambda read: read.update(naru=2)),
        ("a negative index", lambda read: read["entries"][0].update(index=-1)),
        ("an index of text", lambda read: read["entries"][0].update(index="0")),
        ("an index of truth", lambda read: read["entries"][0].update(index=False)),
        ("a fraction", lambda read: read["entries"][0].update(index=0.0)),
        ("a short salt", lambda read: read["entries"][0].update(salt="00" * 31)),
        ("upper-case salt", lambda read: read["entries"][0].update(salt="AB" * 32)),
        ("a salt that is no hex", lambda read: read["entries"][0].update(salt="zz" * 32)),
        ("a short node", lambda read: read["entries"][0]["proof"].append("00")),
        ("a proof that is no array", lambda read: read["entries"][0].update(proof="")),
        ("an entry that is text", lambda read: read["entries"][0].update(entry="{}")),
        ("an entry without its act", lambda read: read["entries"][0]["entry"].pop("act")),
        ("one more field", lambda read: read["entries"][0].update(more="")),
        ("no salt", lambda read: read["entries"][0].pop("salt")),
        ("not an object", lambda read: read["entries"].append(3)),
        ("out of order", lambda read: read["entries"].reverse()),
        ("told twice", lambda read: read["entries"].insert(0, read["entries"][0])),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_malformed_accounts_are_refused(name, change):
    with pytest.raises(MalformedCustody):
        parse_entries(rewritten(change))


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"entries":[], "naru":1}', b'{"entries":[],"naru":1}\n', b"\xff",
     b'{"entries":[],"entries":[],"naru":1}', b"[" * 5000, b'{"entries":[],"naru":NaN}'],
    ids=["nothing", "array", "object", "blank", "line end", "no text", "twice", "deep", "NaN"],
)  # fmt: skip
def test_what_is_not_canonical_is_refused(data):
    with pytest.raises(MalformedCustody):
        parse_entries(data)


def test_a_checkpoint_may_be_of_nothing_and_has_a_longest():
    empty = checkpoint(SITE, 0, Tree().root())
    assert parse_checkpoint(empty).size == 0
    longest = 256 - len(empty) + 1
    written = checkpoint(SITE, 10 ** (longest - 1), ROOT)
    assert len(written) == 256
    assert bytes(parse_checkpoint(written).root) == ROOT
    with pytest.raises(MalformedCustody, match="too long"):
        parse_checkpoint(checkpoint(SITE, 10**longest, ROOT))
