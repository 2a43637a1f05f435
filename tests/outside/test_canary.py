"""What a person typed is nowhere but in sealed bytes: not on the disk, not in what is printed."""

import base64
import gzip
import io
import json
import os
import re
import secrets
import subprocess
import time
import unicodedata
import urllib.parse
import zipfile
import zlib

import pytest
from needs import give_up, need
from outside import walk
from outside.canary import dresses, open_files, search, sweep
from outside.demo import Demo, run
from outside.site import Site, Upload

KOREAN = "".join(secrets.choice("물새바람갈대노을안개모래등불나룻배뱃사공") for _ in range(12))
LATIN = "Qx" + secrets.token_hex(7) + "Zw"
CANARY = f"{KOREAN} {LATIN}"
WANTED = dresses(KOREAN) + dresses(LATIN)
LURES = KOREAN[::-1], LATIN[::-1]  # planted in files by the searcher's own tests
LURED = dresses(LURES[0]) + dresses(LURES[1])

WAYS = {
    "plain": lambda text: text.encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "percent": lambda text: urllib.parse.quote(text).encode(),
    "percent, small": lambda text: urllib.parse.quote(text).lower().encode(),
    "json": lambda text: json.dumps({"a": text}).encode(),
    "repr of bytes": lambda text: repr(text.encode()).encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "entities": lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "zlib": lambda text: zlib.compress(("등 " * 900 + text).encode()),
    "zlib of utf-16": lambda text: zlib.compress(text.encode("utf-16-le")),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip, cut off": lambda text: gzip.compress(text.encode() + secrets.token_bytes(5000))[:-99],
}


@pytest.mark.parametrize("word", [KOREAN, LATIN], ids=["korean", "latin"])
@pytest.mark.parametrize("way", WAYS)
def test_the_searcher_finds_each_dress(way, word):
    noise = secrets.token_bytes(10_000)
    assert search(noise + WAYS[way](word) + noise, dresses(word)), way
    assert not search(noise + WAYS[way](word[:-1] + "?") + noise, dresses(word))


@pytest.mark.parametrize("offset", range(6))
@pytest.mark.parametrize("coder", [base64.b64encode, base64.urlsafe_b64encode])
def test_the_searcher_finds_base64_anywhere(coder, offset):
    for word in (KOREAN, LATIN):
        for coding in ("utf-8", "utf-16-le"):
            coded = coder(b"\xfe" * offset + word.encode(coding) + b"\xfd" * offset)
            assert search(coded, dresses(word))


def test_the_searcher_finds_it_in_archives_and_files(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.txt", LURES[0] * 3)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "packed").write_bytes(b"\0" * 99 + packed.getvalue())
    (tmp_path / LURES[1]).touch()
    found = sweep([tmp_path], LURED)
    assert set(found) == {str(tmp_path / "deep" / "packed"), str(tmp_path / LURES[1])}
    assert not sweep([tmp_path], LURED, since=time.time() + 60).get(str(tmp_path / "deep/packed"))


def test_the_searcher_finds_files_without_a_name(tmp_path):
    with (tmp_path / "gone").open("w+") as held:
        held.write(LURES[0])
        held.flush()
        (tmp_path / "gone").unlink()
        program = subprocess.Popen(["sleep", "30"], stdin=held)
        contents = b"".join(open_files([program.pid]).values())
        program.kill()
        program.wait()
    assert search(contents, LURED)


# --- The service


SCRATCH = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
BARS_RELEASE = {"k_wait", "w_not_read"}  # what is typed here is a reason not to release


def everywhere(form):
    """The canary in every field that takes text, and every consent given."""
    typed = {name: [] for name in form.text_names()}
    for number, name in enumerate(form.text_names()):
        typed[name].append(f"{CANARY} {number}")
    consents = {name: "yes" for name in form.names() if name.startswith("k_") and name not in typed}
    return typed | consents | {"w_role": "family"}


def journey(demo):
    """All that happens to a testimony, refusals and languages included: (words, bundle)."""
    witness = Site(demo.intake)
    form = witness.get("/ko/").form("testimony")
    typed = everywhere(form)
    for button in form.detours():
        witness.post_pairs(form, form.filled(**typed), button["formaction"])
    assert witness.post(form, **(typed | {"w_narrative": CANARY * 9_000})).status >= 400
    assert witness.post(form, **typed, **dict.fromkeys(form.hidden(), "")).status >= 400
    large = Upload(f"{CANARY}.txt", CANARY.encode() * 20_000)
    assert witness.post(form, **(typed | {"w_narrative": large})).status >= 400
    whole = witness.post(form, **typed)
    assert whole.status == 200, whole.error
    assert witness.post(form, **(typed | {"w_narrative": CANARY + "!"})).status == 200
    file = Upload(f"{CANARY}.jpg", CANARY.encode() * 20_000)
    assert witness.post(whole.form("attach"), attachment=file).status == 200
    walk.come_back(witness, CANARY)
    walk.come_back(witness, whole.receipt)
    lead = walk.log_in(demo.desk, demo.info["lead"])
    kept = walk.queue(lead)
    shared = {name: typed[name] for name in typed if name not in BARS_RELEASE | {"w_narrative"}}
    assert walk.write(witness, CANARY, **shared).status == 200
    return whole.receipt, review(demo, lead, walk.arrive(lead, kept))


def review(demo, lead, submission):
    """Tag it, search for it, release it: the partner's bundle."""
    name = demo.info["partner"]["name"]
    said = {"person": f"new:{CANARY}", "date_as_stated": CANARY}
    assert walk.tag(lead, submission, (0, len(KOREAN)), **said).status == 303
    assert CANARY in walk.narrative(lead, submission)
    lead.get("/search?q=" + urllib.parse.quote(LATIN))
    assert walk.release(lead, submission, name, "k_rescue").status == 303
    partner = walk.log_in(demo.desk, demo.info["partner"])
    bundle = walk.export(partner, [submission]).body
    assert bundle.startswith(b"age-")
    return bundle


def places(demo, began):
    """Where any of it lies: storage, shared scratch, what was printed, what is held open."""
    ours = demo.data.parent
    found = sweep([ours], WANTED)
    found |= sweep(SCRATCH, WANTED, since=began, without=[ours])
    pids = demo.family() if demo.info else []
    held = {where: search(data, WANTED) for where, data in open_files(pids).items()}
    return found | {where: sorted(told) for where, told in held.items() if told}


def test_nothing_typed_is_left_lying_anywhere(tmp_path):
    began = time.time() - 1
    with Demo(tmp_path / "data") as demo:
        receipt, bundle = journey(demo)
        words = dresses(receipt) + dresses(receipt.replace(" ", ""))
        assert not places(demo, began) | sweep([tmp_path], words)
        plain = run("crypto", "open", "-i", demo.info["partner"]["identity"], stdin=bundle).stdout
    assert not places(demo, began) | sweep([tmp_path], words)
    assert not search(bundle, WANTED)
    assert search(plain, WANTED), "the bundle does not hold it: this test would prove nothing"


# --- Not even for a moment

CALLS = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg"


def test_nothing_typed_is_written_to_a_file_at_any_moment(tmp_path):
    """Also not to one that is deleted at once: every write of the processes is looked at."""
    if os.geteuid() != 0:  # the apps let nobody else see what their descriptors are
        give_up("only root may see where the apps write: run as root")
    trace = tmp_path / "trace"
    under = [need("strace"), "--seccomp-bpf", "-f", "-y", "-xx", "-s9000000", f"-etrace={CALLS}"]
    with Demo(tmp_path / "data", under=[*under, "-o", str(trace)]) as demo:
        journey(demo)
    to_files, to_people = told_apart(trace)
    trace.unlink()
    assert search(to_people, WANTED), "the answers were not traced: this test would prove nothing"
    assert len(to_files) > 100_000
    assert not search(to_files, WANTED)


# What the descriptor is: /… or socket:[…]. One of /memfd:… is memory without a name, not a file: so
# a dossier's text comes to the process that sets it.
CALL = re.compile(rb"^\d+ +\w+\(\d+<(?!\\x2f\\x6d\\x65\\x6d\\x66\\x64\\x3a)\\x(2f|73)")


def told_apart(trace):
    """What went into files, and what into sockets: two heaps of bytes."""
    heaps = {b"2f": [], b"73": []}
    with trace.open("rb") as lines:
        for line in lines:
            call = CALL.match(line)
            if call and call[1] in heaps:
                strings = (s for s in line.split(b'"')[1::2] if s.startswith(b"\\x"))
                heaps[call[1]] += [bytes.fromhex(s.replace(b"\\x", b"").decode()) for s in strings]
    return b"\n".join(heaps[b"2f"]), b"\n".join(heaps[b"73"])
