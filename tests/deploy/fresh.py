"""A fresh Debian, installed by deploy/ alone, passes the doctor but for what cannot be there.

Not collected with the other tests: minutes, root and the net's package mirrors are needed.

    NARU_REQUIRE_ALL=1 python -m pytest -s -p no:randomly tests/deploy/fresh.py

It boots (debian.py), `deploy/install.sh` runs as written, the founding's commands are those
that the script prints. Then the same machine is updated, updated with a migration that breaks, and
rolled back. What it must leave alone and what it must not reach is looked at from inside its units.
"""

import json
import os
import re
import tempfile
from pathlib import Path

import pytest
from deploy.debian import Debian
from guides import OPERATOR, boxes, section
from needs import give_up, need
from outside.demo import on_postgresql

pytestmark = pytest.mark.timeout(1800)
CONFIG = "/etc/naru/naru.toml"
NARU = "/opt/naru/current"
# What a machine inside another one cannot have, each with its reason.
CANNOT = {
    "core-dumps": "kernel.core_pattern is the kernel's, which is not this machine's",
    "clock": "systemd-timesyncd does not run where the clock is another machine's",
}
BREAKS = '''"""Break, as a migration on a full disk does."""

revision = "casebook_{new}"
down_revision = "casebook_{old}"


def upgrade():
    """Fail."""
    raise NotImplementedError


def downgrade():
    """Nothing was done."""
'''
ADDS = '''"""Add a table, as a later version might."""

import sqlalchemy as sa
from alembic import op

revision = "mailbox_{new}"
down_revision = "mailbox_{old}"


def upgrade():
    """Make it."""
    op.create_table("later", sa.Column("id", sa.LargeBinary, primary_key=True))


def downgrade():
    """Unmake it."""
    op.drop_table("later")
'''
SEND = """
import http.client, socket, sys, time
sys.path.insert(0, "/srv/naru/tests")
from outside.site import Site
class Wire(http.client.HTTPConnection):
    def connect(self):
        for _ in range(100):  # a socket of before may still lie there
            try:
                self.sock = socket.socket(socket.AF_UNIX)
                return self.sock.connect(sys.argv[2])
            except OSError:
                time.sleep(0.1)
class Visitor(Site):
    def _connect(self):
        return Wire(self.host)
    def send(self, method, path, body=None, headers=None):
        return super().send(method, path, body, {"Host": self.host, **(headers or {})})
site = Visitor(sys.argv[1])
if sys.argv[3] == "desk":
    form = site.get("/login").forms()[0]
    page = site.post(form, name="lead", passphrase=sys.stdin.read().strip())
    assert page.status == 303, (page.status, page.error)
    print(len(list(site.get("/queue").root.all("a", "submission"))))
elif sys.argv[3] == "write":
    page = site.post(site.get("/ko/").form("testimony"), w_narrative="fresh machine, invented")
    assert page.status == 200, (page.status, page.error)
    print(page.receipt)
else:
    page = site.get("/ko/return")
    page = site.post(page.form("return"), receipt=sys.stdin.read().strip())
    print(page.status)
"""


@pytest.fixture(scope="module")
def debian():
    if os.geteuid() != 0:
        give_up("only root may make and boot a machine: run as root")
    need("debootstrap")
    need("systemd-nspawn")
    folder = Path(os.environ.get("NARU_DEBIAN") or tempfile.mkdtemp(prefix="naru-debian-"))
    machine = Debian(folder).make()
    machine.release()
    (machine.root / "srv/send.py").write_text(SEND)
    with machine:
        machine.install()
        yield machine
    if "NARU_DEBIAN" not in os.environ:
        machine.remove()


@pytest.fixture(scope="module")
def founded(debian):
    """The commands that install.sh prints, in their order; the lines of JSON of `init`."""
    python = f"{NARU}/.venv/bin/python"
    printed = (debian.root / "srv/naru/deploy/install.sh").read_text()
    printed = printed.rpartition("<<'NEXT'\n")[2].partition("\nNEXT")[0].replace("\\\n", " ")
    commands = [line.strip() for line in printed.splitlines() if line.startswith("     ")]
    assert len(commands) > 5
    onions = {
        name: "http://" + debian.run("cat", f"/var/lib/tor/naru-{name}/hostname").strip()
        for name in ("intake", "desk")
    }
    told, place = None, "/"
    answers = f" --lead lead --language ko --json --intake-url {onions['intake']}"
    answers += f" --desk-url {onions['desk']}"
    for line in commands:
        if "app doctor" in line:
            continue  # a test of its own
        command = line + answers if "app init" in line else line
        found = debian.run("bash", "-c", f"cd {place} && {command}")
        place = re.findall(r"cd (\S+)", command)[-1] if "cd " in command else place
        told = json.loads(found) if "app init" in command else told
    debian.run(
        "bash",
        "-c",
        f"{python} -m app rehearse --config {CONFIG} --identity-fd 3 3<<<'{told['recovery']}'",
        cwd=NARU,
    )
    return {"onions": onions, **told}


def findings(debian):
    said = debian.run(
        f"{NARU}/.venv/bin/python",
        "-m",
        "app",
        "doctor",
        "--config",
        CONFIG,
        "--json",
        cwd=NARU,
        check=False,
    )
    return {one["id"]: one["what"] for one in json.loads(said)["findings"]}


def active(debian, *units):
    return debian.run("systemctl", "is-active", *units, check=False).split()


def witness(debian, founded, what, text=""):
    socket = "/run/naru-intake/intake.sock"
    answers = f"until [ -S {socket} ]; do sleep 0.1; done"
    debian.run("timeout", "30", "bash", "-c", answers)
    words = [f"{NARU}/.venv/bin/python", "/srv/send.py", founded["onions"]["intake"], socket, what]
    return debian.run(*words, text=text).strip()


def queue(debian, founded):
    """How many testimonies the lead's queue shows, in the page of the running desk."""
    words = [f"{NARU}/.venv/bin/python", "/srv/send.py", founded["onions"]["desk"]]
    words += ["/run/naru-desk/desk.sock", "desk"]
    return int(debian.run(*words, text=founded["lead"]["passphrase"]))


def typed(debian, command):
    """Type a line of the guide, as its first paragraph says."""
    line = re.sub(r"^python ", ".venv/bin/python ", command)
    return debian.run("bash", "-c", line, cwd=NARU, NARU_CONFIG=CONFIG)


def test_the_doctor_finds_only_what_cannot_be_there(debian, founded):
    found = findings(debian)
    for name, what in found.items():
        print(f"\n{name}: {what}\n    cannot be here: {CANNOT.get(name, '(!)')}")  # noqa: T201
    assert set(found) <= set(CANNOT)


def test_the_doctors_round_sees_from_its_unit_what_it_sees_from_the_shell(debian, founded):
    debian.run("systemctl", "start", "naru-doctor", check=False)  # it fails where it finds
    told = debian.run("journalctl", "--no-pager", "-b", "-o", "cat", "-u", "naru-doctor")
    assert set(re.findall(r"^(?:wrong|unwise): (\S+):", told, re.MULTILINE)) == set(
        findings(debian)
    )
    debian.run("systemctl", "reset-failed", "naru-doctor", check=False)


def test_everything_runs_and_starts_again_with_the_machine(debian, founded):
    units = ["naru-intake", "naru-desk", "tor@default", "nftables", "tmp.mount"]
    units += ["naru-doctor.timer", "naru-backup.timer"]
    assert set(active(debian, *units)) == {"active"}, debian.run("journalctl", "-b", "-n", "60")
    enabled = debian.run("systemctl", "is-enabled", *units, check=False).split()
    assert set(enabled) <= {"enabled", "enabled-runtime"}, enabled
    assert debian.run("systemctl", "--failed", "--plain", "--no-legend").strip() == ""


def test_a_witness_is_heard_and_nothing_is_written_down(debian, founded):
    words = witness(debian, founded, "write")
    assert len(words.split()) == 10
    assert witness(debian, founded, "read", words) == "200"
    journal = debian.run("journalctl", "--no-pager", "-u", "naru-intake", "-u", "naru-desk")
    assert not re.search(r"GET|POST|fc00:|/ko/|invented", journal), journal
    assert debian.run("ls", "/var/log/journal", check=False) == ""


def test_the_intakes_unit_does_not_lead_to_the_desk(debian, founded):
    """Inside its namespace, as its user: the casebook, the desk's secret, backups, keys of tor."""
    pid = debian.run("systemctl", "show", "-p", "MainPID", "--value", "naru-intake").strip()
    who = debian.run("id", "-u", "naru").strip(), debian.run("id", "-g", "naru").strip()
    inside = ["nsenter", "-t", pid, "-m", "-S", who[0], "-G", who[1]]
    debian.run(*inside, "head", "-c1", "/var/lib/naru/mailbox.sqlite")
    for path in (
        "/var/lib/naru/casebook.sqlite",
        "/var/lib/naru/desk.secret",
        "/var/backups/naru",
        "/var/lib/tor/naru-desk",
    ):
        debian.run(*inside, "head", "-c1", path, check=False)
        assert debian.status != 0, path
    links = debian.run("nsenter", "-t", pid, "-n", "cat", "/proc/net/dev")
    assert {line.split(":")[0].strip() for line in links.splitlines()[2:]} == {"lo"}
    assert debian.run("cat", f"/proc/{pid}/limits").count("Max core file size        0") == 1


def test_a_backup_lies_where_only_root_reads(debian, founded):
    mode = debian.run("bash", "-c", "stat -c '%a %U %n' /var/backups/naru /var/backups/naru/*")
    lines = mode.split("\n")[:-1]
    assert lines[0].startswith("700 root")
    assert any(line.endswith(".keys") for line in lines)
    assert all(line.startswith(("600 root", "700 root")) for line in lines), lines


MOVING = list(boxes(section(OPERATOR, "Moving")))


def test_the_guides_commands_for_the_machine_run_on_one(debian, founded):
    """All but the first, by which it was installed, and those of the move, which come last."""
    first, *others = boxes(OPERATOR.read_text(), machine=True)
    assert first == "deploy/install.sh"
    for command in others:
        if command not in MOVING:
            typed(debian, command)
    assert set(active(debian, "naru-intake", "naru-desk", "tor@default")) == {"active"}
    assert set(findings(debian)) <= set(CANNOT)


def head_of(debian, place, name):
    text = (debian.root / place.lstrip("/") / f"app/{name}/tables.py").read_text()
    return re.search(rf'^HEAD = "{name}_(\d+)"', text, re.MULTILINE)[1]


def newer(debian, place, name, template):
    """A release with one migration more."""
    house = debian.release(place)
    old = head_of(debian, place, name)
    new = f"{int(old) + 1:04d}"
    (house / f"migrations/{name}/{new}_later.py").write_text(template.format(old=old, new=new))
    tables = house / f"app/{name}/tables.py"
    tables.write_text(tables.read_text().replace(f'"{name}_{old}"', f'"{name}_{new}"'))
    return old


def current(debian):
    return (debian.root / "opt/naru/current").readlink().name


def test_a_release_whose_migration_breaks_leaves_the_old_one_serving(debian, founded):
    words, before = witness(debian, founded, "write"), current(debian)
    newer(debian, "/srv/broken", "mailbox", ADDS)
    old = head_of(debian, "/srv/broken", "casebook")
    new = f"{int(old) + 1:04d}"
    house = debian.root / "srv/broken"
    (house / f"migrations/casebook/{new}_later.py").write_text(BREAKS.format(old=old, new=new))
    tables = house / "app/casebook/tables.py"
    tables.write_text(tables.read_text().replace(f'"casebook_{old}"', f'"casebook_{new}"'))
    debian.install("/srv/broken")
    assert "left as they were" in debian.said
    assert current(debian) == before
    assert set(active(debian, "naru-intake", "naru-desk")) == {"active"}
    assert witness(debian, founded, "read", words) == "200"


def test_an_update_migrates_and_a_rollback_goes_back(debian, founded):
    words, before = witness(debian, founded, "write"), current(debian)
    old = newer(debian, "/srv/later", "mailbox", ADDS)
    debian.install("/srv/later")
    assert current(debian) != before
    assert witness(debian, founded, "read", words) == "200"
    assert "before-update" in debian.run("ls", "/var/backups/naru")
    debian.run("deploy/rollback.sh", before, f"mailbox_{old}", cwd=NARU)
    assert current(debian) == before
    assert witness(debian, founded, "read", words) == "200"
    assert len(witness(debian, founded, "write").split()) == 10
    assert set(findings(debian)) <= set(CANNOT)


class Roles:
    """Addresses as the guide has an operator write them: roles of the host's own server."""

    def tables(self, names, role):
        return "".join(
            f'{n}_url = "postgresql+psycopg://{role}@/{db}"\n' for n, db in names.items()
        )


def test_it_moves_to_postgresql_as_the_guide_says_and_lives_on_its_roles(debian, founded):
    words = witness(debian, founded, "write")
    for command in MOVING:
        typed(debian, command)
        if command.endswith("new.toml") and command.startswith("install"):
            new = debian.root / "etc/naru/new.toml"
            names = {"mailbox": "naru_mailbox", "casebook": "naru_casebook"}
            new.write_text(on_postgresql(new.read_text(), Roles(), names))
    assert set(active(debian, "naru-intake", "naru-desk", "postgresql")) == {"active"}
    assert witness(debian, founded, "read", words) == "200"
    before = queue(debian, founded)
    witness(debian, founded, "write")
    assert queue(debian, founded) == before + 1
    debian.run("systemctl", "start", "naru-backup")
    for word in ("status", "status --arrived", "custody verify", "steward"):
        typed(debian, f"python -m app {word}")
    assert set(findings(debian)) <= set(CANNOT)


def test_on_postgresql_too_an_update_migrates(debian, founded):
    """As the owner, and the roles get their rights on what is new."""
    before, shown = current(debian), queue(debian, founded)
    debian.install("/srv/later")
    assert current(debian) != before
    assert "left as they were" not in debian.said
    assert queue(debian, founded) == shown
    witness(debian, founded, "write")
    assert queue(debian, founded) == shown + 1
    assert set(findings(debian)) <= set(CANNOT)
