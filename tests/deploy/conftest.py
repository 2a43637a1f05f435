"""A deployment made by `init`'s own function, and a machine made of files that fits it."""

import datetime as dt

import pytest

from app.desk import founding_day
from app.doctoring import Patient
from config.settings import load_settings

INTAKE, DESK = "a" * 55 + "d.onion", "b" * 55 + "d.onion"
TORRC = """\
SocksPort 0
SafeLogging 1
HiddenServiceDir /var/lib/tor/naru-intake
HiddenServicePort 80 unix:/run/naru-intake/intake.sock
HiddenServicePoWDefensesEnabled 1
HiddenServiceDir /var/lib/tor/naru-desk
HiddenServicePort 80 unix:/run/naru-desk/desk.sock
HiddenServicePoWDefensesEnabled 1
"""
HEALTHY = {
    "proc/swaps": "Filename Type Size Used Priority\n",
    "proc/sys/kernel/core_pattern": "|/bin/false\n",
    "proc/mounts": "proc /proc proc rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n",
    "proc/17/comm": "tor\n",
    "run/systemd/timesync/synchronized": "",
    "etc/systemd/journald.conf": "[Journal]\n#Storage=auto\n",
    "etc/systemd/journald.conf.d/60-naru.conf": "[Journal]\nStorage=volatile\n",
    "etc/nftables.conf": 'policy drop\nmeta skuid "debian-tor" accept\n',
    "etc/tor/torrc": TORRC,
    "var/lib/tor/naru-intake/hostname": INTAKE + "\n",
    "var/lib/tor/naru-desk/hostname": DESK + "\n",
    "var/lib/tor/naru-desk/authorized_clients/lead.auth": "descriptor:x25519:AAAA\n",
    "var/lib/dpkg/status": (
        "Package: tor\nStatus: install ok installed\nVersion: 0.4.9.11-0+deb12u1\n\n"
    ),
}


@pytest.fixture(scope="session")
def founded(tmp_path_factory):
    """A deployment behind two onions, made once."""
    answers = founding_day.Answers(
        data_dir=tmp_path_factory.mktemp("deployed") / "data",
        lead="lead",
        intake_url=f"http://{INTAKE}",
        desk_url=f"http://{DESK}",
        intake_listen="unix:/run/naru-intake/intake.sock",
        desk_listen="unix:/run/naru-desk/desk.sock",
    )
    return founding_day.make(answers, "")


class Machine:
    """A root made of files, and the patient that hangs under it."""

    def __init__(self, path, founded):
        self.path, self.config = path, founded[0]
        self.root, self.backups = path / "root", path / "backups"
        self.backups.mkdir()
        for name, text in HEALTHY.items():
            self.write(name, text)
        self.pins = path / "pins.txt"
        self.pins.write_text("# nothing is pinned here\n")
        self.today = dt.datetime.now(dt.UTC).date()  # noqa: TID251 - the founding was today
        self.data = self.config.parent
        (self.data / "recovery-rehearsed").touch(mode=0o600)
        (self.data / "recovery-rehearsed").write_text(f"{self.today}\n")
        (self.backups / "daily.keys").touch()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name):
        return (self.root / name).read_text()

    def patient(self):
        settings = load_settings(self.config, look_at_files=False)
        return Patient(settings, self.today, self.root, self.backups, self.pins)


@pytest.fixture
def machine(tmp_path, founded):
    """A healthy machine."""
    return Machine(tmp_path, founded)
