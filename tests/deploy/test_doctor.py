"""Each finding of the doctor appears when the thing is wrong, and goes when it is mended."""

import datetime as dt
import json
import os
import re
from pathlib import Path

import postgresql
import pytest
from deploy.conftest import TORRC
from outside.demo import ROOT, run
from sqlalchemy import delete, insert

from app import move
from app.db import open_engine
from app.doctor import examine
from app.mailbox import tables

OLD = 40 * 24 * 3600


def ids(machine):
    return [one.id for one in examine(machine.patient())]


def test_a_healthy_machine_has_no_findings(machine):
    assert ids(machine) == []


FILES = [
    ("swap", "proc/swaps", "Filename\n/dev/sda2 partition 1 0 -2\n"),
    ("core-dumps", "proc/sys/kernel/core_pattern", "|/lib/systemd/systemd-coredump %P\n"),
    ("temp-on-disk", "proc/mounts", "/dev/sda1 / ext4 rw 0 0\n"),
    ("clock", "run/systemd/timesync/synchronized", None),
    ("journal", "etc/systemd/journald.conf.d/60-naru.conf", "[Journal]\nStorage=persistent\n"),
    ("syslog", "etc/rsyslog.conf", "auth.* /var/log/auth.log\n"),
    ("firewall", "etc/nftables.conf", "policy accept\n"),
    (
        "firewall-log",
        "etc/nftables.conf",
        'policy drop\nmeta skuid "debian-tor" accept\nip saddr 10.0.0.0/8 log drop\n',
    ),
    ("tor", "var/lib/dpkg/status", "Package: adduser\nStatus: install ok installed\n"),
    (
        "tor-old",
        "var/lib/dpkg/status",
        "Package: tor\nStatus: install ok installed\nVersion: 0.4.7.16-1\n",
    ),
    ("tor-down", "proc/17/comm", "bash\n"),
    ("tor-logs", "etc/tor/torrc", TORRC.replace("SafeLogging 1", "SafeLogging 0")),
    ("tor-socks", "etc/tor/torrc", TORRC.replace("SocksPort 0\n", "")),
    ("tor-intake", "etc/tor/torrc", TORRC.replace("intake.sock", "other.sock")),
    ("tor-desk", "etc/tor/torrc", TORRC.replace("desk.sock", "other.sock")),
    ("tor-intake-address", "var/lib/tor/naru-intake/hostname", "c" * 56 + ".onion\n"),
    ("tor-desk-address", "var/lib/tor/naru-desk/hostname", "c" * 56 + ".onion\n"),
    ("tor-intake-pow", "etc/tor/torrc", TORRC.replace("Enabled 1", "Enabled 0", 1)),
    ("tor-desk-pow", "etc/tor/torrc", "Enabled 0".join(TORRC.rsplit("Enabled 1", 1))),
    ("tor-desk-open", "var/lib/tor/naru-desk/authorized_clients/lead.auth", None),
]


@pytest.mark.parametrize(("finding", "name", "text"), FILES, ids=[row[0] for row in FILES])
def test_what_is_wrong_with_the_machine_is_found_and_goes_when_mended(machine, finding, name, text):
    before = machine.read(name) if (machine.root / name).exists() else None
    if text is None:
        (machine.root / name).unlink()
    else:
        machine.write(name, text)
    assert ids(machine) == [finding]
    if before is None:
        (machine.root / name).unlink()
    else:
        machine.write(name, before)
    assert ids(machine) == []


def test_swap_in_memory_is_no_finding(machine):
    machine.write("proc/swaps", "Filename\n/dev/zram0 partition 1 0 -2\n")
    assert ids(machine) == []


def test_files_others_may_read_are_found(machine):
    for path, loose, tight in (
        (machine.data, 0o755, 0o700),
        (machine.data / "desk.secret", 0o640, 0o600),
        (machine.data / "casebook.sqlite", 0o644, 0o600),
    ):
        path.chmod(loose)
        assert ids(machine) == ["permissions"]
        path.chmod(tight)
        assert ids(machine) == []


def test_settings_others_may_change_are_found(machine):
    machine.config.chmod(0o620)
    assert ids(machine) == ["settings-writable"]
    machine.config.chmod(0o600)
    assert ids(machine) == []


def test_demonstration_data_is_found(machine):
    mark = machine.data / "DEMONSTRATION"
    mark.touch(mode=0o600)
    assert ids(machine) == ["demonstration"]
    mark.unlink()
    assert ids(machine) == []


def test_a_disk_below_its_reserve_is_found(machine):
    text = machine.config.read_text()
    machine.config.write_text(text.replace("[desk]", 'disk_reserve = "900 TiB"\n[desk]'))
    assert ids(machine) == ["disk"]
    machine.config.write_text(text)
    assert ids(machine) == []


def test_a_package_that_is_not_the_pinned_one_is_found(machine):
    machine.pins.write_text("flask==0.0.1 \\\n    --hash=sha256:00\nnaru-of-nobody==1\n")
    (finding,) = examine(machine.patient())
    assert finding.id == "versions"
    assert "not 0.0.1" in finding.what
    assert "naru-of-nobody is missing" in finding.what
    machine.pins.write_text("")
    assert ids(machine) == []


@pytest.fixture
def mailbox(machine):
    """The mailbox, as somebody changes it and undoes it."""
    engine = open_engine(machine.patient().one.mailbox_url)
    with engine.connect() as connection:
        before = connection.execute(tables.recipient.select()).mappings().all()

    def write(statement):
        with engine.execution_options(naru_writes=True).begin() as connection:
            connection.execute(statement)

    yield write
    write(delete(tables.item))
    write(delete(tables.recipient))
    for row in before:
        write(insert(tables.recipient).values(**row))
    assert ids(machine) == []
    engine.dispose()


def test_epochs_that_run_out_are_found(machine, mailbox):
    machine.today += dt.timedelta(weeks=7)
    (machine.data / "recovery-rehearsed").write_text(f"{machine.today}\n")
    future = dt.datetime.combine(machine.today, dt.time(12), dt.UTC).timestamp()
    os.utime(machine.backups / "daily.keys", (future, future))
    (finding,) = examine(machine.patient())
    assert (finding.id, finding.grade) == ("epochs", "unwise")
    machine.today += dt.timedelta(weeks=3)
    assert next(f.grade for f in examine(machine.patient()) if f.id == "epochs") == "wrong"
    machine.today -= dt.timedelta(weeks=10)
    (machine.data / "recovery-rehearsed").write_text(f"{machine.today}\n")


def test_a_missing_standing_recipient_is_found(machine, mailbox):
    mailbox(delete(tables.recipient).where(tables.recipient.c.epoch == "standing"))
    assert ids(machine) == ["standing"]


def test_a_clock_behind_the_mailbox_is_found(machine, mailbox):
    day = (machine.today + dt.timedelta(days=2)).isoformat()
    mailbox(insert(tables.item).values(id=bytes(16), epoch="2026-W48", day=day, same=bytes(16)))
    assert ids(machine) == ["clock-behind"]


def test_a_database_that_was_never_made_or_is_older_is_found(machine):
    engine = open_engine(machine.patient().one.mailbox_url)
    for wrong, right in (("mailbox_0000", tables.HEAD),):
        for version in (wrong, right):
            with engine.execution_options(naru_writes=True).begin() as connection:
                connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")  # noqa: S608
            assert ids(machine) == (["revision"] if version == wrong else [])
    engine.dispose()


def test_a_database_that_does_not_answer_is_found(machine):
    text = machine.config.read_text()
    url = 'mailbox_url = "postgresql+psycopg://nobody@127.0.0.1:1/none"\n'
    machine.config.write_text(text.replace("[intake]", url + "[intake]"))
    (finding,) = examine(machine.patient())
    assert finding.id == "database"
    assert "start its server" in finding.do
    machine.config.write_text(text)
    assert ids(machine) == []


def test_a_role_that_may_do_too_much_is_found(machine):
    """On PostgreSQL: both apps as the owner, then each as the role that was made for it."""
    server = postgresql.server()
    names = {name: server.database() for name in ("mailbox", "casebook")}
    text = machine.config.read_text()
    for name, database in names.items():
        source = open_engine(getattr(machine.patient().settings, f"{name}_url"))
        target = open_engine(server.url(database))
        move.copy(name, source, target)
        for engine in (source, target):
            engine.dispose()
    server.grant(names)
    owned = server.tables(names, "naru_owner")
    intake = server.tables({"mailbox": names["mailbox"]}, "naru_intake")
    desk = server.tables(names, "naru_desk")
    readers = server.tables({"mailbox": names["mailbox"]}, "naru_desk")
    server.sql("CREATE ROLE naru_friend LOGIN IN ROLE naru_owner")
    server.sql(f"GRANT CONNECT ON DATABASE {names['mailbox']} TO naru_friend")
    friend = server.tables({"mailbox": names["mailbox"]}, "naru_friend")
    for own, found in (
        (("", ""), "desk and intake"),
        ((intake, ""), "desk"),
        ((readers, desk), "intake"),
        ((friend, desk), "intake"),
        ((intake, desk), ""),
    ):
        told = text.replace("[intake]\n", f"{owned}[intake]\n{own[0]}")
        machine.config.write_text(told.replace("[desk]\n", f"[desk]\n{own[1]}"))
        assert ids(machine) == ["roles"] * bool(found)
        assert all(f"what {found} come in" in one.what for one in examine(machine.patient()))
    server.sql("GRANT UPDATE ON custody TO naru_desk", names["casebook"])
    assert ids(machine) == ["roles"]
    server.grant(names)
    assert ids(machine) == []
    server.sql("DROP OWNED BY naru_friend", names["mailbox"])
    server.sql("DROP ROLE naru_friend")
    machine.config.write_text(text)
    assert ids(machine) == []


FINDS = re.compile(r'Finding\(\s*f?"([a-z{}-]+)"')


def test_no_finding_is_without_a_test():
    """Every name a check gives, in its source, is a name that these tests make appear."""
    house = ROOT / "app"
    text = "".join(p.read_text() for p in [*house.glob("doctoring/*.py"), house / "doctor.py"])
    here = Path(__file__).read_text()
    named = {
        n.replace("{name}", which) for n in FINDS.findall(text) for which in ("intake", "desk")
    }
    assert len(named) > 30
    assert {name for name in named if f'"{name}"' not in here} == set()


def test_a_host_of_the_intake_alone_needs_no_backup_and_no_rehearsal(machine):
    text = machine.config.read_text()
    machine.config.write_text(text.partition("[desk]")[0])
    (machine.backups / "daily.keys").unlink()
    (machine.data / "recovery-rehearsed").unlink()
    assert ids(machine) == []
    machine.config.write_text(text)
    assert set(ids(machine)) == {"backup-old", "recovery"}


def test_old_backups_and_keys_kept_too_long_are_found(machine):
    keys = machine.backups / "daily.keys"
    keys.unlink()
    assert ids(machine) == ["backup-old"]
    keys.touch()
    assert ids(machine) == []
    older = machine.backups / "old.keys"
    older.touch()
    past = older.stat().st_mtime - OLD
    os.utime(older, (past, past))
    assert ids(machine) == ["backup-keys"]
    older.unlink()
    assert ids(machine) == []


def test_a_recovery_never_or_long_ago_rehearsed_is_found(machine):
    note = machine.data / "recovery-rehearsed"
    note.unlink()
    assert ids(machine) == ["recovery"]
    note.touch(mode=0o600)
    note.write_text("2020-01-01\n")
    assert ids(machine) == ["recovery"]
    note.write_text(f"{machine.today}\n")
    assert ids(machine) == []


def test_the_command_says_it_in_words_and_in_json(machine):
    words = ["app", "doctor", "--config", machine.config, "--root", machine.root]
    words += ["--backups", machine.backups, "--requirements", machine.pins]
    assert b"as it should be" in run(*words).stdout
    machine.write("proc/swaps", "Filename\n/dev/sda2 partition 1 0 -2\n")
    spoken = run(*words, check=False)
    assert spoken.returncode == 1
    assert b"swapoff -a" in spoken.stdout
    assert spoken.stderr.count(b"\n") == 1
    told = json.loads(run(*words, "--json", check=False).stdout)
    assert [one["id"] for one in told["findings"]] == ["swap"]


def test_the_command_goes_on_where_an_app_would_refuse_to_start(machine):
    machine.data.chmod(0o755)
    words = ["app", "doctor", "--config", machine.config, "--root", machine.root, "--json"]
    words += ["--backups", machine.backups, "--requirements", machine.pins]
    told = json.loads(run(*words, check=False).stdout)
    machine.data.chmod(0o700)
    assert {one["id"] for one in told["findings"]} == {"refused", "permissions"}


def test_nothing_is_updated_by_looking(machine, founded):
    before = {p.name: p.stat().st_mtime_ns for p in machine.data.glob("*.sqlite")}
    assert ids(machine) == []
    assert {p.name: p.stat().st_mtime_ns for p in machine.data.glob("*.sqlite")} == before


def rehearse(machine, identity):
    reading, writing = os.pipe()
    os.write(writing, str(identity).encode())
    os.close(writing)
    words = ["app", "rehearse", "--config", machine.config, "--identity-fd", str(reading)]
    return run(*words, "--json", check=False, fds=(reading,))


def test_a_rehearsal_needs_the_paper_of_this_deployment(machine, founded):
    note = machine.data / "recovery-rehearsed"
    note.unlink()
    for wrong in (founded[1].lead.identity, "AGE-SECRET-KEY-PQ-1NONE"):
        refused = rehearse(machine, wrong)
        assert refused.returncode == 1, refused.stdout
        assert not note.exists()
    done = rehearse(machine, founded[1].recovery)
    assert done.returncode == 0, done.stderr
    opened = [row["key"] for row in json.loads(done.stdout)]
    assert {"casebook key for leads", "casebook key for reviewers"} < set(opened)
    assert len([name for name in opened if name.startswith("epoch ")]) >= 8
    assert ids(machine) == []
