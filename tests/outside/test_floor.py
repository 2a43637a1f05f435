"""The floor: the journey with the named packages alone, the intake with its own list alone."""

import contextlib
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import postgresql
import pytest
from outside import walk
from outside.demo import ROOT, Demo, free_ports
from outside.site import Site, Upload

TEXT = "나는 2023년 10월 9일에 북송되었습니다."


def environment(folder, requirements):
    """A fresh environment with these packages and no others: its python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
    python = folder / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements]
    done = subprocess.run(install, cwd=ROOT, capture_output=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return str(python)


def test_the_journey_needs_no_more_than_the_floor(tmp_path):
    python = environment(tmp_path / "floor", "requirements.txt")
    with Demo(tmp_path / "data", python=python, sqlite=True) as demo:
        assert walk.write(Site(demo.intake), TEXT, k_rescue="yes").receipt
        lead = walk.log_in(demo.desk, demo.info["lead"])
        (submission,) = walk.queue(lead)
        assert walk.tag(lead, submission, (0, 2)).status == 303
        assert (
            walk.release(lead, submission, demo.info["partner"]["name"], "k_rescue").status == 303
        )
        partner = walk.log_in(demo.desk, demo.info["partner"])
        bundle = tmp_path / "b.zip.age"
        bundle.write_bytes(walk.export(partner, [submission]).body)
        plain = tmp_path / "b.zip"
        identity = demo.info["partner"]["identity"]
        for words in (
            ["open", "-i", identity, "-o", plain, bundle],
            ["verify", plain],
        ):
            subprocess.run([python, "-m", "crypto", *words], cwd=ROOT, check=True, timeout=60)


@pytest.fixture(scope="module")
def intake_host(tmp_path_factory):
    """A host that has installed `deploy/requirements-intake.txt` and nothing else."""
    folder = tmp_path_factory.mktemp("host")
    return environment(folder / "intake", "deploy/requirements-intake.txt")


def test_the_intake_runs_from_its_own_list_alone(intake_host, tmp_path):
    demo = Demo(tmp_path / "data", sqlite=True)
    with demo:
        pass
    (port,) = free_ports(1)
    config = Path(next(demo.data.glob("*.toml")))
    listen = f"127.0.0.1:{demo.ports[0]}"
    config.write_text(config.read_text("utf-8").replace(listen, f"127.0.0.1:{port}"), "utf-8")
    with served(intake_host, "intake", config, port) as witness:
        assert len(walk.write(witness, TEXT).receipt.split()) == 10
        notices = witness.get("/notices")
        assert notices.status == 200
        assert "\n  cryptography " in notices.text
        assert "\n  typst " not in notices.text, "it is not installed there"


@contextlib.contextmanager
def served(python, which, config, port):
    """`serve` of one app by the Python of its host, and a browser in front of it."""
    serve = [python, "-m", "app", "serve", which, "--config", str(config)]
    with subprocess.Popen(serve, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        try:
            site = Site(f"http://127.0.0.1:{port}")
            wait_for(site, process)
            yield site
        finally:
            process.terminate()


class Hosts:
    """A deployment on two hosts: each has the settings, the secret and the folder of its app."""

    def __init__(self, folder):
        demo = Demo(folder / "both", server=postgresql.server())
        with demo:
            self.info = demo.info
        self.ports = demo.ports
        text = (demo.data / "naru.toml").read_text()
        head, intake, desk = re.split(r"(?=^\[(?:intake|desk)\])", text, flags=re.MULTILINE)
        mailbox = re.search(r"^mailbox_url.*naru_intake.*$", intake, re.MULTILINE)[0]
        own = re.sub(r"^(mailbox|casebook)_url.*\n", "", head, flags=re.MULTILINE) + mailbox
        own_intake = intake.replace(mailbox, "")
        self.intake = self._host(folder / "intake", demo.data, own + "\n" + own_intake, "intake")
        self.desk = self._host(folder / "desk", demo.data, head + desk, "desk")
        # The one folder both have: sealed files, as a shared file system would hold it.
        (self.desk / "blobs").mkdir(mode=0o700)
        (self.intake / "blobs").symlink_to(self.desk / "blobs")

    @staticmethod
    def _host(folder, data, text, which):
        folder.mkdir(mode=0o700)
        for name in (f"{which}.secret", "DEMONSTRATION"):
            shutil.copy(data / name, folder / name)
        config = folder / "naru.toml"
        config.touch(mode=0o600)
        config.write_text(text.replace(f'"{data}"', f'"{folder}"'))
        return folder


def test_an_intake_on_a_host_of_its_own_hands_over_to_a_desk_on_another(intake_host, tmp_path):
    """Its own packages, its own role; of the desk's folder only that of the sealed files."""
    hosts = Hosts(tmp_path)
    intake, desk = hosts.intake / "naru.toml", hosts.desk / "naru.toml"
    assert "[desk]" not in intake.read_text()
    assert "naru_owner" not in intake.read_text() + str(sorted(hosts.intake.iterdir()))
    photograph = b"\xff\xd8" + TEXT.encode() * 30_000
    with (
        served(intake_host, "intake", intake, hosts.ports[0]) as witness,
        served(sys.executable, "desk", desk, hosts.ports[1]) as members,
    ):
        page = walk.write(witness, TEXT)
        sent = witness.post(page.form("attach"), attachment=Upload("a.jpg", photograph))
        assert sent.status == 200, sent.error
        lead = walk.log_in(members.url, hosts.info["lead"])
        (one,) = walk.whole_queue(lead)
        assert walk.narrative(lead, one) == TEXT
        links = [a.attrs["href"] for a in lead.get(f"/testimony/{one}").root.all("a")]
        (file,) = {link for link in links if "/attachments/" in link}
        save = lead.get(file).form(action="/save")
        assert lead.post(save, reason="to compare").body == photograph
        assert [kind for kind, _ in walk.letters(walk.come_back(witness, page.receipt))] == [
            "testimony",
            "attachment",
        ]
    left = {path.name for path in hosts.intake.iterdir()}
    assert left == {"naru.toml", "intake.secret", "DEMONSTRATION", "blobs"}


def wait_for(witness, process, seconds=20):
    """Until it answers."""
    until = time.monotonic() + seconds
    while True:
        assert process.poll() is None, "it ended"
        try:
            return witness.get("/key")
        except ConnectionError:
            assert time.monotonic() < until
            time.sleep(0.05)
