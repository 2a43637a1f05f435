"""Exporting: a partner's copies become a signed BagIt bag, streamed into one age file.

Nothing in the clear touches a disk: the ZIP is written straight into the sealing stream. Every
file but those under ``signatures/`` is made of the decisions alone, so the bag is the same, byte
for byte, when it is made again.
"""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from app.casebook.account import Account
from app.casebook.evidence import (
    analysis,
    attaching,
    dossier,
    leaving,
    provenance,
    readme,
    rendering,
    rules,
    spreadsheets,
)
from app.casebook.evidence.cutting import Placeholders
from app.casebook.evidence.releases import Copy
from config.model import PATH as MODEL_FILE
from config.model import Model
from crypto import bundle
from crypto.custody import Entry, Opening, Proven
from crypto.signing import PublicSigner, Signatures, Signer

COMMITTED = (
    "each file is a copy made anew of the pixels of an original that stays sealed;"
    " commitment = SHA-256(salt, then the SHA-256 of the original file, in octets)"
)


Files = Callable[[Mapping[str, Any]], Iterable[bytes] | None]
"""What opens a cleaned copy of an attachment; None for one that was withdrawn since."""


def _silent(_done: int, _of: int) -> None:
    pass


def _none(_file: Mapping[str, Any]) -> None:
    return None


def _still(_record: str) -> bool:
    return True


@dataclass(frozen=True)
class Desk:
    """What a bundle is made with: the model its tags refer to, the account, whom to ask."""

    model: Model
    account: Account
    files: Files = field(default=_none)
    stands: Callable[[str], bool] = field(default=_still)
    organisation: str = ""
    contact: str = ""
    progress: Callable[[int, int], None] = field(default=_silent)
    stamp: Callable[[bytes], bytes] | None = None


def name_of(copies: Iterable[Copy]) -> str:
    """Return a bundle's name: made from what is in it, so the same choice has the same name."""
    digest = hashlib.sha256(b"".join(sorted(copy.slot for copy in copies)))
    return f"naru-{digest.hexdigest()[:12]}"


class Making:
    """One bundle of these copies, the same however often it is written."""

    def __init__(
        self,
        copies: Sequence[Copy],
        desk: Desk,
        checkpoint: Any,  # noqa: ANN401 - a row of `checkpoint`
        signer: tuple[Signer, bundle.Vouching],
    ) -> None:
        self.copies, self.name = tuple(copies), name_of(copies)
        self._desk, self._checkpoint, self._signer = desk, checkpoint, signer
        self._day = max(str(copy.content["day"]) for copy in copies)
        self._purpose = ",".join(sorted({str(copy.content["purpose"]) for copy in copies}))
        self._found = rendering.placeholders(copies, self.name)
        self._of_all: list[tuple[str, bytes]] = []  # made of all testimonies: dear, so kept
        self._stamped: tuple[bytes, bytes] | None = None

    def steps(
        self, sink: bundle.Sink, *, measured: bool = False
    ) -> Generator[None, None, bundle.BundleInfo]:
        """Stream it into ``sink``, pausing after every piece.

        ``measured``: what is written need only be as long; where the time authority is asked, it
        is the bundle itself, for what is stamped is its digest.
        """
        levels = {rules.LEVELS[one] for one in self._purpose.split(",")}
        info = {
            "Source-Organization": self._desk.organisation or readme.NOBODY,
            **_contact(self._desk.contact),
            "External-Identifier": self.name,
            "Bagging-Date": self._day,
            "Bag-Software-Agent": "Naru",
            "Consent-Level": ",".join(sorted(levels)),
            "Released-For": self._purpose,
            "Model-Version": self._desk.model.version,
            "Revocation-List": readme.ASK,
        }
        stamp = self._desk.stamp and self._stamp
        return bundle.steps(
            sink,
            self.name,
            self._files(),
            info,
            *self._signer,
            stamp=stamp,
            measured=measured and stamp is None,
        )

    def _stamp(self, tagmanifest: bytes) -> bytes:
        """Ask the authority once for one tag manifest."""
        if self._stamped is None or self._stamped[0] != tagmanifest:
            assert self._desk.stamp is not None  # noqa: S101 - `steps` asked
            self._stamped = tagmanifest, self._desk.stamp(tagmanifest)
        return self._stamped[1]

    def _files(self) -> Iterator[tuple[str, bundle.Content]]:
        """Yield every file of the payload, one testimony after the other; the index last."""
        copies, desk, found = self.copies, self._desk, self._found
        items: dict[str, list[str]] = {}
        read = []
        for number, copy in enumerate(sorted(copies, key=lambda one: one.record), start=1):
            desk.progress(number, len(copies))
            told = self._standing(rendering.testimony(copy, found), copy)
            read.append(
                told if len(copies) <= dossier.MOST else replace(told, text="", redactions=[])
            )
            inside = [
                *_testimony(copy, told, found, desk.model),
                *_attachments(copy, found, desk),
            ]
            items[copy.record] = [path for path, _ in inside]
            yield from inside
        self._of_all = self._of_all or [*self._together(read)]
        yield from self._of_all
        yield "model/process-model.yaml", MODEL_FILE.read_bytes()
        whose = ", ".join(filter(None, (desk.organisation, desk.contact)))
        yield from readme.files(self.name, self._purpose, whose)
        signatures = Signatures(self._checkpoint.sshsig, self._checkpoint.mldsa65)
        proven = _proven(copies, desk.account, self._checkpoint.size)
        yield from bundle.custody_files(proven, self._checkpoint.body, signatures)
        yield "index.json", bundle.index(items, desk.model.version, self._purpose)

    def _standing(self, told: rendering.Told, copy: Copy) -> rendering.Told:
        """Leave out what rests on words of a recording that was withdrawn since."""
        gone = leaving.gone(copy.content, self._desk.stands)
        return replace(told, tags=[one for one in told.tags if one.get("in") not in gone])

    def _together(self, read: Sequence[rendering.Told]) -> Iterator[tuple[str, bytes]]:
        for path, table in spreadsheets.tables(
            read, analysis.groups(read), self._desk.model
        ).items():
            yield f"tables/{path}", table
        for path, found_in in analysis.files(read, self._desk.model):
            yield f"analysis/{path}", pretty(found_in)
        yield from dossier.files(self.name, self._day, read, self._desk.model)


def _contact(said: str) -> dict[str, str]:
    """Return BagIt's own label where it is an address of mail, else one of ours."""
    return {"Contact-Email" if "@" in said else "Contact": said} if said else {}


def _proven(copies: Sequence[Copy], acts: Account, size: int) -> Iterator[Proven]:
    found, tree = dict[int, Opening](), acts.tree()
    for copy in copies:
        for act in copy.content["acts"]:
            entry = Entry.of(act["entry"])
            found[int(act["position"])] = Opening(bytes.fromhex(act["salt"]), entry)
    for at in sorted(found):
        if at < size:
            yield Proven(found[at], at, tuple(tree.inclusion(at, size)))


def _testimony(
    copy: Copy, told: rendering.Told, found: Placeholders, model: Model
) -> Iterable[tuple[str, bundle.Content]]:
    content = copy.content
    folder = f"testimony/{copy.record[: rendering.SHORT]}"
    text = "text.redacted.txt" if told.redactions else "text.txt"
    yield f"{folder}/{text}", told.text.encode()
    yield f"{folder}/redactions.json", pretty({"redactions": told.redactions})
    yield f"{folder}/commitments.json", pretty(_commitments(content))
    yield f"{folder}/answers.json", pretty(told.answers)
    yield (
        f"{folder}/consent.json",
        pretty(
            {
                "purposes": content["consents"],
                "released_for": content["purpose"],
                "day": content["day"],
            }
        ),
    )
    yield f"{folder}/tags.json", pretty(told.tags)
    yield f"{folder}/record.jsonld", pretty(provenance.record(copy, told, text, model))
    for one in content.get("translations", ()):
        yield f"{folder}/translation.{one['lang']}.txt", found.text(one["text"]).encode()
        about = {"translator": "person", "role": one.get("role", ""), "day": one["day"], "of": text}
        yield f"{folder}/translation.{one['lang']}.json", pretty(about)
    for number, letter in enumerate(content["letters"], start=1):
        said = {name: found.answer(value) for name, value in letter["fields"].items()}
        yield f"{folder}/{leaving.LETTER.format(number)}", pretty({"kind": letter["kind"], **said})


def _attachments(
    copy: Copy, found: Placeholders, desk: Desk
) -> Iterator[tuple[str, bundle.Content]]:
    """Yield cleaned copies and what was written down of recordings, then what is said of all."""
    listed = copy.content.get("attachments", ())
    written = {one["number"]: one for one in copy.content.get("transcripts", ())}
    folder, said = f"testimony/{copy.record[: rendering.SHORT]}", []
    for number, one in enumerate(listed, start=1):
        about = {"number": number, "commitment": one["commitment"]}
        file = one.get("file")
        opened = desk.files(file) if file else None
        if file and opened is not None:
            path = f"attachments/{number:03d}.{attaching.SUFFIX[file['type']]}"
            about |= {"file": path, "type": file["type"], "sha256": file["sha256"]}
            about["hidden_fields_removed"] = file["hidden"]
            yield f"{folder}/{path}", opened
        else:
            about["kept_back"] = "withdrawn since" if file else "not released"
        told = written.get(number)
        if told and desk.stands(told["record"]):
            path = leaving.TRANSCRIPT.format(number)
            about["transcript"] = {"file": path, "day": told["day"], "role": told["role"]}
            yield f"{folder}/{path}", found.text(told["text"]).encode()
        said.append(about)
    if said:
        yield f"{folder}/attachments.json", pretty({"attachments": said, "how": COMMITTED})


def _commitments(content: Mapping[str, Any]) -> dict[str, Any]:
    listed = content["commitments"]
    return {
        "how": "commitment = SHA-256(salt, then the UTF-8 of one line of the text without its end)",
        "paragraphs": [{"line": n, **one} for n, one in enumerate(listed, start=1)],
    }


def pretty(value: object) -> bytes:
    """Return JSON for people: sorted, indented, UTF-8."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"


def signer_of(seeds: bytes, rows: Mapping[str, Any]) -> tuple[Signer, bundle.Vouching]:
    """Return the key that signs bundles, and the desk key's word for it."""
    desk, bundles = rows["desk"], rows["bundle"]
    word = Signatures(bundles.sshsig, bundles.mldsa65)
    return Signer(seeds[:32], seeds[32:]), bundle.Vouching(PublicSigner.parse(desk.public), word)
