"""Verifying a bundle, as numbered steps that a stranger can follow.

FORMAT.md section 11. Vectors: ``tests/vectors/naru/bundle/``. Nothing is unpacked. A failure is
raised, as the outcome it is; a report is only ever of a bundle that holds.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from crypto import bag, custody, exact, signing
from crypto.bag_reading import Bag, opened, read_small
from crypto.errors import (
    AlteredBundle,
    BundleError,
    IncompleteBundle,
    MalformedBundle,
    MalformedCustody,
    MalformedKey,
    MalformedSignature,
    NotCanonical,
    UnknownSigner,
    UnsignedBundle,
    WrongProof,
    WrongSignature,
)
from crypto.signing import PublicSigner, Signatures
from crypto.trust import Trusted


@dataclass(frozen=True)
class Report:
    """What was found, in the order it was found; `steps[n - 1]` is the sentence of step n."""

    name: str
    signer: str
    desk: str
    trusted: bool
    files: int
    octets: int
    items: int
    purpose: str
    acts: int
    site_id: str
    tree_size: int
    steps: tuple[str, ...]


def verify(path: str | Path, signer: Trusted | PublicSigner | None = None) -> Report:
    """Verify the bundle at `path`, a ZIP or its folder, and say what was verified.

    `signer` is whom the reader trusts: the desk's key, or the key that signed the bag; None
    leaves that to the reader, and the report says so. Raises `MalformedBundle`, `UnfitName`,
    `IncompleteBundle`, `AlteredBundle`, `UnsignedBundle`, `UnknownSigner`; OSError as it comes.

    (1) the container is one bag with plain names and all the files a bundle has
    (2) both signatures of the tag manifest hold, by the key in signer.pub
    (3) the desk key vouches for that key
    (4) the reader trusts the desk key, or that key
    (5) the tag files have the digests that the tag manifest says
    (6) both manifests list the files that are there, and no file is missing or unlisted
    (7) every file has its SHA-256 and SHA-512, and Payload-Oxum their number and size
    (8) index.json agrees with the manifest
    (9) every custody entry opens a leaf of the tree whose checkpoint the desk key signed
    """
    trusted = Trusted.of(signer) if isinstance(signer, PublicSigner) else signer
    with opened(Path(path)) as found:
        check = _Check(found)
        check.container()  # 1
        check.signatures()  # 2
        check.vouching()  # 3
        check.trust(trusted)  # 4
        check.tag_files()  # 5
        check.listing()  # 6
        check.payload()  # 7
        check.index()  # 8
        check.custody()  # 9
        check.stamp()
        return check.report()


@dataclass
class _Check:
    """The steps. Each rests on those before it, and adds its sentence when it has held."""

    bag: Bag
    steps: list[str] = field(default_factory=list)
    tagmanifest: bytes = b""
    signer: PublicSigner = field(init=False)
    desk: PublicSigner = field(init=False)
    trusted: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    sha512: dict[str, str] = field(default_factory=dict)
    octets: int = 0
    items: int = 0
    purpose: str = ""
    acts: int = 0
    checkpoint: custody.Checkpoint = field(init=False)

    def container(self) -> None:  # 1
        for path in bag.SIGNATURES:
            if path not in self.bag.sizes:
                raise UnsignedBundle(f"{path} is missing: nothing says whose bundle this is.")
        for path in (*bag.TAG_FILES, bag.TAGMANIFEST, *bag.REQUIRED):
            if path not in self.bag.sizes:
                raise IncompleteBundle(f"{path} is missing.")
        self._say(f"This is one bag, {self.bag.name}, of {len(self.bag.sizes)} plain files.")

    def signatures(self) -> None:  # 2
        self.tagmanifest = read_small(self.bag, bag.TAGMANIFEST)
        self.signer = self._public(bag.SIGNER)
        self._signed(self.signer, signing.BUNDLE, self.tagmanifest, (bag.BAG_SIG, bag.BAG_MLDSA))
        allowed = self.signer.allowed_signers(bag.IDENTITY, [signing.BUNDLE]).encode()
        if read_small(self.bag, bag.ALLOWED) != allowed:
            raise AlteredBundle(f"{bag.ALLOWED} names another key than {bag.SIGNER}.")
        self._say(f"Both signatures of the bag hold, by the key {self.signer.fingerprint}.")

    def vouching(self) -> None:  # 3
        self.desk = self._public(bag.DESK)
        files = (bag.SIGNER_SIG, bag.SIGNER_MLDSA)
        self._signed(self.desk, signing.KEY, bytes(self.signer), files)
        self._say(f"The desk key {self.desk.fingerprint} vouches for that key.")

    def trust(self, trusted: Trusted | None) -> None:  # 4
        if trusted is None:
            self._say(
                "Nothing vouches for the desk key: "
                "compare its fingerprint with the one the group made known elsewhere."
            )
            return
        desk = trusted.covering(self.desk, signing.KEY)
        key = desk or trusted.covering(self.signer, signing.BUNDLE)
        if key is None:
            raise UnknownSigner(
                f"Signed by the key {self.signer.fingerprint} of the desk "
                f"{self.desk.fingerprint}, not by the key you named."
            )
        self.trusted = True
        name = "the desk key" if desk else "the key that signed the bag"
        half = "" if key.mldsa65 else ", by its Ed25519 half alone"
        self._say(f"The key you named is {name}{half}.")

    def tag_files(self) -> None:  # 5
        self.tags = bag.parse_manifest(bag.TAGMANIFEST, self.tagmanifest)
        if self.tags.keys() != set(bag.TAG_FILES):
            raise AlteredBundle(f"{bag.TAGMANIFEST} lists other files than it should.")
        if self._listed("bagit.txt", self.tags) != bag.BAGIT:
            raise AlteredBundle("This is not a bag of BagIt 1.0.")
        self._say(f"The {len(self.tags)} tag files are the ones that were signed.")

    def listing(self) -> None:  # 6
        for name, digests in ((bag.SHA256, self.sha256), (bag.SHA512, self.sha512)):
            digests.update(bag.parse_manifest(name, self._listed(name, self.tags)))
        if self.sha256.keys() != self.sha512.keys():
            raise AlteredBundle("The two manifests list different files.")
        listed = {*self.sha256, *bag.TAG_FILES, bag.TAGMANIFEST, *bag.SIGNATURES}
        listed |= {bag.STAMP} & self.bag.sizes.keys()
        for path in sorted(listed - self.bag.sizes.keys()):
            raise IncompleteBundle(f"{path} is missing.")
        for path in sorted(self.bag.sizes.keys() - listed):
            raise AlteredBundle(f"{path} was added: no manifest lists it.")
        self._say("No file is missing, and none is there that is not listed.")

    def payload(self) -> None:  # 7
        for path in sorted(self.sha256):
            sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
            for chunk in self.bag.chunks(path):
                sha256.update(chunk)
                sha512.update(chunk)
                size += len(chunk)
            self.octets += size
            same = sha256.hexdigest() == self.sha256[path]
            if not same or sha512.hexdigest() != self.sha512[path]:
                raise AlteredBundle(f"{path} was changed.")
        info = self._listed(bag.BAG_INFO, self.tags).decode(errors="replace").splitlines()
        oxum = f"Payload-Oxum: {self.octets}.{len(self.sha256)}"
        if [line for line in info if line.lower().startswith("payload-oxum")] != [oxum]:
            raise AlteredBundle("Payload-Oxum tells another number or size of files.")
        self._say(f"All {len(self.sha256)} files ({self.octets} bytes) have both their digests.")

    def index(self) -> None:  # 8
        data = self._listed(bag.INDEX, self.sha256)
        try:
            found = exact.require_keys(
                exact.parse_exact(data), {"items", "model", "naru", "purpose"}
            )
            exact.text(found["model"])
            self.purpose = exact.text(found["purpose"])
            if exact.number(found["naru"]) != 1:
                raise MalformedBundle("This version of index.json is not known.")
            ids = [self._item(item) for item in exact.array(found["items"])]
        except NotCanonical as error:
            raise AlteredBundle(f"{bag.INDEX} cannot be read.") from error
        if ids != sorted(set(ids)):
            raise AlteredBundle(f"{bag.INDEX} lists an item twice, or out of order.")
        self.items = len(ids)
        self._say(f"The index agrees: {self.items} items, released for {self.purpose}.")

    def _item(self, item: object) -> str:
        one = exact.require_keys(item, {"files", "id"})
        for file in exact.array(one["files"]):
            told = exact.require_keys(file, {"path", "sha256", "size"})
            path = exact.text(told["path"])
            same = self.sha256.get(path) == exact.text(told["sha256"])
            if not same or self.bag.sizes[path] != exact.number(told["size"]):
                raise AlteredBundle(f"{bag.INDEX} tells otherwise of {path!r} than the manifest.")
        return exact.text(one["id"])

    def custody(self) -> None:  # 9
        written = self._listed(bag.CHECKPOINT, self.sha256)
        files = (bag.CHECKPOINT_SIG, bag.CHECKPOINT_MLDSA)
        self._signed(self.desk, signing.CUSTODY, written, files)
        try:
            self.checkpoint = custody.parse_checkpoint(written)
            proven = custody.parse_entries(self._listed(bag.ENTRIES, self.sha256))
            for one in proven:
                one.verify(self.checkpoint.size, self.checkpoint.root)
        except (MalformedCustody, WrongProof) as error:
            raise AlteredBundle(f"The account of custody does not hold. {error}") from error
        self.acts = len(proven)
        size = self.checkpoint.size
        self._say(f"{self.acts} acts stand in the desk's signed record of {size} acts.")

    def stamp(self) -> None:
        if bag.STAMP in self.bag.sizes:
            self._say("There is a time stamp; openssl ts -verify judges it (see the README).")

    def report(self) -> Report:
        return Report(
            name=self.bag.name,
            signer=self.signer.fingerprint,
            desk=self.desk.fingerprint,
            trusted=self.trusted,
            files=len(self.sha256),
            octets=self.octets,
            items=self.items,
            purpose=self.purpose,
            acts=self.acts,
            site_id=self.checkpoint.site_id.hex(),
            tree_size=self.checkpoint.size,
            steps=tuple(self.steps),
        )

    def _say(self, sentence: str) -> None:
        self.steps.append(sentence)

    def _listed(self, path: str, digests: Mapping[str, str]) -> bytes:
        """Read a small file whole, checking the very bytes that are used."""
        data = read_small(self.bag, path)
        if hashlib.sha256(data).hexdigest() != digests[path]:
            raise AlteredBundle(f"{path} was changed.")
        return data

    def _public(self, path: str) -> PublicSigner:
        try:
            return PublicSigner.parse(read_small(self.bag, path))
        except MalformedKey as error:
            raise AlteredBundle(f"{path} is not a public key.") from error

    def _signed(
        self, public: PublicSigner, namespace: str, message: bytes, files: tuple[str, str]
    ) -> None:
        sshsig, mldsa65 = (read_small(self.bag, path) for path in files)
        try:
            public.verify(namespace, message, Signatures(sshsig, mldsa65))
        except (MalformedSignature, WrongSignature) as error:
            raise AlteredBundle(f"The signature {files[0]} does not hold. {error}") from error


_OUTCOMES: tuple[tuple[type[BundleError], str], ...] = (
    (IncompleteBundle, "incomplete"),
    (AlteredBundle, "altered"),
    (UnsignedBundle, "not signed"),
    (UnknownSigner, "signed by an unknown key"),
)


def outcome(error: BundleError) -> str:
    """Return the outcome of FORMAT.md section 11 that an error of `verify` stands for."""
    return next((word for kind, word in _OUTCOMES if isinstance(error, kind)), "not a bundle")
