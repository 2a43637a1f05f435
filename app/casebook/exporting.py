"""Exporting: a partner's copies become a signed BagIt bag, streamed into one age file.

Nothing in the clear touches a disk: the ZIP is written straight into the sealing stream.
"""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from app.casebook.account import Account
from app.casebook.releases import Copy
from config.model import Model
from crypto import bundle
from crypto.custody import Entry, Opening, Proven
from crypto.signing import PublicSigner, Signatures, Signer

COLUMNS = (
    "id",
    "record",
    "person",
    "person_name",
    "episode",
    "stage",
    "track",
    "date_from",
    "date_to",
    "date_as_stated",
    "knowledge",
    "start",
    "end",
    "text",
    "confidence",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def name_of(copies: Iterable[Copy]) -> str:
    """Return a bundle's name: made from what is in it, so the same choice has the same name."""
    digest = hashlib.sha256(b"".join(sorted(copy.slot for copy in copies)))
    return f"naru-{digest.hexdigest()[:12]}"


def write(
    sink: bundle.Sink,
    copies: list[Copy],
    model: Model,
    acts: Account,
    checkpoint: Any,  # noqa: ANN401 - a row of `checkpoint`
    signer: tuple[Signer, bundle.Vouching],
) -> bundle.BundleInfo:
    """Stream the bundle of these copies into ``sink``."""
    items: dict[str, list[str]] = {}
    files: list[tuple[str, bundle.Content]] = []
    for copy in sorted(copies, key=lambda one: one.record):
        inside = list(_testimony(copy))
        items[copy.record] = [path for path, _ in inside]
        files += inside
    files += _readme(name_of(copies))
    signatures = Signatures(checkpoint.sshsig, checkpoint.mldsa65)
    files += bundle.custody_files(
        _proven(copies, acts, checkpoint.size), checkpoint.body, signatures
    )
    purpose = ",".join(sorted({str(copy.content["purpose"]) for copy in copies}))
    files.append(("index.json", bundle.index(items, model.version, purpose)))
    info = {
        "Source-Organization": "Naru",
        "External-Identifier": name_of(copies),
        "Bagging-Date": max(str(copy.content["day"]) for copy in copies),
        "Consent-Level": purpose,
        "Model-Version": model.version,
    }
    return bundle.write(sink, name_of(copies), files, info, signer[0], signer[1])


def _proven(copies: list[Copy], acts: Account, size: int) -> list[Proven]:
    found: dict[int, Opening] = {}
    for copy in copies:
        for act in copy.content["acts"]:
            entry = Entry.of(act["entry"])
            found[int(act["position"])] = Opening(bytes.fromhex(act["salt"]), entry)
    return [acts.prove(at, opened, size) for at, opened in sorted(found.items()) if at < size]


def _testimony(copy: Copy) -> Iterable[tuple[str, bundle.Content]]:
    content = copy.content
    folder = f"testimony/{copy.record}"
    document = content["document"]
    tags = content["tags"]
    yield f"{folder}/text.txt", str(document["fields"].get("w_narrative", "")).encode()
    yield f"{folder}/answers.json", _pretty(document["fields"])
    yield (
        f"{folder}/consent.json",
        _pretty(
            {
                "purposes": content["consents"],
                "released_for": content["purpose"],
                "day": content["day"],
            }
        ),
    )
    yield f"{folder}/tags.json", _pretty(tags)
    yield f"{folder}/tags.csv", table(COLUMNS, tags)
    for number, letter in enumerate(content.get("letters", []), start=1):
        yield f"{folder}/letter-{number:03d}.json", _pretty(letter)


def _pretty(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def table(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return CSV as spreadsheets read it: BOM, CR LF, and no cell that could be a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), extrasaction="ignore")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: _cell(value) for key, value in row.items()})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: object) -> str:
    text = str(value)
    return "'" + text if text.startswith(FORMULA) else text


README = """{name}

This folder is a BagIt bag (RFC 8493) made by Naru. To verify it, in this folder:

  sha256sum -c manifest-sha256.txt
  sha512sum -c manifest-sha512.txt
  sha256sum -c tagmanifest-sha256.txt
  ssh-keygen -Y verify -f signatures/allowed_signers -I naru -n naru-bundle \\
    -s signatures/tagmanifest-sha256.txt.sig < tagmanifest-sha256.txt

(macOS: shasum -a 256 -c and shasum -a 512 -c.) With Naru's source: python -m crypto verify FOLDER

Compare the fingerprint that the last command prints with the one published by the organisation.
What nobody can verify: that the content is true; who the witness is; that no earlier copy existed.
Use it only for the purpose named in consent.json. Withdrawal may follow: ask before you publish.
"""


def _readme(name: str) -> list[tuple[str, bundle.Content]]:
    return [("README.txt", README.format(name=name).encode())]


def signer_of(seeds: bytes, rows: Mapping[str, Any]) -> tuple[Signer, bundle.Vouching]:
    """Return the key that signs bundles, and the desk key's word for it."""
    desk, bundles = rows["desk"], rows["bundle"]
    word = Signatures(bundles.sshsig, bundles.mldsa65)
    return Signer(seeds[:32], seeds[32:]), bundle.Vouching(PublicSigner.parse(desk.public), word)
