"""The machine: what of our memory could reach a disk, what it logs, whether its clock is right."""

from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from app.doctoring import UNWISE, WRONG, Finding, Patient

SILENT_CORES = {"", "|/bin/false"}


def swap(patient: Patient) -> Iterator[Finding]:
    """Find swap on a disk, where plaintext would go; zram stays in memory."""
    devices = [line.split()[0] for line in patient.text("/proc/swaps").splitlines()[1:] if line]
    on_disk = [one for one in devices if not one.startswith("/dev/zram")]
    if on_disk:
        yield Finding(
            "swap",
            WRONG,
            f"swap is on ({', '.join(on_disk)}): what is open in memory may be written to disk",
            "run `swapoff -a` and take the swap line out of /etc/fstab",
        )


def cores(patient: Patient) -> Iterator[Finding]:
    """Find core dumps, memory on a disk: the apps refuse them, so should their machine."""
    pattern = patient.text("/proc/sys/kernel/core_pattern").strip()
    if pattern not in SILENT_CORES:
        yield Finding(
            "core-dumps",
            WRONG,
            f"core dumps are kept (kernel.core_pattern = {pattern})",
            "install deploy/sysctl.conf as /etc/sysctl.d/60-naru.conf, run `sysctl --system`",
        )


def temp(patient: Patient) -> Iterator[Finding]:
    """Find a /tmp on a disk: Naru writes no temporary file, but a tool called by hand may."""
    mounts = [line.split() for line in patient.text("/proc/mounts").splitlines()]
    if not any(fields[1:3] == ["/tmp", "tmpfs"] for fields in mounts):  # noqa: S108 - the mount
        yield Finding(
            "temp-on-disk",
            UNWISE,
            "temporary files lie on a disk",
            "run `systemctl enable --now /usr/share/systemd/tmp.mount`, or mount a tmpfs there",
        )


def clock(patient: Patient) -> Iterator[Finding]:
    """Find a clock nobody keeps: it seals to the wrong week, and tor does not connect."""
    marks = ("run/systemd/timesync/synchronized", "run/chrony/chronyd.pid")
    if not any((patient.root / mark).exists() for mark in marks):
        yield Finding(
            "clock",
            UNWISE,
            "nothing keeps the clock right",
            "run `apt-get install systemd-timesyncd`, or chrony, and let it out of the firewall",
        )


def journal(patient: Patient) -> Iterator[Finding]:
    """Find logs that last: the apps name no address, sshd and the kernel do."""
    told = patient.lines("/etc/systemd/journald.conf", "/etc/systemd/journald.conf.d")
    stores = [line.partition("=")[2].strip() for line in told if line.startswith("Storage")]
    if (stores or ["auto"])[-1] not in ("volatile", "none"):
        yield Finding(
            "journal",
            WRONG,
            "the journal may be kept on disk, with the addresses that others write into it",
            "install deploy/journald.conf as /etc/systemd/journald.conf.d/60-naru.conf, "
            "remove /var/log/journal, run `systemctl restart systemd-journald`",
        )
    if (patient.root / "etc/rsyslog.conf").exists():
        yield Finding(
            "syslog",
            WRONG,
            "rsyslog writes log files, with addresses",
            "run `apt-get purge rsyslog` and remove its files in /var/log",
        )
    if any(" log" in f" {line}" for line in patient.lines("/etc/nftables.conf")):
        yield Finding(
            "firewall-log",
            WRONG,
            "the firewall logs addresses",
            "take `log` out of /etc/nftables.conf; `counter` says enough",
        )


def firewall(patient: Patient) -> Iterator[Finding]:
    """Find a firewall that lets out more than tor."""
    rules = patient.text("/etc/nftables.conf")
    if "policy drop" not in rules or "debian-tor" not in rules:
        yield Finding(
            "firewall",
            UNWISE,
            "/etc/nftables.conf does not hold everything but tor back",
            "install deploy/nftables.conf there and run `systemctl enable --now nftables`",
        )


def versions(patient: Patient) -> Iterator[Finding]:
    """Find packages other than those that were pinned."""
    wrong = []
    for name, pinned in _pins(patient.requirements):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if found != pinned:
            wrong.append(f"{name} is {found}, not {pinned}")
    if wrong:
        yield Finding(
            "versions",
            WRONG,
            "packages are not those that were tested: " + "; ".join(wrong[:3]),
            f"run `pip install --require-hashes -r {patient.requirements}` in Naru's venv",
        )


def _pins(requirements: Path) -> Iterator[tuple[str, str]]:
    for line in requirements.read_text("utf-8").splitlines() if requirements.is_file() else ():
        name, equal, rest = line.partition("==")
        if equal and not name.startswith((" ", "#")) and ";" not in rest:
            yield name.partition("[")[0].strip(), rest.split()[0]


CHECKS = (swap, cores, temp, clock, journal, firewall, versions)
