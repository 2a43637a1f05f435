"""What each setting must be by itself. A `Fault` names the setting and says what to do."""

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

# What naru.example.toml shows. Public, so a deployment that kept it would share it with others.
EXAMPLE_SITE_ID = "0123456789abcdef0123456789abcdef"
TESTING = "NARU_TESTING"
_MIB = 1 << 20
LONGEST_LINE = 200
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SOCKET_PATH_MAX = 107  # sun_path of Linux, less its closing zero
_PORT_MAX = 65535


class SettingsError(ValueError):
    """Naru does not start with these settings; the sentence says where and what to do."""


class Fault(Exception):
    """A setting that is refused, before it is known on which line it stands."""

    def __init__(self, key: str, said: str) -> None:
        super().__init__(key, said)
        self.key = key
        self.said = said


def _hex(value: str, digits: int) -> bool:
    """Whether it is lower-case hex of that length and not one digit over and over."""
    return bool(re.fullmatch(f"[0-9a-f]{{{digits}}}", value)) and len(set(value)) > 1


def site_id(value: str, *, real: bool) -> None:
    """Refuse an id that is malformed or the example's."""
    if not _hex(value, 32):
        raise Fault("site.site_id", "must be 32 hex digits: make it with `openssl rand -hex 16`")
    if real and value == EXAMPLE_SITE_ID:
        raise Fault("site.site_id", "is the example's: make one with `openssl rand -hex 16`")


def fingerprint(value: str) -> None:
    """Refuse what cannot be the fingerprint of a signing key."""
    if not _hex(value, 64):
        said = "must be the 64 hex digits that the desk's /keys page shows for its signing key"
        raise Fault("intake.signer_fingerprint", said)


def data_dir(value: str) -> Path:
    """Give the directory; its path also stands in database addresses, hence no special signs."""
    path = Path(value)
    if not path.is_absolute() or ".." in path.parts:
        raise Fault("storage.data_dir", "must be an absolute path")
    if path == Path("/") or re.search(r"[?#%\s]", value):
        raise Fault("storage.data_dir", "must be a directory of its own, without ?, #, % or blanks")
    return path


def secret_file(app: str, value: str | None, directory: Path) -> Path:
    """Give the file of an app's secret, by default in the data directory."""
    if value is None:
        return directory / f"{app}.secret"
    path = Path(value)
    if not path.is_absolute() or ".." in path.parts:
        said = "must be the absolute path of a file with mode 0600, never the secret itself"
        raise Fault(f"{app}.secret_file", said)
    return path


def base_url(key: str, value: str) -> str:
    """Give the address without a closing stroke; plain http only where nothing can listen in."""
    parts = _split(key, value)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        raise Fault(key, "must be https://..., or http:// for a .onion or loopback host")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Fault(key, "must be a scheme and a host, perhaps a port, and nothing more")
    if parts.scheme == "http" and not _private(host):
        raise Fault(key, "http only for .onion and loopback hosts: write https://")
    return value.rstrip("/")


def _split(key: str, value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise Fault(key, f"is no address: {error}") from None
    return parts


def _private(host: str) -> bool:
    if host == "localhost" or (host.endswith(".onion") and host != ".onion"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(key: str, value: str) -> str:
    """Give what gunicorn binds: `unix:/path` or a loopback address with its port."""
    path = value.removeprefix("unix:")
    if path.startswith("/"):
        if len(path.encode()) > _SOCKET_PATH_MAX or ".." in Path(path).parts:
            raise Fault(key, f"a socket's path has at most {_SOCKET_PATH_MAX} bytes and no ..")
        return f"unix:{path}"
    parts = _split(key, f"//{value}")
    host, port = parts.hostname or "", parts.port or 0
    if parts.netloc != value or not _private(host) or host.endswith(".onion"):
        raise Fault(key, "must be unix:/path or 127.0.0.1:port: a front server or tor leads to it")
    if not 0 < port <= _PORT_MAX:
        raise Fault(key, "needs a port, as in 127.0.0.1:8000")
    return value


def database(key: str, directory: Path, value: str | None) -> str:
    """Give the address of a database; by default SQLite in the data directory."""
    if value is None:
        name = key.partition(".")[2].removesuffix("_url")
        return f"sqlite:///{directory}/{name}.sqlite"
    parts = _split(key, value)
    if parts.scheme == "sqlite":
        _sqlite(key, value, directory)
    elif parts.scheme == "postgresql+psycopg":
        if parts.password or "password" in dict(parse_qsl(parts.query)):
            raise Fault(key, "holds a password: put it in a 0600 file that PGPASSFILE names")
    else:
        raise Fault(key, "must begin with sqlite:/// or postgresql+psycopg://")
    return value


def as_role(key: str, value: str | None, owned: str) -> str:
    """Give the address by which an app reaches a database: as who owns it, or as its own role."""
    if value is None:
        return owned
    parts, known = _split(key, value), _split(key, owned)
    if parts.scheme != "postgresql+psycopg" or known.scheme != parts.scheme:
        raise Fault(key, "is for PostgreSQL: the same database as in [storage], by another role")
    if parts.password or "password" in dict(parse_qsl(parts.query)):
        raise Fault(key, "holds a password: put it in a 0600 file that PGPASSFILE names")
    if (parts.path, parts.hostname, parts.query) != (known.path, known.hostname, known.query):
        raise Fault(key, "must name the same database as in [storage], by another role")
    return value


def _sqlite(key: str, value: str, directory: Path) -> None:
    path = Path(value.removeprefix("sqlite:///"))
    inside = path.is_absolute() and ".." not in path.parts and directory in path.parents
    if not value.startswith("sqlite:////") or not inside or quote(str(path)) != str(path):
        raise Fault(key, f"must be a file in data_dir, as sqlite:///{directory}/NAME.sqlite")


def differ(key: str, value: str, other: str) -> None:
    """Refuse one thing used twice: each app has its own door, secret and database."""
    if value == other:
        raise Fault(key, "is used twice: the intake's and the desk's must differ")


def size(key: str, value: int | str) -> int:
    """Give a number of bytes, written as one or as `4 MiB`."""
    if isinstance(value, int):
        number = value
    else:
        found = re.fullmatch(r"([0-9]{1,9}) ?([KMGT]iB|B)", value)
        if found is None:
            raise Fault(key, 'must be a number of bytes or text like "4 MiB"')
        number = int(found[1]) * _UNITS[found[2]]
    if number < 0:
        raise Fault(key, "must not be negative")
    return number


def count(key: str, value: int) -> int:
    """Give a number of items; none at all would mark everything."""
    if value < 1:
        raise Fault(key, "must be at least 1")
    return value


def limits(max_body: int, drain_body: int, disk_reserve: int) -> None:
    """Refuse limits with which a testimony of the promised length would not get in."""
    if not 4 * _MIB <= max_body <= 64 * _MIB:
        raise Fault("intake.max_body", "must lie between 4 MiB, a long testimony, and 64 MiB")
    if drain_body < max_body:
        raise Fault("intake.drain_body", "must not be below max_body")
    if disk_reserve < 64 * _MIB:
        raise Fault("intake.disk_reserve", "must be at least 64 MiB: a full disk loses testimony")


def authority(value: str) -> None:
    """Refuse the address of a time authority that is no web address."""
    if value and not value.startswith(("http://", "https://")):
        raise Fault("desk.tsa_url", "is the address of an RFC 3161 authority, https://…, or empty")


def line(name: str, value: str) -> str:
    """Return what stands on one line of a bundle's description; refuse what cannot."""
    said = value.strip()
    if len(said) > LONGEST_LINE or (said and not said.isprintable()):
        raise Fault(name, f"is one line of at most {LONGEST_LINE} characters, or empty")
    return said


def kdf(value: str, environ: Mapping[str, str]) -> None:
    """Refuse the parameters of the tests outside of tests."""
    if value == "CHEAPEST_FOR_TESTS" and environ.get(TESTING) != "1":
        raise Fault("desk.kdf", 'guards nothing outside of tests: write kdf = "member"')
