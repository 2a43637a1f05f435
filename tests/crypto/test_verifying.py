"""Verifying: the same bundle altered in every way a stranger, a thief or a liar might."""

import io
import json
import os
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import bundles
import pytest

from crypto import bag, bag_reading, custody, signing
from crypto.errors import (
    AlteredBundle,
    BundleError,
    IncompleteBundle,
    MalformedBundle,
    MalformedKey,
    UnfitName,
    UnknownSigner,
    UnsignedBundle,
)
from crypto.trust import Trusted
from crypto.verifying import outcome, verify

VECTORS = Path(__file__).parents[1] / "vectors/naru/bundle"
OUTCOMES = json.loads((VECTORS / "outcomes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return bundles.unpacked(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def folder(original, tmp_path):
    return Path(shutil.copytree(original, tmp_path / bundles.NAME))


FILES = sorted(
    [*bag.TAG_FILES, bag.TAGMANIFEST, *bag.SIGNATURES, *bag.REQUIRED]
    + [f"data/{path}" for path, _ in bundles.payload()]
)


# Vectors


@pytest.mark.parametrize("case", OUTCOMES["cases"], ids=lambda case: case["why"])
def test_declared_outcomes(case, tmp_path):
    with zipfile.ZipFile(VECTORS / case["zip"]) as archive:
        archive.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    if "remove" in case:
        (folder / case["remove"]).unlink()
    if "write" in case:
        path, text = case["write"]
        (folder / path).write_text(text)
    trusted = Trusted.parse((VECTORS / OUTCOMES["signer"]).read_bytes())
    try:
        found = "verified" if verify(folder, trusted).trusted else ""
    except BundleError as error:
        found = outcome(error)
    assert found == case["outcome"]


@pytest.mark.parametrize("name", ["good.zip", "other.zip"])
def test_the_vectors_verify_without_a_signer(name):
    assert not verify(VECTORS / name).trusted


# What holds


def test_a_folder_and_its_zip_tell_the_same(folder, tmp_path):
    path = bundles.zipped(tmp_path)
    report = verify(path, bundles.DESK.public)
    assert report == verify(folder, bundles.DESK.public)
    assert report == verify(str(path), Trusted.of(bundles.DESK.public))
    assert (report.trusted, report.items, report.acts, report.tree_size) == (True, 2, 3, 8)
    assert (report.purpose, report.site_id) == ("k_court", bundles.SITE.hex())
    assert len(report.steps) == 9


def test_without_a_signer_it_says_that_nothing_vouches(folder):
    report = verify(folder)
    assert not report.trusted
    assert report.signer == bundles.SIGNER.public.fingerprint
    assert report.desk == bundles.DESK.public.fingerprint
    assert "Nothing vouches" in report.steps[3]


def test_whose_key_is_trusted_is_said(folder):
    assert "the desk key." in verify(folder, bundles.DESK.public).steps[3]
    assert "signed the bag." in verify(folder, bundles.SIGNER.public).steps[3]
    ssh = Trusted.parse(bundles.DESK.public.ssh.encode())
    assert "Ed25519 half alone" in verify(folder, ssh).steps[3]
    assert verify(folder, Trusted.parse((folder / bag.ALLOWED).read_bytes())).trusted


def test_a_renamed_folder_is_the_same_bundle(folder, tmp_path):
    verify(folder.rename(tmp_path / "다른 이름"))


def test_a_bundle_may_tell_of_no_act(tmp_path):
    assert verify(bundles.zipped(tmp_path, custody_files=bundles.account(told=()))).acts == 0


# Another key


def test_another_key_than_the_trusted_one(folder):
    for trusted in (bundles.OTHER.public, Trusted.parse(bundles.OTHER.public.ssh.encode())):
        with pytest.raises(UnknownSigner, match=bundles.SIGNER.public.fingerprint):
            verify(folder, trusted)


def test_a_whole_bundle_of_another_desk(tmp_path):
    path = bundles.zipped(tmp_path, signer=bundles.OTHER, desk=bundles.OTHER)
    verify(path)
    with pytest.raises(UnknownSigner):
        verify(path, bundles.DESK.public)


def test_a_desk_key_trusted_for_other_things_only(folder):
    line = bundles.DESK.public.allowed_signers("naru", ["naru-epoch", "naru-bundle"])
    with pytest.raises(UnknownSigner):
        verify(folder, Trusted.parse(line.encode()))


def test_signed_again_by_another_key(folder):
    bundles.resign(folder, bundles.OTHER)
    with pytest.raises(AlteredBundle):
        verify(folder)
    (folder / bag.SIGNER).write_bytes(bytes(bundles.OTHER.public))
    line = bundles.OTHER.public.allowed_signers("naru", ["naru-bundle"])
    (folder / bag.ALLOWED).write_text(line)
    with pytest.raises(AlteredBundle, match=r"signer\.pub\.sig"):  # the desk never vouched for it
        verify(folder)


def test_another_desk_cannot_put_itself_before_the_bag(folder):
    word = bundles.OTHER.sign(signing.KEY, bytes(bundles.SIGNER.public))
    (folder / bag.SIGNER_SIG).write_bytes(word.sshsig)
    (folder / bag.SIGNER_MLDSA).write_bytes(word.mldsa65)
    (folder / bag.DESK).write_bytes(bytes(bundles.OTHER.public))
    with pytest.raises(AlteredBundle, match="checkpoint"):
        verify(folder)


def test_a_signature_for_another_purpose_does_not_count(folder):
    signed = bundles.SIGNER.sign(signing.EPOCH, (folder / bag.TAGMANIFEST).read_bytes())
    (folder / bag.BAG_SIG).write_bytes(signed.sshsig)
    with pytest.raises(AlteredBundle, match="purpose"):
        verify(folder)


# One thing changed


@pytest.mark.parametrize("path", [path for path in FILES if not path.endswith("empty.txt")])
def test_any_flipped_bit_is_noticed(folder, path):
    file = folder / path
    good = file.read_bytes()
    step = max(1, len(good) * 8 // 60)
    for at in {*range(0, len(good) * 8, step), *range(8), len(good) * 8 - 1}:
        altered = bytearray(good)
        altered[at // 8] ^= 1 << at % 8
        file.write_bytes(altered)
        with pytest.raises(AlteredBundle):
            verify(folder)


@pytest.mark.parametrize("path", [path for path in FILES if not path.endswith("empty.txt")])
@pytest.mark.parametrize("size", [-1, 1], ids=["shorter", "longer"])
def test_any_changed_length_is_noticed(folder, path, size):
    data = (folder / path).read_bytes()
    (folder / path).write_bytes(data[:size] if size < 0 else data + b"\n")
    with pytest.raises(AlteredBundle):
        verify(folder)


@pytest.mark.parametrize("path", FILES)
def test_a_missing_file_is_noticed(folder, path):
    (folder / path).unlink()
    with pytest.raises(UnsignedBundle if path.startswith("sig") else IncompleteBundle):
        verify(folder)


@pytest.mark.parametrize("path", ["extra", "data/extra.txt", "signatures/extra", "data/new/x"])
def test_an_added_file_is_noticed(folder, path):
    (folder / path).parent.mkdir(exist_ok=True)
    (folder / path).write_text("added")
    with pytest.raises(AlteredBundle, match="added"):
        verify(folder)


def test_a_renamed_file_is_noticed(folder):
    (folder / "data/README.txt").rename(folder / "data/README2.txt")
    with pytest.raises(IncompleteBundle):
        verify(folder)


# A liar who holds the signing key


def lie(folder, path, old, new):
    data = (folder / path).read_bytes()
    assert old in data
    (folder / path).write_bytes(data.replace(old, new, 1))


def test_resigning_an_unchanged_folder_is_no_lie(folder):
    bundles.resign(folder)
    verify(folder, bundles.DESK.public)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"size":10000', b'"size":10001'),
        (b'"sha256":"', b'"sha256":"0'),
        (b"a1/text.txt", b"a1/test.txt"),
        (b"data/testimony/a1/text.txt", b"bag-info.txt"),
        (b'"naru":1', b'"naru":2'),
        (b'"naru":1', b'"naru": 1'),
        (b'"purpose":"k_court"', b'"purpose":7'),
        (b'"model":', b'"mode":'),
        (b"a1" * 16, b"c3" * 16),
        (b"a1" * 16, b"b2" * 16),
    ],
)
def test_an_index_that_disagrees_is_refused(folder, old, new):
    lie(folder, bag.INDEX, old, new)
    bundles.resign(folder)
    with pytest.raises((AlteredBundle, MalformedBundle)):
        verify(folder)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"actor":"member-1"', b'"actor":"member-9"'),
        (b'"day":"2026-11-11"', b'"day":"2026-11-10"'),
        (b'"index":1,', b'"index":0,'),
        (b'"salt":"01', b'"salt":"02'),
        (b'"act":"received"', b'"act":""'),
        (b'"naru":1', b'"naru":2'),
    ],
)
def test_custody_told_otherwise_is_refused(folder, old, new):
    lie(folder, bag.ENTRIES, old, new)
    bundles.resign(folder)
    with pytest.raises(AlteredBundle, match="custody"):
        verify(folder)


def test_a_checkpoint_the_desk_did_not_sign_is_refused(folder):
    note = custody.parse_checkpoint((folder / bag.CHECKPOINT).read_bytes())
    (folder / bag.CHECKPOINT).write_bytes(custody.checkpoint(note.site_id, 9, note.root))
    bundles.resign(folder)
    with pytest.raises(AlteredBundle, match="checkpoint"):
        verify(folder)


def test_a_signed_statement_that_is_no_checkpoint_is_refused(folder):
    signed = bundles.DESK.sign(signing.CUSTODY, b"something else")
    (folder / bag.CHECKPOINT).write_bytes(b"something else")
    (folder / bag.CHECKPOINT_SIG).write_bytes(signed.sshsig)
    (folder / bag.CHECKPOINT_MLDSA).write_bytes(signed.mldsa65)
    bundles.resign(folder)
    with pytest.raises(AlteredBundle, match="custody"):
        verify(folder)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("bagit.txt", b"1.0", b"0.9"),
        ("bag-info.txt", b"Payload-Oxum: ", b"Payload-Oxum: 1"),
        ("bag-info.txt", b"Payload-Oxum", b"Payload"),
        ("bag-info.txt", b"Bagging-Date", b"Payload-Oxum"),
        ("manifest-sha256.txt", b"  ", b" *"),
        ("manifest-sha512.txt", b"README.txt", b"README2.txt"),
        ("manifest-sha512.txt", b"\n", b"\r\n"),
        ("manifest-sha256.txt", b"a", b"\xff"),
    ],
)
def test_tag_files_that_disagree_are_refused(folder, path, old, new):
    lie(folder, path, old, new)
    bundles.resign(folder, manifests=False)
    with pytest.raises(AlteredBundle):
        verify(folder)


@pytest.mark.parametrize("name", [bag.SHA256, bag.SHA512])
def test_each_manifest_alone_notices(folder, name):
    lie(folder, name, (folder / name).read_bytes()[:8], b"00000000")
    bundles.resign(folder, manifests=False)
    with pytest.raises(AlteredBundle, match="changed"):
        verify(folder)


def test_a_tag_manifest_of_other_files_is_refused(folder):
    lie(folder, bag.TAGMANIFEST, b"bagit.txt", b"bagit2.txt")
    signed = bundles.SIGNER.sign(signing.BUNDLE, (folder / bag.TAGMANIFEST).read_bytes())
    (folder / bag.BAG_SIG).write_bytes(signed.sshsig)
    (folder / bag.BAG_MLDSA).write_bytes(signed.mldsa65)
    with pytest.raises(AlteredBundle):
        verify(folder)


# Hostile containers


def packed(entries, path, **how):
    with zipfile.ZipFile(path, "w", **how) as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return path


def refused(path, outcome=MalformedBundle):
    with pytest.raises(outcome):
        verify(path)


def entries_of(path):
    with zipfile.ZipFile(path) as archive:
        return [(entry, archive.read(entry)) for entry in archive.infolist()]


def test_a_compressed_zip_is_refused(tmp_path):
    entries = [(e.filename, d) for e, d in entries_of(bundles.zipped(tmp_path))]
    refused(packed(entries, tmp_path / "b.zip", compression=zipfile.ZIP_DEFLATED))
    verify(packed(entries, tmp_path / "stored.zip"))


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFDIR])
def test_only_plain_files_in_a_zip(tmp_path, mode):
    entries = entries_of(bundles.zipped(tmp_path))
    entries[3][0].external_attr = (mode | 0o777) << 16
    refused(packed(entries, tmp_path / "b.zip"))


@pytest.mark.parametrize(
    "name",
    ["../up", "/root", "other/x", "x", f"{bundles.NAME}/../x", f"{bundles.NAME}/DATA/x",
     f"{bundles.NAME}/data/", f"{bundles.NAME}/bagit.txt", f"{bundles.NAME}/한글",
     f"{bundles.NAME}/BAGIT.TXT", f"{bundles.NAME}/bagit.txt/x"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_hostile_names_in_a_zip(tmp_path, name):
    entries = entries_of(bundles.zipped(tmp_path))
    refused(packed([*entries, (name, b"x")], tmp_path / "b.zip"), (MalformedBundle, UnfitName))


def test_an_encrypted_entry_is_refused(tmp_path):
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    refused(path)


def test_files_over_one_another_are_refused(tmp_path):
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    at, big = data.index(b"PK\1\2"), 0
    while data[at : at + 4] == b"PK\1\2":
        big = max(big, struct.unpack_from("<L", data, at + 24)[0])
        struct.pack_into("<LL", data, at + 20, 10_000, 10_000)
        at += 46 + sum(struct.unpack_from("<3H", data, at + 28))
    path.write_bytes(data)
    refused(path)


def test_something_before_the_zip_is_refused(tmp_path):
    path = bundles.zipped(tmp_path)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    refused(path)


def test_a_directory_that_points_outside_is_refused(tmp_path):
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.index(b"PK\1\2") + 42, 0xFFFFFFF0)
    path.write_bytes(data)
    refused(path, BundleError)


def test_a_huge_directory_is_not_read(tmp_path):
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, len(data) - 10, bag_reading.LARGEST_DIRECTORY + 1)
    path.write_bytes(data)
    with pytest.raises(MalformedBundle, match="more files than a bundle can"):
        verify(path)


def test_a_huge_zip64_directory_is_not_read(tmp_path):
    path = bundles.zipped(tmp_path)
    data = path.read_bytes()
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 1 << 40, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    path.write_bytes(data[:-22] + end64 + locator + data[-22:])
    with pytest.raises(MalformedBundle, match="more files than a bundle can"):
        verify(path)


def test_a_comment_after_the_zip_is_refused(tmp_path):
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, len(data) - 2, 4)
    path.write_bytes(bytes(data) + b"more")
    refused(path)


@pytest.mark.parametrize("end", [b"\0\0", b"more"])
def test_what_does_not_end_as_a_whole_zip_does_is_told_from_a_broken_one(tmp_path, end):
    """Most often it is the age file itself, which somebody did not open yet."""
    (tmp_path / "b.zip.age").write_bytes(b"age-encryption.org/v1\n" * 30 + end)
    with pytest.raises(MalformedBundle, match="still sealed"):
        verify(tmp_path / "b.zip.age")
    data = bundles.zipped(tmp_path).read_bytes()
    (tmp_path / "cut.zip").write_bytes(data[:-2] + b"\4\0")  # a comment is announced, none is there
    with pytest.raises(MalformedBundle, match="still sealed"):
        verify(tmp_path / "cut.zip")


def test_more_files_than_a_bundle_has(tmp_path, monkeypatch):
    monkeypatch.setattr(bag_reading, "MOST_FILES", 5)
    refused(bundles.zipped(tmp_path))
    refused(bundles.unpacked(tmp_path))


def test_a_manifest_too_large_to_read_whole(folder, monkeypatch):
    monkeypatch.setattr(bag_reading, "LARGEST_SMALL", 2000)
    refused(folder)


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"no zip at all" * 100, b"PK\5\6" + bytes(18)], ids=len
)
def test_what_is_no_zip(tmp_path, data):
    (tmp_path / "b.zip").write_bytes(data)
    refused(tmp_path / "b.zip")


def test_an_empty_folder(tmp_path):
    refused(tmp_path, BundleError)


def test_nothing_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        verify(tmp_path / "none")


def test_every_cut_of_a_zip_is_refused(tmp_path):
    data = bundles.zipped(tmp_path).read_bytes()
    for size in range(0, len(data), len(data) // 50):
        (tmp_path / "cut.zip").write_bytes(data[:size])
        refused(tmp_path / "cut.zip", BundleError)


def test_any_flipped_bit_of_the_containers_directory_is_noticed_or_means_nothing(tmp_path):
    path = bundles.zipped(tmp_path)
    data = path.read_bytes()
    good, start = verify(path), data.index(b"PK\1\2")
    for at in range(start * 8, len(data) * 8, 7):
        altered = bytearray(data)
        altered[at // 8] ^= 1 << at % 8
        path.write_bytes(altered)
        try:
            assert verify(path) == good
        except BundleError:
            continue


def test_links_and_pipes_in_a_folder_are_refused(folder, tmp_path):
    for make in (
        lambda path: path.symlink_to(tmp_path),
        lambda path: path.symlink_to(folder / "bagit.txt"),
        os.mkfifo,
    ):
        make(folder / "data/link")
        refused(folder)
        (folder / "data/link").unlink()


def test_a_name_unfit_for_a_bundle_in_a_folder(folder):
    (folder / "data/desk top.ini").write_bytes(b"")
    refused(folder, UnfitName)


def test_a_zip_of_two_folders(tmp_path):
    sink = io.BytesIO()
    bundles.write(sink)
    entries = [(e.filename, d) for e, d in entries_of(sink)]
    refused(packed([*entries, ("second/x", b"")], tmp_path / "b.zip"))


def test_a_file_that_went_missing_while_it_was_read(folder):
    with bag_reading.opened(folder) as found, pytest.raises(IncompleteBundle):
        bag_reading.read_small(found, "data/none")


@pytest.mark.parametrize("line", [b"a" + b" " * 500_000 + b"b", b"ssh-ed25519 " + b"A" * 500_000])
def test_a_line_of_keys_that_never_ends_is_refused_at_once(line):
    with pytest.raises(MalformedKey):
        Trusted.parse(line)


def test_each_bound_of_a_container_is_reached_and_not_passed(folder, tmp_path, monkeypatch):
    path = bundles.zipped(tmp_path)
    length = struct.unpack_from("<L", path.read_bytes(), path.stat().st_size - 10)[0]
    with bag_reading.opened(folder) as found:
        files, small = len(found.sizes), max(found.sizes[one] for one in bag.SIGNATURES)
    bounds = {"MOST_FILES": files, "LARGEST_DIRECTORY": length, "LARGEST_SMALL": small}
    for name, most in bounds.items():
        with monkeypatch.context() as patch:
            patch.setattr(bag_reading, name, most)
            assert verify(path).items == 2
            patch.setattr(bag_reading, name, most - 1)
            refused(path)


def test_a_file_that_comes_in_several_pieces_is_read_whole(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(bag_reading, "CHUNK", 100)
    assert verify(folder) == verify(bundles.zipped(tmp_path))


def test_a_folder_that_may_not_be_looked_into_is_not_taken_for_an_empty_one(folder, monkeypatch):
    true = os.scandir

    def scandir(path):
        if str(path).endswith("signatures"):
            raise PermissionError(13, "Permission denied", path)
        return true(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(PermissionError):
        verify(folder)


def directory_changed(tmp_path, offset, form, value):
    """A bundle whose ZIP says this at an offset of its directory's first entry."""
    path = bundles.zipped(tmp_path)
    data = bytearray(path.read_bytes())
    struct.pack_into(form, data, data.index(b"PK\1\2") + offset, value(len(data)))
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("offset", "form", "value", "said"),
    [
        (10, "<H", lambda _: zipfile.ZIP_DEFLATED, "packed anew"),
        (20, "<L", lambda _: 1, "packed anew"),
        (24, "<L", lambda _: 1, "packed anew"),
        (42, "<L", lambda size: size, "points outside"),
    ],
    ids=["method", "stored size", "size", "place"],
)
def test_one_number_of_the_directory_is_enough(tmp_path, offset, form, value, said):
    with pytest.raises(MalformedBundle, match=said):
        verify(directory_changed(tmp_path, offset, form, value))


def test_no_more_than_a_piece_is_held_at_a_time(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(bag_reading, "CHUNK", 100)
    for path in (folder, bundles.zipped(tmp_path)):
        with bag_reading.opened(path) as found:
            pieces = [*found.chunks("data/testimony/a1/photo.bin")]
        assert [len(piece) for piece in pieces] == [100] * 100


def test_each_step_says_what_it_found(folder):
    report = verify(folder, bundles.DESK.public)
    files = sum(1 for one in folder.rglob("*") if one.is_file())
    assert report.steps == (
        f"This is one bag, {bundles.NAME}, of {files} plain files.",
        f"Both signatures of the bag hold, by the key {bundles.SIGNER.public.fingerprint}.",
        f"The desk key {bundles.DESK.public.fingerprint} vouches for that key.",
        "The key you named is the desk key.",
        "The 4 tag files are the ones that were signed.",
        "No file is missing, and none is there that is not listed.",
        f"All {report.files} files ({report.octets} bytes) have both their digests.",
        "The index agrees: 2 items, released for k_court.",
        "3 acts stand in the desk's signed record of 8 acts.",
    )
