"""Somebody who has never heard of Naru follows the README of a bundle, letter by letter."""

import hashlib
import json
import re
import secrets
import shutil
import subprocess

import pytest
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


def test_the_powershell_lines_are_whole_and_the_same_in_every_language(bag):
    """No PowerShell runs here: quotes and braces are counted, and each path is one of the bag's."""
    text = block(bag, "en", "foreach")
    for pair in ("{}", "()"):
        assert text.count(pair[0]) == text.count(pair[1])
    assert text.count("'") % 2 == 0
    words = "".join(re.findall(r"\$v \+?= '(.*)'", text))
    command, _, given = words.partition(" < ")
    assert (bag / given).is_file()
    with (bag / given).open("rb") as signed:
        done = subprocess.run(command.split(), cwd=bag, stdin=signed, check=False)
    assert done.returncode == 0, done.stderr
    for path in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        assert f"'{path}'" in text
    assert all(block(bag, lang, "foreach") == text for lang in LANGUAGES)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_says_what_nobody_can_verify_and_where_to_ask(bag, lang):
    said = (bag / "data" / f"README.{lang}.txt").read_text("utf-8")
    words = {"en": "NOBODY CAN VERIFY", "ko": "아무도 확인할 수 없는 것", "zh": "无人能够验证"}
    assert words[lang] in said
    assert "crypto verify" in said
    assert "attachments" in said
