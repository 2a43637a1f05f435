"""Writing a bundle: what stock tools say of it, and what the writer refuses."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile

import bundles
import pytest
from needs import need

from crypto import bag, bundle
from crypto.errors import IncompleteBundle, UnfitName
from crypto.verifying import verify


class Pipe:
    """A sink that can only write."""

    def __init__(self):
        self.parts = []

    def write(self, data):
        self.parts.append(bytes(data))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return bundles.unpacked(tmp_path_factory.mktemp("bundle"))


def run(folder, *command, stdin=b""):
    return subprocess.run(command, cwd=folder, input=stdin, capture_output=True, check=False)


@pytest.mark.parametrize(
    "command",
    [
        ("sha256sum", "--strict", "-c", "manifest-sha256.txt"),
        ("sha512sum", "--strict", "-c", "manifest-sha512.txt"),
        ("sha256sum", "--strict", "-c", "tagmanifest-sha256.txt"),
    ],
    ids=" ".join,
)
def test_coreutils_find_every_file(folder, command):
    need("sha256sum")
    done = run(folder, *command)
    assert done.returncode == 0, done.stderr


def test_ssh_keygen_holds_the_signature_good(folder):
    command = ["-Y", "verify", "-f", "signatures/allowed_signers", "-I", "naru"]
    command += ["-n", "naru-bundle", "-s", "signatures/tagmanifest-sha256.txt.sig"]
    signed = (folder / "tagmanifest-sha256.txt").read_bytes()
    assert run(folder, need("ssh-keygen"), *command, stdin=signed).returncode == 0
    assert run(folder, need("ssh-keygen"), *command, stdin=signed + b"!").returncode != 0


def test_bagit_holds_it_valid(folder):
    script = "import sys, bagit; bagit.Bag(sys.argv[1]).validate()"
    done = run(folder, sys.executable, "-W", "ignore", "-c", script, ".")
    assert done.returncode == 0, done.stderr


def test_unzip_holds_it_whole(tmp_path):
    done = run(tmp_path, need("unzip"), "-t", bundles.zipped(tmp_path))
    assert done.returncode == 0, done.stderr


def test_what_was_written_is_told_and_verified(tmp_path):
    sink = Pipe()
    info = bundles.write(sink)
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"".join(sink.parts))
    report = verify(path)
    assert (info.name, info.files, info.octets) == (report.name, report.files, report.octets)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        head = archive.read(f"{bundles.NAME}/bag-info.txt").decode()
    assert head == (
        "Source-Organization: 나루 (fictional)\nBagging-Date: 2026-11-23\n"
        f"Payload-Oxum: {info.octets}.{info.files}\n"
    )


def test_the_bag_is_the_same_whenever_it_is_made(tmp_path):
    account = bundles.account()
    seekable, pipe = io.BytesIO(), Pipe()
    first = bundles.write(seekable, account)
    second = bundles.write(pipe, account)
    assert first == second
    data = seekable.getvalue(), b"".join(pipe.parts)
    kept = []
    for archive in map(zipfile.ZipFile, map(io.BytesIO, data)):
        names = [name for name in archive.namelist() if "/signatures/" not in name]
        kept.append([(name, archive.read(name)) for name in names])
        dates = {entry.date_time for entry in archive.infolist()}
        assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert kept[0] == kept[1]
    until = data[0].index(b"/signatures/")
    assert data[0][:until] == data[1][:until]


def test_the_index_tells_what_was_written(folder):
    index = json.loads((folder / "data/index.json").read_bytes())
    assert (index["naru"], index["model"], index["purpose"]) == (1, "2026-11", "k_court")
    assert [item["id"] for item in index["items"]] == sorted(bundles.ITEMS)
    assert index["items"][0]["files"][0] == {
        "path": "data/testimony/a1/photo.bin",
        "sha256": index["items"][0]["files"][0]["sha256"],
        "size": 10_000,
    }


@pytest.mark.parametrize(
    "path",
    [
        "../up", "a/../b", "/root", "a//b", "a/", "", ".", ".hidden", "a/.b", "trailing.",
        "blank name", "back\\slash", "C:drive", "한글.txt", "new\nline", "nul\0", "CON",
        "a/nul.txt", "com1", "x" * 121, "README.TXT", "readme.txt/inside", "Testimony/other.txt",
        "testimony", "index.json/x",
    ],
)  # fmt: skip
def test_unfit_names_are_refused(path):
    sink = io.BytesIO()
    files = [*bundles.payload(), *bundles.account(), ("index.json", b"{}"), (path, b"x")]
    with pytest.raises(UnfitName):
        bundle.write(
            sink, bundles.NAME, files, {}, bundles.SIGNER,
            bundle.vouch(bundles.DESK, bundles.SIGNER.public),
        )  # fmt: skip
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(sink)


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "con"])
def test_unfit_bundle_names_are_refused(name):
    with pytest.raises(UnfitName):
        bundles.write(io.BytesIO(), name=name)


def test_the_longest_path_is_120():
    names = bag.Names()
    names.add("n/" + "x" * 118)
    with pytest.raises(UnfitName):
        names.add("n/" + "y" * 119)


@pytest.mark.parametrize("left_out", range(5))
def test_no_bundle_without_index_and_custody(left_out):
    files = [*bundles.account(), ("index.json", bundle.index({}, "1", "k_court"))]
    del files[left_out]
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    with pytest.raises(IncompleteBundle):
        bundle.write(io.BytesIO(), "b", files, {}, bundles.SIGNER, vouching)


@pytest.mark.parametrize(
    ("label", "value"),
    [("a:b", "x"), ("", "x"), (" ", "x"), ("a", "x\nPayload-Oxum: 1.1"), ("payload-OXUM", "1.1")],
)
def test_bag_info_stays_one_line_each(label, value):
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    with pytest.raises(ValueError, match="bag-info"):
        bundle.write(io.BytesIO(), "b", [], {label: value}, bundles.SIGNER, vouching)


def test_a_source_that_breaks_leaves_no_zip():
    def breaking():
        yield b"some"
        raise OSError

    sink = io.BytesIO()
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    with pytest.raises(OSError, match=r"^$"):
        bundle.write(sink, "b", [("a.bin", breaking())], {}, bundles.SIGNER, vouching)
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(sink)


def test_files_are_streamed_and_never_held():
    sink, seen = Pipe(), []

    def chunks():
        for _ in range(50):
            yield bytes(10_000)
            seen.append(sum(map(len, sink.parts)))

    files = [("big.bin", chunks()), *bundles.account(), ("index.json", bundle.index({}, "1", "k"))]
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    bundle.write(sink, "b", files, {}, bundles.SIGNER, vouching)
    assert all(written >= 10_000 * n for n, written in enumerate(seen, start=1))


@pytest.mark.parametrize("second", ["a", "A/c", "a/b", "a/B", "a/b/c", "A"])
def test_two_paths_that_some_file_system_takes_for_one_are_refused(second):
    names = bag.Names()
    names.add("a/b")
    with pytest.raises(UnfitName, match="twice"):
        names.add(second)
    names.add("a/c")


def test_an_entry_of_the_zip_says_nothing_of_the_day_or_the_machine(tmp_path):
    with zipfile.ZipFile(bundles.zipped(tmp_path)) as archive:
        said = {
            (e.date_time, e.create_system, e.external_attr, e.compress_type, e.extract_version)
            for e in archive.infolist()
        }
    zip64 = 45  # whatever its size, which is known too late: a recording may have 4 GB
    assert said == {((1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16, zipfile.ZIP_STORED, zip64)}


def test_measured_it_has_the_length_of_the_bundle_and_is_none():
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    sinks, pauses = (Pipe(), Pipe()), []
    for sink, measured in zip(sinks, (False, True), strict=True):
        files = [*bundles.payload(), *bundles.account()]
        files.append(("index.json", bundle.index(bundles.ITEMS, "2026-11", "k_court")))
        making = bundle.steps(
            sink, "b", files, bundles.INFO, bundles.SIGNER, vouching,
            stamp=lambda _: b"token", measured=measured,
        )  # fmt: skip
        pauses.append(sum(1 for _ in making))
    whole, empty = (b"".join(sink.parts) for sink in sinks)
    assert len(whole) == len(empty)
    with zipfile.ZipFile(io.BytesIO(empty)) as archive:
        for name, digits in ((bag.SHA256, 64), (bag.SHA512, 128)):
            assert {line[:digits] for line in archive.read(f"b/{name}").splitlines()} == {
                b"0" * digits
            }
    assert pauses[0] == pauses[1] > len(bundles.payload()) + 99  # the recording came in a hundred


def test_a_stamp_is_over_the_tag_manifest_and_stands_beside_its_signatures(tmp_path):
    vouching = bundle.vouch(bundles.DESK, bundles.SIGNER.public)
    files = [*bundles.payload(), *bundles.account()]
    files.append(("index.json", bundle.index(bundles.ITEMS, "2026-11", "k_court")))
    with (tmp_path / "b.zip").open("wb") as sink:
        info = bundle.write(
            sink, "b", files, {}, bundles.SIGNER, vouching, stamp=lambda data: b"over " + data
        )
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        tagmanifest = archive.read(f"b/{bag.TAGMANIFEST}")
        assert archive.read(f"b/{bag.STAMP}") == b"over " + tagmanifest
    assert hashlib.sha256(tagmanifest).hexdigest() == info.tagmanifest
    assert "openssl ts" in verify(tmp_path / "b.zip").steps[-1]
