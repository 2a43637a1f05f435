"""Backup and restore, by the commands, of a deployment as `app init` makes it."""

import os
import shutil
import time
from pathlib import Path

import deployment
import pytest
from sqlalchemy import select, update

from app.casebook import account, tables
from app.casebook.keeping import backups, tombstones
from app.casebook.keys import recovery, removal
from crypto.identities import PQIdentity, parse_identity

STORY = "지어낸 이야기입니다.\n\n2023년 10월 9일 도문에서 온성으로 넘겨졌습니다."


class Place:
    """A deployment with two testimonies taken in, one waiting, and a backup of it."""

    def __init__(self, folder):
        self.folder = folder
        self.toml, founded = deployment.make(folder / "data")
        self.recovery = str(founded.recovery)
        self.run = deployment.Deployment(self.toml)
        lead = self.run.member()
        self.words = [self.run.tell(f"{STORY} {n}", k_rescue="yes") for n in range(2)]
        self.records = lead.queue()
        self.run.tell(f"{STORY} waiting")
        self.run.steward.round()
        self.file = folder / "backup"

    def backup(self):
        return deployment.shell("backup", self.file, "--config", self.toml, "--json")

    def burn(self):
        """The machine is lost; what was copied elsewhere is there."""
        stones = self.folder / "stones"
        shutil.copy(self.folder / "data" / tombstones.NAME, stones)
        self.run.close()
        shutil.rmtree(self.folder / "data")
        return stones

    def restore(self, *more, check=True, **fds):
        fds = {"identity": self.recovery, **fds}
        words = ["restore", self.file, "--data", self.folder / "new", "--json"]
        return deployment.shell(*words, *more, check=check, **fds)

    def again(self):
        return deployment.Deployment(self.folder / "new" / "naru.toml", self.run.now)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    place = Place(tmp_path_factory.mktemp("place"))
    place.backup()
    return place


@pytest.fixture
def place(made, tmp_path):
    """The same deployment, in a folder of its own."""
    made.run.store.mailbox.dispose()
    made.run.store.casebook.dispose()
    shutil.copytree(made.folder, tmp_path / "p", dirs_exist_ok=True)
    copied = object.__new__(Place)
    copied.folder, copied.recovery = tmp_path / "p", made.recovery
    copied.words, copied.records = made.words, made.records
    copied.file = copied.folder / "backup"
    copied.toml = copied.folder / "data" / "naru.toml"
    text = copied.toml.read_text().replace(str(made.folder), str(copied.folder))
    copied.toml.write_text(text)
    copied.run = deployment.Deployment(copied.toml, made.run.now)
    yield copied
    copied.run.close()


def test_onto_an_empty_machine_everything_comes_back(place):
    stones = place.burn()
    told = place.restore("--tombstones", stones)
    assert told["erased"] == told["ended"] == 0
    run = place.again()
    lead = run.member()
    assert len(lead.queue()) == 3  # what was waiting is taken in here
    for record in place.records:
        assert STORY in lead.testimony(record).id("narrative").text
    back = run.witness().come_back(place.words[0])
    assert back.status == 200
    assert run.tell("another one")
    run.close()


def test_withdrawn_after_the_backup_it_is_gone_after_the_restore(place):
    assert place.run.withdraw(place.words[0]).status == 200
    place.run.steward.round()
    told = place.restore("--tombstones", place.burn())
    assert told["erased"] >= 1  # the intake adds a row at the end of each kind
    run = place.again()
    lead = run.member()
    (left,) = [one for one in lead.queue() if one in place.records]
    gone = next(one for one in place.records if one != left)
    assert lead.testimony(gone).error.startswith("This was erased.")
    with run.store.casebook.connect() as connection:
        held = connection.execute(select(tables.record_key.c.record_id)).scalars().all()
    assert bytes.fromhex(gone) not in held
    run.close()


def test_the_list_tells_the_day_of_a_withdrawal_and_not_its_hour(place):
    place.run.withdraw(place.words[0])
    place.run.steward.round()
    touched = (place.folder / "data" / tombstones.NAME).stat().st_mtime
    assert touched == place.run.now // deployment.DAY * deployment.DAY


def test_a_withdrawal_that_runs_goes_on_running(place):
    place.run.withdraw(place.words[0], "in-7-days")
    place.run.steward.round()
    place.restore("--tombstones", place.burn())
    run = place.again()
    lead = run.member()
    assert len(lead.queue()) == 3
    run.now += 8 * deployment.DAY
    assert len(run.steward.round()) == 1
    run.close()


def test_an_epoch_that_ended_since_is_ended_again(place):
    with place.run.store.casebook.execution_options(naru_writes=True).begin() as connection:
        epoch = tables.epoch
        week = (
            connection.execute(
                select(epoch.c.epoch).where(epoch.c.sealed.is_not(None)).order_by(epoch.c.epoch)
            )
            .scalars()
            .first()
        )
        connection.execute(
            update(epoch).where(epoch.c.epoch == week).values(sealed=None, ended_on="2026-11-23")
        )
    place.run.steward.round()
    assert place.restore("--tombstones", place.burn())["ended"] == 1
    run = place.again()
    with run.store.casebook.connect() as connection:
        query = select(tables.epoch.c.sealed).where(tables.epoch.c.epoch == week)
        assert connection.execute(query).scalar() is None
    run.close()


def test_an_older_list_of_tombstones_is_refused(place):
    older = place.folder / "older"
    shutil.copy(place.folder / "data" / tombstones.NAME, older)
    place.run.withdraw(place.words[0])
    place.run.steward.round()
    place.backup()
    place.burn()
    done = place.restore("--tombstones", older, check=False)
    assert done.returncode == 1
    assert "is older" in done.stderr
    assert not (place.folder / "new").exists()


@pytest.mark.parametrize("how", ["edited", "empty", "not one"])
def test_a_list_that_was_edited_is_refused(place, how):
    stones = place.burn()
    text = stones.read_text()
    edited = text.replace('"erased":[]', '"erased":["00"]')
    stones.write_text({"edited": edited, "empty": "", "not one": "{}"}[how])
    done = place.restore("--tombstones", stones, check=False)
    assert done.returncode == 1
    assert "tombstones" in done.stderr


def test_where_there_is_no_list_that_must_be_said(place):
    place.burn()
    assert place.restore(check=False).returncode == 2
    assert place.restore("--without-tombstones")["erased"] == 0


def test_another_identity_restores_nothing(place):
    place.burn()
    other = str(PQIdentity.generate())
    done = place.restore("--without-tombstones", check=False, identity=other)
    assert done.returncode == 1
    assert "does not open" in done.stderr
    assert sorted(p.name for p in place.folder.iterdir()) == ["backup", "backup.keys", "stones"]


@pytest.mark.parametrize("part", ["backup", "backup.keys"])
@pytest.mark.parametrize("how", ["cut", "altered", "swapped", "missing"])
def test_a_part_that_is_not_whole_restores_nothing(place, part, how):
    place.burn()
    path = place.folder / part
    data = path.read_bytes()
    other = (place.folder / ("backup" if part == "backup.keys" else "backup.keys")).read_bytes()
    bad = {"cut": data[:-70000], "altered": data[:-9] + b"x" + data[-8:], "swapped": other}
    path.write_bytes(bad[how]) if how in bad else path.unlink()
    done = place.restore("--without-tombstones", check=False)
    assert done.returncode == 1, how
    assert len(done.stderr.splitlines()) == 1
    assert not (place.folder / "new").exists()


def test_a_folder_that_holds_something_is_left_alone(place):
    (place.folder / "new").mkdir()
    (place.folder / "new" / "something").touch()
    done = place.restore("--without-tombstones", check=False)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)


def test_with_several_members_one_of_them_must_be_there(place):
    place.run.add(place.run.member(), "second", "reviewer")
    place.backup()
    stones = place.burn()
    alone = place.restore("--tombstones", stones, check=False)
    assert (alone.returncode, "who is there too" in alone.stderr) == (1, True)
    wrong = place.restore("--tombstones", stones, "--as", "second", check=False, passphrase="no")  # noqa: S106
    assert wrong.returncode == 1
    done = place.restore("--tombstones", stones, "--as", "second", passphrase=deployment.PASSPHRASE)
    assert done["rows"] > 10


def acts(run):
    """Who did what since the restore: (act, actor), in order."""
    lead = run.keyring(run.member())
    with run.store.casebook.connect() as connection:
        told = [opened.entry for _, opened in account.openings(connection, lead)]
    at = next(n for n, one in enumerate(told) if one.act == "restored")
    return [(one.act, one.actor) for one in told[at : at + 2]]


def test_a_reviewer_is_a_second_person_a_partner_is_none_whatever_their_passphrase(place):
    lead = place.run.member()
    second = place.run.add(lead, "second", "reviewer").member
    place.run.add(lead, "group", "partner")
    place.backup()
    stones = place.burn()
    for name in ("group", "nobody"):
        words = ("--tombstones", stones, "--as", name)
        done = place.restore(*words, check=False, passphrase=deployment.PASSPHRASE)
        assert (done.returncode, done.stdout) == (1, ""), name
        assert ("a partner is no second person" in done.stderr) == (name == "group")
        assert not (place.folder / "new").exists()
    place.restore("--tombstones", stones, "--as", "second", passphrase=deployment.PASSPHRASE)
    run = place.again()
    assert acts(run) == [("restored", recovery.ACTOR), ("confirmed", second.id)]
    run.close()


def test_beside_a_partner_the_only_lead_is_alone_and_custody_says_so(place):
    place.run.add(place.run.member(), "group", "partner")
    place.backup()
    stones = place.burn()
    wrong = place.restore(
        "--tombstones", stones, "--as", "group", check=False, passphrase=deployment.PASSPHRASE
    )
    assert "a partner is no second person" in wrong.stderr
    place.restore("--tombstones", stones)
    run = place.again()
    paper = recovery.ACTOR
    assert acts(run) == [("restored", paper), ("confirmed-on-paper", paper)]
    page = run.member().get("/custody").root.one("tbody").text
    assert "the recovery key on paper" in page
    run.close()


def test_who_was_removed_since_the_backup_is_no_second_person(place):
    lead = place.run.member()
    for name in ("second", "third"):
        place.run.add(lead, name, "reviewer")
    place.backup()
    removal.remove(place.run.store, place.run.keyring(lead), "second")
    place.run.now += deployment.DAY
    place.run.steward.round()
    said = {"check": False, "passphrase": deployment.PASSPHRASE}
    stones = place.burn()
    gone = place.restore("--tombstones", stones, "--as", "second", **said)
    assert (gone.returncode, "name or the passphrase" in gone.stderr) == (1, True)
    assert place.restore("--tombstones", stones, "--as", "third", **said).returncode == 0


def test_two_shares_of_the_paper_restore_and_one_does_not(place):
    one, two, three = recovery.shares(parse_identity(place.recovery))
    stones = place.burn()
    for paper in (one, f"{one}\n{one}", f"{one}\n{two} word"):
        done = place.restore("--tombstones", stones, check=False, identity=paper)
        assert (done.returncode, "nor two shares" in done.stderr) == (1, True)
    assert place.restore("--tombstones", stones, identity=f"{three}\n{one}\n")["rows"] > 10


def test_somebody_removed_since_is_not_a_member_again(place):
    second = place.run.add(place.run.member(), "second", "reviewer").member
    place.backup()
    with place.run.store.casebook.execution_options(naru_writes=True).begin() as connection:
        row = tables.member.c.id == bytes.fromhex(second.id)
        connection.execute(tables.member.delete().where(row))
    place.run.now += deployment.DAY
    place.run.steward.round()
    place.restore("--tombstones", place.burn(), "--as", "lead", passphrase=deployment.PASSPHRASE)
    run = place.again()
    with run.store.casebook.connect() as connection:
        assert len(connection.execute(select(tables.member.c.id)).all()) == 1
    run.close()


def test_the_parts_hold_nothing_in_the_clear_and_belong_to_this_user_alone(place):
    for part in (place.file, backups.keys_of(place.file)):
        data = part.read_bytes()
        assert data.startswith(b"age-encryption.org/v1\n")
        assert b"site_id" not in data
        assert part.stat().st_mode & 0o777 == 0o600


def test_parts_with_keys_are_destroyed_after_thirty_days(place):
    old, young, foreign = (place.folder / f"{n}.keys" for n in ("old", "young", "foreign"))
    for path in (old, young):
        shutil.copy(backups.keys_of(place.file), path)
        shutil.copy(place.file, path.with_suffix(""))
    for path in (foreign, foreign.with_suffix("")):
        path.write_text("somebody else's")
    long_ago = time.time() - 31 * deployment.DAY
    for keys in (old, foreign):
        for path in (keys, keys.with_suffix("")):
            os.utime(path, (long_ago, long_ago))
    assert place.backup()["destroyed"] == ["old.keys", "old"]
    assert not old.exists()
    assert not old.with_suffix("").exists()
    for keys in (young, foreign):
        assert keys.exists()
        assert keys.with_suffix("").exists()


def test_no_machine_takes_away_the_last_backup():
    """Only a newer backup does: where the timer stands still, what is there stays."""
    told = (Path(__file__).parents[2] / "deploy" / "tmpfiles.conf").read_text()
    ages = {line.split()[1]: line.split()[-1] for line in told.splitlines() if line[:2] == "d "}
    assert ages["/var/backups/naru"] == "-"


def test_it_is_consistent_while_witnesses_write_and_members_take_in(place):
    """Taken in between the two reads, an arrival has its header in the mailbox's half."""
    lead = place.run.member()
    with backups.snapshot(place.run.store.mailbox) as letters:
        before = len(letters.exec_driver_sql("SELECT item_id FROM header").all())
        lead.queue()  # takes in what was waiting
        with backups.snapshot(place.run.store.casebook) as casebook:
            seen = len(letters.exec_driver_sql("SELECT item_id FROM header").all())
            records = len(casebook.exec_driver_sql("SELECT id FROM record").all())
    assert (before, seen, records) == (1, 1, 3)


def test_who_became_a_member_after_the_list_was_copied_is_one_still(place):
    """The list is of that day, but of an hour before the backup."""
    place.run.steward.round()
    place.run.add(place.run.member(), "second", "reviewer")
    place.backup()
    done = place.restore(
        "--tombstones", place.burn(), "--as", "second", passphrase=deployment.PASSPHRASE
    )
    assert done["rows"] > 10
    run = place.again()
    assert run.member("second").queue() is not None
    run.close()
