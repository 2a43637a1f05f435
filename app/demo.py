"""A demonstration: both apps on loopback, three members, twelve invented testimonies.

Everything lies in one folder that carries a mark; a real deployment refuses it. What is printed
may be read by anybody at this machine: do not write anything real.
"""

import argparse
import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.casebook import members
from app.casebook.building import open_store
from app.casebook.keyring import Keyring
from app.casebook.keys import founding
from app.casebook.shapes import Member
from app.casebook.store import Store
from app.desk import founding_day
from app.problems import Problem
from config.settings import load_settings

NAMES = "members.json"
WAIT = 30
PR_SET_PDEATHSIG = 1
SAMPLES = Path(__file__).parent / "sample" / "testimonies.yaml"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Say what this word takes."""
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--intake-port", type=int, default=8000)
    parser.add_argument("--desk-port", type=int, default=8001)
    parser.add_argument("--empty", action="store_true", help="without the invented testimonies")


def run(args: argparse.Namespace) -> int:
    """Make what is missing, serve both apps, print where, and stay until SIGTERM."""
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    config = args.data / "naru.toml"
    fresh = not config.exists()
    if fresh:
        _make(args)
    else:
        _move(config, args)
    served = [_serve(which, config) for which in ("intake", "desk")]
    try:
        intake, desk = (f"http://127.0.0.1:{p}" for p in (args.intake_port, args.desk_port))
        _wait(served, [f"{intake}/key", f"{desk}/login"])
        if fresh and not args.empty:
            from app import sample  # noqa: PLC0415 - the samples are read when they are wanted

            sample.send(intake, SAMPLES)
            sample.review(load_settings(config).desk, _told(args), SAMPLES)
        _tell({"intake": intake, "desk": desk, **_told(args)}, as_json=args.json)
        return _stay(served)
    finally:
        for process in served:
            process.terminate()
        for process in served:
            process.wait(WAIT)


def _leave(_signal: int, _frame: object) -> None:
    raise SystemExit(0)


def _make(args: argparse.Namespace) -> None:
    intake, desk = (f"127.0.0.1:{port}" for port in (args.intake_port, args.desk_port))
    answers = founding_day.Answers(
        data_dir=args.data,
        lead="lead",
        intake_url=f"http://{intake}",
        desk_url=f"http://{desk}",
        intake_listen=intake,
        desk_listen=desk,
        demonstration=True,
    )
    path, founded = founding_day.make(answers)
    store = open_store(load_settings(path).desk)
    reviewer, partner = _add_others(store, founded.lead)
    identity = args.data.resolve() / "partner.identity"
    _keep(identity, f"# the demonstration's partner\n{partner.identity}\n")
    told = {
        "lead": {"name": "lead", "passphrase": founded.lead.passphrase},
        "reviewer": {"name": "reviewer", "passphrase": reviewer.passphrase},
        "partner": {
            "name": "partner",
            "passphrase": partner.passphrase,
            "identity": str(identity),
        },
    }
    _keep(args.data / NAMES, json.dumps(told))


def _add_others(store: Store, lead: members.Enrolled) -> list[members.Enrolled]:
    ring = Keyring(Member(lead.member.id, "lead", "lead", triage=True), lead.identity, "")
    with store.casebook.connect() as connection:
        ring.load(connection)
    return [
        founding.add_member(store, ring, "reviewer", "reviewer", triage=True),
        founding.add_member(store, ring, "partner", "partner"),
    ]


def _keep(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _told(args: argparse.Namespace) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((args.data / NAMES).read_text("utf-8"))
    return told


def _move(config: Path, args: argparse.Namespace) -> None:
    """Let a demonstration that exists answer at the ports of this start."""
    text = config.read_text("utf-8")
    before = load_settings(config)
    for old, port in ((before.intake, args.intake_port), (before.desk, args.desk_port)):
        text = text.replace(f'"{old.listen}"', f'"127.0.0.1:{port}"')
        text = text.replace(f'"{old.base_url}"', f'"http://127.0.0.1:{port}"')
    new = config.with_suffix(".new")
    _keep(new, text)
    new.rename(config)


def _serve(which: str, config: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app", "serve", which, "--config", str(config)]
    return subprocess.Popen(  # noqa: S603 - our own command
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - see there
    )


def _die_with(parent: int) -> Callable[[], None]:
    """Return what a child does first: end when the demonstration is killed. No thread runs yet."""
    prctl = ctypes.CDLL(None).prctl

    def first() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return first


def _wait(served: list[subprocess.Popen[bytes]], addresses: list[str]) -> None:
    until = time.monotonic() + WAIT
    for address in addresses:
        while not _answers(address):
            if any(process.poll() is not None for process in served):
                raise Problem("one of the apps ended before it answered")
            if time.monotonic() > until:
                raise Problem(f"{address} did not answer within {WAIT} seconds")
            time.sleep(0.02)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own loopback
            return bool(answer.status == 200)  # noqa: PLR2004 - the status itself
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _stay(served: list[subprocess.Popen[bytes]]) -> int:
    while True:
        for process in served:
            if process.poll() is not None:
                raise Problem("one of the apps ended")
        time.sleep(0.2)


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(told), flush=True)  # noqa: T201
        return
    lines = ["", "Naru, demonstration: do not write anything real", ""]
    lines += [f"  for witnesses   {told['intake']}", f"  for the desk    {told['desk']}", ""]
    lines += [
        f"  {role:<10} name {told[role]['name']:<10} passphrase {told[role]['passphrase']}"
        for role in ("lead", "reviewer", "partner")
    ]
    lines += [
        "",
        f"  the partner's age identity: {told['partner']['identity']}",
        "",
        "Ctrl-C ends it.",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201
