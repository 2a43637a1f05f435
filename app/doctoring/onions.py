"""Tor: whether it runs, is new enough, and leads to our sockets and to nothing else."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from app.doctoring import UNWISE, WRONG, Finding, Patient
from config.settings import AppSettings

OLDEST = (0, 4, 8)  # the first with proof-of-work for onion services
INSTALL = "install deploy/torrc as /etc/tor/torrc and run `systemctl reload tor@default`"


@dataclass
class Service:
    """One onion service of a torrc."""

    folder: str
    lines: dict[str, str] = field(default_factory=dict)


def tor(patient: Patient) -> Iterator[Finding]:
    """Look at tor's programme and at its configuration."""
    version = _installed(patient)
    if version is None:
        yield Finding("tor", WRONG, "tor is not installed", "run `apt-get install tor`")
        return
    if version < OLDEST:
        yield Finding(
            "tor-old",
            WRONG,
            "tor is too old to have proof-of-work against floods",
            "take tor from Debian 12 or later, or from deb.torproject.org",
        )
    comms = (one.parent.name for one in patient.root.glob("proc/[0-9]*/comm") if _is_tor(one))
    if not any(comms):
        yield Finding("tor-down", WRONG, "tor does not run", "run `systemctl start tor@default`")
    yield from _torrc(patient)


def _is_tor(comm: object) -> bool:
    try:
        return comm.read_text("utf-8").strip() == "tor"  # type: ignore[attr-defined,no-any-return]
    except OSError:  # it ended while we looked
        return False


def _installed(patient: Patient) -> tuple[int, ...] | None:
    for block in patient.text("/var/lib/dpkg/status").split("\n\n"):
        if block.startswith("Package: tor\n") and "install ok installed" in block:
            found = re.search(r"^Version: ([0-9.]+)", block, re.MULTILINE)
            return tuple(int(n) for n in found[1].strip(".").split(".")) if found else ()
    return None


def _torrc(patient: Patient) -> Iterator[Finding]:
    common, services = _read(patient)
    if common.get("SafeLogging", "1") != "1":
        yield Finding(
            "tor-logs", WRONG, "tor writes addresses into its log", "set `SafeLogging 1` in torrc"
        )
    if common.get("SocksPort") != "0":
        yield Finding(
            "tor-socks", UNWISE, "tor opens a SocksPort that nobody here needs", f"{INSTALL}"
        )
    for name, settings in patient.apps:
        if not urlsplit(settings.base_url).hostname or ".onion" not in settings.base_url:
            continue
        target = settings.listen
        found = next((one for one in services if _leads(one, target)), None)
        if found is None:
            yield Finding(
                f"tor-{name}", WRONG, f"no onion service in torrc leads to {target}", INSTALL
            )
        else:
            yield from _service(patient, name, settings, found)


def _service(
    patient: Patient, name: str, settings: AppSettings, found: Service
) -> Iterator[Finding]:
    hostname = patient.text(f"{found.folder}/hostname").strip()
    if hostname and hostname != urlsplit(settings.base_url).hostname:
        yield Finding(
            f"tor-{name}-address",
            WRONG,
            f"the onion is {hostname}, but {name}.base_url says another",
            f'write base_url = "http://{hostname}" under [{name}] in the settings',
        )
    if found.lines.get("HiddenServicePoWDefensesEnabled") != "1":
        yield Finding(
            f"tor-{name}-pow", UNWISE, f"the onion of the {name} asks for no proof of work", INSTALL
        )
    clients = list((patient.root / found.folder.lstrip("/")).glob("authorized_clients/*.auth"))
    if name == "desk" and not clients:
        yield Finding(
            "tor-desk-open",
            WRONG,
            "anybody who knows the desk's address may knock: it has no authorised clients",
            "add each member's key with deploy/authorise, reload tor",
        )


def _leads(service: Service, listen: str) -> bool:
    return listen in service.lines.get("HiddenServicePort", "").split()


def _read(patient: Patient) -> tuple[dict[str, str], list[Service]]:
    common: dict[str, str] = {}
    services: list[Service] = []
    for line in patient.lines("/etc/tor/torrc", "/etc/torrc.d"):
        key, _, value = line.partition(" ")
        if key == "HiddenServiceDir":
            services.append(Service(value.strip().rstrip("/")))
        elif key.startswith("HiddenService") and services:
            services[-1].lines[key] = value.strip()
        else:
            common[key] = value.strip()
    return common, services


CHECKS = (tor,)
