"""Telling the real onion: a signed list, a card to print, a page that leads there.

The list is signed with the desk's key, whose fingerprint the founding showed and the intake's
settings name. The desk's own address stands nowhere in it.
"""

import base64
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import yaml
from jinja2 import Environment, FileSystemLoader, select_autoescape

from app.casebook import secondfactor
from app.web import HTML_LANG
from crypto import bag, signing
from crypto.signing import Signer

HERE = Path(__file__).parent
CARD = HERE.parents[1] / "config" / "card.yaml"
ONION = re.compile(r"http://([a-z2-7]{56})\.onion")
GROUP = 7  # a v3 address falls into eight groups of seven
LIST = "addresses.txt"


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What card and page say in one language."""

    title: str
    compare: str
    never: str
    carry: str
    lead: str
    seen: str
    get: str
    signed: str


def words() -> dict[str, Words]:
    """Return what stands on them, by language."""
    read = yaml.safe_load(CARD.read_text("utf-8"))
    found: dict[str, Words] = msgspec.convert(read, dict[str, Words])
    return found


def is_onion(address: str) -> bool:
    """Whether it is the address of an onion service and nothing more."""
    return ONION.fullmatch(address) is not None


def statement(site: str, day: str, onions: Iterable[str]) -> bytes:
    """Return the list as it is signed: one line for each thing it says."""
    lines = ["naru addresses 1", f"site {site}", f"day {day}", *(f"intake {o}" for o in onions)]
    return ("\n".join(lines) + "\n").encode("ascii")


def signed(signer: Signer, said: bytes) -> dict[str, bytes]:
    """Return the list and what verifies it, by name of file; `ssh-keygen -Y verify` is enough."""
    signatures = signer.sign(signing.ADDRESSES, said)
    allowed = signer.public.allowed_signers(bag.IDENTITY, [signing.ADDRESSES])
    return {
        LIST: said,
        f"{LIST}.sig": signatures.sshsig,
        f"{LIST}.mldsa65": signatures.mldsa65,
        "allowed_signers": allowed.encode("ascii"),
        "signer.pub": bytes(signer.public),
    }


def pages(intake: str) -> dict[str, bytes]:
    """Return the card and the page that leads to the onion, and how a web server says it too."""
    onion = (urlsplit(intake).hostname or "").removesuffix(".onion")
    drawn = secondfactor.picture(intake)
    told: Mapping[str, object] = {
        "intake": intake,
        "onion": onion,
        "groups": [onion[at : at + GROUP] for at in range(0, len(onion), GROUP)],
        "picture": base64.b64encode(drawn).decode("ascii") if drawn else "",
        "words": words(),
        "tags": HTML_LANG,
    }
    paper = Environment(
        loader=FileSystemLoader(HERE / "templates" / "paper"), autoescape=select_autoescape()
    )
    header = "# Beside the page: the same for every address of that site, by nginx.\n"
    header += f'add_header Onion-Location "{intake}$request_uri" always;\n'
    return {
        "card.html": paper.get_template("card.html").render(told).encode(),
        "index.html": paper.get_template("landing.html").render(told).encode(),
        "onion-location.nginx.conf": header.encode("ascii"),
    }
