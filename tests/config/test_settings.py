"""Settings are refused when weak, and the refusal names the line and what to do."""

import os
import re
from pathlib import Path

import pytest

from config.settings import SettingsError, _Desk, _Intake, _Site, _Storage, load_settings
from config.settings_checks import EXAMPLE_SITE_ID
from config.settings_files import mark_demonstration, new_secret
from config.toml_lines import line_of

EXAMPLE = Path(__file__).resolve().parents[2] / "config" / "naru.example.toml"
ONION = "http://" + "a" * 56 + ".onion"
TOML = f"""\
[site]
site_id = "00112233445566778899aabbccddeeff"

[storage]
data_dir = "DATA"

[intake]
base_url = "{ONION}"
listen = "127.0.0.1:8000"
signer_fingerprint = "{"0123456789abcdef" * 4}"

[desk]
base_url = "https://desk.example"
listen = "unix:/run/naru/desk.sock"
"""
INTAKE, DESK = 7, 12  # the lines of [intake] and [desk]


@pytest.fixture
def data(tmp_path):
    """A data directory with the two secrets."""
    path = tmp_path / "data"
    path.mkdir(mode=0o700)
    new_secret(path / "intake.secret")
    new_secret(path / "desk.secret")
    return path


@pytest.fixture
def load(data, tmp_path):
    """Load a TOML after replacing and adding lines in it."""

    def loading(*changes, toml=TOML, only=None, **more):
        for old, new in changes:
            assert old in toml
            toml = toml.replace(old, new, 1)
        path = tmp_path / "naru.toml"
        path.write_text(toml.replace("DATA", str(data)), encoding="utf-8")
        return load_settings(path, only=only, environ=more.pop("environ", {}), **more)

    return loading


def test_a_sound_file_is_read(load, data):
    settings = load()
    assert settings.intake.site_id == "00112233445566778899aabbccddeeff"
    assert settings.intake.language == "ko"
    assert settings.intake.mailbox_url == f"sqlite:///{data}/mailbox.sqlite"
    assert settings.intake.max_body == 4 << 20
    assert settings.intake.blob_dir == data / "blobs"
    assert not settings.intake.https
    assert settings.desk.https
    assert settings.desk.casebook_url == f"sqlite:///{data}/casebook.sqlite"
    assert settings.desk.listen == "unix:/run/naru/desk.sock"
    assert settings.desk.kdf == "member"


def test_the_intake_is_told_nothing_of_the_casebook(load):
    assert not [name for name in load().intake.__struct_fields__ if "casebook" in name]


def test_the_example_is_read_once_its_own_values_are_filled_in(load, data):
    text = EXAMPLE.read_text(encoding="utf-8").replace("/var/lib/naru", "DATA")
    with pytest.raises(SettingsError, match=r"site.site_id: is the example's"):
        load(toml=text)
    settings = load((EXAMPLE_SITE_ID, "ab" * 15 + "0f"), toml=text)
    assert settings.intake.secret_file == data / "intake.secret"
    assert settings.intake.attachment_max == 2 << 30


def test_the_example_names_every_setting():
    text = EXAMPLE.read_text(encoding="utf-8")
    optional = {"mailbox_url", "casebook_url"}
    for table in (_Site, _Storage, _Intake, _Desk):
        for key in table.__struct_fields__:
            shown = re.search(rf"^(# )?{key} = ", text, re.MULTILINE)
            assert shown, key
            assert bool(shown[1]) == (key in optional), key


def test_settings_cannot_be_changed(load):
    with pytest.raises(AttributeError):
        load().intake.max_body = 1


def test_secrets_are_read_from_their_files_and_never_printed(load):
    settings = load()
    secret = settings.desk.secret()
    assert len(secret) == 32
    assert secret != settings.intake.secret()
    assert secret.hex() not in repr(settings)


FINGERPRINT = 'signer_fingerprint = "' + "0123456789abcdef" * 4 + '"'
REFUSED = {
    "no fingerprint": (
        (FINGERPRINT + "\n", ""),
        f"line {INTAKE}: intake.signer_fingerprint: missing: add it",
    ),
    "a short fingerprint": (
        (FINGERPRINT, 'signer_fingerprint = "0123"'),
        f"line {INTAKE + 3}: intake.signer_fingerprint: must be the 64 hex digits",
    ),
    "a fingerprint of one digit": (
        (FINGERPRINT, f'signer_fingerprint = "{"0" * 64}"'),
        "line 10: intake.signer_fingerprint: must be the 64 hex digits",
    ),
    "a fingerprint in capitals": (
        (FINGERPRINT, f'signer_fingerprint = "{"0123456789ABCDEF" * 4}"'),
        "line 10: intake.signer_fingerprint",
    ),
    "a site id that is no hex": (("00112233", "zz112233"), "line 2: site.site_id: must be 32 hex"),
    "the example's site id": (
        ("00112233445566778899aabbccddeeff", EXAMPLE_SITE_ID),
        "line 2: site.site_id: is the example's",
    ),
    "an unknown setting": (
        ("[desk]\n", '[desk]\nsecret = "hunter2"\n'),
        f"line {DESK + 1}: desk.secret: unknown: take it out",
    ),
    "an unknown table": (("[desk]\n", "[mail]\n[desk]\n"), "line 12: mail: unknown: take it out"),
    "an unknown language": (
        ("[storage]", 'language = "fr"\n[storage]'),
        "line 4: site.language: invalid enum value 'fr'",
    ),
    "a wrong type": (
        ("[storage]", 'demonstration = "no"\n[storage]'),
        "line 4: site.demonstration: expected `bool`, got `str`",
    ),
    "plain http on the open net": (
        ("https://desk", "http://desk"),
        f"line {DESK + 1}: desk.base_url: http only for .onion and loopback",
    ),
    "http to a name that ends like loopback": (
        ("https://desk.example", "http://127.0.0.1.example"),
        "desk.base_url: http only",
    ),
    "http to a bare .onion": ((ONION, "http://.onion"), "intake.base_url: http only"),
    "another scheme": ((ONION, "ftp://a.onion"), "intake.base_url: must be https://"),
    "no host": (("https://desk.example", "https://"), "desk.base_url: must be https://"),
    "a path": (("desk.example", "desk.example/naru"), "desk.base_url: must be a scheme and"),
    "a name in the address": (("https://desk", "https://me@desk"), "desk.base_url: must be a sch"),
    "a port that is none": (("desk.example", "desk.example:x"), "desk.base_url: is no address"),
    "listening to everyone": (("127.0.0.1:8000", "0.0.0.0:8000"), "intake.listen: must be unix"),
    "listening on a name": (("127.0.0.1:8000", "a.onion:8000"), "intake.listen: must be unix:"),
    "listening without port": (("127.0.0.1:8000", "127.0.0.1"), "intake.listen: needs a port"),
    "listening on port 0": (("127.0.0.1:8000", "127.0.0.1:0"), "intake.listen: needs a port"),
    "a socket path too long": (
        ("/run/naru/desk.sock", "/" + "x" * 107),
        "desk.listen: a socket's path has at most 107 bytes",
    ),
    "one door for both": (
        ("unix:/run/naru/desk.sock", "127.0.0.1:8000"),
        "desk.listen: is used twice",
    ),
    "one address for both": (("https://desk.example", ONION), "desk.base_url: is used twice"),
    "one secret for both": (
        ("[desk]\n", '[desk]\nsecret_file = "DATA/intake.secret"\n'),
        "desk.secret_file: is used twice",
    ),
    "one database for both": (
        ("[intake]", 'casebook_url = "sqlite:///DATA/mailbox.sqlite"\n[intake]'),
        "line 7: storage.casebook_url: is used twice",
    ),
    "a database in memory": (
        ("[intake]", 'mailbox_url = "sqlite://"\n[intake]'),
        "storage.mailbox_url: must be a file in data_dir",
    ),
    "a database elsewhere": (
        ("[intake]", 'mailbox_url = "sqlite:////tmp/a.sqlite"\n[intake]'),
        "storage.mailbox_url: must be a file in data_dir",
    ),
    "a database that climbs out": (
        ("[intake]", 'mailbox_url = "sqlite:///DATA/../a.sqlite"\n[intake]'),
        "storage.mailbox_url: must be a file in data_dir",
    ),
    "a database of another make": (
        ("[intake]", 'mailbox_url = "mysql://a/b"\n[intake]'),
        "storage.mailbox_url: must begin with sqlite:///",
    ),
    "a password in an address": (
        ("[intake]", 'mailbox_url = "postgresql+psycopg://a:b@c/d"\n[intake]'),
        "storage.mailbox_url: holds a password",
    ),
    "a password in a query": (
        ("[intake]", 'mailbox_url = "postgresql+psycopg://c/d?password=b"\n[intake]'),
        "storage.mailbox_url: holds a password",
    ),
    "a relative data directory": (("DATA", "data"), "line 5: storage.data_dir: must be an abs"),
    "a data directory that climbs": (("DATA", "/var/../etc"), "storage.data_dir: must be an abs"),
    "the root as data directory": (("DATA", "/"), "storage.data_dir: must be a directory of its"),
    "a data directory with a sign": (("DATA", "/a?b"), "storage.data_dir: must be a directory of"),
    "a data directory that is not there": (
        ("DATA", "/nonexistent/naru"),
        "storage.data_dir: /nonexistent/naru: No such file or directory: make it with",
    ),
    "a file as data directory": (("DATA", "/etc/passwd"), "/etc/passwd is not a directory"),
    "a relative secret file": (
        ("[desk]\n", '[desk]\nsecret_file = "desk.secret"\n'),
        "desk.secret_file: must be the absolute path",
    ),
    "a secret file that is not there": (
        ("[desk]\n", '[desk]\nsecret_file = "/nonexistent/secret"\n'),
        "desk.secret_file: /nonexistent/secret: No such file",
    ),
    "a directory as secret file": (
        ("[desk]\n", '[desk]\nsecret_file = "/etc"\n'),
        "desk.secret_file: /etc is not a plain file",
    ),
    "the parameters of tests": (
        ("[desk]\n", '[desk]\nkdf = "CHEAPEST_FOR_TESTS"\n'),
        "line 13: desk.kdf: guards nothing outside of tests",
    ),
    "unknown parameters": (("[desk]\n", '[desk]\nkdf = "fast"\n'), "desk.kdf: invalid enum value"),
    "a form too small": (("[desk]", 'max_body = "1 MiB"\n[desk]'), "intake.max_body: must lie"),
    "a form too large": (("[desk]", 'max_body = "1 GiB"\n[desk]'), "intake.max_body: must lie"),
    "draining less than a form": (
        ("[desk]", 'drain_body = "1 MiB"\n[desk]'),
        "intake.drain_body: must not be below max_body",
    ),
    "no reserve on the disk": (("[desk]", "disk_reserve = 0\n[desk]"), "intake.disk_reserve: must"),
    "a size in words": (
        ("[desk]", 'attachment_max = "two GB"\n[desk]'),
        "intake.attachment_max: must be a number of bytes or text",
    ),
    "a size below nothing": (("[desk]", "attachment_max = -1\n[desk]"), "must not be negative"),
    "broken TOML": (("[desk]", "[desk"), "naru.toml: "),
}


@pytest.mark.parametrize(("change", "said"), REFUSED.values(), ids=REFUSED)
def test_weak_settings_are_refused(load, data, change, said):
    with pytest.raises(SettingsError) as refused:
        load(change)
    assert said in str(refused.value)
    assert str(refused.value).startswith("naru.toml")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8001",
        "http://localhost",
        "http://[::1]:8001",
        "http://desk.x.onion",
        "https://desk.example/",
    ],
)
def test_http_is_accepted_where_nobody_can_listen_in(load, url):
    assert load(("https://desk.example", url)).desk.base_url == url.rstrip("/")


def test_a_socket_may_be_written_without_its_prefix(load):
    assert load(("unix:/run", "/run")).desk.listen == "unix:/run/naru/desk.sock"


def test_postgresql_is_accepted_without_a_password(load):
    url = "postgresql+psycopg://naru@/casebook"
    assert load(("[intake]", f'casebook_url = "{url}"\n[intake]')).desk.casebook_url == url


OWNED = """\
mailbox_url = "postgresql+psycopg://owner@/letters"
casebook_url = "postgresql+psycopg://owner@/book"
"""


def test_each_app_comes_in_by_a_role_of_its_own_and_who_keeps_the_databases_as_their_owner(load):
    settings = load(
        ("[intake]\n", f'{OWNED}[intake]\nmailbox_url = "postgresql+psycopg://i@/letters"\n'),
        ("[desk]\n", '[desk]\nmailbox_url = "postgresql+psycopg://d@/letters"\n'),
    )
    assert settings.intake.mailbox_url == "postgresql+psycopg://i@/letters"
    assert settings.desk.mailbox_url == "postgresql+psycopg://d@/letters"
    assert settings.desk.casebook_url == "postgresql+psycopg://owner@/book"
    keeper = settings.keeper
    assert (keeper.mailbox_url, keeper.casebook_url) == (
        "postgresql+psycopg://owner@/letters",
        "postgresql+psycopg://owner@/book",
    )


@pytest.mark.parametrize(
    ("owned", "role", "said"),
    [
        (OWNED, "postgresql+psycopg://d@/other", "must name the same database"),
        (OWNED, "postgresql+psycopg://d@elsewhere/book", "must name the same database"),
        (OWNED, "postgresql+psycopg://d:x@/book", "holds a password"),
        (OWNED, "sqlite:///DATA/book.sqlite", "is for PostgreSQL"),
        ("", "postgresql+psycopg://d@/book", "is for PostgreSQL"),
    ],
)
def test_an_app_does_not_come_to_another_database_than_the_one_that_is_kept(
    load, owned, role, said
):
    change = ("[desk]\n", f'[desk]\ncasebook_url = "{role}"\n')
    with pytest.raises(SettingsError, match=f"desk.casebook_url: {said}"):
        load(("[intake]", f"{owned}[intake]"), change)


def test_the_parameters_of_tests_are_accepted_in_tests(load):
    change = ("[desk]\n", '[desk]\nkdf = "CHEAPEST_FOR_TESTS"\n')
    assert load(change, environ={"NARU_TESTING": "1"}).desk.kdf == "CHEAPEST_FOR_TESTS"


@pytest.mark.parametrize("mode", [0o710, 0o701, 0o750, 0o777])
def test_a_data_directory_others_may_enter_is_refused(load, data, mode):
    data.chmod(mode)
    with pytest.raises(SettingsError, match=f"line 5: .* has mode {mode:04o}: run `chmod 0700"):
        load()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_secret_others_may_read_is_refused(load, data, mode):
    (data / "desk.secret").chmod(mode)
    with pytest.raises(SettingsError, match=f"line {DESK}: desk.secret_file: .* mode {mode:04o}"):
        load()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("abc", "too short"),
        ("0" * 64, "not random"),
        ("0123456789abcdef" * 3, "too short"),
        ("0123456789abcdeg" * 4, "does not hold hex digits"),
        ("é0123456789abcde" * 4, "does not hold hex digits"),
    ],
)
def test_a_weak_secret_is_refused(load, data, content, said):
    (data / "intake.secret").write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=said) as refused:
        load()
    assert content not in str(refused.value)


def test_a_secret_behind_a_link_is_refused(load, data):
    (data / "desk.secret").rename(data / "elsewhere")
    (data / "desk.secret").symlink_to(data / "elsewhere")
    with pytest.raises(SettingsError, match=r"desk.secret_file"):
        load()


def test_a_secret_that_became_weak_later_is_refused_when_it_is_read(load, data):
    settings = load()
    (data / "desk.secret").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 0600"):
        settings.desk.secret()


def test_only_the_app_that_starts_needs_its_secret(load, data):
    (data / "desk.secret").unlink()
    assert load(only="intake").intake
    with pytest.raises(SettingsError, match=r"desk.secret_file"):
        load(only="desk")


def test_init_reads_settings_before_anything_is_on_the_disk(load, data):
    (data / "desk.secret").unlink()
    assert load(look_at_files=False).desk


def test_a_host_of_one_app_needs_no_table_of_the_other(load):
    settings = load(toml=TOML[: TOML.index("[desk]")])
    assert settings.intake
    with pytest.raises(SettingsError, match=r"naru.toml: \[desk\] is missing"):
        _ = settings.desk
    settings = load(toml=TOML[: TOML.index("[intake]")] + TOML[TOML.index("[desk]") :])
    with pytest.raises(SettingsError, match=r"naru.toml: \[intake\] is missing"):
        _ = settings.intake


def test_demonstration_data_is_refused_by_a_real_deployment(load, data):
    mark_demonstration(data)
    with pytest.raises(SettingsError, match=r"site.demonstration: is false"):
        load()


def test_real_data_is_refused_by_a_demonstration(load, data):
    change = ("[storage]", "demonstration = true\n[storage]")
    with pytest.raises(SettingsError, match=r"line 4: site.demonstration: is true"):
        load(change)
    mark_demonstration(data)
    assert load(change).desk.demonstration


def test_a_new_secret_is_private_and_never_replaces_one(tmp_path):
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        new_secret(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        new_secret(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path):
    path = tmp_path / "naru.toml"
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(path)
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_settings(path)


def test_the_line_of_a_setting_is_found_however_it_is_written():
    text = "# note\n[a]\nx = 1\n[ b . c ] # note\ny=2\nd.z = 3\n"
    assert [line_of(text, key) for key in ("a.x", "b.c.y", "b.c.d.z")] == [3, 5, 6]
    assert line_of(text, "a.missing") == 2
    assert line_of(text, "nowhere.at_all") is None
