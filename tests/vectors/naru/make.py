"""Rebuild the vectors of FORMAT.md sections 2 to 8.

Run from the root of the repository: ``python tests/vectors/naru/make.py``. Nothing is random, so a
second run changes no byte; ``--check`` says whether that is so. Nothing of crypto/ is used.
"""

import json
import sys
import unicodedata
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import make_documents
from independent import (
    all_buckets, argon2id, b64url, canonical, expand, hkdf, mac, receipt, seal, spell, words,
)

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
NONCE = bytes(range(0x40, 0x4C))
SITE = bytes(range(0x50, 0x60))
SEEDS = [bytes(32), bytes([0xFF]) * 32, sha256(b"a seed").digest(), sha256(b"another").digest()]
KINDS = "testimony addition correction answer consent attachment question reply desk".split()
PURPOSES = "addition correction answer consent attachment".split()
NOW = 498_000  # hours since 1970, in October 2026


def canonical_cases():
    written = {
        "empty object": {}, "empty array": [], "empty string": "", "null": None, "yes": True,
        "keys by code point": {"b": 1, "a": 2, "B": 3, "10": 4, "9": 5, "": 6},
        "keys beyond the BMP come last, unlike in UTF-16": {"\U0001f600": 1, "\uff5e": 2, "\ue000": 3},
        "escapes": 'a"b\\c/d\b\f\n\r\t\x00\x01\x1f\x7f\x80\u2028\u2029\ufeff',
        "no escape for letters": "북송 遣返 naïve \U0001f600",
        "not normalised": unicodedata.normalize("NFD", "나루 é") + "나루 é",
        "whole numbers": [0, -1, 2**53 - 1, -(2**53 - 1)],
        "nested": {"z": [{"y": [1, "2", None, False]}], "a": {"c": {}, "b": []}},
    }
    refused = {
        "2^53": 2**53, "-2^53": -(2**53), "a fraction": 1.5,
        "a lone high surrogate": "a\ud83d", "a lone low surrogate": ["\ude00a"],
        "a lone surrogate in a key": {"\udfff": 1},
    }
    for name, value in written.items():
        yield {"name": name, "outcome": "written", "value": value, "hex": canonical(value).hex()}
    for name, value in refused.items():
        yield {"name": name, "outcome": "refused", "value": value}


def padding_cases():
    mib = 1 << 20
    for floor in (1024, 4096, 32768):
        buckets = all_buckets(floor, 1 << 41)
        edges = [b + d for b in buckets if b < 20 * mib for d in (-1, 0, 1)]
        for n in sorted({0, 1, *edges, 1 << 30, (1 << 30) + 1, (1 << 40) - 1, 3 << 38}):
            bucket = next(b for b in buckets if b >= n)
            yield {"name": f"{n} from {floor}", "outcome": "padded", "n": n, "floor": floor, "bucket": bucket}
    yield {"name": "negative", "outcome": "refused", "n": -1, "floor": 32768}


def ticket(key, seed, expiry):
    body = seed + expiry.to_bytes(4, "big")
    return b64url(body + mac(key, b"naru/v1/ticket" + body)[:16])


def ticket_cases():
    good = ticket(KEY, SEEDS[2], NOW + 48)
    flipped = good[:3] + ("A" if good[3] != "A" else "B") + good[4:]
    tail = good[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[good[-1]]
    case = {"key": KEY.hex(), "seed": SEEDS[2].hex()}
    yield {"name": "issued on the hour", "outcome": "issued", **case, "now": NOW, "ticket": good}
    yield {"name": "issued past the hour", "outcome": "issued", **case, "now": NOW - 0.75, "ticket": good}
    yield {"name": "at once", "outcome": "accepted", **case, "now": NOW, "ticket": good}
    yield {"name": "in its last hour", "outcome": "accepted", **case, "now": NOW + 47.99, "ticket": good}
    yield {"name": "at its hour", "outcome": "expired", **case, "now": NOW + 48, "ticket": good}
    foreign = {
        "another key's": ticket(OTHER, SEEDS[2], NOW + 48), "another key's, and expired": ticket(OTHER, SEEDS[2], 1),
        "a flipped bit": flipped, "spare bits set": tail, "cut": good[:-1], "longer": good + "A",
        "padded": good + "==", "empty": "", "standard alphabet": "+" + good[1:], "a line end": good + "\n",
        "full-width": "\uff21" + good[1:],
    }
    for name, text in foreign.items():
        yield {"name": name, "outcome": "not ours", "key": KEY.hex(), "now": NOW, "ticket": text}


def receipt_cases():
    for seed in SEEDS:
        code = receipt(seed)
        shown = {lang: spell(code, lang) for lang in ("en", "ko", "zh")}
        yield {"name": f"seed {seed.hex()[:8]}", "outcome": "derived", "seed": seed.hex(), "code": code.hex(), "words": shown}
    yield from typed_cases()
    code = receipt(SEEDS[2])
    root = hkdf(code, SITE, b"naru/v1/root", 32)
    slots = {kind: expand(root, b"naru/v1/slots/" + kind.encode(), 32) for kind in KINDS}
    yield {
        "name": "root", "outcome": "rooted", "code": code.hex(), "site": SITE.hex(), "root": root.hex(),
        "thread": expand(root, b"naru/v1/thread", 16).hex(), "identity": expand(root, b"naru/v1/identity", 32).hex(),
        "same_key": expand(root, b"naru/v1/same", 32).hex(), "slots": {kind: key.hex() for kind, key in slots.items()},
        "slot": [
            {"kind": kind, "n": n, "slot": expand(slots[kind], b"naru/v1/slot" + n.to_bytes(4, "big"), 16).hex()}
            for kind in KINDS for n in (0, 1, 255, 256, 2**32 - 1)
        ],
    }
    yield from same_cases(code, expand(root, b"naru/v1/same", 32))


def typed_cases():
    code = receipt(SEEDS[2])
    en, ko, zh = (spell(code, lang) for lang in ("en", "ko", "zh"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in en[0])
    good = {
        "English": " ".join(en), "Korean, composed": " ".join(ko), "Chinese with blanks": " ".join(zh),
        "Chinese without blanks": "".join(zh), "Korean, decomposed": unicodedata.normalize("NFD", " ".join(ko)),
        "capitals": " ".join(en).upper(), "one a line, numbered": "\r\n".join(f"{n}. {w}" for n, w in enumerate(en, 1)),
        "commas": ", ".join(ko) + ".", "numbered without blanks": "".join(f"{n}{w}" for n, w in enumerate(ko, 1)),
        "ideographic blanks and stops": "\u3000".join(zh) + "\u3002", "full-width letters": " ".join([wide, *en[1:]]),
        "tabs, no-break and thin blanks": "\t".join(en[:5]) + "\u00a0" + "\u2009".join(en[5:]),
        "a mark of byte order, soft hyphens, joiners": "\ufeff" + " ".join(w[0] + "\u00ad\u200d" + w[1:] for w in en),
        "accents": " ".join(en).replace("e", "é"), "mixed languages": " ".join([*en[:3], *ko[3:6], *zh[6:]]),
        "Chinese in two lines": "".join(zh[:5]) + "\n" + "".join(zh[5:]), "underscores and dashes": "_".join(en[:5]) + "—" + "-".join(en[5:]),
        "circled numbers": " ".join(f"{chr(0x2460 + n)}{w}" for n, w in enumerate(ko)),
    }
    for name, text in good.items():
        yield {"name": f"typed: {name}", "outcome": "read", "text": text, "code": code.hex()}
    for name, text, found in (
        ("nothing", "", 0), ("blanks", " \u3000\n", 0), ("nine", " ".join(en[:9]), 9), ("eleven", " ".join([*ko, ko[0]]), 11),
        ("digits only", "1 2 3 4 5 6 7 8 9 10", 0), ("English run together", "".join(en), 1), ("nine Chinese", "".join(zh[:9]), 9),
    ):
        yield {"name": f"typed: {name}", "outcome": "wrong word count", "text": text, "found": found}
    zoo = [words("en")[-1]] * 9
    for name, listed, text, word, near in (
        ("a wrong letter", 4, " ".join([*zoo[:3], "abandom", *zoo[3:]]), "abandom", "abandon"),
        ("a letter from another alphabet", 1, " ".join(["аbandon", *zoo]), "аbandon", "abandon"),
        ("a wrong vowel of a syllable", 10, " ".join([*ko[:9], "가걱"]), "가걱", "가격"),
        ("a character that is in no list", 2, zh[0] + "鼎" + "".join(zh[2:]), "鼎", None),
        ("ten of no list", 1, "abandom " * 10, "abandom", "abandon"), ("ten of no list, Korean", 1, "가걱 " * 10, "가걱", "가격"),
        ("kana", 10, " ".join([*en[:9], "か"]), "か", None),
    ):
        yield {"name": f"typed: {name}", "outcome": "not a word", "text": text, "position": listed, "word": word, "near": near}


def same_cases(code, key):
    for name, kind, fields, kept in (
        ("one text", "testimony", {"w_narrative": "a"}, {"w_narrative": "a"}),
        ("line ends", "testimony", {"w_narrative": "a\r\nb\rc\n"}, {"w_narrative": "a\nb\nc\n"}),
        ("empty is absent", "testimony", {"w_narrative": "a", "w_where": "", "b_name": ["", ""]}, {"w_narrative": "a"}),
        ("several", "addition", {"b_name": ["나", "", "루"], "a": "1"}, {"a": "1", "b_name": ["나", "루"]}),
        ("a file", "attachment", {"name": "a.jpg", "type": "image/jpeg", "size": "3", "sha256": "00" * 32},
         {"name": "a.jpg", "type": "image/jpeg", "size": "3", "sha256": "00" * 32}),
        ("nothing", "consent", {}, {}),
    ):
        tag = mac(key, kind.encode() + b"\0" + canonical(kept))[:16]
        yield {"name": f"same: {name}", "outcome": "tagged", "code": code.hex(), "site": SITE.hex(), "kind": kind, "fields": fields, "tag": tag.hex()}


def token_cases():
    parts = {"thread": bytes(range(16)), "slots": bytes(range(100, 132)), "same_key": bytes(range(200, 232))}
    base = {"key": KEY.hex(), "nonce": NONCE.hex(), **{name: value.hex() for name, value in parts.items()}}
    def token(key, purpose, body, nonce=NONCE):
        return b64url(seal(key, nonce, b"naru/v1/token/" + purpose.encode(), body))
    def body(expiry):
        return expiry.to_bytes(4, "big") + b"".join(parts.values())
    for purpose in PURPOSES:
        text = token(KEY, purpose, body(NOW + 24))
        yield {"name": f"sealed: {purpose}", "outcome": "sealed", **base, "purpose": purpose, "now": NOW - 0.5, "token": text}
        yield {"name": f"opened: {purpose}", "outcome": "opened", **base, "purpose": purpose, "now": NOW + 23.99, "token": text}
    good = token(KEY, "answer", body(NOW + 24))
    yield {"name": "at its hour", "outcome": "expired", **base, "purpose": "answer", "now": NOW + 24, "token": good}
    for name, purpose, text in (
        ("another purpose", "consent", good), ("another key", "answer", token(OTHER, "answer", body(NOW + 24))),
        ("a flipped bit", "answer", ("A" if good[0] != "A" else "B") + good[1:]), ("cut", "answer", good[:-2]),
        ("empty", "answer", ""), ("a shorter body", "answer", token(KEY, "answer", body(NOW + 24)[:-1])),
        ("padded", "answer", good + "="), ("not ASCII", "answer", "é" + good[1:]),
    ):
        yield {"name": name, "outcome": "not ours", "key": KEY.hex(), "purpose": purpose, "now": NOW, "token": text}


def record_cases():
    record, casebook, desk = bytes(range(16)), bytes(range(16, 32)), expand(OTHER, b"naru/v1/desk", 32)
    aad = b"naru/v1/record-key" + record + casebook
    wrapped = seal(OTHER, NONCE, aad, KEY)
    base = {"casebook_key": OTHER.hex(), "casebook_key_id": casebook.hex(), "record_id": record.hex()}
    yield {"name": "desk seed", "outcome": "derived", "casebook_key": OTHER.hex(), "desk_seed": desk.hex()}
    yield {"name": "wrapped", "outcome": "unwrapped", **base, "nonce": NONCE.hex(), "record_key": KEY.hex(), "wrapped": wrapped.hex()}
    for name, change in (
        ("another casebook key", {"casebook_key": KEY.hex()}), ("another casebook key's id", {"casebook_key_id": record.hex()}),
        ("another record", {"record_id": casebook.hex()}), ("a flipped bit", {"wrapped": (wrapped[:-1] + bytes([wrapped[-1] ^ 1])).hex()}),
        ("cut", {"wrapped": wrapped[:-1].hex()}), ("empty", {"wrapped": ""}), ("a nonce alone", {"wrapped": NONCE.hex()}),
        ("a key of 31 bytes", {"wrapped": seal(OTHER, NONCE, aad, KEY[:31]).hex()}),
    ):
        yield {"name": f"wrapped: {name}", "outcome": "wrong key", **base, "wrapped": wrapped.hex(), **change}
    yield from body_cases(record)


def body_cases(record):
    key = expand(KEY, b"naru/v1/body", 32)
    def body(plain, sequence):
        return seal(key, NONCE, b"naru/v1/body" + record + sequence.to_bytes(4, "big"), plain)
    base = {"record_key": KEY.hex(), "record_id": record.hex()}
    for name, sequence, held, floor in (
        ("a tag", 0, {"e": "tag", "start": 3, "end": 9, "sure": True, "note": "북송"}, 1024), ("empty", 1, {}, 1024),
        ("exactly full", 255, {"t": "x" * 1016}, 1024), ("one more", 256, {"t": "x" * 1017}, 1024),
        ("the last place, a higher floor", 2**32 - 1, {"t": ["a", None]}, 4096),
    ):
        size = next(b for b in all_buckets(floor, 1 << 22) if b >= len(canonical(held)))
        sealed = body(canonical(held).ljust(size, b" "), sequence)
        yield {"name": f"body: {name}", "outcome": "opened", **base, "sequence": sequence, "floor": floor, "nonce": NONCE.hex(), "body": held, "sealed": sealed.hex()}
    good = body(b"{}", 7)
    for name, change in (
        ("another place", {"sequence": 8}), ("another record", {"record_id": "ff" * 16}), ("another key", {"record_key": OTHER.hex()}),
        ("a flipped bit", {"sealed": (good[:12] + bytes([good[12] ^ 128]) + good[13:]).hex()}), ("cut", {"sealed": good[:-1].hex()}),
        ("empty", {"sealed": ""}), ("no JSON", {"sealed": body(b"{", 7).hex()}), ("no object", {"sealed": body(b"[]", 7).hex()}),
        ("not UTF-8", {"sealed": body(b'{"a":"\xff"}', 7).hex()}), ("nested without end", {"sealed": body(b"[" * 3000, 7).hex()}),
    ):
        yield {"name": f"body: {name}", "outcome": "tampered", **base, "sequence": 7, "sealed": good.hex(), **change}


def locking_cases():
    member, salt, secret = bytes(range(16)), bytes(range(32, 48)), KEY
    def locked(passphrase, m, t, p):
        aad = b"naru/v1/locked" + member + canonical({"m": m, "t": t, "p": p})
        head = b"".join(n.to_bytes(4, "big") for n in (m, t, p))
        return head + salt + seal(argon2id(passphrase, salt, m, t, p), NONCE, aad, secret)
    korean = unicodedata.normalize("NFKD", "가격 가끔 가난")
    cheap = locked(korean, 8, 1, 1)
    base = {"member_id": member.hex(), "salt": salt.hex(), "nonce": NONCE.hex(), "secret": secret.hex()}
    for name, text, row in (
        ("composed", "가격 가끔 가난", cheap), ("decomposed", korean, cheap), ("copied in two lines", " 가격\u3000가끔 \r\n가난\n", cheap),
        ("more lanes", "abandon zoo", locked("abandon zoo", 64, 2, 3)), ("empty", "", locked("", 8, 1, 1)),
        ("a member's", "abandon zoo", locked("abandon zoo", 256 * 1024, 3, 4)),
    ):
        yield {"name": f"locked: {name}", "outcome": "unlocked", **base, "passphrase": text, "row": row.hex()}
    raised = (16).to_bytes(4, "big") + cheap[4:]
    for name, change in (
        ("another passphrase", {"passphrase": "가격 가끔 가능"}), ("run together", {"passphrase": "가격가끔가난"}),
        ("another member", {"member_id": "ff" * 16}), ("a flipped bit", {"row": (cheap[:-1] + bytes([cheap[-1] ^ 1])).hex()}),
        ("other parameters", {"row": raised.hex()}), ("too long to be one", {"passphrase": "x" * 1025}),
    ):
        yield {"name": f"locked: {name}", "outcome": "wrong passphrase", "member_id": member.hex(), "passphrase": "가격 가끔 가난", "row": cheap.hex(), **change}
    for name, row in (
        ("empty", b""), ("cut into its tag", cheap[:55]), ("no memory", bytes(4) + cheap[4:]), ("no passes", cheap[:4] + bytes(4) + cheap[8:]),
        ("more than 1 GiB", (2**20 + 1).to_bytes(4, "big") + cheap[4:]), ("65 passes", cheap[:4] + (65).to_bytes(4, "big") + cheap[8:]),
        ("less than 8 KiB a lane", cheap[:8] + (2).to_bytes(4, "big") + cheap[12:]), ("longer than any", cheap[:40] + bytes(4096 + 17)),
    ):
        yield {"name": f"locked: {name}", "outcome": "malformed", "row": row.hex()}
    yield from session_cases()


def session_cases():
    row = sha256(b"naru/v1/session-id" + KEY).digest()
    key = expand(KEY, b"naru/v1/session", 32)
    held = {"member": "00" * 16, "until": "1792000000"}
    good = seal(key, NONCE, row, canonical(held))
    csrf = b64url(expand(KEY, b"naru/v1/csrf", 16))
    base = {"cookie": b64url(KEY), "row_id": row.hex(), "sealed": good.hex()}
    yield {"name": "session", "outcome": "opened", **base, "key": KEY.hex(), "nonce": NONCE.hex(), "body": held, "csrf": csrf}
    for name, change in (
        ("another cookie", {"cookie": b64url(OTHER)}), ("a flipped bit", {"sealed": (good[:-1] + bytes([good[-1] ^ 1])).hex()}),
        ("empty row", {"sealed": ""}), ("a cookie cut", {"cookie": b64url(KEY)[:-1]}), ("an empty cookie", {"cookie": ""}),
        ("a padded cookie", {"cookie": b64url(KEY) + "="}), ("no object", {"sealed": seal(key, NONCE, row, b"1").hex()}),
    ):
        yield {"name": f"session: {name}", "outcome": "not this session's", **base, **change}


FILES = {
    "canonical": ("value, and the bytes it is written as", canonical_cases),
    "padding": ("bucket of n bytes with this floor; an attachment is filled with bucket - n zero bytes", padding_cases),
    "documents": make_documents.ABOUT,
    "tickets": ("issued: the ticket made of this seed at this hour; else what becomes of it then", ticket_cases),
    "receipts": ("seed to code to words; typed text to code; code and site to root; fields to tag", receipt_cases),
    "tokens": ("sealed: the token made with this nonce at this hour; else what becomes of it then", token_cases),
    "records": ("record keys under a casebook key, and bodies under a record key", record_cases),
    "locking": ("locked identities as rows (m, t, p, salt, nonce, ciphertext), and sessions", locking_cases),
}


def main():
    stale = []
    for name, (about, cases) in FILES.items():
        text = json.dumps({"about": about, "cases": list(cases())}, indent=1) + "\n"
        path = HERE / f"{name}.json"
        if not path.exists() or path.read_text(encoding="ascii") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="ascii")
    print("changed:", ", ".join(stale) or "nothing")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
