"""Hold the account of acts against a checkpoint kept outside; no member's key is needed."""

import argparse
import json
from pathlib import Path

from app.casebook import checkpoints
from app.desk.commands import book_of
from app.problems import Problem
from crypto.signing import Signatures

SENTENCES = {
    checkpoints.REWRITTEN: "the account was rewritten: it does not begin with what was signed",
    checkpoints.SHORTER: "the account is shorter than what was signed: acts are missing",
    checkpoints.FOREIGN: "this checkpoint is of another site",
    checkpoints.FORGED: "this checkpoint was not signed by this desk",
    checkpoints.UNREADABLE: "this is not a checkpoint",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """``verify [--checkpoint FILE] [--signer FINGERPRINT]``, ``checkpoint``."""
    words = parser.add_subparsers(dest="act", required=True)
    verify = words.add_parser("verify", help="against its own checkpoints, and one kept outside")
    verify.add_argument("--checkpoint", type=Path, metavar="FILE")
    verify.add_argument("--signer", default="", metavar="FINGERPRINT", help="who must have signed")
    words.add_parser("checkpoint", help="write the newest signed checkpoint to standard output")


def run(args: argparse.Namespace) -> int:
    """Do it. Raises ``Problem`` where the account does not hold."""
    store = book_of(args).store
    if args.act == "checkpoint":
        with store.casebook.connect() as connection:
            newest = checkpoints.newest(connection)
        if newest is None:
            raise Problem("nothing was signed yet: a lead's log-in signs")
        print(bytes(newest).decode(), end="")  # noqa: T201
        return 0
    own = checkpoints.verify_own(store)
    if own.broken:
        raise Problem(f"the account contradicts its own checkpoints of {own.broken} acts")
    told: dict[str, object] = {"acts": own.acts, "checkpoints": own.checkpoints}
    if args.checkpoint is not None:
        verdict = checkpoints.verify(store, _read(args.checkpoint), args.signer)
        if verdict.outcome != checkpoints.HOLDS:
            raise Problem(SENTENCES[verdict.outcome])
        told |= {"outcome": verdict.outcome, "size": verdict.size}
    print(json.dumps(told) if args.json else f"it holds: {told}")  # noqa: T201
    return 0


def _read(path: Path) -> bytes:
    """Read a checkpoint file; of three lines alone (a bundle's), the signatures lie beside it."""
    try:
        data = path.read_bytes()
        if len(data.strip().split(b"\n")) > checkpoints.LINES:
            return data
        signatures = Signatures(
            path.with_name(path.name + ".sig").read_bytes(),
            path.with_name(path.name + ".mldsa65").read_bytes(),
        )
    except OSError as error:
        raise Problem(f"{error.filename}: {error.strerror}") from error
    return bytes(checkpoints.Signed(data, signatures))
