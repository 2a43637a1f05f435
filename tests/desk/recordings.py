"""Recordings that tell more than they play: one of each kind, and the names of what they tell."""

import struct


def box(kind, *bodies):
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


def mp4(brand=b"mp42", gap=0):
    """A film whose head stands at its end, as a phone writes it."""
    mvhd = box(b"mvhd", bytes(4), struct.pack(">II", 3_800_000_000, 3_800_000_000), bytes(88))
    place = b"com.apple.quicktime.location.ISO6709"
    keys = box(b"keys", bytes(4), struct.pack(">I", 1), box(b"mdta", place))
    hdlr = box(b"hdlr", bytes(24))
    udta = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+42.9-marker/"), box(b"manu", b"Maker"))
    moov = box(b"moov", mvhd, box(b"trak", box(b"mdia")), udta, box(b"meta", hdlr, keys))
    return box(b"ftyp", brand, bytes(4), b"isom") + box(b"mdat", bytes(gap)) + moov


def mp3():
    frame = b"TPE1" + struct.pack(">I", 7) + bytes(2) + b"\3marker"
    geo = b"GEOB" + struct.pack(">I", 4) + bytes(2) + b"mark"
    body = frame + geo + bytes(20)
    return b"ID3\3\0\0" + bytes((0, 0, len(body) >> 7, len(body) & 0x7F)) + body + bytes(300) + (
        b"TAG" + bytes(125)
    )  # fmt: skip


def chunk(kind, body):
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


def wav():
    body = chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8))
    body += chunk(b"bext", b"marker" * 4) + chunk(b"LIST", b"INFO" + chunk(b"IART", b"marker"))
    body += chunk(b"data", bytes(100))
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


def told(*said):
    body = struct.pack("<I", 4) + b"Naru" + struct.pack("<I", len(said))
    return body + b"".join(struct.pack("<I", len(one)) + one for one in said)


def ogg():
    head = b"OggS\0\2" + bytes(20) + b"\1\x1e\1vorbis" + bytes(22)
    return head + b"OggS\0\0" + bytes(22) + b"\3vorbis" + told(b"ARTIST=marker", b"Location=x")


def flac():
    said = told(b"DATE=2023")
    blocks = bytes((0,)) + struct.pack(">I", 34)[1:] + bytes(34)
    blocks += bytes((4,)) + struct.pack(">I", len(said))[1:] + said
    return b"fLaC" + blocks + bytes((0x86,)) + struct.pack(">I", 9)[1:] + b"marker..."


def element(kind, body):
    return bytes.fromhex(kind) + bytes((0x80 | len(body),)) + body


def webm():
    head = element("1a45dfa3", element("4282", b"webm") + element("4287", b"\4"))
    info = element("1549a966", element("4461", bytes(7) + b"\1") + element("5741", b"marker"))
    tag = element("7373", element("67c8", element("45a3", b"LOCATION") + element("4487", b"x")))
    return head + bytes.fromhex("18538067ff") + info + element("1254c367", tag) + bytes(300)


TELLING = {
    "video/mp4": (mp4(gap=200_000), {"time of making", "©xyz", "manu",
                  "com.apple.quicktime.location.ISO6709"}),
    "video/3gpp": (mp4(b"3gp4"), {"time of making", "©xyz", "manu",
                   "com.apple.quicktime.location.ISO6709"}),
    "audio/mpeg": (mp3(), {"TPE1", "GEOB", "ID3v1"}),
    "audio/x-wav": (wav(), {"bext", "IART"}),
    "audio/ogg": (ogg(), {"vendor", "ARTIST", "LOCATION"}),
    "audio/flac": (flac(), {"vendor", "DATE", "PICTURE"}),
    "video/webm": (webm(), {"time of making", "writer", "LOCATION"}),
}  # fmt: skip
