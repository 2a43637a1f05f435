"""Cases for documents.json: FORMAT.md section 2. make.py writes the file."""

import json
from hashlib import sha256

from independent import all_buckets, b64url, canonical

BASE = {
    "naru": 1, "kind": "testimony", "id": "0123456789abcdef" * 2, "thread": "fedcba9876543210" * 2, "epoch": "2026-W47",
    "way": "server", "lang": "ko", "form": 1, "fields": {"w_narrative": "강을 건넜다.\n둘째 줄", "w_knowledge": ["saw", "heard"]},
}
REPLY = {"recipient": "age1pq1" + "q" * 1952, "slots": b64url(bytes(range(32)))}
FILE = {"name": "사진 1.jpg", "type": "image/jpeg", "size": 12345, "sha256": "ab" * 32, "key": b64url(bytes(range(16)))}
ATTACHED = {**BASE, "kind": "attachment", "fields": {}, "file": FILE}


def without(held, key):
    return {k: v for k, v in held.items() if k != key}


def text(held):
    return json.dumps(held, ensure_ascii=False)


def well_formed():
    yield "the least", BASE, BASE
    yield "with a reply", {**BASE, "reply": REPLY}, {**BASE, "reply": REPLY}
    yield "an attachment", ATTACHED, ATTACHED
    yield "an empty file without a name", *[{**ATTACHED, "file": {**FILE, "name": "", "size": 0}}] * 2
    yield "a correction about another item", *[{**BASE, "kind": "correction", "about": "0" * 32}] * 2
    for number in (0, 1, 2**32 - 1):
        yield f"number {number}", *[{**BASE, "number": number}] * 2
    for kind in ("addition", "answer", "consent", "question", "reply"):
        yield f"kind {kind}", *[{**BASE, "kind": kind}] * 2
    for key, values in (("way", ("browser", "offline", "stock")), ("lang", ("en", "zh")), ("epoch", ("standing", "2026-W01", "2026-W53"))):
        for value in values:
            yield f"{key} {value}", *[{**BASE, key: value}] * 2
    def fields(before, after):
        return {**BASE, "fields": before}, {**BASE, "fields": after}
    yield "no field", *fields({}, {})
    yield "line ends become LF", *fields({"a": "1\r\n2\r3\n\r4", "b": ["\r"]}, {"a": "1\n2\n3\n\n4", "b": ["\n"]})
    yield "empty is not answered", *fields({"a": "", "b": [], "c": ["", ""], "d": ["", "x"], "e": " "}, {"d": ["x"], "e": " "})
    yield "never normalised", *fields({"a": "\u1112\u1161\u11ab 한 ﬁ Å"}, {"a": "\u1112\u1161\u11ab 한 ﬁ Å"})
    yield "control characters and beyond the BMP", *fields({"a": "\x00\x1b\x7f\u2028\U0001f600"}, {"a": "\x00\x1b\x7f\u2028\U0001f600"})
    yield "256 fields", *fields(*[{f"f{n}": "x" for n in range(256)}] * 2)
    yield "256 answers", *fields(*[{"a": ["x"] * 256}] * 2)
    yield "names of 1 and 64", *fields(*[{"a": "x", "0_" * 32: "y"}] * 2)
    yield "a name of 255", *[{**ATTACHED, "file": {**FILE, "name": "가" * 255, "type": "t" * 255, "size": 2**53 - 1}}] * 2


def changed():
    """One thing wrong in an object that is else right."""
    for key in BASE:
        yield f"without {key}", without(BASE, key)
        yield f"{key} is null", {**BASE, key: None}
        yield f"{key} is an array", {**BASE, key: []}
    wrong = {
        "naru": [2, 0, "1", True, 1.5], "form": [2, "1", True], "kind": ["", "desk", "Testimony"], "way": ["", "SERVER"], "lang": ["", "ja", "ko-KR"],
        "id": ["0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 32 + "\n", "\uff10" * 32], "thread": ["0" * 31],
        "epoch": ["", "2026-W00", "2026-W54", "2026-47", "Standing", "2026-W47 ", "202\u0666-W47"], "about": ["", "0" * 31, None, 1], "number": [-1, 2**32, "1", 1.0, True, None, []], "extra": [1, None],
        "fields": ["x", 1, {"": "x"}, {"A": "x"}, {"a" * 65: "x"}, {"a-b": "x"}, {"a": 1}, {"a": None}, {"a": {}}, {"a": [1]}, {"a": [["x"]]}, {"a": True},
                   {f"f{n}": "x" for n in range(257)}, {"a": ["x"] * 257}, {"a": "\ud800"}, {"a": ["\udc00x"]}],
        "reply": [None, [], {}, without(REPLY, "slots"), {**REPLY, "more": 1}, {**REPLY, "slots": REPLY["slots"] + "="}, {**REPLY, "slots": 1},
                  {**REPLY, "slots": b64url(bytes(31))}, {**REPLY, "slots": "A" * 42 + "B"}, {**REPLY, "recipient": "age1" + "q" * 58},
                  {**REPLY, "recipient": REPLY["recipient"].upper()}, {**REPLY, "recipient": REPLY["recipient"] + "q"}, {**REPLY, "recipient": None}],
    }
    for key, values in wrong.items():
        for n, value in enumerate(values):
            yield f"{key}, wrong {n}", {**BASE, key: value}
    yield "a reply in an addition", {**BASE, "kind": "addition", "reply": REPLY}
    yield "a file in a testimony", {**BASE, "file": FILE}
    yield "an attachment without its file", without(ATTACHED, "file")
    bad = {"name": [None, 1, "x" * 256, "\ud800"], "type": [None, "x" * 256], "size": [-1, 2**53, "1", 1.5, True, None], "sha256": ["ab" * 31, "AB" * 32, None],
           "key": ["", b64url(bytes(15)), "A" * 21 + "B", None, FILE["key"] + "=="]}
    for key, values in bad.items():
        yield f"file without {key}", {**ATTACHED, "file": without(FILE, key)}
        for n, value in enumerate(values):
            yield f"file {key}, wrong {n}", {**ATTACHED, "file": {**FILE, key: value}}
    yield "file with more", {**ATTACHED, "file": {**FILE, "more": ""}}


def spelled():
    """Wrong before it is an object, or no object."""
    good = text(BASE).encode()
    yield "empty", b""
    yield "blanks", b" " * 64
    yield "cut", good[:-1]
    yield "something behind it", good + b"{}"
    yield "a zero byte behind it", good + b"\0"
    yield "not UTF-8", good.replace("강".encode(), b"\xea\xb0")
    yield "a surrogate in UTF-8", good.replace("강".encode(), b"\xed\xa0\x80")
    yield "a mark of byte order", b"\xef\xbb\xbf" + good
    yield "UTF-16", text(BASE).encode("utf-16")
    yield "a key twice", good.replace(b'"naru": 1', b'"naru": 1, "naru": 1')
    yield "a field twice", good.replace(b'"fields": {', b'"fields": {"a": "x", "a": "x", ')
    yield "NaN", good.replace(b'"form": 1', b'"form": NaN')
    yield "a number of 5,000 digits", good.replace(b'"form": 1', b'"form": ' + b"1" * 5000)
    yield "single quotes", good.replace(b'"', b"'")
    yield "an array", b"[" + good + b"]"
    yield "a string", b'"naru"'
    yield "null", b"null"
    yield "nested without end", b'{"fields":' * 2000


def cases():
    for name, before, after in well_formed():
        padded = canonical(after)
        size = next(b for b in all_buckets(32768, 1 << 24) if b >= len(padded))
        yield {
            "name": name, "outcome": "well-formed", "hex": text(before).encode().hex(), "blanks": size - len(text(before).encode()),
            "document": after, "length": size, "sha256": sha256(padded.ljust(size, b" ")).hexdigest(),
        }
    for name, held in changed():
        yield {"name": name, "outcome": "malformed", "hex": json.dumps(held).encode().hex(), "blanks": 0}
    for name, data in spelled():
        yield {"name": name, "outcome": "malformed", "hex": data.hex(), "blanks": 0}


ABOUT = (
    "hex: the document's bytes, to be followed by this many blanks; document: what is read from them; "
    "length and sha256: of what that is written as, in canonical JSON and padded", cases,
)
