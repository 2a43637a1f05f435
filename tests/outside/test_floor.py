"""The floor: the journey with the named packages alone, the intake with its own list alone."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from outside import walk
from outside.demo import ROOT, Demo, free_ports
from outside.site import Site

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
    serve = [intake_host, "-m", "app", "serve", "intake", "--config", str(config)]
    with subprocess.Popen(serve, cwd=ROOT, stdin=subprocess.DEVNULL) as process:
        try:
            witness = Site(f"http://127.0.0.1:{port}")
            wait_for(witness, process)
            assert len(walk.write(witness, TEXT).receipt.split()) == 10
            notices = witness.get("/notices")
            assert notices.status == 200
            assert "\n  cryptography " in notices.text
            assert "\n  typst " not in notices.text, "it is not installed there"
        finally:
            process.terminate()


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
