"""Small bundles for tests: made, unpacked, forged."""

import hashlib
import zipfile

from crypto import bag, bundle, custody, signing
from crypto.merkle import Tree
from crypto.signing import Signer

DESK = Signer(b"desk" * 8, b"DESK" * 8)
SIGNER = Signer(b"bags" * 8, b"BAGS" * 8)
OTHER = Signer(b"else" * 8, b"ELSE" * 8)
SITE = bytes(range(16))
NAME = "naru-b-0007"
INFO = {"Source-Organization": "나루 (fictional)", "Bagging-Date": "2026-11-23"}
ITEMS = {
    "a1" * 16: ["testimony/a1/text.txt", "testimony/a1/photo.bin"],
    "b2" * 16: ["testimony/b2/text.txt", "testimony/b2/empty.txt"],
}


def openings():
    """Eight acts with fixed salts; a real desk draws them."""
    return [
        custody.Opening(
            bytes([n]) * 32,
            custody.Entry(
                "received",
                f"member-{n}",
                f"2026-11-{10 + n}",
                f"{n:02x}" * 32,
                ["a1", "b2"][n % 2] * 16,
            ),
        )
        for n in range(8)
    ]


def account(told=(1, 2, 5), desk=DESK):
    """The four files under custody/."""
    acts = openings()
    tree = Tree(one.leaf for one in acts)
    note = custody.checkpoint(SITE, len(tree), tree.root())
    proven = [custody.Proven(acts[n], n, tuple(tree.inclusion(n))) for n in told]
    files = bundle.custody_files(proven, note, desk.sign(signing.CUSTODY, note))
    return [(path, c if isinstance(c, bytes) else b"".join(c)) for path, c in files]


def payload():
    """What the items hold, as bytes and as chunks."""
    return [
        ("README.txt", b"Fictional.\n"),
        ("testimony/a1/text.txt", "2019년 겨울\n".encode()),
        ("testimony/a1/photo.bin", (bytes([n]) * 100 for n in range(100))),
        ("testimony/b2/text.txt", [b"one, ", b"", b"two\n"]),
        ("testimony/b2/empty.txt", b""),
    ]


def write(sink, custody_files=None, signer=SIGNER, desk=DESK, name=NAME):
    """Write the sample bundle; custody_files keeps two runs alike."""
    files = [
        *payload(),
        *(custody_files or account(desk=desk)),
        ("index.json", bundle.index(ITEMS, "2026-11", "k_court")),
    ]
    return bundle.write(sink, name, files, INFO, signer, bundle.vouch(desk, signer.public))


def zipped(folder, **how):
    """Write the sample bundle as a ZIP into folder."""
    path = folder / "bundle.zip"
    with path.open("wb") as sink:
        write(sink, **how)
    return path


def unpacked(folder, **how):
    """Write the sample bundle and unpack it."""
    with zipfile.ZipFile(zipped(folder, **how)) as archive:
        archive.extractall(folder)
    return folder / how.get("name", NAME)


def resign(folder, signer=SIGNER, *, manifests=True):
    """Make manifests and signatures fit what lies in the folder: a liar who holds the key."""
    if manifests:
        digests = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.glob("data/**/*")
            if file.is_file()
        }
        for name, algorithm in ((bag.SHA256, hashlib.sha256), (bag.SHA512, hashlib.sha512)):
            written = bag.manifest(
                {path: algorithm(data).hexdigest() for path, data in digests.items()}
            )
            (folder / name).write_bytes(written)
        oxum = f"Payload-Oxum: {sum(map(len, digests.values()))}.{len(digests)}"
        kept = [
            line for line in (folder / bag.BAG_INFO).read_text().splitlines() if "Oxum" not in line
        ]
        (folder / bag.BAG_INFO).write_text("\n".join([*kept, oxum, ""]))
    tags = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in bag.TAG_FILES}
    (folder / bag.TAGMANIFEST).write_bytes(bag.manifest(tags))
    signed = signer.sign(signing.BUNDLE, (folder / bag.TAGMANIFEST).read_bytes())
    (folder / bag.BAG_SIG).write_bytes(signed.sshsig)
    (folder / bag.BAG_MLDSA).write_bytes(signed.mldsa65)
