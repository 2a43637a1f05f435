"""``python -m crypto``: age files and bundles, without Naru around them.

Exit 0; 2 for wrong use; 1 with one line on standard error. ``--json`` prints one JSON document.
"""

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import BinaryIO, NoReturn

from crypto import armor, cli, opening, sealing
from crypto.cli import Refused, WrongUse
from crypto.errors import BundleError, CryptoError, WrongIdentity
from crypto.header import read_header
from crypto.identities import PQIdentity, ScryptIdentity, X25519Identity, parse_identity_file
from crypto.recipients import PQ, PQRecipient, parse_recipient
from crypto.sealing import LARGEST_GROUP
from crypto.stream import CHUNK, NONCE, SEALED, TAG
from crypto.trust import Trusted
from crypto.verifying import outcome, verify

_SEALED = (b"age-encryption.org/", b"-----BEGIN AGE ")
_STDIN = (None, "-")


def keygen(asked: argparse.Namespace) -> None:
    """Make an identity file as age-keygen does, without the time it was made."""
    identity = PQIdentity.generate()
    recipient = str(identity.recipient)
    if asked.json and asked.output in _STDIN:
        cli.say_json({"identity": str(identity), "recipient": recipient})
        return
    with cli.sink(asked.output, anew=True) as out:
        out.write(f"# public key: {recipient}\n{identity}\n".encode())
    if asked.json:
        cli.say_json({"file": asked.output, "recipient": recipient})
    elif asked.output not in _STDIN:
        sys.stderr.write(f"Public key: {recipient}\n")


def recipient(asked: argparse.Namespace) -> None:
    """Print the recipient of each identity in a file, or on standard input."""
    found = [str(one.recipient) for one in _identities(asked.identity, asked)]
    if asked.json:
        cli.say_json({"recipients": found})
    else:
        cli.say("\n".join(found))


def seal(asked: argparse.Namespace) -> None:
    """Seal a file, or standard input, to recipients."""
    _require_room(asked)
    to = _recipients(asked)
    with cli.source(asked.input) as source, cli.sink(asked.output) as out:
        sealing.seal_stream(source, out, to)
    if asked.json:
        cli.say_json({"file": asked.output, "recipients": len(to)})


def open_(asked: argparse.Namespace) -> None:
    """Open an age file, or standard input. A file appears only when all of it has been verified."""
    _require_room(asked)
    if asked.input in _STDIN and "-" in asked.identity:
        raise WrongUse("standard input cannot be both the identity and the file")
    identities = [one for path in asked.identity for one in _identities(path, asked)]
    size = 0
    with cli.source(asked.input) as source, cli.sink(asked.output) as out:
        for part in opening.open_file(source, identities):
            size += out.write(part)
    if asked.json:
        cli.say_json({"file": asked.output, "size": size})


def inspect(asked: argparse.Namespace) -> None:
    """Say what anyone can see of an age file without a key."""
    with cli.source(asked.input) as source:
        in_armor = _peek(source).startswith(_SEALED[1])
        inner = armor.reader(source) if in_armor else source
        header = read_header(inner)
        payload = sum(map(len, iter(lambda: inner.read(cli.CHUNK), b"")))
    kinds = [stanza.type for stanza in header.stanzas]
    told = {
        "format": "age-encryption.org/v1",
        "armor": in_armor,
        "stanzas": kinds,
        "post_quantum": set(kinds) == {PQ},
        "header": len(bytes(header)),
        "payload": payload,
        "plaintext": _plain_size(payload),
    }
    if asked.json:
        cli.say_json(told)
    else:
        told["stanzas"] = " ".join(kinds)
        cli.say("\n".join(f"{name.replace('_', '-')}: {value}" for name, value in told.items()))


def verify_(asked: argparse.Namespace) -> None:
    """Verify an opened bundle, a ZIP or its folder, and say what was verified."""
    trusted = Trusted.parse(cli.read_keys(asked.signer)) if asked.signer else None
    try:
        report = verify(asked.bundle, trusted)
    except BundleError as error:
        if asked.json:
            cli.say_json({"outcome": outcome(error), "verified": False})
        raise
    if asked.json:
        cli.say_json({"outcome": "verified", "verified": True, **asdict(report)})
    else:
        cli.say("\n".join(f"{n}. {step}" for n, step in enumerate(report.steps, start=1)))


def _identities(
    path: str | None, asked: argparse.Namespace
) -> Sequence[PQIdentity | X25519Identity]:
    """Read an identity file; one that ``age -p`` sealed is opened with its passphrase."""
    data = cli.read_keys(path)
    if data.lstrip().startswith(_SEALED):
        lock = ScryptIdentity(cli.passphrase(asked.passphrase_fd))
        try:
            data = opening.open_bytes(data, [lock])
        except WrongIdentity as error:
            raise Refused("The passphrase does not open this identity file.") from error
    return parse_identity_file(_text(data))


def _recipients(asked: argparse.Namespace) -> list[PQRecipient]:
    written = list(asked.recipient)
    for path in asked.recipients_file:
        lines = map(str.strip, _text(cli.read_keys(path)).splitlines())
        written += [line for line in lines if line and not line.startswith("#")]
    if not 1 <= len(written) <= LARGEST_GROUP:
        raise WrongUse(f"give one to {LARGEST_GROUP} recipients with -r or -R")
    found = []
    for one in dict.fromkeys(written):
        to = parse_recipient(one)
        if not isinstance(to, PQRecipient):
            raise Refused("Only post-quantum recipients, age1pq1…, are sealed to.")
        found.append(to)
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except ValueError as error:
        raise Refused("This is not a file of keys.") from error


def _require_room(asked: argparse.Namespace) -> None:
    if asked.json and asked.output in _STDIN:
        raise WrongUse("--json needs -o: standard output cannot carry both")


def _peek(source: BinaryIO) -> bytes:
    return source.peek(64).lstrip() if isinstance(source, io.BufferedReader) else b""


def _plain_size(payload: int) -> int | None:
    """Return the size of what is sealed, or None if no payload has this length."""
    chunks, last = divmod(payload - NONCE, SEALED)
    if payload < NONCE + TAG or 0 < last < TAG or (chunks and last == TAG):
        return None
    return chunks * CHUNK + max(0, last - TAG)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m crypto", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, does: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
        told = (does.__doc__ or "").strip()
        added = commands.add_parser(name, help=told, description=told, allow_abbrev=False)
        added.add_argument("--json", action="store_true", help="print one JSON document")
        added.set_defaults(does=does)
        return added

    _output(command("keygen", keygen))
    one = command("recipient", recipient)
    one.add_argument("-i", dest="identity", metavar="F", help="identity file; else standard input")
    _passphrase(one)
    one = command("seal", seal)
    one.add_argument("-r", dest="recipient", action="append", default=[], metavar="R")
    one.add_argument("-R", dest="recipients_file", action="append", default=[], metavar="F")
    _output(one)
    _input(one)
    one = command("open", open_)
    one.add_argument("-i", dest="identity", action="append", required=True, metavar="F")
    _passphrase(one)
    _output(one)
    _input(one)
    _input(command("inspect", inspect))
    one = command("verify", verify_)
    one.add_argument("bundle", metavar="BUNDLE", help="the opened ZIP, or its folder")
    one.add_argument("--signer", metavar="F", help="signer.pub, allowed_signers or SSH public key")
    return parser


def _output(parser: argparse.ArgumentParser) -> None:
    told = "write here instead of standard output"
    parser.add_argument("-o", dest="output", metavar="F", help=told)


def _input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", nargs="?", metavar="IN", help="the file; else standard input")


def _passphrase(parser: argparse.ArgumentParser) -> None:
    told = "read the passphrase of a locked identity file from this descriptor"
    parser.add_argument("--passphrase-fd", type=int, metavar="N", help=told)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    asked = parser.parse_args(words)
    try:
        asked.does(asked)
    except WrongUse as error:
        parser.error(str(error))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (CryptoError, Refused, OSError, KeyboardInterrupt) as error:
        sys.stderr.write(f"{cli.one_line(error)}\n")
        return 1
    return 0


def _end(*_: object) -> NoReturn:
    sys.exit(1)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)  # so that what was being written is removed
    sys.exit(main())
