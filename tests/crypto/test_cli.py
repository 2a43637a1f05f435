"""``python -m crypto`` as its users run it: exit codes, one line of error, whole files or none."""

import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import bundles
import pytest
from needs import need

from crypto import cli, opening, sealing
from crypto.__main__ import main
from crypto.identities import PQIdentity, parse_identity_file
from crypto.recipients import ScryptRecipient

ROOT = Path(__file__).parents[2]
CHUNK = 1 << 16


def run(*words, stdin=b"", fds=()):
    return subprocess.run(
        [sys.executable, "-m", "crypto", *map(str, words)],
        cwd=ROOT, input=stdin, capture_output=True, check=False, pass_fds=fds,
    )  # fmt: skip


def done(*words, **how):
    ended = run(*words, **how)
    assert (ended.returncode, ended.stderr.decode()) == (0, "")
    return ended.stdout


def refused(*words, code=1, **how):
    ended = run(*words, **how)
    assert ended.returncode == code, ended.stderr
    if code == 1:
        assert ended.stderr.count(b"\n") == 1
        assert b"Traceback" not in ended.stderr
    return ended


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    path = tmp_path_factory.mktemp("keys") / "key.txt"
    ended = run("keygen", "-o", path)
    assert ended.returncode == 0
    return path


@pytest.fixture(scope="module")
def to(keys):
    return done("recipient", "-i", keys).decode().strip()


def sealed_file(path, to, data):
    path.write_bytes(done("seal", "-r", to, stdin=data))
    return path


def locked(keys, passphrase, folder):
    """The identity file as ``age -p`` would keep it, with little work."""
    sealed = b"".join(sealing.seal(keys.read_bytes(), [ScryptRecipient(passphrase, work=10)]))
    (folder / "locked.age").write_bytes(sealed)
    return folder / "locked.age"


# keygen, recipient


def test_keygen_writes_a_stock_identity_file(keys, to):
    comment, secret = keys.read_text().splitlines()
    assert comment == f"# public key: {to}"
    assert secret.startswith("AGE-SECRET-KEY-PQ-1")
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert [str(one.recipient) for one in parse_identity_file(keys.read_text())] == [to]


def test_keygen_prints_it_without_a_file():
    told = done("keygen")
    assert told.startswith(b"# public key: age1pq1")
    assert done("recipient", stdin=told).decode().strip() in told.decode()


def test_keygen_never_writes_over_a_key(keys):
    before = keys.read_bytes()
    assert b"exists" in refused("keygen", "-o", keys).stderr
    assert keys.read_bytes() == before
    assert [path.name for path in keys.parent.iterdir()] == [keys.name]


def test_keygen_tells_in_json(tmp_path):
    told = json.loads(done("keygen", "--json", "-o", tmp_path / "k"))
    assert told["recipient"] in (tmp_path / "k").read_text()
    told = json.loads(done("keygen", "--json"))
    assert set(told) == {"identity", "recipient"}


def test_recipient_tells_in_json(keys, to):
    assert json.loads(done("recipient", "--json", "-i", keys)) == {"recipients": [to]}


# seal, open


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 5, 3 << 20])
def test_what_is_sealed_is_opened(keys, to, tmp_path, size):
    data = os.urandom(size)
    (tmp_path / "in").write_bytes(data)
    done("seal", "-r", to, "-o", tmp_path / "sealed", tmp_path / "in")
    done("open", "-i", keys, "-o", tmp_path / "out", tmp_path / "sealed")
    assert (tmp_path / "out").read_bytes() == data
    assert done("open", "-i", keys, stdin=done("seal", "-r", to, stdin=data)) == data
    for name in ("sealed", "out"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_several_recipients_from_arguments_and_files(keys, to, tmp_path):
    others = [PQIdentity.generate() for _ in range(2)]
    lines = "".join(f"{other.recipient}\n" for other in others)
    (tmp_path / "team").write_text(f"# the team\n\n{lines}")
    sealed = done("seal", "-r", to, "-r", to, "-R", tmp_path / "team", stdin=b"x")
    assert json.loads(done("inspect", "--json", stdin=sealed))["stanzas"] == ["mlkem768x25519"] * 3
    assert opening.open_bytes(sealed, others[1:]) == b"x"
    assert done("open", "-i", keys, stdin=sealed) == b"x"


def test_an_existing_output_is_replaced_whole(keys, to, tmp_path):
    (tmp_path / "out").write_text("before")
    sealed = sealed_file(tmp_path / "sealed", to, b"after")
    done("open", "-i", keys, "-o", tmp_path / "out", sealed)
    assert (tmp_path / "out").read_bytes() == b"after"


def test_results_in_json(keys, to, tmp_path):
    told = done("seal", "--json", "-r", to, "-o", tmp_path / "s", stdin=b"four")
    assert json.loads(told) == {"file": str(tmp_path / "s"), "recipients": 1}
    told = done("open", "--json", "-i", keys, "-o", tmp_path / "o", tmp_path / "s")
    assert json.loads(told) == {"file": str(tmp_path / "o"), "size": 4}


@pytest.mark.parametrize("at", [-1, -CHUNK, 2200, 30])
def test_nothing_of_a_tampered_file_gets_a_name(keys, to, tmp_path, at):
    sealed = sealed_file(tmp_path / "sealed", to, os.urandom(20 * CHUNK))
    data = bytearray(sealed.read_bytes())
    data[at] ^= 1
    sealed.write_bytes(data)
    refused("open", "-i", keys, "-o", tmp_path / "out", sealed)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sealed"]


def test_a_cut_file_leaves_the_earlier_output_alone(keys, to, tmp_path):
    sealed = sealed_file(tmp_path / "sealed", to, os.urandom(20 * CHUNK))
    sealed.write_bytes(sealed.read_bytes()[: -CHUNK - 16])
    (tmp_path / "out").write_text("earlier")
    refused("open", "-i", keys, "-o", tmp_path / "out", sealed)
    assert (tmp_path / "out").read_text() == "earlier"


def test_another_identity_opens_nothing(to, tmp_path):
    run("keygen", "-o", tmp_path / "other")
    sealed = sealed_file(tmp_path / "sealed", to, b"x")
    refused("open", "-i", tmp_path / "other", "-o", tmp_path / "out", sealed)
    assert not (tmp_path / "out").exists()


def test_an_interrupted_source_leaves_nothing(to, tmp_path):
    words = [sys.executable, "-m", "crypto", "seal", "-r", to, "-o", tmp_path / "out"]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as sealing:
        sealing.stdin.write(os.urandom(1 << 20))
        sealing.stdin.flush()
        while not list(tmp_path.iterdir()):
            pass
        sealing.terminate()
        assert sealing.wait() == 1
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_written_as_it_is(to):
    done("seal", "-r", to, "-o", "/dev/null", stdin=b"x")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


# Locked identity files


def with_passphrase(text, *words, stdin=b""):
    read, write = os.pipe()
    try:
        os.write(write, text.encode())
        os.close(write)
        return run(*words, "--passphrase-fd", read, stdin=stdin, fds=[read])
    finally:
        os.close(read)


def test_a_locked_identity_file_is_opened_by_its_passphrase(keys, to, tmp_path):
    lock = locked(keys, "일곱 words", tmp_path)
    sealed = done("seal", "-r", to, stdin=b"x")
    assert with_passphrase("일곱 words\n", "open", "-i", lock, stdin=sealed).stdout == b"x"
    assert with_passphrase("일곱 words", "recipient", "-i", lock).stdout.decode().strip() == to
    both = with_passphrase("일곱 words\n" * 2, "open", "-i", lock, "-i", lock, stdin=sealed)
    assert both.stdout == b"x"


def test_the_wrong_passphrase_says_so(keys, tmp_path):
    ended = with_passphrase("wrong\n", "recipient", "-i", locked(keys, "right", tmp_path))
    assert (ended.returncode, ended.stderr.count(b"\n")) == (1, 1)
    assert b"passphrase" in ended.stderr


def test_without_a_terminal_a_passphrase_is_not_guessed(keys, tmp_path):
    words = [sys.executable, "-m", "crypto", "recipient", "-i", locked(keys, "x", tmp_path)]
    ended = subprocess.run(
        words, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=False,
        start_new_session=True,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr.count(b"\n")) == (1, 1)
    assert b"--passphrase-fd" in ended.stderr


# inspect


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_inspect_tells_what_anyone_sees(to, size):
    sealed = done("seal", "-r", to, stdin=bytes(size))
    told = json.loads(done("inspect", "--json", stdin=sealed))
    assert told["plaintext"] == size
    assert told["header"] + told["payload"] == len(sealed)
    assert (told["armor"], told["post_quantum"]) == (False, True)
    lines = done("inspect", stdin=sealed).decode()
    assert f"plaintext: {size}\n" in lines + "\n"
    assert "stanzas: mlkem768x25519\n" in lines


@pytest.mark.parametrize("left", [0, 15, 20, 31, 16 + CHUNK + 16 + 7, 16 + CHUNK + 16 + 16])
def test_inspect_knows_a_payload_that_is_none(to, left):
    sealed = done("seal", "-r", to, stdin=bytes(2 * CHUNK))
    told = json.loads(done("inspect", "--json", stdin=sealed))
    cut = sealed[: told["header"] + left]
    assert json.loads(done("inspect", "--json", stdin=cut))["plaintext"] is None


# verify


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    bundles.unpacked(folder)
    (folder / "desk.pub").write_bytes(bytes(bundles.DESK.public) + b"\n")
    (folder / "desk.ssh").write_text(bundles.DESK.public.ssh + " desk\n")
    (folder / "other.pub").write_bytes(bytes(bundles.OTHER.public))
    return folder


@pytest.mark.parametrize("name", ["bundle.zip", bundles.NAME])
@pytest.mark.parametrize("signer", ["desk.pub", "desk.ssh", None])
def test_verify_tells_nine_steps(bundle, name, signer):
    words = ["--signer", bundle / signer] if signer else []
    lines = done("verify", bundle / name, *words).decode().splitlines()
    assert [line.partition(".")[0] for line in lines] == [str(n) for n in range(1, 10)]
    assert ("Nothing vouches" in lines[3]) is (signer is None)
    told = json.loads(done("verify", "--json", bundle / name, *words))
    assert (told["verified"], told["trusted"]) == (True, signer is not None)


def test_verify_refuses_another_signer(bundle):
    words = ["verify", "--json", bundle / "bundle.zip", "--signer", bundle / "other.pub"]
    told = json.loads(refused(*words).stdout)
    assert told == {"outcome": "signed by an unknown key", "verified": False}


def test_verify_refuses_an_altered_bundle(bundle, tmp_path):
    data = (bundle / "bundle.zip").read_bytes()
    (tmp_path / "b.zip").write_bytes(data.replace(b"Fictional.", b"Factual..."))
    assert refused("verify", tmp_path / "b.zip").stdout == b""
    told = json.loads(refused("verify", "--json", tmp_path / "b.zip").stdout)
    assert told == {"outcome": "altered", "verified": False}


def test_a_sealed_bundle_is_opened_and_verified(keys, to, bundle, tmp_path):
    sealed = tmp_path / "b.zip.age"
    done("seal", "-r", to, "-o", sealed, bundle / "bundle.zip")
    assert b"sealed" in refused("verify", sealed).stderr
    done("open", "-i", keys, "-o", tmp_path / "b.zip", sealed)
    done("verify", tmp_path / "b.zip", "--signer", bundle / "desk.pub")


def test_ssh_keygen_and_verify_agree_about_the_key(bundle):
    folder = bundle / bundles.NAME
    words = [need("ssh-keygen"), "-Y", "verify", "-f", "signatures/allowed_signers", "-I", "naru"]
    words += ["-n", "naru-bundle", "-s", "signatures/tagmanifest-sha256.txt.sig"]
    signed = (folder / "tagmanifest-sha256.txt").read_bytes()
    subprocess.run(words, cwd=folder, input=signed, check=True, capture_output=True)
    done("verify", folder, "--signer", folder / "signatures/allowed_signers")


# Wrong use, and what cannot be done


@pytest.mark.parametrize(
    "words",
    [
        [], ["nothing"], ["seal"], ["open"], ["verify"], ["keygen", "extra"],
        ["open", "-i", "-"], ["open", "--passphrase", "secret", "-i", "x"],
        ["open", "-i", "k", "--passphrase-fd", "x"], ["seal", "--json", "-r", "age1pq1x"],
        ["verify", "a", "b"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_use(words):
    assert refused(*words, code=2).stdout == b""


@pytest.mark.parametrize(
    "words",
    [
        ["open", "-i", "/nonexistent/key"], ["recipient", "-i", "/nonexistent/key"],
        ["seal", "-r", "age1nonsense"], ["seal", "-R", "/nonexistent/list"],
        ["seal", "-r", "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"],
        ["recipient"], ["inspect"], ["inspect", "/nonexistent/file"],
        ["verify", "/nonexistent/bundle"], ["verify", "/dev/null"],
        ["keygen", "-o", "/nonexistent/folder/key"], ["recipient", "-i", "/dev/urandom"],
        ["open", "-i", "/dev/null"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_done_is_one_line(words):
    assert refused(*words).stdout == b""


def test_a_recipient_of_passing_time_is_no_recipient(to, tmp_path):
    (tmp_path / "list").write_bytes(to.encode() + b"\n\xff\xfe\n")
    refused("seal", "-R", tmp_path / "list")


def test_65_recipients_are_too_many(to, tmp_path):
    (tmp_path / "list").write_text(f"{to}\n" * 65)
    refused("seal", "-R", tmp_path / "list", code=2)


def test_a_reader_that_leaves_is_no_traceback(to):
    words = [sys.executable, "-m", "crypto", "seal", "-r", to, "/dev/zero"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ended:
        ended.stdout.read(10)
        ended.stdout.close()
        assert ended.wait() == 1
        assert ended.stderr.read() == b""


def test_help_names_every_command():
    told = done("--help").decode()
    for name in ("keygen", "recipient", "seal", "open", "inspect", "verify"):
        assert name in told
        assert b"usage" in done(name, "--help")


def test_in_process(keys, to, tmp_path, capfdbinary, monkeypatch):
    """The same main, called: what a coverage run sees."""
    (tmp_path / "in").write_bytes(b"x")
    words = ["seal", "-r", to, "-o", str(tmp_path / "s"), str(tmp_path / "in")]
    assert main(words) == 0
    assert main(["open", "-i", str(keys), str(tmp_path / "s")]) == 0
    assert main(["inspect", "--json", str(tmp_path / "s")]) == 0
    assert main(["open", "-i", str(tmp_path / "none")]) == 1
    told = capfdbinary.readouterr()
    assert told.out.startswith(b"x{")
    assert told.err.count(b"\n") == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(2, "No such file", "a\nb"), "a b: No such file"),
        (ValueError(), "ValueError"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
    ids=repr,
)
def test_errors_are_said_on_one_line(error, line):
    assert cli.one_line(error) == line


def test_an_output_that_breaks_is_removed(tmp_path):
    def half():
        with cli.sink(str(tmp_path / "out")) as out:
            out.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_passphrase_that_is_no_text(tmp_path):
    (tmp_path / "p").write_bytes(b"\xff\n")
    with (tmp_path / "p").open("rb") as file, pytest.raises(cli.Refused):
        cli.passphrase(file.fileno())


def test_standard_input_stays_open(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x")))
    for name in (None, "-"):
        with cli.source(name) as file:
            assert not file.closed
        assert not sys.stdin.buffer.closed
