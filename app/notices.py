"""`/notices`: whose work runs here beside Naru's own, on which terms, from the same onion.

Read from what is installed, so that it cannot fall behind the pinned versions. Only names that the
pinned lists hold are shown: what else a host or a workshop has installed is nobody's business.
"""

import functools
import re
from importlib import metadata
from pathlib import Path

from flask import Blueprint, Response

from app.source import HOUSE

LISTS = ("requirements.txt", "requirements-more.txt", "deploy/requirements-intake.txt")
SCRIPT = HOUSE / "app/intake/static/notices.txt"  # written by web/build.mjs with the script itself
PINNED = re.compile(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==")
TERMS = re.compile(
    r"(?i)(.*/licenses/.*|[^/]*\.dist-info/(licen[cs]e|copying|notice|authors)[^/]*)"
)
OSI = "License :: OSI Approved :: "
RULE = "\n\n" + "=" * 72 + "\n"
FIRST = """Naru is free software under the GNU Affero General Public License, version 3 or later:
the text stands below. What runs here, as source: /source

It stands on the work of others, each under its own terms:
"""
WORDS = """The ten words of a receipt come from the word lists of BIP-39 (MIT); the package
mnemonic, below, carries their notice. The script that seals in the browser, where one is allowed,
holds the packages @noble/ciphers, curves, hashes and post-quantum (MIT): their notices stand at
the end."""

pages = Blueprint("notices", __name__)


@pages.get("/notices")
def notices() -> Response:
    """Hand over every notice as one plain text."""
    return Response(text(), content_type="text/plain; charset=utf-8")


@functools.lru_cache(maxsize=1)
def text(house: Path = HOUSE) -> str:
    """Return the page: the list, Naru's own licence, then the terms of each as it ships them."""
    found = _installed(house)
    listed = "\n".join(f"  {one.name} {one.version}: {_licence(one)}" for one in found)
    parts = [f"{FIRST}\n{listed}\n\n{WORDS}", (house / "LICENSE").read_text("utf-8")]
    parts += [f"{one.name} {one.version}: {_licence(one)}\n\n{_terms(one)}" for one in found]
    parts.append(SCRIPT.read_text("utf-8"))
    return RULE.join(part.strip("\n") for part in parts) + "\n"


def _installed(house: Path) -> list[metadata.Distribution]:
    lists = [(house / name).read_text("utf-8") for name in LISTS]
    found = []
    for name in sorted({name for pinned in lists for name in PINNED.findall(pinned)}):
        try:
            found.append(metadata.distribution(name))
        except metadata.PackageNotFoundError:
            continue  # optional, and not here
    return found


def _licence(one: metadata.Distribution) -> str:
    """Return the name of its terms; older packages put their whole text where a name belongs."""
    for field in ("License-Expression", "License"):
        if field in one.metadata and "\n" not in one.metadata[field]:
            return one.metadata[field]
    classes = one.metadata.get_all("Classifier") or []
    return ", ".join(each.removeprefix(OSI) for each in classes if each.startswith(OSI))


def _terms(one: metadata.Distribution) -> str:
    files = [file for file in one.files or [] if TERMS.fullmatch(str(file))]
    texts = [Path(str(file.locate())).read_text("utf-8", "replace").strip("\n") for file in files]
    return "\n\n".join(dict.fromkeys(texts)) or "(The package ships no text of its terms.)"
