"""A bundle stamped by a time authority of our own, judged by openssl."""

import http.server
import subprocess
import threading

import pytest
from desk.bags import folder, plain
from needs import need

from app.casebook.evidence import stamping
from crypto.verifying import verify

CONF = """
[ req ]
distinguished_name = dn
[ dn ]
[ tsa ]
default_tsa = one
[ one ]
serial = {d}/serial
crypto_device = builtin
signer_cert = {d}/tsa.pem
signer_key = {d}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[ ext ]
extendedKeyUsage = critical,timeStamping
"""


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """Keys and settings of an authority of our own."""
    pytest.importorskip("rfc3161_client")
    openssl, path = need("openssl"), tmp_path_factory.mktemp("tsa")
    (path / "tsa.cnf").write_text(CONF.format(d=path))
    (path / "serial").write_text("01\n")

    def run(*words):
        subprocess.run([openssl, *words], cwd=path, check=True, capture_output=True)

    run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=fictional root", "-days",
        "30", "-keyout", "ca.key", "-out", "ca.pem")  # fmt: skip
    run("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=fictional time", "-keyout",
        "tsa.key", "-out", "tsa.csr", "-config", "tsa.cnf")  # fmt: skip
    run("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "30",
        "-extfile", "tsa.cnf", "-extensions", "ext", "-out", "tsa.pem")  # fmt: skip
    return path


@pytest.fixture
def answering(authority):
    """The address at which it answers; `spoil` makes it answer another question."""
    said = {"spoil": False}

    class Authority(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not said["spoil"] or not said.get("query"):
                said["query"] = body
            (authority / "q.tsq").write_bytes(said["query"])
            words = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq"]
            done = subprocess.run([*words, "-out", "a.tsr"], cwd=authority, capture_output=True, check=False)  # fmt: skip  # noqa: E501
            assert done.returncode == 0, done.stderr
            self.send_response(200)
            self.end_headers()
            self.wfile.write((authority / "a.tsr").read_bytes())

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.HTTPServer(("127.0.0.1", 0), Authority)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    said["url"] = f"http://127.0.0.1:{server.server_port}"
    yield said
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def record(world, owner):
    found = world.arrive(k_rescue="yes")
    owner.queue()
    assert owner.release(found).status == 303
    return found


def test_openssl_says_since_when_the_bundle_exists(
    world, partner, record, answering, authority, tmp_path
):
    object.__setattr__(world.store, "stamp", stamping.stamper(answering["url"]))
    bag = folder(plain(world, partner, record), tmp_path)
    words = ["openssl", "ts", "-verify", "-data", "tagmanifest-sha256.txt", "-in",
             "signatures/tagmanifest-sha256.txt.tsr", "-CAfile", authority / "ca.pem"]  # fmt: skip
    assert subprocess.run(words, cwd=bag, capture_output=True, check=False).returncode == 0
    assert "time stamp" in verify(bag).steps[-1]
    stamp = bag / "signatures" / "tagmanifest-sha256.txt.tsr"
    changed = bytearray(stamp.read_bytes())
    changed[len(changed) // 2] ^= 1
    stamp.write_bytes(bytes(changed))
    assert subprocess.run(words, cwd=bag, capture_output=True, check=False).returncode


def test_an_answer_to_another_question_is_refused(answering):
    stamping.stamp(answering["url"], b"one")
    answering["spoil"] = True
    with pytest.raises(stamping.NoStamp):
        stamping.stamp(answering["url"], b"two")


def test_without_an_answer_nothing_is_exported(world, partner, record):
    object.__setattr__(world.store, "stamp", stamping.stamper("http://127.0.0.1:9"))
    page = partner.post(partner.get("/export").form(action="/export"), submission=[record])
    assert page.status == 503
    assert "time authority" in page.error


def test_no_authority_no_stamp():
    assert stamping.stamper("") is None
