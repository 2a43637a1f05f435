"""Cases for carried.json: FORMAT.md section 12. `python make_carried.py` writes the file.

What a file is told from its bytes alone: its shape is real, its ciphertext is noise nobody opens.
"""

import base64
import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
B64 = base64.b64encode


def noise(label, size):
    return b"".join(sha256(label + bytes([n])).digest() for n in range(-(-size // 32)))[:size]


def age(label, kind="mlkem768x25519", enc=1120):
    bare = lambda data: B64(data).rstrip(b"=")  # noqa: E731
    head = b"age-encryption.org/v1\n-> " + kind.encode() + b" " + bare(noise(label, enc)) + b"\n"
    return head + bare(noise(label + b"b", 32)) + b"\n--- " + bare(noise(label + b"m", 32)) + b"\n" + noise(label + b"p", 48)


def tar(*files, kind=tarfile.REGTYPE):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(data) if kind == tarfile.REGTYPE else 0, kind
            archive.addfile(info, io.BytesIO(data))
    return made.getvalue()


def cases():
    one, two, classic = age(b"1"), age(b"2"), age(b"3", "X25519", 32)
    armored = b"-----BEGIN AGE ENCRYPTED FILE-----\n"
    coded = B64(one)
    armored += b"".join(coded[at : at + 64] + b"\n" for at in range(0, len(coded), 64)) + b"-----END AGE ENCRYPTED FILE-----\n"
    slot, same = "0f" * 16, "a5" * 16
    place = {"epoch": "2026-W50", "slot": slot, "same": same}
    name = f"2026-W50.{slot}.{same}.age"
    for title, data, files in (
        ("one age file", one, [(one, None)]), ("a classic recipient", classic, [(classic, None)]), ("armor", armored, [(armored, None)]),
        ("a tar of two", tar(("1.age", one), ("d/2.age", two)), [(one, None), (two, None)]),
        ("the offline page's", tar((name, one)), [(one, place)]),
        ("the offline page's, in a folder", tar(("x/" + name, one)), [(one, place)]),
        ("standing", tar((name.replace("2026-W50", "standing"), one)), [(one, {**place, "epoch": "standing"})]),
        ("a name with one digit less is any name", tar((name[:-5] + ".age", one)), [(one, None)]),
        ("upper case is any name", tar((name.upper(), one)), [(one, None)]),
    ):
        held = [{"sha256": sha256(file).hexdigest(), "place": where} for file, where in files]
        yield {"name": title, "outcome": "read", "hex": data.hex(), "files": held}
    for title, data in (
        ("empty", b""), ("a text", "이야기".encode()), ("a header without a payload", one[:-48]), ("a ZIP", b"PK\x03\x04" + bytes(60)),
        ("a text in a tar", tar(("1.txt", b"story"))), ("an age file and a text", tar(("1.age", one), ("2.txt", b"x"))),
        ("a tar that is cut", tar(("1.age", one))[:1500]), ("a link", tar((name, b""), kind=tarfile.SYMTYPE)), ("an empty tar", bytes(10240)),
        ("a wrong checksum", b"x" + tar(("1.age", one))[1:]),
    ):
        yield {"name": title, "outcome": "not sealed", "hex": data.hex()}
    yield {"name": "seventeen", "outcome": "too many", "hex": tar(*[(f"{n}.age", one) for n in range(17)]).hex()}


if __name__ == "__main__":
    about = "hex: what is handed in; files: the SHA-256 of each age file in it, and the place its name says"
    text = json.dumps({"about": about, "cases": list(cases())}, indent=1) + "\n"
    (HERE / "carried.json").write_text(text, encoding="ascii")
