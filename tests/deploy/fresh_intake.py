"""A fresh Debian for the intake alone: its short list of packages, and the desk on another machine.

Not collected with the other tests, as `fresh.py`. The desk's machine is this one: its PostgreSQL's
socket is all of it that the intake's machine sees, and that one comes in as `naru_intake`.
"""

import os
import shutil
import tempfile
from pathlib import Path

import postgresql
import pytest
from deploy.debian import Debian
from deploy.fresh import CANNOT, CONFIG, NARU, SEND, active, findings, witness
from deployment import Deployment, make
from needs import give_up, need
from outside import walk
from outside.demo import on_postgresql, run

pytestmark = pytest.mark.timeout(1800)
SOCKET = "/run/naru-database"
ALONE = """\
[site]
site_id = "{site_id}"

[storage]
data_dir = "/var/lib/naru"
mailbox_url = "postgresql+psycopg://naru_intake@/{mailbox}?host={socket}"

[intake]
base_url = "{base_url}"
listen = "unix:/run/naru-intake/intake.sock"
signer_fingerprint = "{fingerprint}"
"""


@pytest.fixture(scope="module")
def server():
    found = postgresql.Server().start()
    found.base.chmod(0o755)  # who may come in is said by the roles
    yield found
    found.end()


@pytest.fixture(scope="module")
def debian(server):
    if os.geteuid() != 0:
        give_up("only root may make and boot a machine: run as root")
    need("debootstrap")
    need("systemd-nspawn")
    folder = Path(tempfile.mkdtemp(prefix="naru-debian-"))
    machine = Debian(folder, "naru-intake", {server.base: SOCKET}).make()
    machine.release()
    (machine.root / "srv/send.py").write_text(SEND)
    with machine:
        machine.install("/srv/naru", "intake")
        yield machine
    machine.remove()


@pytest.fixture(scope="module")
def desk(debian, server, tmp_path_factory):
    """The desk's machine: founded here, moved to PostgreSQL, its settings carried over there."""
    onion = "http://" + debian.run("cat", "/var/lib/tor/naru-intake/hostname").strip()
    toml, _ = make(tmp_path_factory.mktemp("desk") / "data")
    text = toml.read_text().replace("http://127.0.0.1:8000", onion)
    toml.write_text(text)
    names = {name: server.database() for name in ("mailbox", "casebook")}
    server.grant(names)
    moved = toml.with_name("moved.toml")
    moved.touch(mode=0o600)
    moved.write_text(on_postgresql(text, server, names))
    run("app", "move", "--config", toml, "--to", moved)
    server.grant(names)
    found = Deployment(moved)
    (debian.root / CONFIG.lstrip("/")).write_text(
        ALONE.format(
            site_id=found.settings.site_id,
            mailbox=names["mailbox"],
            socket=SOCKET,
            base_url=onion,
            fingerprint=text.partition('signer_fingerprint = "')[2].partition('"')[0],
        )
    )
    shutil.copy(toml.with_name("intake.secret"), debian.root / "srv/intake.secret")
    for command in (
        f"chown root:naru {CONFIG} && chmod 0640 {CONFIG}",
        "install -d -m 0700 -o naru -g naru /var/lib/naru",
        "install -m 0600 -o naru -g naru /srv/intake.secret /var/lib/naru/intake.secret",
        "systemctl enable --now naru-intake",
    ):
        debian.run("bash", "-c", command)
    found.onions = {"onions": {"intake": onion}}
    yield found
    found.close()


def test_nothing_that_opens_or_keeps_the_casebook_is_installed(debian, desk):
    packages = debian.run(f"{NARU}/.venv/bin/pip", "list", "--format=freeze").lower()
    assert "psycopg" in packages
    for name in ("argon2", "alembic", "typst", "pillow", "flask-wtf", "pyotp"):
        assert name not in packages
    assert "naru-desk" not in debian.run("ls", "/etc/systemd/system", "/var/lib/tor")
    assert debian.run("ls", "/var/lib/naru").split() == ["intake.secret"]


def test_a_witness_is_heard_there_and_read_here(debian, desk):
    assert active(debian, "naru-intake", "tor@default", "nftables") == ["active"] * 3
    lead = desk.member()
    before = walk.whole_queue(lead)  # whoever wrote in another test
    words = witness(debian, desk.onions, "write")
    assert len(words.split()) == 10
    assert witness(debian, desk.onions, "read", words) == "200"
    (one,) = set(walk.whole_queue(lead)) - set(before)
    assert walk.narrative(lead, one) == "fresh machine, invented"


def test_its_doctor_is_content(debian, desk):
    assert set(findings(debian)) <= set(CANNOT)


def test_an_update_of_it_leaves_the_databases_to_the_desks_host(debian, desk):
    house = debian.release("/srv/later")
    (house / "app" / "later.py").write_text('"""Something newer."""\n')
    before = (debian.root / "opt/naru/current").readlink()
    debian.install("/srv/later", "intake")
    assert (debian.root / "opt/naru/current").readlink() != before
    assert len(witness(debian, desk.onions, "write").split()) == 10
