"""Somebody who has never heard of Naru follows the README of a bundle, letter by letter."""

import hashlib
import json
import secrets
import shutil
import subprocess

import pytest
from desk import powershell
from desk.bags import folder, plain
from needs import need

LANGUAGES = ("en", "ko", "zh")


@pytest.fixture
def bag(world, owner, partner, tmp_path):
    """A bundle, unpacked."""
    record = world.arrive(k_rescue="yes")
    owner.queue()
    owner.tag(record)
    assert owner.release(record).status == 303
    return folder(plain(world, partner, record), tmp_path)


def block(bag, lang, begins):
    """The indented lines of the README from the one that begins so, as they stand."""
    lines = (bag / "data" / f"README.{lang}.txt").read_text("utf-8").split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f"  {begins}"))
    found = []
    for line in lines[at:]:
        if line and not line.startswith("  "):
            break
        found.append(line)
    return "\n".join(found)


def shell(text, bag, shell="sh"):
    return subprocess.run(
        [shutil.which(shell), "-c", f"set -e\n{text}"], cwd=bag, capture_output=True, check=False
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("begins", ["sha256sum", "shasum"])
def test_the_commands_hold_as_they_stand(bag, lang, begins):
    need("ssh-keygen")
    need(begins)
    text = block(bag, lang, begins)
    done = shell(text, bag)
    assert (done.returncode, done.stderr) == (0, b""), done
    assert b'Good "naru-bundle" signature for naru' in done.stdout
    read = next((bag / "data" / "testimony").glob("*/text.txt"))
    read.write_bytes(read.read_bytes() + b" ")
    assert shell(text, bag).returncode != 0


def test_a_passage_is_proven_by_its_line(bag):
    need("xxd")
    here = next((bag / "data" / "testimony").iterdir())
    line = (here / "text.txt").read_text("utf-8").split("\n")[0]
    one = json.loads((here / "commitments.json").read_bytes())["paragraphs"][0]
    text = block(bag, "en", "(printf").replace("SALT", one["salt"]).replace("LINE", line)
    done = shell(text, bag)
    assert done.stdout.split()[0].decode() == one["commitment"]


def test_an_original_is_proven_by_its_line(bag, tmp_path):
    need("xxd")
    original, salt = tmp_path / "original.jpg", secrets.token_bytes(32)
    original.write_bytes(b"fictional")
    text = block(bag, "zh", "(printf '%s' SALT | xxd -r -p; sha256sum")
    done = shell(text.replace("SALT", salt.hex()).replace("ORIGINAL", str(original)), bag)
    digest = hashlib.sha256(salt + hashlib.sha256(b"fictional").digest()).hexdigest()
    assert done.stdout.split()[0].decode() == digest


def test_the_powershell_lines_hold_as_they_stand(bag):
    need("ssh-keygen")
    text = block(bag, "en", "foreach")
    assert powershell.run(text, bag)[1] == 0
    assert [line for line in powershell.run(text, bag)[0] if "Good" not in line] == []
    assert all(block(bag, lang, "foreach") == text for lang in LANGUAGES)


def test_the_powershell_lines_name_what_changed_and_what_is_missing(bag):
    need("ssh-keygen")
    text = block(bag, "ko", "foreach")
    read = next((bag / "data" / "testimony").glob("*/text.txt"))
    kept, name = read.read_bytes(), read.relative_to(bag).as_posix()
    read.write_bytes(kept + b" ")
    said, ended = powershell.run(text, bag)
    assert said[:2] == [f"CHANGED: {name}"] * 2
    assert ended == 0  # what is signed is the list of lists
    read.unlink()
    assert powershell.run(text, bag)[0][:2] == [f"MISSING: {name}"] * 2
    read.write_bytes(kept)
    listed = bag / "manifest-sha256.txt"
    listed.write_bytes(listed.read_bytes().replace(b"a", b"b", 1))
    assert "CHANGED: manifest-sha256.txt" in powershell.run(text, bag)[0]
    signed = bag / "tagmanifest-sha256.txt"
    signed.write_bytes(signed.read_bytes().replace(b"a", b"b", 1))
    assert powershell.run(text, bag)[1] != 0


@pytest.mark.parametrize(
    "wrong",
    [
        "Get-FileHash -Algorithm SHA3 -LiteralPath bagit.txt",
        "Get-FileHash -File bagit.txt",
        "Get-Hash bagit.txt",
        "foreach ($m in 'a' { $m }",
        "'a' -eq 'b'",
    ],
)
def test_what_no_powershell_would_take_is_not_taken_here(tmp_path, wrong):
    with pytest.raises((powershell.Unknown, KeyError)):
        powershell.run(wrong, tmp_path)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_what_nobody_can_verify_and_where_to_ask(bag, lang):
    said = (bag / "data" / f"README.{lang}.txt").read_text("utf-8")
    words = {"en": "NOBODY CAN VERIFY", "ko": "아무도 확인할 수 없는 것", "zh": "无人能够验证"}
    assert words[lang] in said
    assert "crypto verify" in said
    assert "attachments" in said
