"""The vectors of C2SP/CCTV: each declares its outcome and the digest of what is released."""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from crypto.errors import (
    MalformedArmor,
    MalformedHeader,
    TamperedHeader,
    TamperedPayload,
    WrongIdentity,
)
from crypto.identities import ScryptIdentity, parse_identity

KNOWN = {"expect", "payload", "identity", "passphrase", "armored", "file key"}
KNOWN |= {"comment", "compressed"}
FOLDER = Path(__file__).parent.parent / "vectors" / "age" / "testdata"
OUTCOMES = {
    "success": None,
    "no match": WrongIdentity,
    "HMAC failure": TamperedHeader,
    "header failure": MalformedHeader,
    "payload failure": TamperedPayload,
    "armor failure": MalformedArmor,
}


@dataclass(frozen=True)
class Vector:
    name: str
    expect: type | None
    payload: str
    file_key: bytes | None
    identities: tuple
    armored: bool
    file: bytes

    def __str__(self):
        return self.name


def read(path):
    head, _, file = path.read_bytes().partition(b"\n\n")
    said = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        said.setdefault(key, []).append(value)
    assert said.keys() <= KNOWN
    if said.get("compressed") == ["zlib"]:
        file = zlib.decompress(file)
    identities = [parse_identity(text) for text in said.get("identity", [])]
    identities += [ScryptIdentity(text) for text in said.get("passphrase", [])]
    return Vector(
        path.name,
        OUTCOMES[said["expect"][0]],
        said.get("payload", [""])[0],
        bytes.fromhex(said["file key"][0]) if "file key" in said else None,
        tuple(identities),
        "armored" in said,
        file,
    )


VECTORS = [read(path) for path in sorted(FOLDER.iterdir())]


class Slow(io.RawIOBase):
    """A source that gives few octets at a time, as a network may."""

    def __init__(self, data, most=3):
        super().__init__()
        self.inner, self.most = io.BytesIO(data), most

    def readable(self):
        return True

    def readinto(self, buffer):
        return self.inner.readinto(memoryview(buffer)[: self.most])
