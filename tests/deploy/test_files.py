"""The files of deploy/: they are what the tools they are for accept, and what the doctor wants."""

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from importlib import metadata

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from deploy.conftest import HEALTHY
from guides import OPERATOR, section
from needs import give_up, need
from outside.demo import ROOT
from outside.site import Site

from app import notices, source
from app.doctor import examine

DEPLOY = ROOT / "deploy"
EXPOSURE = 0.5  # of 10, as systemd counts


def done(*words, **kw):
    found = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, check=False, **kw
    )
    assert found.returncode == 0, (words, found.stdout[-2000:], found.stderr[-2000:])
    return found.stdout


def explained():
    """What docs/operator.md gives reasons for: in every unit, in those of root, in the doctor's."""
    tables = section(OPERATOR, "What remains open in the units").split("| setting | why |")[1:]
    return [
        {name.replace("\\|", "|") for name in re.findall(r"^\| `(\S+?)=?` \|", table, re.MULTILINE)}
        for table in tables
    ]


@pytest.mark.parametrize(
    ("app", "exposure", "tables"),
    [("intake", EXPOSURE, 1), ("desk", EXPOSURE, 1), ("backup", 1.2, 2), ("doctor", 1.4, 3)],
)
def test_a_unit_is_shut_in_and_what_stays_open_is_explained(app, exposure, tables):
    need("systemd-analyze")
    words = ["--offline=true", f"--threshold={exposure * 10:.0f}", "--json=short"]
    told = done("systemd-analyze", "security", *words, DEPLOY / f"naru-{app}.service")
    exposed = {one["name"].removesuffix("=") for one in json.loads(told) if one["exposure"]}
    assert exposed == set().union(*explained()[:tables])


def test_every_unit_of_a_service_was_thought_of():
    services = {path.name for path in DEPLOY.glob("*.service")}
    assert services == {f"naru-{app}.service" for app in ("intake", "desk", "backup", "doctor")}


def test_a_unit_without_its_fences_is_over_the_threshold(tmp_path):
    need("systemd-analyze")
    unit = tmp_path / "naru-bare.service"
    text = (DEPLOY / "naru-intake.service").read_text()
    unit.write_text(text.replace("PrivateNetwork=yes\n", "").replace("ProtectSystem=strict\n", ""))
    command = [
        "systemd-analyze",
        "--offline=true",
        "security",
        f"--threshold={EXPOSURE * 10:.0f}",
        str(unit),
    ]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("app", ["intake", "desk"])
def test_a_unit_is_started_anew_however_often_it_ends(app):
    lines = (DEPLOY / f"naru-{app}.service").read_text().splitlines()
    assert {"Restart=always", "StartLimitIntervalSec=0"} <= set(lines)


def test_the_firewall_is_understood_by_nft():
    done(need("nft"), "-c", "-f", DEPLOY / "nftables.conf")


def leave(rules):
    """Who gets out behind these rules, in a network of the test's own."""
    script = ROOT / "tests/deploy/outgoing.py"
    users = ["nobody", "daemon", "debian-tor", "_apt"]
    told = done(need("unshare"), "-n", sys.executable, script, rules, *users)
    return dict(line.split() for line in told.splitlines())


def test_the_firewall_lets_out_tor_and_updates_and_nobody_else(tmp_path):
    need("nft")
    need("ip")
    if os.geteuid() != 0:
        give_up("only root may make a network of its own: run as root")
    found = leave(DEPLOY / "nftables.conf")
    assert found == {"nobody": "held", "daemon": "held", "debian-tor": "out", "_apt": "out"}
    open_rules = tmp_path / "open.conf"
    text = (DEPLOY / "nftables.conf").read_text()
    open_rules.write_text(text.replace("    counter reject\n", "    accept\n"))
    assert set(leave(open_rules).values()) == {"out"}, "this is seen when it is taken out"


def test_tor_understands_its_file(tmp_path):
    text = (DEPLOY / "torrc").read_text().replace("/var/lib/tor", str(tmp_path))
    (tmp_path / "torrc").write_text(text.replace("/run/naru", f"{tmp_path}/run-naru"))
    words = ["--verify-config", "-f", tmp_path / "torrc", "--defaults-torrc", "/nonexistent"]
    assert "valid" in done(
        need("tor"), *words, "--ignore-missing-torrc", "--DataDirectory", tmp_path
    )


def unpacked_by_the_wary(folder):
    """A copy of the tree that nobody but its owner may read, as under a umask of 077."""
    away = shutil.ignore_patterns(".?*", "var", "node_modules", "__pycache__", "build", "mutants")
    shutil.copytree(DEPLOY.parent, folder, ignore=away)
    for name in (".git", "var"):
        (folder / name).mkdir()
    done("chmod", "-R", "go=", folder)
    return folder


def test_the_doctor_is_content_with_what_install_writes(machine, tmp_path):
    """install.sh into another root; what it writes takes the place of the healthy files."""
    for name in ("etc/nftables.conf", "etc/tor/torrc", "etc/systemd/journald.conf.d/60-naru.conf"):
        (machine.root / name).unlink()
    environ = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "NARU_ROOT": str(machine.root),
        "NARU_NO_PIP": "1",
    }
    release = unpacked_by_the_wary(tmp_path / "release")
    told = done("bash", release / "deploy/install.sh", env=environ, umask=0o077)
    assert "now /opt/naru/" in told
    assert examine(machine.patient()) == []
    tree = machine.root / "opt/naru" / (machine.root / "opt/naru/current").readlink().name
    assert (tree / "app" / "serve.py").stat().st_mode & 0o777 == 0o644
    assert tree.stat().st_mode & 0o777 == 0o755, "Naru's user must come in"
    assert not (tree / ".git").exists()
    assert not (tree / "var").exists()
    again = done("bash", release / "deploy/install.sh", env=environ)
    assert f"before /opt/naru/{tree.name}" in again


def test_a_host_for_the_intake_alone_has_no_door_for_members(machine):
    environ = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "NARU_ROOT": str(machine.root),
        "NARU_NO_PIP": "1",
    }
    done("bash", DEPLOY / "install.sh", "intake", env=environ)
    assert "naru-desk" not in (machine.root / "etc/tor/torrc").read_text()
    assert not (machine.root / "etc/systemd/system/naru-desk.service").exists()


def test_a_member_is_authorised_once_with_a_key_that_fits(tmp_path):
    need("openssl")
    environ = {"PATH": "/usr/bin:/bin", "NARU_ONION": str(tmp_path)}
    private = done(DEPLOY / "authorise", "jina", env=environ).strip()
    kept = (tmp_path / "authorized_clients" / "jina.auth").read_text().strip()
    raw = base64.b32decode(private + "=" * (-len(private) % 8))
    public = X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    assert kept == "descriptor:x25519:" + base64.b32encode(public).decode().rstrip("=")
    for wrong in (["jina"], ["../x"], []):
        again = subprocess.run(
            [DEPLOY / "authorise", *wrong], env=environ, capture_output=True, check=False
        )
        assert again.returncode != 0


def test_scripts_are_read_by_bash():
    for script in ("install.sh", "rollback.sh", "authorise"):
        done("bash", "-n", DEPLOY / script)


def test_both_apps_hand_over_their_source_to_anybody(demo):
    for address in (demo.intake, demo.desk):
        page = Site(address).get("/source")
        assert page.status == 200
        assert page.body == source.archive()
        with tarfile.open(fileobj=io.BytesIO(page.body)) as tar:
            names = set(tar.getnames())
            licence = tar.extractfile("naru/LICENSE").read()
        assert {
            f"naru/{n}" for n in ("wsgi.py", "app/source.py", "Makefile", "web/build.mjs")
        } <= names
        assert b"AFFERO" in licence
    assert "href=/source" in Site(demo.intake).get("/ko/").text


def test_both_apps_hand_over_the_notices_of_all_they_run_on_to_anybody(demo):
    for address, form in ((demo.intake, "/ko/"), (demo.desk, "/login")):
        page = Site(address).get("/notices")
        assert page.status == 200
        assert page.headers["content-type"] == "text/plain; charset=utf-8"
        assert page.text == notices.text()
        assert "/notices" in Site(address).get(form).text
    assert (ROOT / "LICENSE").read_text("utf-8").strip() in page.text


def test_every_pinned_package_that_is_here_is_listed_with_its_terms():
    page, silent = notices.text(), []
    for name in set(re.findall(r"(?m)^([a-z0-9._-]+)==", (ROOT / "requirements.txt").read_text())):
        one = metadata.distribution(name)
        head = re.escape(f"{one.name} {one.version}: ")
        assert re.search(f"(?m)^  {head}.*[A-Z]", page), name
        if not re.search(f"(?m)^{head}.*\n\n(?!\\(The package)", page):
            silent.append(name)
    assert silent == []
    assert "Paul Miller" in page
    assert not re.search("(?m)^  pytest ", page), "what the workshop needs is not served"


def test_the_notices_of_the_script_are_those_of_the_packages_in_it():
    pinned = json.loads((ROOT / "web/package.json").read_text())["dependencies"]
    heads = re.findall(r"(?m)^(@\S+) (\S+): MIT$", notices.SCRIPT.read_text("utf-8"))
    assert dict(heads) == pinned


def test_the_source_holds_nothing_of_a_deployment(tmp_path):
    house = tmp_path / "house"
    for name in ("app/a.py", "var/demo/mailbox.sqlite", "naru.toml", "app/__pycache__/a.pyc"):
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        (house / name).write_text("x")
    with tarfile.open(fileobj=io.BytesIO(source.archive(house))) as tar:
        assert tar.getnames() == ["naru/app/a.py"]


def test_what_is_healthy_here_is_what_is_deployed():
    assert HEALTHY["proc/sys/kernel/core_pattern"].strip() in (DEPLOY / "sysctl.conf").read_text()
    assert shutil.which("bash")
