"""Rebuild custody.json, and signing.json around the signatures it already holds.

Run from the root of the repository: ``python tests/vectors/naru/make_custody_and_signing.py``.
ML-DSA-65 signatures are randomised: an old one is kept as long as it still verifies.
"""

import base64
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2]))

from crypto import custody, merkle, signing
from crypto.errors import CryptoError
from crypto.signing import Signatures, Signer

SITE = bytes(range(16))
FIELDS = [
    {"act": "received", "actor": "desk", "day": "2026-11-16", "payload": "11" * 32, "record": "aa" * 16},
    {"act": "opened", "actor": "m-07", "day": "2026-11-17", "payload": "11" * 32, "record": "aa" * 16},
    {"act": "key-rotated", "actor": "m-01", "day": "2026-11-17", "payload": "", "record": ""},
    {"act": "released", "actor": "m-01", "day": "2026-11-18", "payload": "11" * 32, "record": "aa" * 16, "partner": "구조 \"1\"\n", "purpose": "k_court"},
    {"act": "withdrawn", "actor": "witness", "day": "2026-11-19", "payload": "22" * 32, "record": "bb" * 16},
]


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


def b64(data):
    return base64.b64encode(data).decode()


def make_custody():
    salts = [bytes([n + 1]) * 32 for n in range(len(FIELDS))]
    openings = [custody.Opening(s, custody.Entry.of(f)) for s, f in zip(salts, FIELDS, strict=True)]
    tree = merkle.Tree(one.leaf for one in openings)
    good = custody.checkpoint(SITE, len(tree), tree.root())
    proven = [custody.Proven(o, i, tuple(tree.inclusion(i))) for i, o in enumerate(openings)]
    first = FIELDS[0]
    bad = {
        "no act": without(first, "act"),
        "no payload": without(first, "payload"),
        "empty actor": {**first, "actor": ""},
        "a day that is none": {**first, "day": "2026-13-01"},
        "a time": {**first, "day": "2026-11-16T10:00"},
        "another script's digits": {**first, "day": "２０２６-11-16"},
        "upper-case digest": {**first, "payload": "AA" * 32},
        "short digest": {**first, "payload": "11" * 31},
        "a number": {**first, "count": 3},
        "an array": {**first, "more": []},
    }
    line, size, root = good.decode().splitlines()
    wrong = {
        "no last LF": good[:-1],
        "CR LF": good.replace(b"\n", b"\r\n"),
        "a fourth line": good + b"extra\n",
        "upper-case site": good.replace(line.encode(), line.upper().encode()),
        "other origin": good.replace(b"naru/custody/", b"naru/other/"),
        "short site": f"naru/custody/{SITE[:15].hex()}\n{size}\n{root}\n".encode(),
        "leading zero": f"{line}\n0{size}\n{root}\n".encode(),
        "negative size": f"{line}\n-1\n{root}\n".encode(),
        "plus sign": f"{line}\n+{size}\n{root}\n".encode(),
        "root without padding": f"{line}\n{size}\n{root[:-1]}\n".encode(),
        "root of 31 bytes": f"{line}\n{size}\n{b64(tree.root()[:31])}\n".encode(),
        "loose bits in the root": f"{line}\n{size}\n{root[:-2]}{chr(ord(root[-2]) + 1)}=\n".encode(),
        "empty": b"",
        "too long": good + b"x" * 300,
    }
    return {
        "site": SITE.hex(),
        "leaves": [
            {"salt": o.salt.hex(), "fields": f, "entry": bytes(o.entry).decode(), "leaf": o.leaf.hex()}
            for o, f in zip(openings, FIELDS, strict=True)
        ],
        "size": len(tree),
        "root": tree.root().hex(),
        "proofs": [[node.hex() for node in one.proof] for one in proven],
        "checkpoint": good.decode(),
        "entries": b"".join(custody.entries(proven)).decode(),
        "malformed_entries": bad,
        "malformed_checkpoints": {name: data.decode() for name, data in wrong.items()},
    }


def kept(old, public, namespace, message, fresh):
    for case in old.get("signatures", []):
        if (case["namespace"], case["message"]) == (namespace, message.hex()):
            signatures = Signatures(case["sig"].encode(), base64.b64decode(case["mldsa65"]))
            try:
                public.verify(namespace, message, signatures)
            except CryptoError:
                continue
            return signatures
    return fresh


def make_signing(old):
    signer, other = Signer(bytes(range(32)), bytes(range(32, 64))), Signer(b"\1" * 32, b"\2" * 32)
    cases = []
    for namespace in sorted(signing.NAMESPACES):
        message = f"A statement under {namespace}\n".encode()
        made = kept(old, signer.public, namespace, message, signer.sign(namespace, message))
        cases.append({"namespace": namespace, "message": message.hex(), "sig": made.sshsig.decode(), "mldsa65": b64(made.mldsa65)})
    first, second = cases[0], cases[1]
    message = bytes.fromhex(first["message"])
    theirs = other.sign(first["namespace"], message)
    before = {case["why"]: case["change"] for case in old.get("refused", [])}
    lattice_of_theirs = before.get("the ML-DSA-65 of another key", {"mldsa65": b64(theirs.mldsa65)})
    lines = first["sig"].splitlines(keepends=True)
    lattice = base64.b64decode(first["mldsa65"])
    bad = [
        ("another message", "wrong", {"message": (message + b"!").hex()}),
        ("another namespace", "wrong", {"namespace": second["namespace"]}),
        ("the SSHSIG of another key", "wrong", {"sig": theirs.sshsig.decode()}),
        ("the ML-DSA-65 of another key", "wrong", lattice_of_theirs),
        ("the SSHSIG of another namespace", "wrong", {"sig": second["sig"]}),
        ("the ML-DSA-65 of another namespace", "wrong", {"mldsa65": second["mldsa65"]}),
        ("one bit of ML-DSA-65", "wrong", {"mldsa65": b64(bytes([lattice[0] ^ 1]) + lattice[1:])}),
        ("ML-DSA-65 cut short", "malformed", {"mldsa65": b64(lattice[:-1])}),
        ("no ML-DSA-65", "malformed", {"mldsa65": ""}),
        ("no SSHSIG", "malformed", {"sig": ""}),
        ("no armor", "malformed", {"sig": "".join(lines[1:-1])}),
        ("CR LF", "malformed", {"sig": first["sig"].replace("\n", "\r\n")}),
        ("lines of another length", "malformed", {"sig": lines[0] + "".join(lines[1:-1]).replace("\n", "") + "\n" + lines[-1]}),
        ("text after the end", "malformed", {"sig": first["sig"] + "\n"}),
        ("cut short", "malformed", {"sig": lines[0] + lines[1] + lines[-1]}),
        ("sha256 inside", "malformed", {"sig": resigned(first["sig"], b"sha512", b"sha256")}),
        ("version 2", "malformed", {"sig": resigned(first["sig"], b"SSHSIG\0\0\0\1", b"SSHSIG\0\0\0\2")}),
        ("another algorithm", "malformed", {"sig": resigned(first["sig"], b"ssh-ed25519", b"ssh-ed25518")}),
        ("a trailing byte", "malformed", {"sig": resigned(first["sig"], b"", b"", end=b"\0")}),
    ]
    refused = [{"why": why, "outcome": outcome, "change": change} for why, outcome, change in bad]
    return {
        "ed25519_seed": bytes(range(32)).hex(),
        "mldsa65_seed": bytes(range(32, 64)).hex(),
        "signer.pub": bytes(signer.public).decode(),
        "fingerprint": signer.public.fingerprint,
        "allowed_signers": signer.public.allowed_signers("naru", ["naru-bundle", "naru-key"]),
        "signatures": cases,
        "refused": refused,
        "malformed_keys": malformed_keys(bytes(signer.public).decode()),
    }


def resigned(armored, find, replace, end=b""):
    blob = base64.b64decode("".join(armored.splitlines()[1:-1])).replace(find, replace) + end
    body = b64(blob)
    lines = [body[at : at + 70] for at in range(0, len(body), 70)]
    return "-----BEGIN SSH SIGNATURE-----\n" + "\n".join(lines) + "\n-----END SSH SIGNATURE-----\n"


def malformed_keys(good):
    read = json.loads(good)
    lattice = base64.b64decode(read["mldsa65"])
    dump = lambda **change: json.dumps({**read, **change}, sort_keys=True, separators=(",", ":"))
    return {
        "a last LF": good + "\n",
        "a blank": good.replace(",", ", ", 1),
        "version 2": dump(naru=2),
        "version as text": dump(naru="1"),
        "version true": dump(naru=True),
        "another field": dump(more="x"),
        "a field twice": good.replace('"naru":1', '"naru":1,"naru":1'),
        "a comment": dump(ed25519=read["ed25519"] + " desk"),
        "an RSA key": dump(ed25519="ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB"),
        "half a key": dump(ed25519=read["ed25519"][:40]),
        "ML-DSA-65 of 1951 bytes": dump(mldsa65=b64(lattice[:-1])),
        "ML-DSA-65 in base64url": dump(mldsa65=read["mldsa65"].replace("+", "-").replace("/", "_")),
        "loose bits in ML-DSA-65": dump(mldsa65=read["mldsa65"][:-2] + chr(ord(read["mldsa65"][-2]) + 1) + "="),
        "an array": "[]",
        "nothing": "",
        "deep": "[" * 5000,
    }


def main():
    old = HERE / "signing.json"
    kept_before = json.loads(old.read_text(encoding="utf-8")) if old.exists() else {}
    for name, made in (("custody", make_custody()), ("signing", make_signing(kept_before))):
        text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
        (HERE / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
