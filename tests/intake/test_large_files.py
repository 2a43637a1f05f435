"""Files larger than memory, circuits that break and clients that drip, on the running server.

`NARU_ATTACHMENT_BYTES` makes the file larger: `make proof` sends 2 GiB.
"""

import contextlib
import hashlib
import http.client
import os
import re
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from intake.test_serving import Served
from intake.world import STORY
from needs import give_up, need
from outside.demo import alive, family
from outside.site import Site
from outside.table import note

from app.mailbox import tables
from app.mailbox.blobs import Blobs, open_blob

MIB = 1024 * 1024
SIZE = int(os.environ.get("NARU_ATTACHMENT_BYTES", 256 * MIB))
MOST = 80_000_000  # DESIGN 7: the worker's peak while a file streams in
HEAD = (
    '--b\r\nContent-Disposition: form-data; name="attachment"; filename="영상.mp4"\r\n'
    "Content-Type: video/mp4\r\n\r\n"
).encode()
TAIL = b"\r\n--b--\r\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(tmp_path_factory.mktemp("large"))
    yield running
    pids = family(running.process.pid)
    running.process.terminate()
    assert running.process.wait(20) == 0
    assert not [pid for pid in pids if alive(pid)]


@pytest.fixture(scope="module")
def attach(served):
    """Where the files of one witness go."""
    site = Site(served.url)
    page = site.post(site.get("/ko/").form("testimony"), w_narrative=STORY)
    return page.form("attach").action


def blocks(size, digest):
    """Bytes nobody has in a file by chance, a megabyte at a time."""
    block = os.urandom(MIB)
    yield HEAD
    while size > 0:
        part = (size.to_bytes(8, "big") + block[8:])[:size]
        digest.update(part)
        size -= len(part)
        yield part
    yield TAIL


def peak(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024


def begin(served, path, length):
    """A connection that has said it will send so much."""
    connection = socket.create_connection(served.address, timeout=30)
    connection.sendall(
        f"POST {path} HTTP/1.1\r\nHost: {served.url.removeprefix('http://')}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\n"
        f"Content-Length: {length}\r\n\r\n".encode()
    )
    return connection


def folder(served):
    path = served.world.settings.blob_dir
    return sorted(path.iterdir()) if path.exists() else []


def gone(served, before):
    """Wait until nothing more lies there than before."""
    until = time.monotonic() + 10
    while folder(served) != before and time.monotonic() < until:
        time.sleep(0.05)
    return folder(served) == before


def test_a_large_file_arrives_in_little_memory_and_the_desk_gets_the_same_bytes(served, attach):
    digest, began = hashlib.sha256(), time.monotonic()
    connection = http.client.HTTPConnection(*served.address, timeout=600)
    connection.request(
        "POST", attach, blocks(SIZE, digest),
        {"Host": served.url.removeprefix("http://"),
         "Content-Type": "multipart/form-data; boundary=b",
         "Content-Length": str(len(HEAD) + SIZE + len(TAIL))},
    )  # fmt: skip
    answer = connection.getresponse()
    said = answer.read().decode()
    connection.close()
    seconds = time.monotonic() - began
    assert answer.status == 200, said
    assert "영상.mp4" in said
    held = peak(served.worker())
    note(f"{SIZE / MIB:.0f} MiB in {seconds:.1f} s, peak {held / 1e6:.1f} MB")
    assert held < MOST
    found = [
        one for one in served.world.opened() if one.file and one.file.sha256 == digest.hexdigest()
    ]
    (document,) = found
    assert document.file.size == SIZE
    back, store = hashlib.sha256(), Blobs(served.world.settings.blob_dir)
    with served.world.engine.connect() as row:
        for part in open_blob(store, row, bytes.fromhex(document.id), document.file):
            back.update(part)
    assert back.digest() == digest.digest()


def test_no_write_holds_any_of_a_large_file_in_the_clear(served, attach, tmp_path):
    """Of every write sixty-four bytes are looked at: wherever it begins, the canary is in them."""
    if os.geteuid() != 0:  # the worker lets nobody else look at it
        give_up("only root may see what the worker writes: run as root")
    canary, digest = b"CANARY-IN-A-FILE", hashlib.sha256()
    block = canary * (MIB // len(canary))
    parts = [block] * (SIZE // MIB)
    with traced(served.worker(), tmp_path / "trace"):
        connection = http.client.HTTPConnection(*served.address, timeout=600)
        length = str(len(HEAD) + MIB * len(parts) + len(TAIL))
        head = {"Host": served.url.removeprefix("http://"), "Content-Length": length}
        head |= {"Content-Type": "multipart/form-data; boundary=b"}
        connection.request("POST", attach, iter([HEAD, *parts, TAIL]), head)
        assert connection.getresponse().status == 200
        connection.close()
    for part in parts:
        digest.update(part)
    assert digest.hexdigest() in {one.file.sha256 for one in served.world.opened() if one.file}
    read, written, to_files = 0, 0, 0
    with (tmp_path / "trace").open("rb") as lines:
        for line in lines:
            call = CALL.match(line)
            if call and call["what"] in (b"read", b"recvfrom"):
                read += canary in line
            elif call:
                written += canary in line
                to_files += call["where"].startswith(b"/")
    assert read > SIZE // MIB, "what came was not traced: this test would prove nothing"
    assert to_files > SIZE // MIB
    assert written == 0


CALL = re.compile(rb"^\d+ +(?P<what>\w+)\(\d+<(?P<where>[^>]*)>")


@contextlib.contextmanager
def traced(pid, path):
    """Note the beginning of all that a process reads and writes."""
    calls = "read,recvfrom,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg"
    command = [need("strace"), "-f", "-y", "-s64", f"-etrace={calls}", "-o", path, f"-p{pid}"]
    tracer = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 20
    while "TracerPid:\t0\n" in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    try:
        yield
    finally:
        tracer.terminate()
        tracer.wait(20)


def test_four_files_at_once_need_a_megabyte_each_and_no_more(served, attach):
    """A body is read in blocks: none lies in memory many times over while it is cut into them."""
    alone, size = peak(served.worker()), 16 * MIB
    with contextlib.ExitStack() as open_ones:
        length = len(HEAD) + size + len(TAIL)
        four = [open_ones.enter_context(begin(served, attach, length)) for _ in range(4)]
        parts = [list(blocks(size, hashlib.sha256())) for _ in four]
        with ThreadPoolExecutor(4) as senders:
            list(senders.map(lambda one, own: one.sendall(b"".join(own)), four, parts))
        for one in four:
            assert b" 200 " in one.recv(100).split(b"\r\n")[0]
    assert peak(served.worker()) - alone < 4 * MIB


def test_a_cut_circuit_leaves_nothing(served, attach):
    before = folder(served)
    with begin(served, attach, 50 * MIB) as connection:
        connection.sendall(HEAD + os.urandom(3 * MIB))
        until = time.monotonic() + 10
        while folder(served) == before and time.monotonic() < until:
            time.sleep(0.02)
        assert len(folder(served)) == len(before) + 1
    assert gone(served, before)
    names = {row.name for row in served.world.rows(tables.blob)}
    assert {path.name for path in folder(served)} == names


def test_a_body_nobody_may_send_is_refused_before_it_comes(served):
    with begin(served, "/ko/attach/none", 50 * MIB) as connection:
        assert connection.recv(100).split(b"\r\n")[0].endswith(b"403 FORBIDDEN")


def test_a_file_that_is_announced_too_large_is_refused_before_it_comes(served, attach):
    with begin(served, attach, 3 << 30) as connection:
        assert b" 413 " in connection.recv(100).split(b"\r\n")[0]


def test_the_directory_holds_no_byte_of_what_was_sent_in_the_clear(served, attach):
    canary = b"CANARY-IN-A-FILE" * 10_000
    body = HEAD + canary + TAIL
    with begin(served, attach, len(body)) as connection:
        connection.sendall(body)
        assert b" 200 " in connection.recv(100).split(b"\r\n")[0]
    for path in served.world.path.rglob("*"):
        if path.is_file() and path.stat().st_size < 20 * MIB:
            assert b"CANARY-IN" not in path.read_bytes()
